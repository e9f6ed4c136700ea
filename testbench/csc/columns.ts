import * as fc from 'fast-check';

/**
 * The columns of the matrix of Fig. 16 (JETCAS 2019), 4 rows by 8 columns, its values a to l as 1 to 12. Column 3 and
 * column 6 are empty.
 */
export const fig16 = [
  [0, 1, 2, 0],
  [3, 4, 0, 5],
  [0, 0, 6, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 7],
  [0, 8, 0, 9],
  [0, 0, 0, 0],
  [10, 11, 12, 0],
];

/** A number of zeros, and a value after them. */
export function run(zeros: number, value: number): number[] {
  return [...Array.from({ length: zeros }, () => 0), value];
}

const value = fc.integer({ min: -128, max: 127 });

/** Columns of one length, among them empty, sparse and full ones. */
export const columnsArbitrary = fc.nat(48).chain((length) => {
  const size = { minLength: length, maxLength: length };
  const sparse = fc.array(fc.oneof({ weight: 15, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: value }), size);
  const column = fc.oneof(fc.array(fc.constant(0), size), sparse, fc.array(value, size));
  return fc.record({ length: fc.constant(length), columns: fc.array(column, { maxLength: 9 }) });
});
