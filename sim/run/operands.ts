import type { RunOptions } from '../cli/options.ts';
import type { Layer } from '../layer/layer.ts';
import { biasShape, iactShape, weightShape } from '../layer/shape.ts';
import { readNpy } from '../tensor/npy.ts';
import { synthesise } from '../tensor/synthetic.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * Where a tensor comes from: a file; a seed and the share of elements that were to be non-zero; a seed and a mask file of those that
 * are; or a network, which says how.
 */
export type OperandSource =
  | { readonly file: string }
  | { readonly seed: number; readonly density: number }
  | { readonly mask: string; readonly seed: number }
  | { readonly made: string };

/** What a layer is run on. */
export interface Operands {
  /** [n, g·c, h, w] */
  readonly iacts: Tensor<Int8Array | Uint8Array>;
  /** [g·m, c, r, s] */
  readonly weights: Tensor<Int8Array>;
  /** [g·m] */
  readonly bias: Tensor<Int32Array> | undefined;
  readonly sources: {
    readonly iacts: OperandSource;
    readonly weights: OperandSource;
    /** null: there is no bias. */
    readonly bias: OperandSource | null;
  };
}

/** Which tensors to take. */
export type OperandOptions = Pick<RunOptions, 'iacts' | 'weights' | 'bias' | 'seed' | 'iactDensity' | 'weightDensity'>;

/**
 * The tensors for a layer: each from its file, where one is named, or from the seed.
 *
 * @throws InputError when a file does not hold what the layer needs
 */
export function readOperands(layer: Layer, options: OperandOptions): Operands {
  const { seed, iactDensity, weightDensity } = options;
  const iacts = {
    label: 'iacts',
    file: options.iacts,
    dtype: layer.iactSigned ? ('int8' as const) : ('uint8' as const),
    shape: iactShape(layer),
    seed,
    density: iactDensity,
  };
  const weights = {
    label: 'weights',
    file: options.weights,
    dtype: 'int8' as const,
    shape: weightShape(layer),
    seed,
    density: weightDensity,
  };
  return {
    iacts: readOrSynthesise(layer, iacts),
    weights: readOrSynthesise(layer, weights),
    bias:
      options.bias === undefined
        ? undefined
        : readNpy(options.bias, { dtype: 'int32', shape: biasShape(layer), what: `biases of layer ${layer.name}` }),
    sources: {
      iacts: sourceOf(iacts),
      weights: sourceOf(weights),
      bias: options.bias === undefined ? null : { file: options.bias },
    },
  };
}

interface WantedOperand<T extends 'int8' | 'uint8'> {
  readonly label: string;
  readonly file: string | undefined;
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly seed: number;
  readonly density: number;
}

function readOrSynthesise<T extends 'int8' | 'uint8'>(layer: Layer, wanted: WantedOperand<T>) {
  const { label, file, dtype, shape } = wanted;
  return file === undefined
    ? synthesise(wanted)
    : readNpy(file, { dtype, shape, what: `${label} of layer ${layer.name}` });
}

function sourceOf({ file, seed, density }: WantedOperand<'int8' | 'uint8'>): OperandSource {
  return file === undefined ? { seed, density } : { file };
}
