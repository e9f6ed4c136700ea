/** The mesh (J19 section III-B): which clusters are neighbours, and what stands at its edges. */
import { connect, In, Out, type Outside } from '../../gen/index.ts';
import { type ChipParameters } from '../parameters.ts';
import { nobodyTakes, NorthwardLink, nothingComes, SidewardLink, SouthwardLink } from './links.ts';
import { opposite, type SidePort, sidesOf } from './router-ports.ts';
import { isWide } from './wide.ts';

/** The ports of a cluster towards its neighbours. What leaves to one of them is what that one takes from the opposite side. */
export function neighbourPorts(p: ChipParameters) {
  return { ...verticalPorts(p), ...sidePorts(p) };
}

/** Towards those above and below. */
function verticalPorts(p: ChipParameters) {
  return {
    fromNorth: In(SouthwardLink(p)),
    toNorth: Out(NorthwardLink(p)),
    fromSouth: In(NorthwardLink(p)),
    toSouth: Out(SouthwardLink(p)),
  };
}

/** Towards the one beside it, or, where the mesh has more than two columns, those to the west and to the east. */
function sidePorts(p: ChipParameters): Partial<ReturnType<typeof pairPorts> & ReturnType<typeof bothSidesPorts>> {
  return isWide(p) ? bothSidesPorts(p) : pairPorts(p);
}

function pairPorts(p: ChipParameters) {
  return { fromSide: In(SidewardLink(p)), toSide: Out(SidewardLink(p)) };
}

function bothSidesPorts(p: ChipParameters) {
  return {
    fromWest: In(SidewardLink(p)),
    toWest: Out(SidewardLink(p)),
    fromEast: In(SidewardLink(p)),
    toEast: Out(SidewardLink(p)),
  };
}

/** A cluster as the mesh sees it. */
export type MeshCluster = Outside<ReturnType<typeof neighbourPorts>>;

/** The ports by the horizontal neighbour that they lead to. */
export const fromPort = { side: 'fromSide', west: 'fromWest', east: 'fromEast' } as const;
export const toPort = { side: 'toSide', west: 'toWest', east: 'toEast' } as const;

/** Links the clusters, given row by row, with those above, below and beside them, and closes the edges of the mesh. */
export function connectNeighbours(p: ChipParameters, clusters: readonly MeshCluster[]): void {
  clusters.forEach((cluster, index) => {
    connectVertically(cluster, clusters[index - p.clusterColumns], clusters[index + p.clusterColumns]);
    const start = index - (index % p.clusterColumns);
    connectSides(p, clusters.slice(start, start + p.clusterColumns), index - start);
  });
}

/** What comes to a cluster from above and below; nothing at the edges. */
function connectVertically(cluster: MeshCluster, north: MeshCluster | undefined, south: MeshCluster | undefined): void {
  if (north === undefined) {
    nothingComes(cluster.fromNorth);
    nobodyTakes(cluster.toNorth);
  } else connect(cluster.fromNorth, north.toSouth);
  if (south === undefined) {
    nothingComes(cluster.fromSouth);
    nobodyTakes(cluster.toSouth);
  } else connect(cluster.fromSouth, south.toNorth);
}

/** What comes to a cluster from those beside it in its row. The two clusters of a row of two are each other's side. */
export function connectSides(p: ChipParameters, row: readonly MeshCluster[], column: number): void {
  const cluster = row[column]!;
  const beside = { side: row[1 - column], west: row[column - 1], east: row[column + 1] };
  for (const side of sidesOf(p)) {
    const [from, to] = [cluster[fromPort[side]]!, cluster[toPort[side]]!];
    const neighbour = beside[side];
    if (neighbour === undefined) {
      nothingComes(from);
      nobodyTakes(to);
    } else connect(from, neighbour[toPort[opposite[side] as SidePort]]!);
  }
}
