import { describe, expect, it } from 'vitest';
import type { WeightPort } from '../../hw/noc/router-ports.ts';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { type ChipLayer, chipLayer } from '../../sim/chip/chip-layer.ts';
import { iactModes, networkModes, psumTargets, weightModes } from '../../sim/chip/routing.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { iactReach, type ModeOf, weightReach } from './model/mesh-routes.ts';

const layer = parseLayer({ g: 16, m: 64, c: 64, h: 8, w: 8, r: 1, s: 1 }, 'layer');

const base: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 4,
  channels: 8,
  kernelColumns: 1,
  windows: 4,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 2),
  vertical: { groups: 1, positions: 8, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};

function mapped(changes: Partial<Mapping>, chip: ChipParameters = eyerissV2Chip): ChipLayer {
  return chipLayer(layer, { ...base, ...changes }, chip);
}

/** For each cluster whose routers take words from outside, the clusters that get them. */
function reached(plan: ChipLayer) {
  const iact = new Map<number, number[]>();
  const weight = new Map<number, number[]>();
  const iactMode: ModeOf = (at, source) => iactModes(plan, plan.roles[at]!)[source];
  const weightMode: ModeOf<WeightPort> = (at, source) => weightModes(plan, plan.roles[at]!)[source];
  plan.roles.forEach((role, cluster) => {
    if (iactModes(plan, role).local !== 'off')
      iact.set(
        cluster,
        iactReach(plan.chip, iactMode, cluster).sort((a, b) => a - b),
      );
    if (weightModes(plan, role).local !== 'off')
      weight.set(
        cluster,
        weightReach(plan.chip, weightMode, cluster).sort((a, b) => a - b),
      );
  });
  return { iact, weight };
}

const vertical = (changes: Partial<Mapping['vertical']>): Mapping['vertical'] => ({
  groups: 1,
  positions: 1,
  filters: 1,
  chain: 1,
  ...changes,
});

describe('routing', () => {
  it('sends each cluster its own iacts, and the clusters of a row the same weights, where they differ in positions', () => {
    const plan = mapped({});
    const { iact, weight } = reached(plan);
    expect([...iact]).toEqual(Array.from({ length: 16 }, (_, cluster) => [cluster, [cluster]]));
    expect([...weight]).toEqual(Array.from({ length: 8 }, (_, row) => [2 * row, [2 * row, 2 * row + 1]]));
    expect(networkModes(plan)).toEqual({ iacts: 'high bandwidth', weights: 'grouped multicast' });
  });

  it('sends one cluster iacts for all, and each its own weights, where all differ in filters', () => {
    const plan = mapped({ horizontal: across('filters', 2), vertical: vertical({ filters: 8 }) });
    const { iact, weight } = reached(plan);
    expect([...iact]).toEqual([[8, Array.from({ length: 16 }, (_, cluster) => cluster)]]);
    expect(weight.size).toBe(16);
    expect(networkModes(plan)).toEqual({ iacts: 'high reuse', weights: 'high bandwidth' });
    const of = (cluster: number) => iactModes(plan, plan.roles[cluster]!);
    expect(of(0)).toEqual({ local: 'off', north: 'off', south: 'horizontal', side: 'off' });
    expect(of(2)).toEqual({ local: 'off', north: 'off', south: 'broadcast', side: 'off' });
    expect(of(8)).toEqual({ local: 'broadcast', north: 'off', south: 'off', side: 'off' });
    expect(of(10)).toEqual({ local: 'off', north: 'broadcast', south: 'off', side: 'off' });
    expect(of(14)).toEqual({ local: 'off', north: 'horizontal', south: 'off', side: 'off' });
    expect(of(15)).toEqual({ local: 'off', north: 'off', south: 'off', side: 'unicast' });
  });

  it('sends iacts to groups of rows, beside each other two groups in a row', () => {
    const plan = mapped({ horizontal: across('positions', 2), vertical: vertical({ positions: 2, filters: 4 }) });
    const { iact } = reached(plan);
    expect([...iact]).toEqual([
      [4, [0, 2, 4, 6]],
      [5, [1, 3, 5, 7]],
      [12, [8, 10, 12, 14]],
      [13, [9, 11, 13, 15]],
    ]);
    expect(networkModes(plan)).toEqual({ iacts: 'interleaved multicast', weights: 'grouped multicast' });
  });

  it('sends iacts across the rows alone, where only the horizontal neighbour has other filters', () => {
    const plan = mapped({ horizontal: across('filters', 2), vertical: vertical({ groups: 8 }) });
    const { iact, weight } = reached(plan);
    expect([...iact]).toEqual(Array.from({ length: 8 }, (_, row) => [2 * row, [2 * row, 2 * row + 1]]));
    expect(weight.size).toBe(16);
    expect(networkModes(plan)).toEqual({ iacts: 'grouped multicast', weights: 'high bandwidth' });
  });

  it('shares nothing between groups', () => {
    const plan = mapped({ horizontal: across('groups', 2), vertical: vertical({ groups: 8 }) });
    expect(networkModes(plan)).toEqual({ iacts: 'high bandwidth', weights: 'high bandwidth' });
  });

  it('sends weights to all clusters of a mesh of one row', () => {
    const chip = { ...eyerissV2Chip, clusterRows: 1, iactLanes: 6, weightLanes: 6, outputLanes: 2 };
    expect(networkModes(mapped({ vertical: vertical({}) }, chip)).weights).toBe('high reuse');
  });

  it('has no side where the mesh has one column', () => {
    const chip = { ...eyerissV2Chip, clusterColumns: 1, iactLanes: 24, weightLanes: 24, outputLanes: 8 };
    for (const what of ['filters', 'positions', 'groups'] as const) {
      const plan = mapped({ horizontal: across(what, 1), vertical: vertical({ positions: 8 }) }, chip);
      const { iact, weight } = reached(plan);
      expect([iact.size, weight.size]).toEqual([8, 8]);
      expect(weightModes(plan, plan.roles[0]!).local).toBe('unicast');
      expect(iactModes(plan, plan.roles[0]!).local).toBe('unicast');
    }
  });

  it('leads psums from bank to bank, through the clusters of a chain', () => {
    const plan = mapped({ channels: 1, vertical: vertical({ positions: 2, chain: 4 }) });
    const of = (row: number) => psumTargets(plan, plan.roles[2 * row]!);
    expect([0, 1, 2, 3, 4].map(of)).toEqual([
      { bank: 'pe', pe: 'south', north: 'none' },
      { bank: 'none', pe: 'south', north: 'pe' },
      { bank: 'none', pe: 'south', north: 'pe' },
      { bank: 'none', pe: 'bank', north: 'pe' },
      { bank: 'pe', pe: 'south', north: 'none' },
    ]);
  });

  it('turns off iact routers that serve no row of PEs', () => {
    const plan = mapped({}, { ...eyerissV2Chip, peRows: 2, weightLanes: 32 });
    expect(iactModes(plan, plan.roles[0]!, 1).local).toBe('unicast');
    expect(iactModes(plan, plan.roles[0]!, 2)).toEqual({ local: 'off', north: 'off', south: 'off', side: 'off' });
  });
});
