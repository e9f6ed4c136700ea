/** The activity counters of a run that did not take place. */
import { clusterCount } from '../../hw/parameters.ts';
import type { ClusterCounterName } from '../../hw/control/counters.ts';
import type { Cost } from '../mapper/cost.ts';
import { iactSharers, iactSpan, weightSpan } from '../mapper/sharing.ts';
import type { CycleEstimate } from './estimate-cycles.ts';

/** Those that follow from the loops and from what the model walked through; not how clusters waited for the outside. */
export type EstimatedCounters = Readonly<
  Record<Exclude<ClusterCounterName, 'stallWeight' | 'stallIact' | 'stallOutput'>, number>
>;

/** Bytes of a word of the links. */
const WORD_BYTES = 3;

/**
 * The sums over all clusters. What comes from outside ahead of its time, a sample of turns does not show: if there is one, the mapper's
 * expectation of it is taken.
 *
 * @param macs with both operands non-zero
 */
export function estimatedCounters(
  { layer, counts, wordsOfWindow, share }: CycleEstimate,
  { bytes }: Pick<Cost, 'bytes'>,
  macs: number,
): EstimatedCounters {
  const { chip, loops, mapping } = layer;
  const complete = share === 1;
  const iactIn = complete ? counts.iactIn : Math.round(bytes.iacts / WORD_BYTES);
  const weightIn = complete ? counts.weightIn : Math.round(bytes.weights / WORD_BYTES);
  const headers = counts.iactBankWrites / Math.max(1, counts.iactIn);
  const hops = hopsOf(layer.mapping);
  const { chain } = mapping.vertical;
  const ends = clusterCount(chip) / chain;
  const windows = loops.chunks * loops.replays * mapping.rows * mapping.windows * chip.peColumns * ends;
  const words = Math.ceil(mapping.filters / 2);
  const tops = windows * loops.passes * words;
  const stored = windows * (loops.passes - 1) * words;
  return {
    peCompute: counts.compute,
    peLoad: counts.load,
    peWaitPsum: counts.waitPsum,
    peWaitIact: counts.waitIact,
    peDrain: counts.drain,
    peWindowEnd: counts.windowEnd,
    macs,
    iactBankWrites: Math.round(iactIn * headers),
    iactBankReads: counts.iactBankReads,
    psumBankWrites: stored,
    psumBankReads: stored,
    iactInjected: counts.iactInjected,
    iactLocal: counts.iactInjected * iactSharers(mapping),
    iactNorth: counts.iactInjected * hops.north,
    iactSouth: counts.iactInjected * hops.south,
    iactSide: counts.iactInjected * hops.iactSide,
    weightLocal: weightIn * (1 + hops.weightSide),
    weightSide: weightIn * hops.weightSide,
    psumBank: tops,
    psumPe: tops * chain,
    psumSouth: tops * (chain - 1),
    iactIn,
    weightIn,
    outputPsums: windows * mapping.filters,
    outputs: layer.layer.output === undefined ? 0 : windows * mapping.filters,
    outputWords: Math.round(windows * wordsOfWindow),
  };
}

/** Links that a word passes: see `iactModes` and `weightModes`. */
function hopsOf(mapping: CycleEstimate['layer']['mapping']) {
  const { vertical } = mapping;
  const north = Math.floor(vertical.filters / 2);
  return {
    north,
    south: vertical.filters - 1 - north,
    iactSide: vertical.filters * (iactSpan(mapping) - 1),
    weightSide: weightSpan(mapping) - 1,
  };
}
