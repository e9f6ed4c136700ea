/** What the weights of a layer mean for the PEs: how many words their tiles take, and how far PEs that wait for each other differ. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import type { Encoding } from '../pe/mapping.ts';
import { columnCycles, columnIndex, columnWords, type Weights } from './column-words.ts';
import { evenPart } from './loops.ts';
import type { WorkLayer } from './work-layer.ts';

/** Weights that are looked at for one number of filters. Larger layers are judged by evenly spaced filter tiles. */
const MOST_WEIGHTS = 300_000;
/** Filter tiles beyond this number say nothing new; fewer than the other say too little. */
const MOST_TILES = 128;
const FEWEST_TILES = 4;

/** Words of the weight columns of filter tiles of one size: a sample of the tiles of all groups. */
export interface FilterTileSample {
  /** Words of a whole filter tile on average: all channels of the whole kernel. */
  readonly mean: number;
  /** Cycles that a PE takes for a word, on average: 1 with two MACs. */
  readonly cyclesPerWord: number;
  /** Weight columns of a whole filter tile that are not empty, on average. */
  readonly columns: number;
  /** For each tile looked at, words up to each channel: [kernel row, kernel column, channel], c + 1 numbers each. */
  readonly sums: readonly Uint32Array[];
}

export function sampleFilterTiles(
  work: WorkLayer,
  weights: Weights,
  filters: number,
  encoding: Encoding,
  pe: PeParameters,
): FilterTileSample {
  const tiles = Math.ceil(work.m / filters);
  const all = work.g * tiles;
  const weightsOfTile = Math.max(work.c, filters * (work.c / work.bundle)) * work.r * work.s;
  const wanted = Math.max(FEWEST_TILES, Math.min(MOST_TILES, Math.floor(MOST_WEIGHTS / weightsOfTile)));
  const count = Math.min(all, wanted);
  const sums: Uint32Array[] = [];
  let columns = 0;
  let total = 0;
  let cycles = 0;
  for (let index = 0; index < count; index++) {
    const at = Math.floor((index * all) / count);
    const span = evenPart(work.m, tiles, at % tiles);
    const group = Math.floor(at / tiles);
    const words = columnWords(work, weights, group, span, encoding, pe);
    if (pe.macs === 1) for (const each of columnCycles(work, weights, group, span, encoding, pe)) cycles += each;
    for (const word of words) {
      total += word;
      if (word > 0) columns++;
    }
    sums.push(channelSums(work, words));
  }
  const cyclesPerWord = pe.macs === 1 && total > 0 ? cycles / total : 1;
  return { mean: total / count, cyclesPerWord, columns: columns / count, sums };
}

function channelSums(work: WorkLayer, words: Uint16Array): Uint32Array {
  const { c, r, s } = work;
  const sums = new Uint32Array(r * s * (c + 1));
  for (let row = 0; row < r; row++) {
    for (let x = 0; x < s; x++) {
      const first = (row * s + x) * (c + 1);
      let sum = 0;
      for (let channel = 0; channel < c; channel++) {
        sum += words[columnIndex(work, channel, row, x)]!;
        sums[first + channel + 1] = sum;
      }
    }
  }
  return sums;
}

/** Words of weight tiles of one size. */
export interface TileStatistics {
  /** Words of an average tile, and of the largest tile seen. */
  readonly mean: number;
  readonly largest: number;
  /** Cycles that a PE takes for a word, on average: 1 with two MACs. */
  readonly cyclesPerWord: number;
  /** Weight columns that are not empty, in an average tile. */
  readonly columns: number;
  /** Words of the largest tile among `units` PE rows times `tiles` filter tiles at a time, on average. */
  readonly meanOfLargest: (units: number, tiles: number) => number;
}

export function tileStatistics(
  work: WorkLayer,
  { mean, cyclesPerWord, columns, sums }: FilterTileSample,
  channels: number,
  kernelColumns: number,
): TileStatistics {
  const channelTiles = Math.ceil(work.c / channels);
  const kernelParts = Math.ceil(work.s / kernelColumns);
  const units = work.r * kernelParts * channelTiles;
  const sizes = new Float64Array(sums.length * units);
  let largest = 0;
  let at = 0;
  for (const tile of sums) {
    for (let row = 0; row < work.r; row++) {
      for (let part = 0; part < kernelParts; part++) {
        const span = evenPart(work.s, kernelParts, part);
        const from = (row * work.s + span.start) * (work.c + 1);
        let start = 0;
        for (let channelTile = 1; channelTile <= channelTiles; channelTile++) {
          const end = Math.floor((channelTile * work.c) / channelTiles);
          let size = 0;
          for (let x = 0, column = from; x < span.size; x++, column += work.c + 1)
            size += tile[column + end]! - tile[column + start]!;
          sizes[at++] = size;
          if (size > largest) largest = size;
          start = end;
        }
      }
    }
  }
  const cache = new Map<number, number>();
  return {
    mean: mean / units,
    largest,
    cyclesPerWord,
    columns: columns / units,
    meanOfLargest: (unitsPerPass, tiles) => {
      const key = unitsPerPass * 65536 + tiles;
      let known = cache.get(key);
      if (known === undefined) cache.set(key, (known = meanOfLargest(sizes, units, unitsPerPass, tiles)));
      return known;
    },
  };
}

/** `sizes` in rows of `units`: the mean over passes and over groups of `tiles` rows of the largest size in them. */
function meanOfLargest(sizes: Float64Array, units: number, unitsPerPass: number, tiles: number): number {
  const rows = sizes.length / units;
  let sum = 0;
  let count = 0;
  for (let row = 0; row < rows; row += tiles) {
    const rowEnd = Math.min(row + tiles, rows);
    for (let unit = 0; unit < units; unit += unitsPerPass) {
      const unitEnd = Math.min(unit + unitsPerPass, units);
      let largest = 0;
      for (let r = row; r < rowEnd; r++) {
        for (let u = unit; u < unitEnd; u++) {
          const size = sizes[r * units + u]!;
          if (size > largest) largest = size;
        }
      }
      sum += largest;
      count++;
    }
  }
  return sum / count;
}

/** The expected maximum of so many independent normal deviates, in standard deviations. */
export function expectedMaximum(count: number): number {
  let above = 1;
  while (above < COUNTS.length - 1 && count > COUNTS[above]!) above++;
  const [low, high, least, most] = [COUNTS[above - 1]!, COUNTS[above]!, MAXIMA[above - 1]!, MAXIMA[above]!];
  const share = Math.log(Math.max(count, low) / low) / Math.log(high / low);
  return least + share * (most - least);
}

/** Numbers of deviates, and what is known of their maximum; in between it grows with the logarithm. */
const COUNTS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 192, 1024];
const MAXIMA = [0, 0.56, 0.85, 1.03, 1.27, 1.42, 1.63, 1.77, 1.95, 2.07, 2.23, 2.34, 2.49, 2.75, 3.25];
