/** Where words go in the mesh, by the modes of its routers: who listens to a source. */
import { iactPortsOf, type RouterPort, type WeightPort, weightPortsOf } from '../../../hw/noc/router-ports.ts';
import { allows, type RouterModeName } from '../../../hw/noc/routing.ts';
import type { ChipParameters } from '../../../hw/parameters.ts';

/** Mode of a router's source port, for one cluster; undefined of a port that it has not. */
export type ModeOf<P extends RouterPort = RouterPort> = (cluster: number, source: P) => RouterModeName | undefined;

/** The clusters whose PEs a word reaches that a cluster's router takes from outside or from its bank. */
export function iactReach(p: ChipParameters, modeOf: ModeOf, from: number): number[] {
  return reach(p, iactPortsOf(p), modeOf, from);
}

export function weightReach(p: ChipParameters, modeOf: ModeOf<WeightPort>, from: number): number[] {
  return reach(p, weightPortsOf(p), modeOf, from);
}

function reach<P extends RouterPort>(
  p: ChipParameters,
  ports: readonly P[],
  modeOf: ModeOf<P>,
  from: number,
): number[] {
  const reached: number[] = [];
  const pass = (cluster: number, source: P): void => {
    for (const destination of ports) {
      if (!allows(modeOf(cluster, source)!, source, destination)) continue;
      if (destination === 'local') {
        if (reached.includes(cluster)) throw new Error(`cluster ${cluster} gets words of cluster ${from} twice`);
        reached.push(cluster);
        continue;
      }
      const next = neighbour(p, cluster, destination);
      if (next !== undefined) pass(next, opposite[destination] as P);
    }
  };
  pass(from, 'local' as P);
  return reached;
}

const opposite: Readonly<Record<RouterPort, RouterPort>> = {
  local: 'local',
  north: 'south',
  south: 'north',
  side: 'side',
  west: 'east',
  east: 'west',
};

/** The cluster that way; undefined beyond the edge of the mesh. */
export function neighbour(p: ChipParameters, cluster: number, way: RouterPort): number | undefined {
  const row = Math.floor(cluster / p.clusterColumns);
  const column = cluster % p.clusterColumns;
  const [nextRow, nextColumn] = {
    local: [row, column],
    north: [row - 1, column],
    south: [row + 1, column],
    side: [row, 1 - column],
    west: [row, column - 1],
    east: [row, column + 1],
  }[way] as [number, number];
  const exists = nextRow >= 0 && nextRow < p.clusterRows && nextColumn >= 0 && nextColumn < p.clusterColumns;
  return exists ? nextRow * p.clusterColumns + nextColumn : undefined;
}
