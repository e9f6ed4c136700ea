import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PsumTarget } from '../../hw/control/command.ts';
import { NorthwardLink, SidewardLink, SouthwardLink } from '../../hw/noc/links.ts';
import { psumDestinations, psumSources, psumsReach } from '../../hw/noc/routing.ts';
import { clusterCount } from '../../hw/parameters.ts';
import { type NetworkMode, networkModes } from '../../sim/chip/routing.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { checkRun } from './check-run.ts';
import { multicastTraffic } from './multicast-traffic.ts';

type DataType = 'iacts' | 'weights' | 'psums';

const oneTaker = 'a psum has one taker: in two sums it would count twice';

/** Which modes each network has (J19 section III-B): those that run below, and why there are no others. */
const modesOf: Record<DataType, Record<NetworkMode, 'runs' | { readonly missing: string }>> = {
  iacts: {
    'high bandwidth': 'runs',
    'high reuse': 'runs',
    'grouped multicast': 'runs',
    'interleaved multicast': 'runs',
  },
  // What several rows share the outside sends to each of them: on the network that is one of the modes that run.
  weights: {
    'high bandwidth': 'runs',
    'high reuse': 'runs', // where a row is the whole mesh: a row is all that weights reach
    'grouped multicast': 'runs',
    'interleaved multicast': { missing: 'weights have no links to the clusters above and below' },
  },
  psums: {
    'high bandwidth': 'runs', // to the cluster's own bank, or on to the next cluster of a chain
    'high reuse': { missing: oneTaker },
    'grouped multicast': { missing: oneTaker },
    'interleaved multicast': { missing: oneTaker },
  },
};

const layer = parseLayer(
  { g: 2, m: 16, c: 6, h: 5, w: 6, r: 3, s: 3, pad: [1, 1, 1, 1], output: { multiplier: 3, shift: 10, relu: true } },
  'layer',
);
const operands = synthesiseOperands(layer, { seed: 3, iactDensity: 0.6, weightDensity: 0.5 });

const base: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 4,
  channels: 3,
  kernelColumns: 3,
  windows: 6,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 2),
  vertical: { groups: 1, positions: 2, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};
const vertical = (changes: Partial<Mapping['vertical']>): Mapping['vertical'] => ({
  groups: 1,
  positions: 1,
  filters: 1,
  chain: 1,
  ...changes,
});

/** How a network is used: its mode, and for each cluster, row by row, the one whose words it gets. */
interface Use {
  readonly mode: NetworkMode;
  readonly from: readonly number[];
}

interface Case {
  readonly mapping: Mapping;
  readonly iacts: Use;
  readonly weights: Use;
}

const highBandwidth = (clusters: number): Use => ({
  mode: 'high bandwidth',
  from: Array.from({ length: clusters }, (_, cluster) => cluster),
});
const highReuse = (clusters: number, source: number): Use => ({
  mode: 'high reuse',
  from: Array.from({ length: clusters }, () => source),
});
const grouped = (rows: number): Use => ({
  mode: 'grouped multicast',
  from: Array.from({ length: 2 * rows }, (_, cluster) => cluster - (cluster % 2)),
});
const rowParts = (...from: number[]): Use => ({ mode: 'grouped multicast', from });
const interleaved = (...from: number[]): Use => ({ mode: 'interleaved multicast', from });

