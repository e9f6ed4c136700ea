/** What the chip counted in a layer. */
import {
  chipCounters,
  type ChipCounterName,
  clusterCounters,
  type ClusterCounterName,
} from '../../hw/control/counters.ts';

export interface ChipCounters {
  readonly chip: Readonly<Record<ChipCounterName, number>>;
  /** Of each cluster, row by row of the mesh. */
  readonly clusters: readonly Readonly<Record<ClusterCounterName, number>>[];
  /** Of all clusters together. */
  readonly total: Readonly<Record<ClusterCounterName, number>>;
}

/** @param words as they leave the chip, `counterWordCount` of them */
export function readCounters(words: Uint32Array, clusters: number): ChipCounters {
  const named = <N extends string>(infos: readonly { readonly name: N }[], first: number): Record<N, number> =>
    Object.fromEntries(infos.map(({ name }, index) => [name, words[first + index]!])) as Record<N, number>;
  const each = Array.from({ length: clusters }, (_, cluster) =>
    named(clusterCounters, chipCounters.length + cluster * clusterCounters.length),
  );
  const sums = clusterCounters.map(({ name }) => [name, each.reduce((sum, counts) => sum + counts[name], 0)]);
  return {
    chip: named(chipCounters, 0),
    clusters: each,
    total: Object.fromEntries(sums) as Record<ClusterCounterName, number>,
  };
}
