/** Choices from a seed: the same ones on every machine. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ 0x5bd1_e995) | 0 || 1;
    for (let warmUp = 0; warmUp < 8; warmUp++) this.word();
  }

  /** 32 bits. */
  word(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  /** From 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor((this.word() / 2 ** 32) * count);
  }

  /** From `low` to `high`. */
  from(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** Each of them with a chance. */
  some<T>(choices: readonly T[], percent: number): T[] {
    return choices.filter(() => this.chance(percent));
  }

  bits(width: number): bigint {
    let bits = 0n;
    for (let at = 0; at < width; at += 32) bits |= BigInt(this.word()) << BigInt(at);
    return BigInt.asUintN(width, bits);
  }

  /** Bits of which some kinds are more frequent than chance would have them: few ones, few zeros, the extremes. */
  awkwardBits(width: number): bigint {
    switch (this.below(8)) {
      case 0:
        return BigInt.asUintN(width, this.pick([-2n, -1n, -1n, 0n, 0n, 1n]));
      case 1:
        return BigInt.asUintN(width, (1n << BigInt(width - 1)) - BigInt(this.below(2)));
      case 2:
        return this.bits(width) & this.bits(width) & this.bits(width);
      case 3:
        return this.bits(width) | this.bits(width) | this.bits(width);
      case 4:
        return BigInt.asUintN(width, BigInt(this.below(8)));
      default:
        return this.bits(width);
    }
  }
}
