/** What an output channel is requantised with. */
export interface Channel {
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
}

/** What all channels of a layer have in common. */
export interface Range {
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
}

/** The golden model's formula on its own, for ranges that no layer file can state. */
export function requantised(
  psum: number,
  { bias, multiplier, shift }: Channel,
  { zeroPoint, low, high }: Range,
): number {
  const half = shift === 0 ? 0n : 1n << BigInt(shift - 1);
  const scaled = ((BigInt(psum) + BigInt(bias)) * BigInt(multiplier) + half) >> BigInt(shift);
  const output = BigInt(zeroPoint) + scaled;
  return Number(output < low ? low : output > high ? high : output);
}
