/** What runs between two rows of clusters of a wide mesh, column beside column. */
import { Bundle, connect, In, type Inside, mapStream, Out, pack, unpack, widthOf } from '../../gen/index.ts';
import { PsumPair } from '../noc/links.ts';
import type { MeshCluster } from '../noc/neighbours.ts';
import type { ChipParameters } from '../parameters.ts';
import { IactBus, iactLinks, StreamBus, streamsFrom, streamsInto } from './bus.ts';

/** What a row sends to the one above: iacts. */
export function RowNorthward(p: ChipParameters) {
  return Bundle({ iact: IactBus(p, p.clusterColumns * p.iactBanks) });
}

/** What it sends to the one below: iacts and psums. */
export function RowSouthward(p: ChipParameters) {
  const { clusterColumns, iactBanks, peColumns } = p;
  return Bundle({
    iact: IactBus(p, clusterColumns * iactBanks),
    psum: StreamBus(clusterColumns * peColumns, widthOf(PsumPair(p))),
  });
}

/** The ports of a row towards the rows above and below. */
export function rowPorts(p: ChipParameters) {
  return {
    fromNorth: In(RowSouthward(p)),
    toNorth: Out(RowNorthward(p)),
    fromSouth: In(RowNorthward(p)),
    toSouth: Out(RowSouthward(p)),
  };
}

/** Links the clusters of a row with the row's ports. */
export function connectRow(
  p: ChipParameters,
  clusters: readonly MeshCluster[],
  io: Inside<ReturnType<typeof rowPorts>>,
): void {
  const [fromNorth, toNorth] = [iactLinks(io.fromNorth.iact), iactLinks(io.toNorth.iact)];
  const [fromSouth, toSouth] = [iactLinks(io.fromSouth.iact), iactLinks(io.toSouth.iact)];
  const psumsIn = streamsFrom(io.fromNorth.psum);
  const psumsOut = streamsInto(io.toSouth.psum);
  clusters.forEach((cluster, column) => {
    for (let router = 0; router < p.iactBanks; router++) {
      const at = column * p.iactBanks + router;
      connect(cluster.fromNorth.iact[router]!, fromNorth[at]!);
      connect(toNorth[at]!, cluster.toNorth.iact[router]!);
      connect(cluster.fromSouth.iact[router]!, fromSouth[at]!);
      connect(toSouth[at]!, cluster.toSouth.iact[router]!);
    }
    for (let router = 0; router < p.peColumns; router++) {
      const at = column * p.peColumns + router;
      connect(
        cluster.fromNorth.psum[router]!,
        mapStream(psumsIn[at]!, (data) => unpack(PsumPair(p), data)),
      );
      connect(
        psumsOut[at]!,
        mapStream(cluster.toSouth.psum[router]!, (data) => pack(data)),
      );
    }
  });
}
