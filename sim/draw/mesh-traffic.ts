/** Which links of the mesh carry words in a layer, followed from router to router by the modes of its command. */
import { iactPortsOf, opposite, type RouterPort, type WeightPort, weightPortsOf } from '../../hw/noc/router-ports.ts';
import { allows, type RouterModeName } from '../../hw/noc/routing.ts';
import { type ChipParameters, clusterCount } from '../../hw/parameters.ts';
import type { LayerCommandValue } from '../chip/command-words.ts';

/** How a router gets its words. */
export interface RouterIntake {
  readonly cluster: number;
  readonly router: number;
  readonly source: RouterPort;
  readonly mode: RouterModeName;
}

/** Words on their way from a router to the one of the same number in a neighbouring cluster. */
export interface MeshLink {
  readonly from: number;
  readonly to: number;
  readonly router: number;
  readonly way: Exclude<RouterPort, 'local'>;
  /** The neighbour drops them: a vertical multicast goes both ways, and not both may be wanted. */
  readonly dropped: boolean;
}

export interface Traffic {
  readonly intakes: readonly RouterIntake[];
  readonly links: readonly MeshLink[];
}

/** Mode of a router's source. */
type ModeOf = (cluster: number, router: number, source: RouterPort) => RouterModeName;

export function iactTraffic(chip: ChipParameters, { clusters }: LayerCommandValue): Traffic {
  const modeOf: ModeOf = (cluster, router, source) => clusters[cluster]!.iactRouters[router]![source] ?? 'off';
  return follow(chip, chip.iactBanks, iactPortsOf(chip), modeOf, (cluster) => clusters[cluster]!.iactSource);
}

export function weightTraffic(chip: ChipParameters, { clusters }: LayerCommandValue): Traffic {
  const modeOf: ModeOf = (cluster, router, source) =>
    clusters[cluster]!.weightRouters[router]![source as WeightPort] ?? 'off';
  return follow(chip, chip.peRows, weightPortsOf(chip), modeOf, () => true);
}

/** Clusters whose psums go on to the cluster below. */
export function psumLinks(chip: ChipParameters, { clusters }: LayerCommandValue): { from: number; to: number }[] {
  return clusters.flatMap(({ psumRouter }, from) => {
    const to = neighbour(chip, from, 'south');
    return to !== undefined && Object.values(psumRouter).includes('south') ? [{ from, to }] : [];
  });
}

function follow(
  chip: ChipParameters,
  routers: number,
  ports: readonly RouterPort[],
  modeOf: ModeOf,
  isFed: (cluster: number) => boolean,
): Traffic {
  const intakes: RouterIntake[] = [];
  const links: MeshLink[] = [];
  const take = (cluster: number, router: number, source: RouterPort): void => {
    const mode = modeOf(cluster, router, source);
    intakes.push({ cluster, router, source, mode });
    for (const way of ports) {
      const to = neighbour(chip, cluster, way);
      if (way === 'local' || to === undefined || !allows(mode, source, way)) continue;
      const dropped = modeOf(to, router, opposite[way]) === 'off';
      links.push({ from: cluster, to, router, way, dropped });
      if (!dropped) take(to, router, opposite[way]);
    }
  };
  for (let cluster = 0; cluster < clusterCount(chip); cluster++)
    for (let router = 0; router < routers; router++)
      if (isFed(cluster) && modeOf(cluster, router, 'local') !== 'off') take(cluster, router, 'local');
  return { intakes, links };
}

/** The cluster that way, by its number; undefined beyond the edge of the mesh. */
export function neighbour({ clusterRows, clusterColumns }: ChipParameters, cluster: number, way: RouterPort) {
  const row = Math.floor(cluster / clusterColumns) + (way === 'south' ? 1 : way === 'north' ? -1 : 0);
  const column = cluster % clusterColumns;
  const steps = { local: 0, north: 0, south: 0, side: 1 - 2 * column, west: -1, east: 1 };
  const beside = column + steps[way];
  const there = row >= 0 && row < clusterRows && beside >= 0 && beside < clusterColumns;
  return there ? row * clusterColumns + beside : undefined;
}
