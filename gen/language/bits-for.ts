/** Bits needed to count from 0 to `count - 1`; at least 1. `bitsFor(16)` is 4, `bitsFor(17)` is 5. */
export function bitsFor(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}
