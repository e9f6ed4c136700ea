/** The share of values that are not zero, 0 to 1. */
export function densityOf(values: Int8Array | Uint8Array): number {
  let nonZeros = 0;
  for (const value of values) if (value !== 0) nonZeros++;
  return values.length === 0 ? 0 : nonZeros / values.length;
}
