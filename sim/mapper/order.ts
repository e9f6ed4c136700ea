/**
 * In which order a layer's channels and filters are cut into tiles. Some channels have many times the non-zeros of others, and PEs that
 * add up psums, or share iacts, wait for the one with most work: so tiles are put together that have about the same.
 *
 * An order costs the chip nothing: weights lie in memory as they are needed, and the channels of an output are found where a filter's
 * number says.
 */
import type { Layer } from '../layer/layer.ts';
import type { WeightRows, Weights } from './column-words.ts';
import { evenPart, type Loops } from './loops.ts';
import type { WorkLayer } from './work-layer.ts';

/** Places of a work layer to what they were numbered without an order. Of each group by itself. */
export interface Order {
  /** Channels, [g·c]. */
  readonly channels: readonly number[];
  /** Filters, [g·m]. */
  readonly filters: readonly number[];
}

/** How much work each channel and each filter of a work layer makes: the products that are expected of it. */
export interface Loads {
  /** [g·c] */
  readonly channels: Float64Array;
  /** [g·m] */
  readonly filters: Float64Array;
}

/**
 * @param work without an order, one group to a bundle
 * @param weights [g·m, c, r, s] of the layer as given
 * @param densities of the channels of the layer as given, [g·c]; all the same unless given
 */
export function loadsOf(work: WorkLayer, weights: Weights, densities?: Float64Array): Loads {
  return ArrayBuffer.isView(weights) ? countedLoads(work, weights, densities) : expectedLoads(work, weights, densities);
}

/** Of weights that nobody has all of: as their shares say. */
function expectedLoads(work: WorkLayer, { filterShares, channelShares }: WeightRows, densities?: Float64Array): Loads {
  const { layer, g, m, c } = work;
  const perChannel = c / layer.c;
  const channels = Float64Array.from({ length: g * c }, (_, at) => {
    const channel = Math.floor((at % c) / perChannel);
    const density = densities === undefined ? 1 : densities[Math.floor(at / c) * layer.c + channel]!;
    return density * channelShares[channel]!;
  });
  return { channels, filters: filterShares.slice(0, g * m) };
}

function countedLoads(work: WorkLayer, weights: Int8Array, densities?: Float64Array): Loads {
  const { layer, g, m, c } = work;
  const channels = new Float64Array(g * c);
  const filters = new Float64Array(g * m);
  const size = layer.c * layer.r * layer.s;
  const perChannel = work.r * work.s;
  const kernel = layer.r * layer.s;
  for (let filter = 0; filter < g * m; filter++) {
    const group = Math.floor(filter / m);
    for (let at = 0; at < size; at++) {
      if (weights[filter * size + at] === 0) continue;
      const products = densities === undefined ? 1 : densities[group * layer.c + Math.floor(at / kernel)]!;
      channels[group * c + Math.floor(at / perChannel)]! += products;
      filters[filter]! += products;
    }
  }
  return { channels, filters };
}

/** Pixels of a channel below which their zeros say little about those of the channel. */
const FEWEST_PIXELS = 16;

/**
 * The share of non-zeros in each channel, [g·c]; undefined where channels have so few pixels that they say nothing.
 *
 * @param iacts [n, g·c, h, w]
 */
export function channelDensities(layer: Layer, iacts: Int8Array | Uint8Array): Float64Array | undefined {
  const pixels = layer.h * layer.w;
  if (layer.n * pixels < FEWEST_PIXELS) return undefined;
  const channels = layer.g * layer.c;
  const counts = new Float64Array(channels);
  for (let plane = 0; plane < layer.n * channels; plane++) {
    let count = 0;
    for (let at = plane * pixels; at < (plane + 1) * pixels; at++) count += iacts[at] === 0 ? 0 : 1;
    counts[plane % channels]! += count;
  }
  return counts.map((count) => count / (layer.n * pixels));
}

/** An order in which tiles of any size have about the same load: neighbours are as far apart in rank as can be. */
export function spreadOrder(work: WorkLayer, loads: Loads): Order {
  return { channels: eachGroup(work.g, loads.channels, spread), filters: eachGroup(work.g, loads.filters, spread) };
}

/** The order in which the tiles of these loops have as nearly the same load as can easily be found. */
export function balancedOrder({ work, channelTiles, filterTiles }: Loops, loads: Loads): Order {
  return {
    channels: eachGroup(work.g, loads.channels, (of) => balanced(of, channelTiles)),
    filters: eachGroup(work.g, loads.filters, (of) => balanced(of, filterTiles)),
  };
}

function eachGroup(groups: number, loads: Float64Array, order: (loads: Float64Array) => number[]): number[] {
  const size = loads.length / groups;
  return Array.from({ length: groups }, (_, group) => order(loads.subarray(group * size, (group + 1) * size))).flat();
}

/** Indices by descending load. */
function ranked(loads: Float64Array): number[] {
  return [...loads.keys()].sort((a, b) => loads[b]! - loads[a]! || a - b);
}

function spread(loads: Float64Array): number[] {
  const bits = Math.ceil(Math.log2(Math.max(2, loads.length)));
  const places = Array.from({ length: 2 ** bits }, (_, index) => reversed(index, bits)).filter(
    (place) => place < loads.length,
  );
  const ranks = ranked(loads);
  return places.map((place) => ranks[place]!);
}

function reversed(index: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((index >> bit) & 1) << (bits - 1 - bit);
  return result;
}

/** The heaviest first, each to the lightest part that has room. */
function balanced(loads: Float64Array, parts: number): number[] {
  const spans = Array.from({ length: parts }, (_, part) => evenPart(loads.length, parts, part));
  const sums = new Float64Array(parts);
  const members = spans.map((): number[] => []);
  for (const index of ranked(loads)) {
    let lightest = -1;
    for (let part = 0; part < parts; part++) {
      if (members[part]!.length === spans[part]!.size) continue;
      if (lightest < 0 || sums[part]! < sums[lightest]!) lightest = part;
    }
    members[lightest]!.push(index);
    sums[lightest]! += loads[index]!;
  }
  return members.flatMap((part) => part.sort((a, b) => a - b));
}
