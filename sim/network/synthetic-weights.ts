import type { Layer } from '../layer/layer.ts';
import { weightShape } from '../layer/shape.ts';
import { densityOf } from '../tensor/density.ts';
import { seededStream } from '../tensor/synthetic.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';
import { gaussian, unevenness, unevenShares } from './uneven-shares.ts';

/** Deviation of weights where nothing asks for smaller ones: 127 is then four of them, and next to none is cut. */
const WIDEST = 32;

/** Psums stay within this many of their deviations, so that next to none of them wraps. */
const HEADROOM = 7;

/**
 * Weights for a layer of a network: about the share `density` of them is not zero, filters and input channels having more or less of
 * them (`unevenness`), and their values are normally distributed about 0, as trained ones are. They are so small that sums fit
 * psums: what wraps would not be passed on by a network that works.
 *
 * @param iacts what they meet
 * @param mask [g·m, c, r, s]: 1 where they are not zero, in place of `density`
 * @param label names the stream of random numbers
 */
export function synthesiseWeights(
  layer: Layer,
  iacts: Int8Array | Uint8Array,
  {
    density: wanted,
    mask,
    psumBits,
    seed,
    label,
  }: { density: number; mask?: Uint8Array | undefined; psumBits: number; seed: number; label: string },
): Tensor<Int8Array> {
  const density = mask === undefined ? wanted : densityOf(mask);
  const random = seededStream(seed, label);
  const weights = zeros('int8', weightShape(layer));
  const [filters, channels] = weightShape(layer);
  const ofFilters = unevenShares(filters, density, unevenness.weights, random);
  const ofChannels = unevenShares(channels, density, unevenness.weights, random);
  const deviation = deviationOf(layer, iacts, density, psumBits);
  const kernel = layer.r * layer.s;
  for (let i = 0; i < weights.data.length; i++) {
    const plane = Math.floor(i / kernel);
    // Both kinds of shares have the mean `density`.
    const share =
      density === 0 ? 0 : (ofFilters[Math.floor(plane / channels)]! * ofChannels[plane % channels]!) / density;
    const chance = random.fraction();
    if (mask === undefined ? chance >= share : mask[i] === 0) continue;
    const magnitude = Math.min(127, Math.max(1, Math.round(deviation * Math.abs(gaussian(random)))));
    weights.data[i] = random.fraction() < 0.5 ? -magnitude : magnitude;
  }
  return weights;
}

function deviationOf(layer: Layer, iacts: Int8Array | Uint8Array, density: number, psumBits: number): number {
  let squares = 0;
  for (const iact of iacts) squares += iact * iact;
  const meanSquare = iacts.length === 0 ? 0 : squares / iacts.length;
  // Signs of weights are random, so squares add up.
  const perUnit = Math.sqrt(layer.c * layer.r * layer.s * density * meanSquare);
  return Math.min(WIDEST, 2 ** (psumBits - 1) / (HEADROOM * Math.max(1, perUnit)));
}
