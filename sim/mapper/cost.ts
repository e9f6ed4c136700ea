/**
 * Expected cycles of a mapping. Each turn of the loops, in which every PE has one weight tile, takes as long as the busiest of:
 * the PEs, the links and the banks that feed them, the psums' way out. What each of them adds is kept apart.
 */
import { clusterCount, peCount } from '../../hw/parameters.ts';
import type { PeParameters } from '../../hw/pe/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import { packetWords, tableChannels } from './fits.ts';
import type { IactRing } from './iact-ring.ts';
import type { Loops } from './loops.ts';
import { iactSharers, weightSpan } from './sharing.ts';
import { expectedMaximum, type TileStatistics } from './tile-statistics.ts';

/** Where the cycles go; they add up. */
export interface CostParts {
  /** Cycles for the weights that non-zero iacts meet, spread over all PEs. */
  readonly compute: number;
  /** PEs without work: dimensions that do not divide. */
  readonly ragged: number;
  /** PEs that wait for one with more non-zeros. */
  readonly imbalance: number;
  /** Psums leaving a PE that must not accumulate meanwhile, or slower than it makes them. */
  readonly psum: number;
  /** Iacts come slower than they are used: link and bank, or lanes from outside. */
  readonly iacts: number;
  /** Weights come slower than they are used. */
  readonly load: number;
  /** The output unit. */
  readonly output: number;
  /** From the start to the first MAC, and from the last to the end. */
  readonly fill: number;
  /** Off-chip memory, if its bandwidth is limited. */
  readonly offChip: number;
}

export interface Cost {
  /** Sum of the parts. */
  readonly cycles: number;
  readonly parts: CostParts;
  /** Bytes that cross the chip's edge. */
  readonly bytes: { readonly iacts: number; readonly weights: number; readonly outputs: number };
}

/** What the cost depends on besides the mapping. */
export interface CostConditions {
  /** Share of non-zero iacts; what is in the padding does not count. */
  readonly iactDensity: number;
  /**
   * Variance of whether an iact is zero, within a channel: p · (1 - p), or less where channels differ. How many non-zeros a window has is
   * chance that much; what differs between channels for good is for the order to even out.
   */
  readonly iactVariance: number;
  /** Bytes a cycle from and to off-chip memory; unlimited if undefined. */
  readonly bandwidth: number | undefined;
}

/** Cycles of a window that are neither compute nor hidden behind it. */
const WINDOW_OVERHEAD = 0.3;
/** Cycles from the last word of a window until its psums can drain, for windows that take both psum banks. */
const DRAIN_LATENCY = 4;
/** Cycles through a PE's pipeline and its psum port, per PE of a chain; and through routers, banks and the output unit. */
const PE_LATENCY = 3;
const CHIP_LATENCY = 30;
/** How much of the difference between PEs in a window their psum banks leave, by how many windows fit them: 1, 2, 4 and on. */
const WINDOW_SLACK = [1, 0.6, 0.35] as const;
/** How much of the difference between PEs with the same weights the room for the next tile does not even out. */
const TILE_SLACK = 0.5;
/** Bytes of a link's word. */
const WORD_BYTES = 3;
const REQUANTISATION_WORDS = 3;

/** Share of (window, weight) pairs whose iact is not padding. */
export function insideShare(layer: Layer): number {
  const { e, f } = outputShape(layer);
  const share = (kernel: number, outputs: number, stride: number, before: number, size: number): number => {
    let inside = 0;
    for (let k = 0; k < kernel; k++) {
      const first = Math.max(0, Math.ceil((before - k) / stride));
      const last = Math.min(outputs - 1, Math.floor((size - 1 + before - k) / stride));
      inside += Math.max(0, last - first + 1);
    }
    return inside / (kernel * outputs);
  };
  return (
    share(layer.r, e, layer.stride[0], layer.pad[0], layer.h) *
    share(layer.s, f, layer.stride[1], layer.pad[1], layer.w)
  );
}

/** Cycles of a window, at least, in which `iacts` iacts, one a cycle, meet weights that take the MACs `worked` cycles. */
export function leastWindow(iacts: number, worked: number, filters: number, pe: PeParameters): number {
  const psumWords = Math.ceil(filters / 2);
  const compute = Math.max(iacts, worked) + WINDOW_OVERHEAD;
  return filters <= pe.psumDepth / 2 ? Math.max(compute, psumWords) : compute + psumWords + DRAIN_LATENCY;
}

/** Words of a block on average, its length not counted. */
function blockWords({ mapping }: Loops, { walk, segments, segmentWords }: IactRing, density: number): number {
  if (mapping.encoding === 'dense') return segments * segmentWords;
  const entries = walk.segmentLength * density;
  const odd = entries === 0 || density === 1 ? walk.segmentLength % 2 === 0 : undefined;
  return segments * ((entries + 1) / 2 + (odd === undefined ? 0.25 : odd && entries > 0 ? 0.5 : 0));
}

