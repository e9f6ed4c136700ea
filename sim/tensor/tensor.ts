import { InputError } from '../errors.ts';

export type TensorData = Int8Array | Uint8Array | Int32Array;

/** Integers in C order: the last dimension varies fastest. */
export interface Tensor<D extends TensorData = TensorData> {
  readonly shape: readonly number[];
  readonly data: D;
}

/** The element types, by their numpy names, and the arrays that hold them. */
export interface DtypeArrays {
  int8: Int8Array;
  uint8: Uint8Array;
  int32: Int32Array;
}

export type Dtype = keyof DtypeArrays;

const arrays = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array } as const;

/** How many elements a tensor of this shape has; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor full of zeros. */
export function zeros<T extends Dtype>(dtype: T, shape: readonly number[]): Tensor<DtypeArrays[T]> {
  // The table's entry for T is T's array; the compiler cannot follow an index by a type parameter.
  return { shape: [...shape], data: new arrays[dtype](elementCount(shape)) as DtypeArrays[T] };
}

/** The numpy name of the tensor's element type. */
export function dtypeOf(tensor: Tensor): Dtype {
  if (tensor.data instanceof Int8Array) return 'int8';
  return tensor.data instanceof Uint8Array ? 'uint8' : 'int32';
}

/** A type and shape as messages show it: `uint8 [1, 64, 32, 32]`. */
export function describeTensor(dtype: string, shape: readonly number[]): string {
  return `${dtype} [${shape.join(', ')}]`;
}

/**
 * Makes sure that a tensor is of the type and shape that its use requires.
 *
 * @param what what the tensor is, as it begins the message: "the iacts of layer pw4"
 * @throws InputError saying what it is and what was expected
 */
export function expectTensor(tensor: Tensor, dtype: Dtype, shape: readonly number[], what: string): void {
  const is = describeTensor(dtypeOf(tensor), tensor.shape);
  const expected = describeTensor(dtype, shape);
  if (is !== expected) throw new InputError(`${what} are ${is}: expected ${expected}`);
  if (tensor.data.length !== elementCount(shape)) {
    throw new InputError(
      `${what} have ${tensor.data.length} elements: expected ${elementCount(shape)}, as their shape ${expected} says`,
    );
  }
}
