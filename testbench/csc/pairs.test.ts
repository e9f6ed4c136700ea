import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCsc, encodeCsc } from '../../sim/csc/csc.ts';
import type { PairedCsc } from '../../sim/csc/pairs.ts';
import { pairColumns, pairedWords } from '../../sim/csc/pairs.ts';
import { columnsArbitrary, fig16, run } from './columns.ts';

/** The columns back: each word's halves in turn, without those that are all zero. */
function decodePairs({ words, addresses }: PairedCsc, columnLength: number): number[][] {
  return addresses.slice(1).flatMap((end, column) => {
    const entries = words
      .slice(addresses[column], end)
      .flatMap(({ data0, count0, data1, count1 }) => [
        { data: data0, count: count0 },
        { data: data1, count: count1 },
      ])
      .filter(({ data, count }) => data !== 0 || count !== 0);
    const data = entries.map((entry) => entry.data);
    return decodeCsc({ data, counts: entries.map(({ count }) => count), addresses: [0, data.length] }, columnLength);
  });
}

describe('pairColumns', () => {
  it('begins every column of Fig. 16 on a word', () => {
    const { words, addresses } = pairColumns(encodeCsc(fig16));
    expect(addresses).toEqual([0, 1, 3, 4, 4, 5, 6, 6, 8]);
    expect(words.map(({ data0, count0, data1, count1 }) => [data0, count0, data1, count1])).toEqual([
      [1, 1, 2, 0],
      [3, 0, 4, 0],
      [5, 1, 0, 0],
      [6, 2, 0, 0],
      [7, 3, 0, 0],
      [8, 1, 9, 1],
      [10, 0, 11, 0],
      [12, 0, 0, 0],
    ]);
  });

  it('gives empty columns no words', () => {
    expect(pairColumns(encodeCsc([[0], [0], [4], [0]]))).toEqual({
      words: [{ data0: 4, count0: 0, data1: 0, count1: 0 }],
      addresses: [0, 0, 0, 1, 1],
    });
  });

  it('puts a filler and its value into one word', () => {
    expect(pairColumns(encodeCsc([run(16, 9)])).words).toEqual([{ data0: 0, count0: 15, data1: 9, count1: 0 }]);
  });

  it('loses nothing, and takes the words that pairedWords says', () => {
    fc.assert(
      fc.property(columnsArbitrary, ({ columns, length }) => {
        const paired = pairColumns(encodeCsc(columns));
        expect(decodePairs(paired, length)).toEqual(columns);
        const sizes = paired.addresses.slice(1).map((end, i) => end - paired.addresses[i]!);
        expect(sizes).toEqual(columns.map((column) => pairedWords(column)));
        expect(paired.words.length).toBe(paired.addresses.at(-1));
      }),
      { numRuns: 500 },
    );
  });
});

it('pairedWords counts fillers, and rounds up', () => {
  expect([[], [0, 0], [1], [1, 2], [1, 2, 3], run(15, 1), run(16, 1), run(48, 1)].map((c) => pairedWords(c))).toEqual([
    0, 0, 1, 1, 2, 1, 1, 2,
  ]);
  expect(pairedWords(run(5, 1), { countBits: 1 })).toBe(2);
});
