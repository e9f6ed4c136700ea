/** What the host does between layers, in whole numbers, so that every machine comes to the same. */
import type { OperandDtype } from '../tensor/synthetic.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';
import type { Addition, AddEntry, PoolEntry } from './network.ts';

/** Activations: [n, channels, height, width], int8 or uint8. */
export type Activations = Tensor<Int8Array | Uint8Array>;

/** How the windows of a pooling lie. */
export type Windows = Pick<PoolEntry, 'size' | 'stride' | 'pad'>;

/** Height and width of what pooling gives. */
export function pooledSize([height, width]: readonly [number, number], { size, stride, pad }: Windows) {
  const [top, left, bottom, right] = pad;
  return [
    Math.floor((height + top + bottom - size[0]) / stride[0]) + 1,
    Math.floor((width + left + right - size[1]) / stride[1]) + 1,
  ] as const;
}

/** The largest value of each window. What lies beyond the input is not looked at. */
export function maxPool(input: Activations, windows: Windows): Activations {
  return pool(input, windows, (values) => values.reduce((largest, value) => Math.max(largest, value)));
}

/** The mean of each window, rounded half up. What lies beyond the input is not counted. */
export function averagePool(input: Activations, windows: Windows): Activations {
  return pool(input, windows, (values) => {
    const sum = values.reduce((total, value) => total + value, 0);
    return Math.floor((2 * sum + values.length) / (2 * values.length));
  });
}

function pool(input: Activations, windows: Windows, combine: (values: readonly number[]) => number): Activations {
  const [n = 0, channels = 0, height = 0, width = 0] = input.shape;
  const { size, stride, pad } = windows;
  const [rows, columns] = pooledSize([height, width], windows);
  const pooled = zeros(typeOf(input), [n, channels, rows, columns]);
  let index = 0;
  for (let plane = 0; plane < n * channels; plane++) {
    for (let y = 0; y < rows; y++) {
      const [firstRow, lastRow] = inside(y * stride[0] - pad[0], size[0], height);
      for (let x = 0; x < columns; x++) {
        const [firstColumn, lastColumn] = inside(x * stride[1] - pad[1], size[1], width);
        const values: number[] = [];
        for (let row = firstRow; row <= lastRow; row++) {
          for (let column = firstColumn; column <= lastColumn; column++) {
            values.push(input.data[(plane * height + row) * width + column]!);
          }
        }
        pooled.data[index++] = combine(values);
      }
    }
  }
  return pooled;
}

/** The first and the last place of a window that lie on the input. */
function inside(start: number, size: number, length: number): [number, number] {
  return [Math.max(0, start), Math.min(length, start + size) - 1];
}

/**
 * The sum of two tensors, scaled and rounded half up as `requantise` does it, and cut to what 8 bits hold; from 0 on with a ReLU.
 *
 * @param signed whether the outputs are int8
 */
export function add(
  a: Activations,
  b: Activations,
  { multipliers, shift }: Addition,
  { relu, signed }: Pick<AddEntry, 'relu'> & { readonly signed: boolean },
): Activations {
  const [lowest, highest] = signed ? [-128, 127] : [0, 255];
  const low = relu ? 0 : lowest;
  const sum = zeros(signed ? 'int8' : 'uint8', a.shape);
  for (let i = 0; i < sum.data.length; i++) {
    // At most 2 · 2^8 · 2^31, which a double holds exactly; so does it a division by a power of two.
    const scaled = (a.data[i]! * multipliers[0] + b.data[i]! * multipliers[1]) / 2 ** shift;
    sum.data[i] = Math.min(Math.max(Math.floor(scaled + 0.5), low), highest);
  }
  return sum;
}

/** One scale for both summands, with which the largest sum just fits 8 bits. */
export function chooseAddition(a: Activations, b: Activations, signed: boolean): Addition {
  let largest = 1;
  for (let i = 0; i < a.data.length; i++) {
    const sum = a.data[i]! + b.data[i]!;
    largest = Math.max(largest, sum, signed ? -sum : 0);
  }
  const shift = 16;
  const multiplier = Math.floor(((signed ? 127 : 255) * 2 ** shift) / largest);
  return { multipliers: [multiplier, multiplier], shift };
}

/** The channels of several tensors, one after the other: [n, sum of channels, height, width]. All are of one type, n, height and width. */
export function concat(inputs: readonly Activations[]): Activations {
  const [first] = inputs as [Activations];
  const [n = 0, , height = 0, width = 0] = first.shape;
  const sizes = inputs.map(({ shape }) => shape[1]! * height * width);
  const channels = inputs.reduce((sum, { shape }) => sum + shape[1]!, 0);
  const joined = zeros(typeOf(first), [n, channels, height, width]);
  let place = 0;
  for (let image = 0; image < n; image++) {
    for (const [index, { data }] of inputs.entries()) {
      const size = sizes[index]!;
      joined.data.set(data.subarray(image * size, (image + 1) * size), place);
      place += size;
    }
  }
  return joined;
}

/** [n, channels, height, width] as [n, channels·height·width, 1, 1]: the same numbers in the same order. */
export function flatten(input: Activations): Activations {
  const [n = 0, channels = 0, height = 0, width = 0] = input.shape;
  return { shape: [n, channels * height * width, 1, 1], data: input.data };
}

export function typeOf({ data }: Activations): OperandDtype {
  return data instanceof Int8Array ? 'int8' : 'uint8';
}
