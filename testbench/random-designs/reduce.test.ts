import { expect, test } from 'vitest';
import { printDesign } from './print-design.ts';
import { randomDesign } from './random-design.ts';
import { reduce } from './reduce.ts';

test('a design is reduced to what matters', async () => {
  const multiplies = (text: string): boolean => text.includes('.mul(') && text.includes('readSync');
  const seed = Array.from({ length: 200 }, (_, index) => index).find((each) =>
    multiplies(printDesign(randomDesign(each))),
  )!;
  const small = await reduce(randomDesign(seed), (smaller) => Promise.resolve(multiplies(printDesign(smaller))));
  const lines = printDesign(small).split('\n');
  expect(lines.length).toBeLessThan(8);
  expect(lines.filter((line) => line.includes('.mul('))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('readSync'))).toHaveLength(1);
});

test('one seed is one design, always', () => {
  expect(printDesign(randomDesign(42))).toBe(printDesign(randomDesign(42)));
  expect(printDesign(randomDesign(42))).not.toBe(printDesign(randomDesign(43)));
});