/** Small meshes, and what runs on each of them. */
const meshes = {
  '1×2 clusters': {
    chip: chipLike({ clusterRows: 1, clusterColumns: 2 }),
    cases: {
      'weights for all': {
        mapping: { ...base, vertical: vertical({}) },
        iacts: highBandwidth(2),
        weights: highReuse(2, 0),
      },
      'weights for all, each PE its own': {
        mapping: { ...base, columns: 'filters', filters: 3, iacts: 'bypass', vertical: vertical({}) },
        iacts: highBandwidth(2),
        weights: highReuse(2, 0),
      },
      'iacts for all': {
        mapping: { ...base, horizontal: across('filters', 2), vertical: vertical({}) },
        iacts: highReuse(2, 0),
        weights: highBandwidth(2),
      },
    },
  },
  '2×2 clusters': {
    chip: chipLike({ clusterRows: 2, clusterColumns: 2 }),
    cases: {
      'iacts of their own, weights across': { mapping: base, iacts: highBandwidth(4), weights: grouped(2) },
      'iacts for all': {
        mapping: { ...base, horizontal: across('filters', 2), vertical: vertical({ filters: 2 }) },
        iacts: highReuse(4, 2),
        weights: highBandwidth(4),
      },
      'iacts down the columns, weights across': {
        mapping: { ...base, vertical: vertical({ filters: 2 }) },
        iacts: interleaved(2, 3, 2, 3),
        weights: grouped(2),
      },
      'iacts across': {
        mapping: { ...base, horizontal: across('filters', 2) },
        iacts: grouped(2),
        weights: highBandwidth(4),
      },
      'nothing shared': {
        mapping: { ...base, horizontal: across('groups', 2) },
        iacts: highBandwidth(4),
        weights: highBandwidth(4),
      },
      'psums from cluster to cluster': {
        mapping: { ...base, channels: 5, vertical: vertical({ chain: 2 }) },
        iacts: highBandwidth(4),
        weights: grouped(2),
      },
    },
  },
  '4×2 clusters of 2×2 PEs': {
    chip: chipLike({ clusterRows: 4, clusterColumns: 2, peRows: 2, peColumns: 2, iactBanks: 2 }),
    cases: {
      'iacts for all, by way of others': {
        mapping: { ...base, filters: 2, horizontal: across('filters', 2), vertical: vertical({ filters: 4 }) },
        iacts: highReuse(8, 4),
        weights: highBandwidth(8),
      },
      'iacts down the columns, by way of others': {
        mapping: { ...base, vertical: vertical({ filters: 4 }) },
        iacts: interleaved(4, 5, 4, 5, 4, 5, 4, 5),
        weights: grouped(4),
      },
      'iacts for two rows at a time': {
        mapping: { ...base, vertical: vertical({ positions: 2, filters: 2 }) },
        iacts: interleaved(2, 3, 2, 3, 6, 7, 6, 7),
        weights: grouped(4),
      },
      'psums through four clusters': {
        mapping: { ...base, horizontal: across('groups', 2), vertical: vertical({ chain: 4 }) },
        iacts: highBandwidth(8),
        weights: highBandwidth(8),
      },
    },
  },
  '1×4 clusters of 2×2 PEs': {
    chip: chipLike({ clusterRows: 1, clusterColumns: 4, peRows: 2, peColumns: 2, iactBanks: 2 }),
    cases: {
      'weights for all': {
        mapping: { ...base, horizontal: across('positions', 4), vertical: vertical({}) },
        iacts: highBandwidth(4),
        weights: highReuse(4, 1),
      },
      'iacts for all': {
        mapping: { ...base, horizontal: across('filters', 4), vertical: vertical({}) },
        iacts: highReuse(4, 1),
        weights: highBandwidth(4),
      },
      'weights for half a row': {
        mapping: { ...base, horizontal: { groups: 2, filters: 1, positions: 2 }, vertical: vertical({}) },
        iacts: highBandwidth(4),
        weights: rowParts(0, 0, 2, 2),
      },
      'iacts for half a row': {
        mapping: { ...base, horizontal: { groups: 2, filters: 2, positions: 1 }, vertical: vertical({}) },
        iacts: rowParts(0, 0, 2, 2),
        weights: highBandwidth(4),
      },
      'weights for half a row, the same iacts for every second cluster': {
        mapping: { ...base, horizontal: { groups: 1, filters: 2, positions: 2 }, vertical: vertical({}) },
        iacts: highBandwidth(4),
        weights: rowParts(0, 0, 2, 2),
      },
    },
  },
  '3×3 clusters of 2×2 PEs': {
    chip: chipLike({ clusterRows: 3, clusterColumns: 3, peRows: 2, peColumns: 2, iactBanks: 2 }),
    cases: {
      'iacts for all, from the middle': {
        mapping: { ...base, filters: 2, horizontal: across('filters', 3), vertical: vertical({ filters: 3 }) },
        iacts: highReuse(9, 4),
        weights: highBandwidth(9),
      },
      'iacts down the columns, weights across': {
        mapping: { ...base, filters: 3, horizontal: across('positions', 3), vertical: vertical({ filters: 3 }) },
        iacts: interleaved(3, 4, 5, 3, 4, 5, 3, 4, 5),
        weights: rowParts(1, 1, 1, 4, 4, 4, 7, 7, 7),
      },
      'iacts across': {
        mapping: { ...base, horizontal: across('filters', 3), vertical: vertical({ positions: 3 }) },
        iacts: rowParts(1, 1, 1, 4, 4, 4, 7, 7, 7),
        weights: highBandwidth(9),
      },
      'psums through three clusters, fewer groups than columns': {
        mapping: { ...base, horizontal: across('groups', 3), vertical: vertical({ chain: 3 }) },
        iacts: highBandwidth(9),
        weights: highBandwidth(9),
      },
    },
  },
  '1×6 clusters of one PE': {
    chip: chipLike({ clusterRows: 1, clusterColumns: 6, peRows: 1, peColumns: 1, iactBanks: 1 }),
    cases: {
      'iacts for three, twice': {
        mapping: { ...base, horizontal: { groups: 2, filters: 3, positions: 1 }, vertical: vertical({}) },
        iacts: rowParts(1, 1, 1, 4, 4, 4),
        weights: highBandwidth(6),
      },
      'iacts for all, two columns one way and three the other': {
        mapping: { ...base, filters: 3, horizontal: across('filters', 6), vertical: vertical({}) },
        iacts: highReuse(6, 2),
        weights: highBandwidth(6),
      },
      'weights for all': {
        mapping: { ...base, horizontal: across('positions', 6), vertical: vertical({}) },
        iacts: highBandwidth(6),
        weights: highReuse(6, 2),
      },
    },
  },
} satisfies Record<string, { chip: object; cases: Record<string, Case> }>;

