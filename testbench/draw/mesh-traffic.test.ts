import { describe, expect, it } from 'vitest';
import type { WeightPort } from '../../hw/noc/router-ports.ts';
import { clusterCount, eyerissV2Chip } from '../../hw/parameters.ts';
import type { LayerCommandValue } from '../../sim/chip/command-words.ts';
import { iactTraffic, psumLinks, weightTraffic } from '../../sim/draw/mesh-traffic.ts';
import { findLayer } from '../../sim/layer/library.ts';
import { mappedProgram } from '../../sim/run/draw-layer.ts';
import { iactReach, type ModeOf, weightReach } from '../chip/model/mesh-routes.ts';

const chip = eyerissV2Chip;

describe.each(['mobilenet-conv4-pw', 'alexnet-conv1', 'lenet5-fc1'])('the traffic of %s', (name) => {
  const { command } = mappedProgram(findLayer(name), chip);
  const clusters = Array.from({ length: clusterCount(chip) }, (_, cluster) => cluster);

  it('reaches the clusters that the modes let it reach', () => {
    const { intakes } = iactTraffic(chip, command);
    const reached = clusters
      .filter((cluster) => command.clusters[cluster]!.iactSource)
      .flatMap((from) =>
        iactReach(chip, (cluster, source) => command.clusters[cluster]!.iactRouters[0]![source], from),
      );
    expect(clustersOf(intakes)).toEqual(reached.sort((one, other) => one - other));
    expect(clustersOf(intakes)).toEqual(clusters);
  });

  it('brings weights to every cluster once', () => {
    const { intakes } = weightTraffic(chip, command);
    const modes: ModeOf<WeightPort> = (cluster, source) => command.clusters[cluster]!.weightRouters[0]![source];
    const reached = clusters
      .filter((cluster) => modes(cluster, 'local') !== 'off')
      .flatMap((from) => weightReach(chip, modes, from));
    expect(clustersOf(intakes)).toEqual(reached.sort((one, other) => one - other));
  });
});

/** The clusters whose router 0 takes words, in order. */
function clustersOf(intakes: readonly { cluster: number; router: number }[]): number[] {
  return intakes
    .filter(({ router }) => router === 0)
    .map(({ cluster }) => cluster)
    .sort((one, other) => one - other);
}

describe('words that are not wanted', () => {
  it('go as far as the router that drops them', () => {
    const two = { ...chip, clusterRows: 3, clusterColumns: 1, iactBanks: 1 };
    const off = { local: 'off', north: 'off', south: 'off', side: 'off' } as const;
    const cluster = (modes: object, iactSource: boolean) => ({ iactRouters: [{ ...off, ...modes }], iactSource });
    const command = {
      clusters: [
        cluster({ south: 'unicast' }, false),
        cluster({ local: 'vertical' }, true),
        cluster({ local: 'unicast' }, true),
      ],
    } as unknown as LayerCommandValue;
    expect(iactTraffic(two, command).links).toEqual([
      { from: 1, to: 0, router: 0, way: 'north', dropped: false },
      { from: 1, to: 2, router: 0, way: 'south', dropped: true },
    ]);
  });
});

describe('psums', () => {
  it('go from cluster to cluster of a chain', () => {
    const chained = { ...chip, clusterRows: 3, clusterColumns: 2 };
    const cluster = (pe: string) => ({ psumRouter: { bank: 'none', pe, north: 'none' } });
    const command = {
      clusters: ['south', 'bank', 'south', 'bank', 'bank', 'bank'].map(cluster),
    } as unknown as LayerCommandValue;
    expect(psumLinks(chained, command)).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 4 },
    ]);
  });
});
