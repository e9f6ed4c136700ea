/** What the routers count when each word goes once to every cluster that shares it, and to no other. */
import type { ChipParameters } from '../../hw/parameters.ts';

/** Words that leave the routers of a cluster, by destination. */
export interface Traffic {
  readonly local: number;
  readonly north: number;
  readonly south: number;
  readonly side: number;
}

/**
 * The traffic of every cluster, from nothing but who gets whose words. Words go up and down the column of their source first, and
 * from there along the rows. A source of a multicast sends both ways, whether or not there is anybody: the edge of the mesh, or a
 * router that is off, drops what nobody wants. In a mesh of two columns there is one way along a row.
 *
 * @param from for each cluster, row by row of the mesh, the one whose words it gets
 * @param sent words that the routers of each cluster take from outside or from the banks
 */
export function multicastTraffic(p: ChipParameters, from: readonly number[], sent: readonly number[]): Traffic[] {
  const rowOf = (cluster: number): number => Math.floor(cluster / p.clusterColumns);
  const columnOf = (cluster: number): number => cluster % p.clusterColumns;
  return from.map((source, cluster) => {
    const words = sent[source]!;
    const row = rowOf(cluster);
    const column = columnOf(cluster);
    const sharers = from.flatMap((other, sharer) => (other === source ? [sharer] : []));
    const inColumn = sharers.filter((sharer) => columnOf(sharer) === column).map(rowOf);
    const onTheWay = column === columnOf(source);
    const fromHere = cluster === source && inColumn.length > 1;
    const waysAlongRow = (at: number): number => {
      const inRow = sharers.filter((sharer) => rowOf(sharer) === row);
      if (onTheWay) return inRow.length === 1 ? 0 : p.clusterColumns > 2 ? 2 : 1;
      const eastwards = column > columnOf(source);
      return inRow.some((sharer) => (eastwards ? sharer > at : sharer < at)) && p.clusterColumns > 2 ? 1 : 0;
    };
    const goesOn = (beyond: boolean, further: boolean): number =>
      onTheWay && (fromHere || (beyond && further)) ? words : 0;
    return {
      local: words,
      north: goesOn(
        row < rowOf(source),
        inColumn.some((other) => other < row),
      ),
      south: goesOn(
        row > rowOf(source),
        inColumn.some((other) => other > row),
      ),
      side: words * waysAlongRow(cluster),
    };
  });
}
