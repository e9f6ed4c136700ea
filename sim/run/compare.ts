import type { Tensor } from '../tensor/tensor.ts';

/** A value that is not what the golden model says. */
export interface Mismatch {
  /** Image, output channel, output row, output column. */
  readonly at: readonly [n: number, m: number, e: number, f: number];
  readonly got: number;
  readonly expected: number;
}

export interface Comparison {
  /** What was compared: one of it. */
  readonly what: 'psum' | 'output';
  /** Values compared: all there are. */
  readonly checked: number;
  readonly mismatches: number;
  /** The first of the mismatches, in the order of the tensor. */
  readonly first: readonly Mismatch[];
}

const most = 8;

/**
 * Compares every value of the hardware with the golden model's.
 *
 * @param got [n, g·m, e, f]
 * @param expected of the same shape
 */
export function compareTensors(what: Comparison['what'], got: Tensor, expected: Tensor): Comparison {
  if (got.shape.join() !== expected.shape.join() || got.data.length !== expected.data.length) {
    throw new RangeError(`${what}s of shape [${got.shape.join(', ')}] compared with [${expected.shape.join(', ')}]`);
  }
  const [, channels = 1, rows = 1, columns = 1] = expected.shape;
  const first: Mismatch[] = [];
  let mismatches = 0;
  for (const [i, value] of expected.data.entries()) {
    if (got.data[i] === value) continue;
    mismatches++;
    if (first.length === most) continue;
    const row = Math.floor(i / columns);
    const plane = Math.floor(row / rows);
    const at = [Math.floor(plane / channels), plane % channels, row % rows, i % columns] as const;
    first.push({ at, got: got.data[i]!, expected: value });
  }
  return { what, checked: expected.data.length, mismatches, first };
}
