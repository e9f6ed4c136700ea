import { describe, expect, test } from 'vitest';
import { compareTensors } from '../../sim/run/compare.ts';

const shape = [2, 3, 4, 5];
const expected = { shape, data: Int32Array.from({ length: 120 }, (_, i) => i - 60) };

describe('compareTensors', () => {
  test('equal psums', () => {
    const got = { shape, data: expected.data.slice() };
    expect(compareTensors('psum', got, expected)).toEqual({ what: 'psum', checked: 120, mismatches: 0, first: [] });
  });

  test('every element counts, the first and the last as well, and each is named by its place', () => {
    for (const [index, at] of [
      [0, [0, 0, 0, 0]],
      [119, [1, 2, 3, 4]],
      [60 + 20 + 3 * 5 + 2, [1, 1, 3, 2]],
    ] as const) {
      const data = expected.data.slice();
      data[index] = 1000;
      const found = { at, got: 1000, expected: index - 60 };
      expect(compareTensors('psum', { shape, data }, expected)).toEqual({
        what: 'psum',
        checked: 120,
        mismatches: 1,
        first: [found],
      });
    }
  });

  test('of many mismatches all are counted, and a few are listed', () => {
    const { mismatches, first } = compareTensors('psum', { shape, data: new Int32Array(120).fill(99) }, expected);
    expect(mismatches).toBe(120);
    expect(first).toHaveLength(8);
    expect(first[7]).toEqual({ at: [0, 0, 1, 2], got: 99, expected: -53 });
  });

  test('psums of another shape are not compared at all', () => {
    expect(() => compareTensors('psum', { shape: [2, 3, 5, 4], data: expected.data }, expected)).toThrow(RangeError);
  });
});
