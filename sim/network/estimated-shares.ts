/** Shares of non-zeros of a network's layers, as its synthetic tensors have them, without making these. */
import type { LayerShares } from '../estimate/masks.ts';
import { UNKNOWN_OUTPUT_DENSITY } from '../estimate/masks.ts';
import { seededStream } from '../tensor/synthetic.ts';
import { SMALLEST_PLANE } from './choose-output.ts';
import { weightDensity } from './golden-network.ts';
import type { HostEntry, LayerEntry, Network, PoolEntry } from './network.ts';
import { networkInput } from './network.ts';
import { unevenness, unevenShares } from './uneven-shares.ts';

export interface LayerEstimateInput {
  readonly entry: LayerEntry;
  readonly shares: LayerShares;
  readonly density: { readonly iact: number; readonly weight: number; readonly output: number };
}

/**
 * For each layer the shares of its channels and filters. They come from the streams of random numbers that `synthesiseWeights` and
 * `chooseOutput` take them from: a network of the same seed is made of them. Where a density is not chosen but comes about, as
 * behind additions, it is guessed.
 */
export function estimatedShares(
  network: Network,
  { seed, sparse }: { seed: number; sparse: boolean },
): LayerEstimateInput[] {
  const { input } = network;
  const known = new Map<string, Float64Array>([[networkInput, new Float64Array(input.shape[1]).fill(input.density)]]);
  const inputs: LayerEstimateInput[] = [];
  for (const entry of network.entries) {
    const from = entry.from.map((name) => known.get(name)!);
    if (entry.op !== 'layer') {
      known.set(entry.name, behindHost(entry, from));
      continue;
    }
    const { layer, name } = entry;
    const density = weightDensity(entry, { sparse });
    const random = seededStream(seed, `weights of ${name}`);
    const filters = unevenShares(layer.g * layer.m, density, unevenness.weights, random);
    const weightChannels = unevenShares(layer.c, density, unevenness.weights, random);
    const outputs = outputShares(network, entry, seed);
    known.set(name, outputs);
    const iacts = from[0]!;
    inputs.push({
      entry,
      shares: { iacts, filters, weightChannels, outputs },
      density: { iact: mean(iacts), weight: density, output: mean(outputs) },
    });
  }
  return inputs;
}

function outputShares(network: Network, entry: LayerEntry, seed: number): Float64Array {
  const { layer, name, activation } = entry;
  const [n, channels, height, width] = entry.outputs.shape;
  const pool = poolBehind(network, name);
  const wanted = pool?.outputDensity ?? entry.outputDensity;
  if (activation === 'none') return new Float64Array(channels).fill(1);
  const density = wanted === undefined || layer.output !== undefined ? UNKNOWN_OUTPUT_DENSITY : wanted;
  if (wanted === undefined || layer.output !== undefined || n * height * width < SMALLEST_PLANE)
    return new Float64Array(channels).fill(density);
  const drawn = (share: number): Float64Array =>
    unevenShares(channels, share, unevenness.activations, seededStream(seed, `outputs of ${name}`));
  if (pool === undefined) return drawn(density);
  // The density is wanted behind the pool: what is left of it there grows with the share.
  let [low, high] = [0, 1];
  for (let step = 0; step < 20; step++) {
    const middle = (low + high) / 2;
    if (mean(pooled(pool, drawn(middle))) < density) low = middle;
    else high = middle;
  }
  return drawn(high);
}

function poolBehind({ entries }: Network, name: string): PoolEntry | undefined {
  return entries.find(
    (entry): entry is PoolEntry => entry.op.endsWith('-pool') && entry.from[0] === name && 'outputDensity' in entry,
  );
}

/** A pooled value is zero where all of its window are, which are taken for independent; a mean may also be too small. */
function pooled({ size }: PoolEntry, shares: Float64Array): Float64Array {
  return shares.map((share) => 1 - (1 - share) ** (size[0] * size[1]));
}

function behindHost(entry: HostEntry, from: readonly Float64Array[]): Float64Array {
  const [a, b] = from;
  switch (entry.op) {
    case 'flatten': {
      const repeat = entry.outputs.shape[1] / a!.length;
      return Float64Array.from({ length: entry.outputs.shape[1] }, (_, index) => a![Math.floor(index / repeat)]!);
    }
    case 'add':
      return a!.map((share, index) => 1 - (1 - share) * (1 - b![index]!));
    case 'concat':
      return Float64Array.from(from.flatMap((shares) => [...shares]));
    case 'max-pool':
    case 'average-pool':
      return pooled(entry, a!);
  }
}

function mean(shares: Float64Array): number {
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