export function costOf(loops: Loops, ring: IactRing, tiles: TileStatistics, conditions: CostConditions): Cost {
  const { work, mapping, chip, passes, replays, chunks, filterColumns, unitsPerPass } = loops;
  const { pe } = chip;
  const dense = mapping.encoding === 'dense';
  const density = dense ? 1 : conditions.iactDensity;
  const steps = chunks * replays * passes;
  const windows = mapping.rows * mapping.windows;

  // The PEs, if all were always at work, if they need not wait for each other, as they are.
  const tilesOfLayer = work.g * loops.filterTiles * work.r * loops.kernelParts * loops.channelTiles;
  const compute =
    (tiles.mean * tiles.cyclesPerWord * density * tilesOfLayer * work.n * work.e * work.f) / peCount(chip);
  const busy = windows * tiles.mean * tiles.cyclesPerWord * density;
  const waited = windowCycles(loops, tiles, conditions, windows);
  const worked = windows * (waited + WINDOW_OVERHEAD);

  const psumWords = Math.ceil(mapping.filters / 2);
  const window = leastWindow(mapping.channels * mapping.kernelColumns * density, waited, mapping.filters, pe);
  const drained = windows * window;

  const block = blockWords(loops, ring, density);
  const sources = clusterCount(chip) / iactSharers(mapping);
  const laneRate = Math.min(1, chip.iactLanes / (sources * loops.peRows));
  const blocksOfStep = ring.slots * mapping.rows;
  const fed = Math.max(drained, blocksOfStep * block);
  const bringsPerStep = mapping.iacts === 'shared' ? ring.chunkBlocks / passes : blocksOfStep;
  const brought = (bringsPerStep * (block + (mapping.iacts === 'bypass' ? 0 : 1))) / laneRate;
  const fromOutside = mapping.replay ? brought / replays : brought;
  const refilled = Math.max(fed, fromOutside) + exposedFill(loops, ring, block / laneRate, fed);

  const packet = linkCycles(loops, tiles.mean);
  const requantised = work.layer.output === undefined ? 0 : REQUANTISATION_WORDS * mapping.filters * filterColumns + 1;
  const weightRate = Math.min(1, (chip.weightLanes * weightSpan(mapping)) / (clusterCount(chip) * chip.peRows));
  const link = packet / weightRate + requantised / weightRate / passes;
  // What of the next tiles has no room beside these comes in their last window, to all columns one after the other.
  const beyond = dense ? 0 : Math.max(0, 2 * tiles.mean - pe.weightDataDepth);
  const excess = beyond === 0 ? 0 : Math.max(0, filterColumns * (1 + beyond) - window);
  const single = 2 * tableChannels(loops) > chip.outputChannels ? requantised / passes : 0;
  const loaded = Math.max(refilled + Math.min(packet, excess) + single, link);

  // Psums leave one to a word, outputs two at most.
  const raw = work.layer.output === undefined;
  const leaving = raw ? mapping.filters : psumWords;
  const outputWords = chip.peColumns * windows * leaving;
  const outputRate = Math.min(1, (chip.outputLanes * mapping.vertical.chain) / clusterCount(chip));
  const step = loaded + Math.max(0, outputWords / outputRate - loaded) / passes;

  const firstBlocks = mapping.iacts === 'bypass' ? 0 : Math.min(ring.chunkBlocks, blocksOfStep) * (block + 1);
  const lastOutputs = chip.peColumns * leaving;
  const fill =
    Math.max(firstBlocks / laneRate, link) + unitsPerPass * PE_LATENCY + psumWords + lastOutputs + CHIP_LATENCY;

  const bytes = {
    iacts: WORD_BYTES * sources * loops.peRows * (steps / (mapping.replay ? replays : 1)) * bringsPerStep * block,
    weights:
      (WORD_BYTES * clusterCount(chip) * steps * (linkWords(loops, tiles.mean) * chip.peRows + requantised / passes)) /
      weightSpan(mapping),
    outputs: (raw ? WORD_BYTES : WORD_BYTES / 2) * work.n * work.layer.g * work.layer.m * work.e * work.f,
  };
  const onChip = steps * step + fill;
  const { bandwidth } = conditions;
  const offChip = bandwidth === undefined ? 0 : (bytes.iacts + bytes.weights + bytes.outputs) / bandwidth;
  const pes = { ragged: steps * busy - compute, imbalance: steps * (worked - busy), psum: steps * (drained - worked) };
  const waits = {
    iacts: steps * (refilled - drained),
    load: steps * (loaded - refilled),
    output: steps * (step - loaded),
  };
  const bound =
    step === outputWords / outputRate ? 'output' : loaded === link ? 'load' : fed > drained ? 'iacts' : undefined;
  // Where a link or the output holds everything up, PEs that wait for each other are not the reason.
  const none = { ragged: 0, imbalance: 0, psum: 0, iacts: 0, load: 0, output: 0 };
  const causes = bound === undefined ? { ...pes, ...waits } : { ...none, [bound]: steps * step - compute };
  const parts: CostParts = { compute, ...causes, fill, offChip: Math.max(0, offChip - onChip) };
  return { cycles: onChip + parts.offChip, parts, bytes };
}

