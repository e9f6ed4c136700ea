/** How the psums of a layer become outputs, where its network does not say it. */
import type { Requantisation } from '../layer/layer.ts';
import { densityOf } from '../tensor/density.ts';
import { seededStream } from '../tensor/synthetic.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';
import type { Activations } from './host-operations.ts';
import { unevenness, unevenShares } from './uneven-shares.ts';

/** Of the outputs, those that may be cut off at the top so that the others use more of 8 bits. */
const CUT = 1e-3;

/** Planes of fewer values cannot have a share of non-zeros of their own. */
export const SMALLEST_PLANE = 8;

export interface ChosenOutput {
  readonly output: Requantisation;
  /** [g·m] */
  readonly bias: Tensor<Int32Array>;
}

/** What outputs are to be like. */
export interface WantedOutput {
  readonly activation: 'relu' | 'none';
  /** Share of non-zeros among them, 0 to 1, for a ReLU; undefined: no bias, and as many as come about. */
  readonly density?: number;
  /** What the host does before they are looked at; the density is wanted behind it. */
  readonly behind?: (outputs: Activations) => Activations;
}

/**
 * One multiplier and one shift for a layer, with which all but the largest thousandth of its outputs fit 8 bits and the largest of those
 * reach their end. With a density, the bias of each channel moves so many of its psums above zero as its share says;
 * shares differ between channels as in real data. Where a channel has few values only, all channels have one bias.
 *
 * @param psums [n, g·m, e, f], as the hardware has them
 * @param drawn what the shares of the channels are drawn by
 * @param given a bias that is there already; only the scale is chosen then
 */
export function chooseOutput(
  psums: Tensor<Int32Array>,
  { activation, density, behind }: WantedOutput,
  { seed, label }: { readonly seed: number; readonly label: string },
  given?: Tensor<Int32Array>,
): ChosenOutput {
  if (activation === 'none' || density === undefined || given !== undefined) {
    const bias = given ?? zeros('int32', [psums.shape[1]!]);
    return { bias, output: scaleTo(psums, bias, activation === 'none') };
  }
  const planes = planesOf(psums);
  const reach = (share: number): ChosenOutput => {
    // From the same stream, so that the same channels are above the mean whatever it is.
    const shares = unevenShares(planes.values.length, share, unevenness.activations, seededStream(seed, label));
    return biasFor(psums, planes, shares);
  };
  if (behind === undefined) return reach(density);
  // What is left of the share behind pooling is not known beforehand, but grows with it.
  let [low, high] = [0, 1];
  for (let step = 0; step < 14; step++) {
    const middle = (low + high) / 2;
    if (densityOf(behind(apply(psums, reach(middle))).data) < density) low = middle;
    else high = middle;
  }
  return reach(high);
}

interface Planes {
  /** Psums in ascending order: of each channel, or of all together. */
  readonly values: readonly Int32Array[];
  readonly together: boolean;
}

function planesOf({ shape, data }: Tensor<Int32Array>): Planes {
  const [n = 0, channels = 0, e = 0, f = 0] = shape;
  const plane = e * f;
  if (n * plane < SMALLEST_PLANE) return { values: [data.slice().sort()], together: true };
  const values = Array.from({ length: channels }, (_, channel) => {
    const all = new Int32Array(n * plane);
    for (let image = 0; image < n; image++) {
      const start = (image * channels + channel) * plane;
      all.set(data.subarray(start, start + plane), image * plane);
    }
    return all.sort();
  });
  return { values, together: false };
}

/** The bias with which the share of each plane is above zero. */
function biasFor(psums: Tensor<Int32Array>, { values, together }: Planes, shares: Float64Array): ChosenOutput {
  const channels = psums.shape[1]!;
  // What equal psums, or too few of them, make a channel miss of its share, the next one makes up for.
  let missing = 0;
  const thresholds = values.map((plane, index) => {
    const wanted = shares[index]! * plane.length + missing;
    const { psum, reached } = threshold(plane, wanted);
    missing = wanted - reached;
    return psum;
  });
  const bias = zeros('int32', [channels]);
  bias.data.forEach((_, channel) => (bias.data[channel] = toInt32(-thresholds[together ? 0 : channel]!)));
  const output = scaleTo(psums, bias, false);
  // The threshold itself is to become 1: acc · multiplier / 2^shift must be a half.
  const half = Math.ceil(2 ** ((output.shift as number) - 1) / (output.multiplier as number));
  bias.data.forEach((value, channel) => (bias.data[channel] = toInt32(value + half)));
  return { bias, output };
}

/** The psum from which on, itself included, about so many are at least as large; and how many are, which equal psums decide. */
function threshold(ascending: Int32Array, wanted: number): { psum: number; reached: number } {
  const size = ascending.length;
  const count = Math.min(size, Math.round(wanted));
  if (count <= 0) return { psum: ascending[size - 1]! + 1, reached: 0 };
  const psum = ascending[size - count]!;
  const including = size - ascending.indexOf(psum);
  const without = size - 1 - ascending.lastIndexOf(psum);
  return including - wanted <= wanted - without ? { psum, reached: including } : { psum: psum + 1, reached: without };
}

/** A multiplier and a shift with which psums plus bias use the range of 8 bits. */
function scaleTo({ shape, data }: Tensor<Int32Array>, bias: Tensor<Int32Array>, signed: boolean): Requantisation {
  const [, channels = 1, e = 1, f = 1] = shape;
  const reached: number[] = [];
  for (let i = 0; i < data.length; i++) {
    const acc = data[i]! + bias.data[Math.floor(i / (e * f)) % channels]!;
    if (acc > 0) reached.push(acc);
    else if (signed && acc < 0) reached.push(-acc);
  }
  const ascending = Float64Array.from(reached).sort();
  const largest = ascending[Math.max(0, Math.ceil(ascending.length * (1 - CUT)) - 1)] ?? 1;
  const scale = (signed ? 127 : 255) / largest;
  const shift = 31 - Math.max(0, Math.ceil(Math.log2(scale)));
  const multiplier = Math.max(1, Math.min(2 ** 31 - 1, Math.round(scale * 2 ** shift)));
  return { relu: !signed, multiplier, shift, zeroPoint: 0, signed };
}

/** The outputs with a ReLU, nearly: doubles are good enough to see how many are zero, and quick. */
function apply({ shape, data }: Tensor<Int32Array>, { bias, output }: ChosenOutput): Activations {
  const [, channels = 1, e = 1, f = 1] = shape;
  const scale = (output.multiplier as number) / 2 ** (output.shift as number);
  const outputs = zeros('uint8', shape);
  for (let i = 0; i < data.length; i++) {
    const acc = data[i]! + bias.data[Math.floor(i / (e * f)) % channels]!;
    outputs.data[i] = Math.max(0, Math.min(255, Math.floor(acc * scale + 0.5)));
  }
  return outputs;
}

function toInt32(value: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));
}
