/** A layer small enough to be worked out by hand, and a command for it that was. */
import {
  chipCounters,
  type ChipCounterName,
  clusterCounters,
  type ClusterCounterName,
} from '../../../hw/control/counters.ts';
import { forPorts, iactPortsOf, weightPortsOf } from '../../../hw/noc/router-ports.ts';
import { clusterCount, type ChipParameters } from '../../../hw/parameters.ts';
import { packWeightHeader } from '../../../hw/pe-cluster/weight-packet.ts';
import { type LayerCommandValue, packCommand } from '../../../sim/chip/command-words.ts';
import { entriesOf, entry, linkWords } from '../pe/link-words.ts';

/**
 * A 1×1 kernel over two channels into two filters, three outputs wide: weights [filter][channel], iacts [window][channel]. One
 * PE works on it, with a segment to a window.
 */
export interface TinyLayer {
  readonly weights: readonly (readonly [number, number])[];
  readonly iacts: readonly (readonly [number, number])[];
}

export const tinyLayer: TinyLayer = {
  weights: [
    [1, 2],
    [3, -4],
  ],
  iacts: [
    [5, 6],
    [0, 7],
    [0, 0],
  ],
};

/** 5·1 + 6·2, 5·3 - 6·4; 7·2, -7·4; nothing. */
export const tinyPsums = [17, -9, 14, -28, 0, 0];

/** The psums of any layer of that kind, window by window. */
export function psumsOf({ weights, iacts }: TinyLayer): number[] {
  return iacts.flatMap(([a, b]) => weights.map(([v, w]) => a * v + b * w + 0));
}

export interface TinyCommand {
  /** Iacts go past the banks. */
  readonly bypass?: boolean;
  readonly windows?: number;
  /** What the clusters do that differs from working alone. */
  readonly clusters?: readonly Partial<LayerCommandValue['clusters'][number]>[];
}

/** The command, for all clusters of a chip with one PE in each. */
export function tinyCommand(p: ChipParameters, { bypass = false, windows = 3, clusters = [] }: TinyCommand = {}) {
  const alone: LayerCommandValue['clusters'][number] = {
    iactRouters: [{ ...forPorts(iactPortsOf(p), () => 'off' as const), local: 'unicast' }],
    weightRouters: [{ ...forPorts(weightPortsOf(p), () => 'off' as const), local: 'unicast' }],
    psumRouter: { bank: 'pe', pe: 'bank', north: 'none' },
    chainFirst: true,
    chainLast: true,
    iactSource: true,
  };
  const command: LayerCommandValue = {
    pe: {
      dense: false,
      columns: 2,
      segmentLength: 2,
      windowSegments: 1,
      stepSegments: 1,
      windows,
      rows: 1,
      iactSigned: false,
      filters: 2,
      accumulate: true,
    },
    peSelect: [{ router: 0, slot: 0 }],
    iactBank: {
      bypass,
      segments: windows,
      segmentWords: 0,
      dense: false,
      blockWords: 8,
      ringWords: 16,
      ownSlots: true,
      slotWords: [0],
      rowWords: 8,
      passWords: 8,
      chunkWords: 8,
      rows: 1,
      passes: 1,
      replays: 1,
      chunks: 1,
      passRelease: 8,
      chunkRelease: 0,
    },
    psumBank: { lastWord: windows - 1, passes: 1 },
    output: {
      psums: true,
      oacts: false,
      lastFilter: 1,
      tableHalves: true,
      windows,
      tiles: 1,
      ownColumns: false,
      zeroPoint: 0,
      low: 0,
      high: 255,
      dense: false,
      segmentLength: 2,
    },
    clusters: Array.from({ length: clusterCount(p) }, (_, index) => ({ ...alone, ...clusters[index] })),
  };
  return packCommand(p, command);
}

/** A segment to a window: its number of entries and the entries, two to a word. */
export function tinyIactWords({ iacts }: TinyLayer): number[] {
  return iacts.flatMap((window) => {
    const entries = entriesOf(window);
    return [...linkWords([entries.length, ...entries.map(({ count, data }) => entry(count, data))], 12, 2)];
  });
}

/** One packet: the ends of the columns, then each column's entries, two to a word. */
export function tinyWeightWords({ weights }: TinyLayer): number[] {
  const columns = [0, 1].map((channel) => {
    const entries = entriesOf(weights.map((row) => row[channel]!));
    return [
      ...linkWords(
        entries.map(({ count, data }) => entry(count, data)),
        12,
        2,
      ),
    ];
  });
  const ends = columns.map((_, index) => columns.slice(0, index + 1).flat().length);
  const words = [...linkWords(ends, 8, 3), ...columns.flat()];
  return [packWeightHeader({ columns: 1, output: false, words: words.length }), ...words];
}

/** The words of the counters by name: those of the chip, then those of each cluster. */
export function countersOf(words: readonly number[]) {
  const chip = Object.fromEntries(chipCounters.map(({ name }, at) => [name, words[at]!])) as Record<
    ChipCounterName,
    number
  >;
  const clusters = [];
  for (let at = chipCounters.length; at < words.length; at += clusterCounters.length) {
    const counts = clusterCounters.map(({ name }, index) => [name, words[at + index]!]);
    clusters.push(Object.fromEntries(counts) as Record<ClusterCounterName, number>);
  }
  return { chip, clusters };
}