/**
 * Cycles for the weights that non-zero iacts of a window meet in the PE that the others wait for. Psums and shared iacts hold PEs together: they wait
 * for the one with the largest tile in every window, except for what can be made up in the next tile; and for the one that
 * chance gave most iacts, as far as the second psum bank does not even it out.
 *
 * @param windows windows for which a tile stays
 */
function windowCycles(loops: Loops, tiles: TileStatistics, conditions: CostConditions, windows: number): number {
  const { mapping, chip, unitsPerPass, filterTiles, filterClusters, filterColumns, positionColumns } = loops;
  const density = mapping.encoding === 'dense' ? 1 : conditions.iactDensity;
  const together = Math.min(filterTiles, filterClusters * filterColumns);
  const lag = ((tiles.meanOfLargest(unitsPerPass, together) - tiles.mean) * windows) / (windows + 1);
  const spread = density === 1 ? 0 : chance(tiles, mapping.channels * mapping.kernelColumns, conditions.iactVariance);
  const words =
    (tiles.mean + lag) * density +
    windowSlack(mapping.filters, chip.pe) * spread * expectedMaximum(unitsPerPass) +
    (TILE_SLACK * spread * expectedMaximum(positionColumns * chip.clusterColumns)) / Math.sqrt(windows);
  return words * tiles.cyclesPerWord;
}

function windowSlack(filters: number, { psumDepth, psumBanks }: PeParameters): number {
  const banks = 2 ** Math.ceil(Math.log2(Math.max(1, (filters * psumBanks) / psumDepth)));
  return WINDOW_SLACK[Math.min(WINDOW_SLACK.length - 1, Math.log2(psumBanks / banks))]!;
}

/** Cycles that a layout takes at least, however the output is cut: see `costOf`, of which this is a part. */
export function leastCycles(loops: Loops, tiles: TileStatistics, conditions: CostConditions): number {
  const { work, mapping, chip, passes, replays, groupChunks, positionClusters, positionColumns } = loops;
  const windows = Math.ceil((work.n * work.e * work.f) / (positionClusters * positionColumns));
  const density = mapping.encoding === 'dense' ? 1 : conditions.iactDensity;
  const worked = windowCycles(loops, tiles, conditions, 1);
  const iacts = mapping.channels * mapping.kernelColumns * density;
  const packet = linkCycles(loops, tiles.mean);
  const turn = Math.max(windows * leastWindow(iacts, worked, mapping.filters, chip.pe), packet);
  return groupChunks * replays * passes * turn;
}

/** Standard deviation of a window's compute: which iacts are zero is chance. */
function chance(tiles: TileStatistics, most: number, variance: number): number {
  const columns = Math.max(1, Math.min(most, tiles.columns));
  return (tiles.mean / columns) * Math.sqrt(columns * variance);
}

/** Words on the link of a PE row for the tiles of its columns, headers included. */
function linkWords({ mapping, filterColumns }: Loops, words: number): number {
  const tile = packetWords(mapping, words);
  return mapping.encoding === 'dense' ? 1 + filterColumns * tile : filterColumns * (1 + tile);
}

/** Cycles that they take: a PE stores the three weights of an uncompressed word in one and a half. */
function linkCycles(loops: Loops, words: number): number {
  const { mapping } = loops;
  const link = linkWords(loops, words);
  return mapping.encoding === 'dense' ? Math.max(link, 1.5 * packetWords(mapping, words)) : link;
}

/** Cycles of a turn that the banks make the PEs wait because there is no room yet for what comes next. */
function exposedFill({ mapping, passes, replays }: Loops, ring: IactRing, block: number, turn: number): number {
  if (mapping.iacts === 'bypass') return 0;
  const late = Math.max(0, 2 * ring.chunkBlocks - ring.ringBlocks) * block;
  if (!mapping.replay && mapping.iacts === 'own') return late / 2;
  // Blocks of a chunk make room pass after pass of the last replay; those of shared rows all at once.
  const hidden = mapping.iacts === 'own' ? turn * (passes - 1) : 0;
  return Math.max(0, late - hidden) / (passes * (mapping.replay ? replays : 1));
}
