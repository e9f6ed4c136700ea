/**
 * The network-level modes of the paper (J19 Fig 9) as modes of routers, for meshes of any width, each with the source that every
 * cluster must hear.
 */
import { forPorts, iactPortsOf, type OfPorts, type RouterPort } from '../../../hw/noc/router-ports.ts';
import type { RouterModeName } from '../../../hw/noc/routing.ts';
import type { ChipParameters } from '../../../hw/parameters.ts';

export interface NetworkMode {
  readonly name: string;
  /** Modes of one iact router in each cluster. */
  readonly modes: readonly OfPorts<RouterPort, RouterModeName>[];
  /** The cluster whose words arrive, for each cluster. */
  readonly sources: readonly number[];
}

type Modes = NetworkMode['modes'][number];

function offIn(p: ChipParameters): Modes {
  return forPorts(iactPortsOf(p), (): RouterModeName => 'off');
}

/**
 * How a cluster so many columns from the one that sends along its row takes the words, which have as many to go to the last that
 * wants them. In a mesh of two columns there is nobody further on.
 */
function alongRow(p: ChipParameters, columns: number, left: number): Partial<Record<RouterPort, RouterModeName>> {
  if (p.clusterColumns === 2) return { side: 'unicast' };
  return { [columns > 0 ? 'west' : 'east']: left > 0 ? 'horizontal' : 'unicast' };
}

/** Where a cluster stands, seen from another. */
function placesFrom(p: ChipParameters, source: number) {
  return Array.from({ length: p.clusterRows * p.clusterColumns }, (_, cluster) => {
    const column = cluster % p.clusterColumns;
    const columns = column - (source % p.clusterColumns);
    return {
      cluster,
      rows: Math.floor(cluster / p.clusterColumns) - Math.floor(source / p.clusterColumns),
      columns,
      // To the edge of the mesh, on the side where the cluster stands.
      left: columns > 0 ? p.clusterColumns - 1 - column : column,
    };
  });
}

/** High bandwidth: every cluster has words of its own. */
export function highBandwidth(p: ChipParameters): NetworkMode {
  const clusters = placesFrom(p, 0);
  return {
    name: 'high bandwidth',
    modes: clusters.map(() => ({ ...offIn(p), local: 'unicast' })),
    sources: clusters.map(({ cluster }) => cluster),
  };
}

/** High reuse: the words of one cluster go to all: up and down its column, and from each cluster there along its row. */
export function highReuse(p: ChipParameters, source: number): NetworkMode {
  return {
    name: `high reuse from ${source}`,
    modes: placesFrom(p, source).map(({ rows, columns, left }) => {
      if (columns !== 0) return { ...offIn(p), ...alongRow(p, columns, left) };
      if (rows === 0) return { ...offIn(p), local: 'broadcast' };
      return rows > 0 ? { ...offIn(p), north: 'broadcast' } : { ...offIn(p), south: 'broadcast' };
    }),
    sources: placesFrom(p, source).map(() => source),
  };
}

/** Grouped multicast: the clusters of a row share the words of one of them. */
export function grouped(p: ChipParameters, sourceColumn: number): NetworkMode {
  const clusters = placesFrom(p, sourceColumn);
  return {
    name: `grouped multicast from column ${sourceColumn}`,
    modes: clusters.map(({ columns, left }) =>
      columns === 0 ? { ...offIn(p), local: 'horizontal' } : { ...offIn(p), ...alongRow(p, columns, left) },
    ),
    sources: clusters.map(({ cluster }) => cluster - (cluster % p.clusterColumns) + sourceColumn),
  };
}

/**
 * Neighbours in a row share the words of one of them, which sends both ways: what it sends beyond them is turned off there.
 *
 * @param size clusters that share, of which the first has a column that `size` divides; the last may be fewer
 * @param at of the one that sends, among them
 */
export function partsOfRows(p: ChipParameters, size: number, at: number): NetworkMode {
  const clusters = placesFrom(p, 0);
  const sourceOf = (column: number): number => {
    const first = column - (column % size);
    return Math.min(first + at, p.clusterColumns - 1);
  };
  return {
    name: `${size} of a row from the one with number ${at}`,
    modes: clusters.map(({ columns: column }) => {
      const columns = column - sourceOf(column);
      if (columns === 0) return { ...offIn(p), local: 'horizontal' };
      const first = column - (column % size);
      const last = Math.min(first + size, p.clusterColumns) - 1;
      return { ...offIn(p), ...alongRow(p, columns, columns > 0 ? last - column : column - first) };
    }),
    sources: clusters.map(({ cluster, columns: column }) => cluster - column + sourceOf(column)),
  };
}

/** Interleaved multicast: the clusters of a column share the words of one of them. */
export function interleaved(p: ChipParameters, sourceRow: number): NetworkMode {
  const clusters = placesFrom(p, sourceRow * p.clusterColumns);
  return {
    name: `interleaved multicast from row ${sourceRow}`,
    modes: clusters.map(({ rows }) => {
      if (rows === 0) return { ...offIn(p), local: 'vertical' };
      return rows > 0 ? { ...offIn(p), north: 'vertical' } : { ...offIn(p), south: 'vertical' };
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
    modes: clusters.map(({ rows }) =>
      rows % 2 === 0 ? { ...offIn(p), local: 'vertical' } : { ...offIn(p), north: 'unicast' },
    ),
    sources: clusters.map(({ cluster, rows }) => (rows % 2 === 0 ? cluster : cluster - p.clusterColumns)),
  };
}
