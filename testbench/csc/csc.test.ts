import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCsc, encodeCsc, entryCount } from '../../sim/csc/csc.ts';
import { columnsArbitrary, fig16, run } from './columns.ts';

describe('encodeCsc', () => {
  it('gives the vectors of Fig. 16 of the paper', () => {
    const { data, counts, addresses } = encodeCsc(fig16);
    expect(data).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(counts).toEqual([1, 0, 0, 0, 1, 2, 3, 1, 1, 0, 0, 0]);
    expect(addresses).toEqual([0, 2, 5, 6, 6, 7, 9, 9, 12]);
  });

  it('starts every count anew with its column', () => {
    expect(
      encodeCsc([
        [7, 0, 0],
        [0, 0, 8],
        [0, 9, 0],
      ]).counts,
    ).toEqual([0, 2, 1]);
  });

  it.each([
    {
      name: 'first',
      columns: [
        [0, 0],
        [1, 0],
      ],
      addresses: [0, 0, 1],
    },
    {
      name: 'last',
      columns: [
        [1, 0],
        [0, 0],
      ],
      addresses: [0, 1, 1],
    },
    {
      name: 'three together',
      columns: [
        [1, 2],
        [0, 0],
        [0, 0],
        [0, 0],
        [3, 4],
      ],
      addresses: [0, 2, 2, 2, 2, 4],
    },
    {
      name: 'all',
      columns: [
        [0, 0],
        [0, 0],
      ],
      addresses: [0, 0, 0],
    },
    { name: 'of length 0', columns: [[], []], addresses: [0, 0, 0] },
    { name: 'none at all', columns: [], addresses: [0] },
  ])('repeats the address of empty columns: $name', ({ columns, addresses }) => {
    expect(encodeCsc(columns).addresses).toEqual(addresses);
  });

  it.each([
    { zeros: 15, data: [9], counts: [15] },
    { zeros: 16, data: [0, 9], counts: [15, 0] },
    { zeros: 31, data: [0, 9], counts: [15, 15] },
    { zeros: 32, data: [0, 0, 9], counts: [15, 15, 0] },
  ])('puts a filler for every 16 of $zeros zeros before a value', ({ zeros, data, counts }) => {
    expect(encodeCsc([run(zeros, 9)])).toEqual({ data, counts, addresses: [0, data.length] });
  });

  it('counts 16 and 16 zeros between three values apart', () => {
    const { data, counts } = encodeCsc([[1, ...run(16, 2), ...run(16, 3)]]);
    expect(data).toEqual([1, 0, 2, 0, 3]);
    expect(counts).toEqual([0, 15, 0, 15, 0]);
  });

  it('puts no filler for zeros after the last value', () => {
    expect(encodeCsc([[5, ...run(40, 0)]])).toEqual({ data: [5], counts: [0], addresses: [0, 1] });
  });

  it('has counts of any width', () => {
    expect(encodeCsc([run(5, 9)], { countBits: 2 })).toMatchObject({ data: [0, 9], counts: [3, 1] });
    expect(encodeCsc([run(20, 9)], { countBits: 5 })).toMatchObject({ data: [9], counts: [20] });
    expect(() => encodeCsc([], { countBits: 0 })).toThrow(
      new RangeError('countBits is 0: expected a whole number from 1 to 16'),
    );
  });
});

describe('decodeCsc', () => {
  it('undoes encodeCsc', () => {
    fc.assert(
      fc.property(columnsArbitrary, fc.integer({ min: 1, max: 6 }), ({ columns, length }, countBits) => {
        const csc = encodeCsc(columns, { countBits });
        expect(decodeCsc(csc, length)).toEqual(columns);
        expect(csc.counts.every((count) => count < 2 ** countBits)).toBe(true);
        expect(csc.data.length).toBe(columns.reduce((sum, column) => sum + entryCount(column, { countBits }), 0));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    {
      name: 'a value beyond the column',
      csc: { data: [1, 2], counts: [0, 3], addresses: [0, 2] },
      message: 'CSC column 0 has a value in row 4: expected fewer than 4 rows',
    },
    {
      name: 'a column that ends before it begins',
      csc: { data: [1, 2], counts: [0, 0], addresses: [0, 2, 1, 2] },
      message: 'CSC column 1 begins at 2, but ends before it, at 1',
    },
    {
      name: 'values outside all columns',
      csc: { data: [1, 2], counts: [0, 0], addresses: [0, 1] },
      message:
        'CSC of 2 values and 2 counts with the addresses [0, 1]: ' +
        'expected as many counts as values, and addresses from 0 to that number',
    },
  ])('refuses $name', ({ csc, message }) => {
    expect(() => decodeCsc(csc, 4)).toThrow(new RangeError(message));
  });
});
