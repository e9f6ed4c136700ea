/** How many routers share a lane from outside: each then has a word in so many cycles, when it is its turn. */
import { clusterCount } from '../../hw/parameters.ts';
import { type ChipLayer, isIactSource, isWeightSource } from '../chip/chip-layer.ts';
import type { ClusterRole } from '../mapper/loops.ts';
import { iactSharers, weightSharers } from './cluster-groups.ts';

export interface LaneShare {
  /** Routers that take words of the lane, this one included, and its number among them. */
  readonly laneShare: number;
  readonly laneTurn: number;
}

/** @param role of any cluster that gets the router's words, from wherever they come */
export function iactLane(layer: ChipLayer, role: ClusterRole, router: number): LaneShare {
  const { roles, chip, loops } = layer;
  const source = roles.findIndex(
    (other) => isIactSource(layer, other) && iactSharers(layer.loops, other) === iactSharers(layer.loops, role),
  );
  const active = (cluster: number, row: number): boolean => row < loops.peRows && isIactSource(layer, roles[cluster]!);
  return shareOf(source * chip.iactBanks + router, chip.iactBanks, clusterCount(chip), chip.iactLanes, active);
}

/** @param role of any cluster that gets the row's words, from wherever they come */
export function weightLane(layer: ChipLayer, role: ClusterRole, row: number): LaneShare {
  const { roles, chip } = layer;
  const source = roles.findIndex(
    (other) => isWeightSource(layer, other) && weightSharers(layer.loops, other) === weightSharers(layer.loops, role),
  );
  const active = (cluster: number): boolean => isWeightSource(layer, roles[cluster]!);
  return shareOf(source * chip.peRows + row, chip.peRows, clusterCount(chip), chip.weightLanes, active);
}

/**
 * @param router number of the router among those of all clusters
 * @param active whether a router takes words from outside
 */
function shareOf(
  router: number,
  perCluster: number,
  clusters: number,
  lanes: number,
  active: (cluster: number, router: number) => boolean,
): LaneShare {
  const perLane = (clusters * perCluster) / lanes;
  const first = Math.floor(router / perLane) * perLane;
  let laneShare = 0;
  let laneTurn = 0;
  for (let other = first; other < first + perLane; other++) {
    if (!active(Math.floor(other / perCluster), other % perCluster)) continue;
    if (other === router) laneTurn = laneShare;
    laneShare++;
  }
  return { laneShare: Math.max(1, laneShare), laneTurn };
}
