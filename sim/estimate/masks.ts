/** Where the operands of a layer are not zero: from tensors, or drawn from densities without making any. */
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import type { Weights } from '../mapper/column-words.ts';
import { channelDensities } from '../mapper/order.ts';
import { unevenShares } from '../network/uneven-shares.ts';
import { densityOf } from '../tensor/density.ts';
import { seededStream } from '../tensor/synthetic.ts';

/** Non-zeros of a layer's operands, by their index in memory. The same arguments, the same answer. */
export interface LayerMasks {
  /** [n, g·c, h, w] */
  readonly iact: (index: number) => boolean;
  /** [g·m, c, r, s] */
  readonly weight: (index: number) => boolean;
  /** The same, as the mapper looks at them. */
  readonly weights: Weights;
  /** Of the g·m channels of the output, by image, row and column. */
  readonly output: (channel: number, n: number, e: number, f: number) => boolean;
  /** Share of non-zeros in each channel [g·c] of the iacts, as far as known. */
  readonly iactChannels: Float64Array | undefined;
  readonly density: { readonly iact: number; readonly weight: number; readonly output: number };
}

/** Share of non-zeros of outputs of which nothing is known: half of what a ReLU sees is negative. */
export const UNKNOWN_OUTPUT_DENSITY = 0.5;

/** Shares of non-zeros of a layer: of each channel [g·c] of the iacts, each filter [g·m] and each channel [c] of the weights, each channel [g·m] of the outputs. */
export interface LayerShares {
  readonly iacts: Float64Array;
  readonly filters: Float64Array;
  readonly weightChannels: Float64Array;
  readonly outputs: Float64Array;
}

/** Shares of one density, or lying as far apart as `unevenness` says. */
export function sharesOf(
  layer: Layer,
  density: LayerMasks['density'],
  spread: { readonly activations: number; readonly weights: number },
  seed: number,
): LayerShares {
  const random = seededStream(seed, `shares of ${layer.name}`);
  return {
    iacts: unevenShares(layer.g * layer.c, density.iact, spread.activations, random),
    filters: unevenShares(layer.g * layer.m, density.weight, spread.weights, random),
    weightChannels: unevenShares(layer.c, density.weight, spread.weights, random),
    outputs: unevenShares(layer.g * layer.m, density.output, spread.activations, random),
  };
}

/** Drawn, element by element, when asked for: each is non-zero with the share of its channel, and of its filter. */
export function masksOfShares(
  layer: Layer,
  density: LayerMasks['density'],
  { iacts, filters, weightChannels, outputs }: LayerShares,
  seed: number,
): LayerMasks {
  const random = seededStream(seed, `masks of ${layer.name}`);
  const [iactSeed, weightSeed, outputSeed] = [0, 1, 2].map(() => random.integer(0, 2 ** 30)) as [
    number,
    number,
    number,
  ];
  const plane = layer.h * layer.w;
  const kernel = layer.r * layer.s;
  const size = layer.c * kernel;
  // Both kinds of shares have the mean `density.weight`.
  const limits = weightChannels.map((share) => (density.weight === 0 ? 0 : (share / density.weight) * 2 ** 32));
  const rows = new Map<number, Uint8Array>();
  const rowOf = (filter: number): Uint8Array => {
    const known = rows.get(filter);
    if (known !== undefined) return known;
    const row = new Uint8Array(size);
    const first = filter * size;
    for (let index = 0; index < size; index++) {
      const limit = filters[filter]! * limits[kernel === 1 ? index : Math.floor(index / kernel)]!;
      if (hash(first + index, weightSeed) < limit) row[index] = 1;
    }
    rows.set(filter, row);
    return row;
  };
  return {
    iact: (index) => hash(index, iactSeed) < iacts[Math.floor(index / plane) % iacts.length]! * 2 ** 32,
    weight: (index) => {
      const filter = Math.floor(index / size);
      const at = index - filter * size;
      const known = rows.get(filter);
      if (known !== undefined) return known[at] === 1;
      return hash(index, weightSeed) < filters[filter]! * limits[kernel === 1 ? at : Math.floor(at / kernel)]!;
    },
    weights: { row: rowOf, filterShares: filters, channelShares: weightChannels },
    iactChannels: iacts,
    output: (channel, n, e, f) =>
      hash((Math.imul(n, 4099) + e) * 4099 + f, outputSeed + Math.imul(channel, 0x27d4_eb2f)) <
      outputs[channel]! * 2 ** 32,
    density,
  };
}

/** Of tensors that are there, or some of them: what is not comes from `drawn`. */
export function masksOfTensors(
  layer: Layer,
  tensors: {
    readonly iacts?: Int8Array | Uint8Array | undefined;
    readonly weights?: Int8Array | undefined;
    readonly outputs?: Int8Array | Uint8Array | undefined;
  },
  drawn: LayerMasks,
): LayerMasks {
  const { iacts, weights, outputs } = tensors;
  const { e, f } = outputShape(layer);
  const channels = layer.g * layer.m;
  return {
    iact: iacts === undefined ? drawn.iact : (index) => iacts[index] !== 0,
    weight: weights === undefined ? drawn.weight : (index) => weights[index] !== 0,
    weights: weights ?? drawn.weights,
    iactChannels: iacts === undefined ? drawn.iactChannels : channelDensities(layer, iacts),
    output:
      outputs === undefined
        ? drawn.output
        : (channel, n, row, column) => outputs[((n * channels + channel) * e + row) * f + column] !== 0,
    density: {
      iact: iacts === undefined ? drawn.density.iact : densityOf(iacts),
      weight: weights === undefined ? drawn.density.weight : densityOf(weights),
      output: outputs === undefined ? drawn.density.output : densityOf(outputs),
    },
  };
}

/** A number from 0 to 2^32 - 1 that looks random and depends on nothing else (the finaliser of MurmurHash3). */
function hash(index: number, seed: number): number {
  let bits = Math.imul(index, 0x9e37_79b1) ^ seed;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
