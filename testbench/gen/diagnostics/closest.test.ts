import { expect, it } from 'vitest';
import { closest } from '../../../gen/diagnostics/closest.ts';

it.each([
  { word: 'strid', meant: 'stride' }, // one missing
  { word: 'strride', meant: 'stride' }, // one too many
  { word: 'stribe', meant: 'stride' }, // one wrong
  { word: 'stirde', meant: 'stride' }, // two swapped
  { word: 'STRIDE', meant: 'stride' },
  { word: 'pd', meant: 'pad' },
  { word: 'stri', meant: 'stride' },
  { word: 'str', meant: undefined }, // three slips of six
  { word: 'C', meant: 'c' },
  { word: 'x', meant: undefined },
  { word: '', meant: undefined },
])('closest takes "$word" for $meant', ({ word, meant }) => {
  expect(closest(word, ['stride', 'strides of a horse', 'pad', 'c', 'm'])).toBe(meant);
});

it('closest prefers fewer slips, then the earlier candidate', () => {
  expect(closest('verilater', ['verified', 'verilator'])).toBe('verilator');
  expect(closest('cat', ['car', 'bat'])).toBe('car');
});
