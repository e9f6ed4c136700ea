import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { wrapPsum } from '../../sim/golden/psum.ts';

const anySum = fc.maxSafeInteger();
const anyWidth = fc.integer({ min: 1, max: 32 });

it('wraps as BigInt.asIntN does', () => {
  fc.assert(
    fc.property(anySum, anyWidth, (sum, bits) => {
      fc.pre(Math.abs(sum) < 2 ** 52);
      expect(wrapPsum(sum, bits)).toBe(Number(BigInt.asIntN(bits, BigInt(sum))) + 0);
    }),
    { numRuns: 2000 },
  );
});

it.each([
  { sum: 2 ** 19 - 1, bits: 20, psum: 2 ** 19 - 1 },
  { sum: 2 ** 19, bits: 20, psum: -(2 ** 19) },
  { sum: -(2 ** 19), bits: 20, psum: -(2 ** 19) },
  { sum: -(2 ** 19) - 1, bits: 20, psum: 2 ** 19 - 1 },
  { sum: 2 ** 31, bits: 32, psum: -(2 ** 31) },
])('wraps $sum to $psum in $bits bits', ({ sum, bits, psum }) => {
  expect(wrapPsum(sum, bits)).toBe(psum);
});

it('gives the same for a sum and for the sum of its wrapped parts', () => {
  const part = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
  fc.assert(
    fc.property(part, part, anyWidth, (a, b, bits) => {
      expect(wrapPsum(wrapPsum(a, bits) + wrapPsum(b, bits), bits)).toBe(wrapPsum(a + b, bits));
    }),
  );
});