describe.each(Object.entries(meshes))('the modes of the networks of %s', (_, { chip, cases }) => {
  const clusters = clusterCount(chip);
  const table = Object.entries(cases as Record<string, Case>);
  let open: OpenChip;
  beforeAll(async () => {
    open = await openChip(chip, { engine: 'builtin' });
  });
  afterAll(() => open.close());

  describe.each(table)('%s', (_name, { mapping, iacts, weights }) => {
    it.each([0, 0.5])('every output is right and every word counted where it has to be, with stalls %s', (stall) => {
      const run = checkRun(open, chip, layer, operands, { mapping, psums: true, stall, seed: 2 });
      const { program, counters } = run;
      expect(networkModes(program.chipLayer)).toEqual({ iacts: iacts.mode, weights: weights.mode });

      // Each router has a lane of its own; in these mappings the banks give each word once.
      const wordsFor = (lanes: readonly Uint32Array[], perCluster: number): number[] =>
        Array.from({ length: clusters }, (__, cluster) =>
          lanes.slice(cluster * perCluster, (cluster + 1) * perCluster).reduce((sum, { length }) => sum + length, 0),
        );
      const iactIn = wordsFor(program.iact, chip.iactBanks);
      const weightIn = wordsFor(program.weight, chip.peRows);
      const iact = multicastTraffic(chip, iacts.from, iactIn);
      const weight = multicastTraffic(chip, weights.from, weightIn);

      // Every column of every cluster gives as many psums: they leave the last cluster of its chain, and the others southwards.
      const { chunks, replays, passes } = program.chipLayer.loops;
      const windows = chunks * replays * passes * mapping.rows * mapping.windows;
      const psums = chip.peColumns * windows * Math.ceil(mapping.filters / 2);
      const { chain } = mapping.vertical;
      const endsChain = (cluster: number): boolean => (Math.floor(cluster / chip.clusterColumns) + 1) % chain === 0;

      const expected = Array.from({ length: clusters }, (__, cluster) => ({
        iactIn: iactIn[cluster],
        iactInjected: iactIn[cluster],
        iactLocal: iact[cluster]!.local,
        iactNorth: iact[cluster]!.north,
        iactSouth: iact[cluster]!.south,
        iactSide: iact[cluster]!.side,
        weightIn: weightIn[cluster],
        weightLocal: weight[cluster]!.local,
        weightSide: weight[cluster]!.side,
        psumPe: psums,
        psumBank: endsChain(cluster) ? psums : 0,
        psumSouth: endsChain(cluster) ? 0 : psums,
      }));
      const names = Object.keys(expected[0]!) as (keyof (typeof expected)[0])[];
      const counted = counters.clusters.map((own) => Object.fromEntries(names.map((name) => [name, own[name]])));
      expect(counted).toEqual(expected);

      // The stalls were there, on both sides of the chip.
      const { stallIact, stallOutput } = counters.total;
      expect([stallOutput > 0, stallIact > 0 || stall === 0]).toEqual([stall > 0, true]);
    });
  });
});

describe('each mode of each network', () => {
  const modes = Object.entries(modesOf).flatMap(([data, all]) =>
    Object.entries(all).map(([mode, state]) => ({ data, mode, state })),
  );
  const ran = new Set(
    Object.values(meshes).flatMap(({ cases }) =>
      Object.values(cases as Record<string, Case>).flatMap(({ iacts, weights }) => [
        `iacts ${iacts.mode}`,
        `weights ${weights.mode}`,
        'psums high bandwidth',
      ]),
    ),
  );

  it('runs, where there is such a mode', () => {
    const running = modes.filter(({ state }) => state === 'runs').map(({ data, mode }) => `${data} ${mode}`);
    expect([...ran].toSorted()).toEqual(running.toSorted());
  });

  it('is missing only where the links are', () => {
    const { chip } = meshes['2×2 clusters'];
    expect(Object.keys(SidewardLink(chip).fields)).toEqual(['iact', 'weight']);
    expect(Object.keys(NorthwardLink(chip).fields)).toEqual(['iact']);
    expect(Object.keys(SouthwardLink(chip).fields)).toEqual(['iact', 'psum']);
    for (const target of PsumTarget.members)
      for (const source of psumSources)
        expect(psumDestinations.filter((destination) => psumsReach(target, source, destination)).length).toBeLessThan(
          2,
        );
  });
});

describe('a layer', () => {
  it('takes as long as off-chip memory takes to give the words', async () => {
    const { chip } = meshes['2×2 clusters'];
    const open = await openChip(chip, { engine: 'builtin' });
    const free = open.run(layer, operands, { mapping: base });
    const bandwidth = 2;
    const tight = open.run(layer, operands, { mapping: base, bandwidth });
    open.close();
    const bytes = 3 * (tight.moved.iact + tight.moved.weight + tight.moved.output);
    expect(tight.oacts).toEqual(free.oacts);
    expect(tight.cycles).toBeGreaterThan(free.cycles);
    expect(tight.cycles).toBeGreaterThan(0.9 * (bytes / bandwidth));
    expect(tight.cycles).toBeLessThan(1.5 * (bytes / bandwidth));
  });
});
