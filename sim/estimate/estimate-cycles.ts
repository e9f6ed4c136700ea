/** Cycles of a layer by a mapping, from a sample of its turns. */
import type { ChipParameters } from '../../hw/parameters.ts';
import { clusterCount } from '../../hw/parameters.ts';
import { type ChipLayer, chipLayer } from '../chip/chip-layer.ts';
import { commandWordCount } from '../chip/command-words.ts';
import type { Layer } from '../layer/layer.ts';
import type { ClusterRole, Loops } from '../mapper/loops.ts';
import type { Mapping } from '../mapper/mapping.ts';
import { ratio } from '../run/report.ts';
import { type ArrayCounts, type ArrayRun, runArray } from './array-model.ts';
import { iactSharers as sharersOf } from '../mapper/sharing.ts';
import { clusterGroups, iactSharers } from './cluster-groups.ts';
import { IactBlockMaker } from './iact-block.ts';
import type { LayerMasks } from './masks.ts';
import { fewestTurns, type LoopCounts, sampleTurns } from './turn-sample.ts';
import { WeightTileMaker } from './weight-tile.ts';

export interface CycleEstimate {
  readonly layer: ChipLayer;
  /** From the first word of the command to the last word of the outputs. */
  readonly cycles: number;
  readonly commandCycles: number;
  /** Of all clusters, as far as those that were looked at tell. */
  readonly counts: ArrayCounts;
  /** Words of outputs, of an average window. */
  readonly wordsOfWindow: number;
  /** PE cycles that were walked through, and the share of the turns of the layer. */
  readonly effort: number;
  readonly share: number;
}

/** How much is looked at. */
export interface EstimateEffort {
  /** PE cycles, about; small layers take less. */
  readonly peCycles: number;
  /** Clusters that differ in filters only: beyond a few, more of them say little. */
  readonly clusters: number;
  /** Of each loop, if the layer has as many. */
  readonly turns: LoopCounts;
}

/** For a report; and for choosing among mappings. */
export const thorough: EstimateEffort = {
  peCycles: 2_000_000,
  clusters: 16,
  turns: { chunks: 3, replays: 3, passes: 8 },
};
export const quick: EstimateEffort = {
  peCycles: 400_000,
  clusters: 16,
  turns: { chunks: 3, replays: 3, passes: 6 },
};

/**
 * @param expected cycles, roughly: it decides how many turns are looked at
 * @returns the same for the same arguments
 */
export function estimateCycles(
  layer: Layer,
  mapping: Mapping,
  chip: ChipParameters,
  masks: LayerMasks,
  expected: number,
  effort: EstimateEffort = thorough,
): CycleEstimate {
  const plan = chipLayer(layer, mapping, chip);
  const { loops, work, walk, ring } = plan;
  // Uncompressed, all clusters do the same, whatever their values.
  const dense = mapping.encoding === 'dense';
  const all = clusterGroups(loops, dense ? 2 : effort.clusters);
  const pesOfGroup = all[0]!.length * chip.peRows * chip.peColumns;
  const turnsOfLayer = loops.chunks * loops.replays * loops.passes;
  const turns = (effort.peCycles / pesOfGroup) * (turnsOfLayer / Math.max(1, expected));
  const count = Math.max(1, Math.min(dense ? 1 : all.length, Math.floor(turns / fewestTurns(loops, effort.turns))));
  const groups = Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
  const blocks = new IactBlockMaker({ work, mapping, walk, segments: ring.segments }, masks);
  const tiles = new WeightTileMaker(loops, chip.pe, masks);
  const walked = groups.map((group, index) => {
    const sample = sampleTurns(loops, turns / count, effort.turns, (index + 0.5) / count);
    const run = runArray({ layer: plan, turns: sample, blocks, tiles, masks }, group);
    return {
      group,
      run,
      share: sample.length / turnsOfLayer,
      ...layerOf(
        run,
        sample.map(({ weight }) => weight),
      ),
    };
  });
  const commandCycles = commandWordCount(chip) + 1;
  const clusters = groups.reduce((sum, group) => sum + group.length, 0);
  const sources = groups.reduce((sum, group) => sum + new Set(group.map((role) => iactSharers(loops, role))).size, 0);
  return {
    layer: plan,
    cycles: Math.round(commandCycles + endOf(loops, walked)),
    commandCycles,
    counts: sumOf(
      walked.map(({ counts }) => counts),
      { clusters: clusterCount(chip) / clusters, sources: clusterCount(chip) / sharersOf(mapping) / sources },
    ),
    wordsOfWindow: ratio(
      walked.reduce((sum, { run }) => sum + run.total.outputWords, 0),
      walked.reduce((sum, { run }) => sum + run.total.outputWindows, 0),
    ),
    effort: walked.reduce((sum, { run }) => sum + run.end * run.pes, 0),
    share: dense ? walked[0]!.share : (walked[0]!.share * clusters) / clusterCount(chip),
  };
}

/** What a group does in the whole layer, each of its turns standing for as many as its weight says. */
function layerOf(
  { ends, counts, end, total }: ArrayRun,
  weights: readonly number[],
): { end: number; counts: ArrayCounts } {
  let cycles = end - ends.at(-1)!;
  const sums = { ...total };
  const names = Object.keys(sums) as (keyof ArrayCounts)[];
  ends.forEach((at, turn) => {
    cycles += weights[turn]! * (at - (ends[turn - 1] ?? 0));
    const extra = weights[turn]! - 1;
    if (extra === 0) return;
    for (const name of names) sums[name] += extra * (counts[turn]![name] - (counts[turn - 1]?.[name] ?? 0));
  });
  return { end: cycles, counts: sums };
}

/**
 * When the last group of clusters ends. Where they went through a sample of turns each, those that have as many row pieces of the same
 * groups of the layer differ by chance, which the whole layer evens out.
 */
function endOf(loops: Loops, walked: readonly { group: readonly ClusterRole[]; end: number; share: number }[]): number {
  if (walked.every(({ share }) => share === 1)) return Math.max(...walked.map(({ end }) => end));
  const classes = new Map<string, number[]>();
  for (const { group, end } of walked) {
    const name = `${group[0]!.group} ${piecesOf(loops, group[0]!)}`;
    classes.set(name, [...(classes.get(name) ?? []), end]);
  }
  return Math.max(...[...classes.values()].map((ends) => ends.reduce((sum, end) => sum + end, 0) / ends.length));
}

/** Row pieces that a cluster works on in all chunks. */
function piecesOf(
  { pieces, pieceChunks, positionClusters, positionColumns, mapping }: Loops,
  role: ClusterRole,
): number {
  const most = positionColumns * mapping.rows;
  let sum = 0;
  for (let chunk = 0; chunk < pieceChunks; chunk++)
    sum += Math.max(0, Math.min(most, pieces - (chunk * positionClusters + role.position) * most));
  return sum;
}

/** Iacts come for each source of them, everything else is done in each cluster. */
const OF_SOURCES: ReadonlySet<keyof ArrayCounts> = new Set([
  'iactInjected',
  'iactBankWrites',
  'iactBankReads',
  'iactIn',
]);

function sumOf(
  each: readonly ArrayCounts[],
  scale: { readonly clusters: number; readonly sources: number },
): ArrayCounts {
  const sums = { ...each[0]! };
  for (const name of Object.keys(sums) as (keyof ArrayCounts)[]) {
    const sum = each.reduce((all, counts) => all + counts[name], 0);
    sums[name] = Math.round(sum * (OF_SOURCES.has(name) ? scale.sources : scale.clusters));
  }
  return sums;
}
