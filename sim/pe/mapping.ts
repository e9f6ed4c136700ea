/** Chooses how a layer is cut for one PE. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import { pairedWords } from '../csc/pairs.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import { columnCycles } from './column-cycles.ts';
import { encodingsFor } from './encodings.ts';
import { iactWalkFits, iactWalkShape } from './iact-walk.ts';
import { tilesOf, type TileSize, weightColumns } from './tiles.ts';

/** `csc` skips zeros; `dense` sends every value, three to a word instead of two. */
export type Encoding = 'csc' | 'dense';

export interface PeMapping extends TileSize {
  readonly encoding: Encoding;
}

/** Shares of non-zeros. */
export interface Densities {
  readonly iacts: number;
  readonly weights: number;
}

/** Cycles from the last word of a window until its psums can drain. */
const PIPELINE_LATENCY = 4;

/**
 * The mapping with the fewest expected cycles among those whose every tile fits the SPads. Compressed weights are judged by
 * their actual size, tile by tile, so that sparse weights fill the SPad (J19 section V-B). Deterministic.
 *
 * @param weights [g·m, c, r, s]
 * @param encoding to try only one
 */
export function choosePeMapping(
  layer: Layer,
  weights: Int8Array,
  densities: Densities,
  pe: PeParameters,
  encoding?: Encoding,
): PeMapping {
  const encodings = encodingsFor(layer, pe, encoding);
  const candidates: { mapping: PeMapping; cycles: number }[] = [];
  for (const kernelColumns of evenSizes(layer.s, pe.weightAddressDepth)) {
    for (const channels of evenSizes(layer.c, Math.floor(pe.weightAddressDepth / kernelColumns))) {
      if (!iactWalkFits(pe, channels, kernelColumns, layer.stride[1])) continue;
      for (const filters of evenSizes(layer.m, pe.psumDepth)) {
        for (const each of encodings) {
          const mapping = { filters, channels, kernelColumns, encoding: each };
          candidates.push({ mapping, cycles: expectedCycles(layer, mapping, densities, pe) });
        }
      }
    }
  }
  candidates.sort((a, b) => a.cycles - b.cycles);
  const chosen = candidates.find(({ mapping }) => weightsFit(layer, weights, mapping, pe));
  if (chosen === undefined) {
    throw new InputError(
      `layer ${layer.name}: not even one channel of one kernel column fits this PE, with iact SPads of ${pe.iactAddressDepth} and ${pe.iactDataDepth} and weight SPads of ${pe.weightAddressDepth} and ${pe.weightDataDepth} words: use a config with larger SPads`,
    );
  }
  return chosen.mapping;
}

/** Sizes up to `most` that cut `total` into equal parts, as far as it divides: one for each number of parts. */
function evenSizes(total: number, most: number): number[] {
  const sizes = new Set<number>();
  for (let parts = Math.ceil(total / Math.max(1, most)); parts <= total; parts++) sizes.add(Math.ceil(total / parts));
  return [...sizes].filter((size) => size <= most);
}

function weightsFit(layer: Layer, weights: Int8Array, mapping: PeMapping, pe: PeParameters): boolean {
  const { filters, channels, kernelColumns, encoding } = mapping;
  const dense = channels * kernelColumns * Math.ceil(filters / 2);
  if (encoding === 'dense') return dense <= pe.weightDataDepth;
  // A run too long for its count costs a word more than there are weights.
  if (dense <= pe.weightDataDepth && filters <= 2 ** pe.countBits) return true;
  return tilesOf(layer, mapping).every((tile) => {
    const words = weightColumns(layer, weights, tile).reduce((sum, column) => sum + pairedWords(column, pe), 0);
    return words <= pe.weightDataDepth;
  });
}

function expectedCycles(layer: Layer, mapping: PeMapping, densities: Densities, pe: PeParameters): number {
  const { filters, channels, kernelColumns, encoding } = mapping;
  const { e, f } = outputShape(layer);
  const dense = encoding === 'dense';
  const [iactDensity, weightDensity] = dense ? [1, 1] : [densities.iacts, densities.weights];
  const columns = channels * kernelColumns;
  const wordsPerColumn = dense ? Math.ceil(filters / 2) : (filters * weightDensity + (weightDensity < 1 ? 0.5 : 0)) / 2;
  const { stepIacts, segmentsPerStep } = iactWalkShape(pe, channels, kernelColumns, layer.stride[1]);

  const cyclesPerColumn = dense ? columnCycles(filters, pe) : (wordsPerColumn * 2) / pe.macs;
  const compute = columns * iactDensity * Math.max(1, cyclesPerColumn);
  const drain = Math.ceil(filters / 2);
  const bring = stepIacts * iactDensity + (dense ? 0 : segmentsPerStep);
  const overlaps = filters <= pe.psumDepth / 2;
  const window = overlaps ? Math.max(compute, drain, bring) : Math.max(compute + drain + PIPELINE_LATENCY, bring);
  const load = (dense ? 0 : columns) + columns * wordsPerColumn;
  const tiles =
    layer.g *
    Math.ceil(layer.m / filters) *
    Math.ceil(layer.c / channels) *
    layer.r *
    Math.ceil(layer.s / kernelColumns);
  return tiles * (load + drain + 2 * PIPELINE_LATENCY + layer.n * e * f * window);
}
