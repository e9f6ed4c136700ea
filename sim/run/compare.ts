import type { Tensor } from '../tensor/tensor.ts';

/** A psum that is not what the golden model says. */
export interface Mismatch {
  /** Image, output channel, output row, output column. */
  readonly at: readonly [n: number, m: number, e: number, f: number];
  readonly got: number;
  readonly expected: number;
}

export interface Comparison {
  /** Psums compared: all there are. */
  readonly checked: number;
  readonly mismatches: number;
  /** The first of the mismatches, in the order of the tensor. */
  readonly first: readonly Mismatch[];
}

const most = 8;

/**
 * Compares every psum of the hardware with the golden model's.
 *
 * @param got [n, g·m, e, f]
 * @param expected of the same shape
 */
export function comparePsums(got: Tensor<Int32Array>, expected: Tensor<Int32Array>): Comparison {
  if (got.shape.join() !== expected.shape.join() || got.data.length !== expected.data.length) {
    throw new RangeError(`psums of shape [${got.shape.join(', ')}] compared with [${expected.shape.join(', ')}]`);
  }
  const [, channels = 1, rows = 1, columns = 1] = expected.shape;
  const first: Mismatch[] = [];
  let mismatches = 0;
  expected.data.forEach((value, i) => {
    if (got.data[i] === value) return;
    mismatches++;
    if (first.length === most) return;
    const row = Math.floor(i / columns);
    const plane = Math.floor(row / rows);
    const at = [Math.floor(plane / channels), plane % channels, row % rows, i % columns] as const;
    first.push({ at, got: got.data[i]!, expected: value });
  });
  return { checked: expected.data.length, mismatches, first };
}
