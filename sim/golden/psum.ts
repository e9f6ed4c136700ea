/**
 * A sum as a psum register of `bits` bits holds it: wrapped in two's complement. Wrapping commutes with addition, so
 * the order of additions, and where a sum is cut into partial ones, make no difference.
 *
 * @param sum a whole number within ±2^53
 * @param bits width of the register, 1 to 32
 * @returns -2^(bits-1) to 2^(bits-1) - 1, congruent to `sum` modulo 2^bits
 */
export function wrapPsum(sum: number, bits: number): number {
  const span = 2 ** bits;
  const half = span / 2;
  if (sum >= -half && sum < half) return sum;
  // Exact in doubles: dividing by a power of two and taking the floor lose nothing that matters below 2^53.
  return sum - Math.floor((sum + half) / span) * span;
}
