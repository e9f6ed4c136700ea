/**
 * Which clusters get the same words by multicast. Along a row these are neighbours: those that differ in positions alone share
 * weights, and those that differ in filters alone share iacts where no positions lie between them. Down a column, clusters that
 * differ in filters alone share iacts. What others have in common comes from outside as often as it is needed.
 */
import type { Mapping } from './mapping.ts';

type Places = Pick<Mapping, 'horizontal' | 'vertical'>;

/** Clusters of a row that get the same weights. */
export function weightSpan({ horizontal }: Places): number {
  return horizontal.positions;
}

/** Clusters of a row that get the same iacts. */
export function iactSpan({ horizontal }: Places): number {
  return horizontal.positions === 1 ? horizontal.filters : 1;
}

/** Clusters of the mesh that get the same iacts. */
export function iactSharers(mapping: Places): number {
  return mapping.vertical.filters * iactSpan(mapping);
}

/**
 * Columns from the cluster that words come from to another one of its row that shares them: eastwards, and negative westwards.
 * Words go all the way within a cycle, so the source is in the middle.
 *
 * @param span clusters that share them, of which the first has a column that `span` divides
 */
export function columnsFromSource(column: number, span: number): number {
  return (column % span) - Math.floor((span - 1) / 2);
}

/** Whether a cluster that gets words from a neighbour in its row is the last one that they come to. */
export function isFarthest(steps: number, span: number): boolean {
  const middle = Math.floor((span - 1) / 2);
  return steps > 0 ? steps === span - 1 - middle : steps === -middle;
}
