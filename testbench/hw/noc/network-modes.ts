/**
 * The network-level modes of the paper (J19 Fig 9) as modes of routers, for a mesh of two columns, each with the source that every
 * cluster must hear.
 */
import type { RouterModeName, RouterPort } from '../../../hw/noc/routing.ts';
import type { ChipParameters } from '../../../hw/parameters.ts';

export interface NetworkMode {
  readonly name: string;
  /** Modes of one iact router in each cluster. */
  readonly modes: readonly Readonly<Record<RouterPort, RouterModeName>>[];
  /** The cluster whose words arrive, for each cluster. */
  readonly sources: readonly number[];
}

const off = { local: 'off', north: 'off', south: 'off', side: 'off' } as const;

/** Where a cluster stands, seen from another. */
function placesFrom(p: ChipParameters, source: number) {
  return Array.from({ length: p.clusterRows * p.clusterColumns }, (_, cluster) => {
    const rows = Math.floor(cluster / p.clusterColumns) - Math.floor(source / p.clusterColumns);
    return { cluster, rows, sameColumn: cluster % p.clusterColumns === source % p.clusterColumns };
  });
}

/** High bandwidth: every cluster has words of its own. */
export function highBandwidth(p: ChipParameters): NetworkMode {
  const clusters = placesFrom(p, 0);
  return {
    name: 'high bandwidth',
    modes: clusters.map(() => ({ ...off, local: 'unicast' })),
    sources: clusters.map(({ cluster }) => cluster),
  };
}

/** High reuse: the words of one cluster go to all: up and down its column, and from each cluster there to the side. */
export function highReuse(p: ChipParameters, source: number): NetworkMode {
  return {
    name: `high reuse from ${source}`,
    modes: placesFrom(p, source).map(({ rows, sameColumn }) => {
      if (!sameColumn) return { ...off, side: 'unicast' };
      if (rows === 0) return { ...off, local: 'broadcast' };
      return rows > 0 ? { ...off, north: 'broadcast' } : { ...off, south: 'broadcast' };
    }),
    sources: placesFrom(p, source).map(() => source),
  };
}

/** Grouped multicast: the clusters of a row share the words of one of them. */
export function grouped(p: ChipParameters, sourceColumn: number): NetworkMode {
  const clusters = placesFrom(p, sourceColumn);
  return {
    name: `grouped multicast from column ${sourceColumn}`,
    modes: clusters.map(({ sameColumn }) =>
      sameColumn ? { ...off, local: 'horizontal' } : { ...off, side: 'unicast' },
    ),
    sources: clusters.map(({ cluster }) => cluster - (cluster % p.clusterColumns) + sourceColumn),
  };
}

/** Interleaved multicast: the clusters of a column share the words of one of them, so that every second cluster has the same. */
export function interleaved(p: ChipParameters, sourceRow: number): NetworkMode {
  const clusters = placesFrom(p, sourceRow * p.clusterColumns);
  return {
    name: `interleaved multicast from row ${sourceRow}`,
    modes: clusters.map(({ rows }) => {
      if (rows === 0) return { ...off, local: 'vertical' };
      return rows > 0 ? { ...off, north: 'vertical' } : { ...off, south: 'vertical' };
    }),
    sources: clusters.map(({ cluster }) => sourceRow * p.clusterColumns + (cluster % p.clusterColumns)),
  };
}

/**
 * Groups of two rows in each column, the upper cluster of a group its source. What its vertical multicast sends further up is turned
 * off there.
 */
export function pairsOfRows(p: ChipParameters): NetworkMode {
  const clusters = placesFrom(p, 0);
  return {
    name: 'groups of two rows',
    modes: clusters.map(({ rows }) => (rows % 2 === 0 ? { ...off, local: 'vertical' } : { ...off, north: 'unicast' })),
    sources: clusters.map(({ cluster, rows }) => (rows % 2 === 0 ? cluster : cluster - p.clusterColumns)),
  };
}
