import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { iactShape, weightShape } from '../layer/shape.ts';
import { Random } from './random.ts';
import type { DtypeArrays, Tensor, TensorData } from './tensor.ts';
import { zeros } from './tensor.ts';

/** The type of a MAC's operand. */
export type OperandDtype = 'int8' | 'uint8';

/** How to make a synthetic tensor. */
export interface Synthetic<T extends OperandDtype = OperandDtype> {
  readonly dtype: T;
  readonly shape: readonly number[];
  /** The share of elements that are not zero, 0 to 1. */
  readonly density: number;
  /** Same seed and label, same tensor. */
  readonly seed: number;
  readonly label: string;
}

/** How to make the operands of a layer. */
export interface SyntheticOperands {
  readonly seed: number;
  readonly iactDensity: number;
  readonly weightDensity: number;
}

/**
 * A tensor in which every element is non-zero with the probability `density`, independently of the others, and then
 * any non-zero value of the type with equal probability.
 *
 * @throws InputError when density or seed are out of range
 */
export function synthesise<T extends OperandDtype>(how: Synthetic<T>): Tensor<DtypeArrays[T]> {
  const { dtype, shape, density, seed, label } = how;
  if (!(density >= 0 && density <= 1)) {
    throw new InputError(`the density of the ${label} is ${density}: expected a number from 0 to 1`);
  }
  const random = seededStream(seed, label);
  const tensor = zeros(dtype, shape);
  const data: TensorData = tensor.data;
  for (let i = 0; i < data.length; i++) {
    if (random.fraction() < density) data[i] = nonZero(random, dtype);
  }
  return tensor;
}

/** Iacts and weights for a layer, of the types it asks for, from independent streams of one seed. */
export function synthesiseOperands(
  layer: Layer,
  { seed, iactDensity, weightDensity }: SyntheticOperands,
): { iacts: Tensor<Int8Array | Uint8Array>; weights: Tensor<Int8Array> } {
  const dtype = layer.iactSigned ? 'int8' : 'uint8';
  return {
    iacts: synthesise({ dtype, shape: iactShape(layer), density: iactDensity, seed, label: 'iacts' }),
    weights: synthesise({ dtype: 'int8', shape: weightShape(layer), density: weightDensity, seed, label: 'weights' }),
  };
}

/**
 * The stream for the tensor that `label` names.
 *
 * @throws InputError when the seed is not a whole number that a double holds exactly
 */
export function seededStream(seed: number, label: string): Random {
  if (!Number.isSafeInteger(seed)) {
    throw new InputError(`the seed is ${seed}: expected a whole number within ±${Number.MAX_SAFE_INTEGER}`);
  }
  return Random.stream(seed, label);
}

/** Any value of the type but zero, each equally likely. */
export function nonZero(random: Random, dtype: OperandDtype): number {
  if (dtype === 'uint8') return random.integer(1, 255);
  const value = random.integer(-128, 126); // 255 values, those from 0 on standing for the next one
  return value < 0 ? value : value + 1;
}
