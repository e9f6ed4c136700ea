/** The mesh (J19 section III-B): which clusters are neighbours, and what stands at its edges. */
import { connect, In, Out, type Outside } from '../../gen/index.ts';
import { type ChipParameters } from '../parameters.ts';
import { nobodyTakes, NorthwardLink, nothingComes, SidewardLink, SouthwardLink } from './links.ts';

/** The ports of a cluster towards its neighbours. What leaves to one of them is what that one takes from the opposite side. */
export function neighbourPorts(p: ChipParameters) {
  return {
    fromNorth: In(SouthwardLink(p)),
    toNorth: Out(NorthwardLink(p)),
    fromSouth: In(NorthwardLink(p)),
    toSouth: Out(SouthwardLink(p)),
    fromSide: In(SidewardLink(p)),
    toSide: Out(SidewardLink(p)),
  };
}

/** A cluster as the mesh sees it. */
export type MeshCluster = Outside<ReturnType<typeof neighbourPorts>>;

/** Links the clusters, given row by row, and closes the edges of the mesh. The two clusters of a row are each other's side. */
export function connectNeighbours(p: ChipParameters, clusters: readonly MeshCluster[]): void {
  if (p.clusterColumns > 2)
    throw new RangeError(`${p.clusterColumns} cluster columns: a router has one horizontal neighbour`);
  clusters.forEach((cluster, index) => {
    const north = clusters[index - p.clusterColumns];
    const south = clusters[index + p.clusterColumns];
    const side = p.clusterColumns === 2 ? clusters[index % 2 === 0 ? index + 1 : index - 1] : undefined;
    if (north === undefined) {
      nothingComes(cluster.fromNorth);
      nobodyTakes(cluster.toNorth);
    } else connect(cluster.fromNorth, north.toSouth);
    if (south === undefined) {
      nothingComes(cluster.fromSouth);
      nobodyTakes(cluster.toSouth);
    } else connect(cluster.fromSouth, south.toNorth);
    if (side === undefined) {
      nothingComes(cluster.fromSide);
      nobodyTakes(cluster.toSide);
    } else connect(cluster.fromSide, side.toSide);
  });
}
