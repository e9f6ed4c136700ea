import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forPorts, sidesOf, weightPortsOf } from '../../../hw/noc/router-ports.ts';
import { type ChipParameters, clusterCount, eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { randomWords, wordsBySlot } from './iact-ends.ts';
import { type RouterCommand, sendThrough, type Traffic } from './mesh-traffic.ts';
import {
  grouped,
  highBandwidth,
  highReuse,
  interleaved,
  type NetworkMode,
  pairsOfRows,
  partsOfRows,
} from './network-modes.ts';
import { RouterMesh } from './router-mesh.ts';

const small = { ...eyerissV2Chip, clusterRows: 3, iactBanks: 2, peRows: 2, peColumns: 3 };
const two = { ...small, clusterColumns: 2 };
const three = { ...small, clusterColumns: 3, peColumns: 2 };
const five = { ...small, clusterColumns: 5, peColumns: 1 };

const columnModes = (p: ChipParameters) => [interleaved(p, 0), interleaved(p, 1), interleaved(p, 2), pairsOfRows(p)];

/** Meshes; modes of iact routers; modes of weight routers: each cluster its own, or a row or a part of it the same. */
const meshes = [
  {
    p: two,
    iactModes: [
      highBandwidth(two),
      highReuse(two, 0),
      highReuse(two, 3),
      highReuse(two, 4),
      grouped(two, 0),
      grouped(two, 1),
      ...columnModes(two),
    ],
    weightModes: [highBandwidth(two), grouped(two, 0), grouped(two, 1)],
  },
  {
    p: three,
    iactModes: [
      highBandwidth(three),
      highReuse(three, 0),
      highReuse(three, 4),
      highReuse(three, 8),
      ...[0, 1, 2].map((column) => grouped(three, column)),
      partsOfRows(three, 2, 0),
      partsOfRows(three, 2, 1),
      ...columnModes(three),
    ],
    weightModes: [
      highBandwidth(three),
      ...[0, 1, 2].map((column) => grouped(three, column)),
      partsOfRows(three, 2, 0),
      partsOfRows(three, 2, 1),
    ],
  },
  {
    p: five,
    iactModes: [
      highBandwidth(five),
      highReuse(five, 7),
      highReuse(five, 14),
      grouped(five, 0),
      grouped(five, 2),
      grouped(five, 4),
      partsOfRows(five, 2, 0),
      partsOfRows(five, 3, 1),
      partsOfRows(five, 4, 1),
      interleaved(five, 1),
    ],
    weightModes: [
      highBandwidth(five),
      grouped(five, 1),
      grouped(five, 4),
      partsOfRows(five, 2, 1),
      partsOfRows(five, 3, 1),
      partsOfRows(five, 3, 2),
    ],
  },
];

/** Chains of psums down the rows: how many clusters each takes in, from the north. */
const chains = [[1, 1, 1], [3], [2, 1], [1, 2]];

function chainOf(lengths: readonly number[], row: number): { first: boolean; last: boolean; top: number } {
  let top = 0;
  for (const length of lengths) {
    if (row < top + length) return { first: row === top, last: row === top + length - 1, top };
    top += length;
  }
  throw new Error(`no chain takes in row ${row}`);
}

describe.each(meshes)('a mesh of routers in $p.clusterColumns columns', ({ p, iactModes, weightModes }) => {
  const mesh = RouterMesh(p);
  const clusters = Array.from({ length: clusterCount(p) }, (_, index) => index);

  function commandsFor(iact: readonly NetworkMode[], weight: readonly NetworkMode[], chain: readonly number[]) {
    return clusters.map((cluster): RouterCommand => {
      const { first, last } = chainOf(chain, Math.floor(cluster / p.clusterColumns));
      return {
        iactRouters: iact.map(({ modes }) => modes[cluster]!),
        weightRouters: weight.map(({ modes }) => forPorts(weightPortsOf(p), (port) => modes[cluster]![port]!)),
        psumRouter: { bank: first ? 'pe' : 'none', pe: last ? 'bank' : 'south', north: first ? 'none' : 'pe' },
      };
    });
  }

  /** Words from every source that a mode has. */
  function trafficFor(
    random: Random,
    iact: readonly NetworkMode[],
    weight: readonly NetworkMode[],
    chain: readonly number[],
    count: number,
  ): Traffic {
    const sends = ({ sources }: NetworkMode, cluster: number): number => (sources.includes(cluster) ? count : 0);
    return {
      iact: clusters.map((cluster) =>
        iact.map((mode) => randomWords(random, { count: sends(mode, cluster), source: cluster, slots: p.peColumns })),
      ),
      weight: clusters.map((cluster) =>
        weight.map((mode) => Array.from({ length: sends(mode, cluster) }, (_, word) => (cluster << 16) | word)),
      ),
      psum: clusters.map((cluster) => {
        const { first } = chainOf(chain, Math.floor(cluster / p.clusterColumns));
        return Array.from({ length: p.peColumns }, (_, column) =>
          Array.from({ length: first ? count : 0 }, (__, word) => [1000 * cluster + word, -100 * column - word]),
        );
      }),
    };
  }

  let dut: Driver<typeof mesh.ports>;
  beforeAll(async () => {
    dut = await drive(mesh);
  });
  afterAll(() => dut.close());

  function check(
    iact: readonly NetworkMode[],
    weight: readonly NetworkMode[],
    chain: readonly number[],
    { seed = 1, stall = 0.3, count = 25 },
  ) {
    const random = Random.stream(seed, 'traffic');
    const traffic = trafficFor(random, iact, weight, chain, count);
    const arrived = sendThrough(dut, p, commandsFor(iact, weight, chain), traffic, { seed, stall });
    for (const cluster of clusters) {
      iact.forEach(({ name, sources }, router) => {
        const words = traffic.iact[sources[cluster]!]![router]!;
        expect(arrived.iact[cluster]![router], `iacts at ${cluster}, ${name}`).toEqual(wordsBySlot(words, p.peColumns));
      });
      weight.forEach(({ name, sources }, router) => {
        const words = traffic.weight[sources[cluster]!]![router]!;
        expect(arrived.weight[cluster]![router], `weights at ${cluster}, ${name}`).toEqual(words);
      });
      const row = Math.floor(cluster / p.clusterColumns);
      const { last, top } = chainOf(chain, row);
      const start = cluster - (row - top) * p.clusterColumns;
      for (let column = 0; column < p.peColumns; column++) {
        const sums = traffic.psum[start]![column]!.map((pair) => pair.map((psum) => psum + row - top + 1));
        expect(arrived.psum[cluster]![column], `psums at ${cluster}, chains of ${chain.join(', ')}`).toEqual(
          last ? sums : [],
        );
      }
    }
    return { traffic, ...arrived };
  }

  test.each(iactModes)('iacts: $name', (mode) => {
    for (const stall of [0, 0.5]) {
      const { events, traffic } = check([mode, mode], [weightModes[0]!, weightModes[0]!], chains[0]!, { stall });
      const sent = traffic.iact.flat(2).length;
      expect(events['iact injected']).toBe(sent);
      expect(events['iact local']).toBe((sent * clusters.length) / new Set(mode.sources).size);
    }
  });

  test.each(weightModes)('weights: $name', (mode) => {
    for (const stall of [0, 0.5]) {
      const { events, traffic } = check([iactModes[0]!, iactModes[0]!], [mode, mode], chains[0]!, { stall });
      const sent = traffic.weight.flat(2).length;
      expect(events['weight injected']).toBe(sent);
      expect(events['weight local']).toBe((sent * clusters.length) / new Set(mode.sources).size);
      expect(events['weight side']).toBe(weightHops(mode, sent / new Set(mode.sources).size));
    }
  });

  /** Each word goes on to a neighbour once for each that hears it from there, and once to one that drops it. */
  function weightHops({ modes }: NetworkMode, words: number): number {
    const sent = modes.flatMap((of, cluster) => {
      const column = cluster % p.clusterColumns;
      const there = { side: true, west: column > 0, east: column < p.clusterColumns - 1 };
      return sidesOf(p).map((side) => {
        const horizontal = weightPortsOf(p).some((port) => port !== side && of[port] === 'horizontal');
        return horizontal && (of.local === 'horizontal' || there[side]) ? words : 0;
      });
    });
    return sent.reduce((sum, count) => sum + count, 0);
  }

  test.each(chains.map((chain) => ({ chain })))('psums: chains of $chain clusters', ({ chain }) => {
    for (const stall of [0, 0.5]) {
      const { events, traffic } = check(iactModes.slice(0, 2), weightModes.slice(0, 2), chain, { stall });
      const sent = traffic.psum.flat().reduce((sum, pairs) => sum + pairs.length, 0);
      expect(events['psum bank']).toBe(sent);
      expect(events['psum pe']).toBe((sent * p.clusterRows) / chain.length);
      expect(events['psum south']).toBe((sent * (p.clusterRows - chain.length)) / chain.length);
    }
  });

  test('all networks at once, each router in a mode of its own', () => {
    const random = Random.stream(5, 'modes');
    const pick = <T>(from: readonly T[]): T => from[random.integer(0, from.length - 1)]!;
    // Many who stall often are seldom ready at once.
    const stalls = [0, 0.2, 0.5, ...(p.clusterColumns === 2 ? [0.7] : [])];
    for (let round = 0; round < 40 / p.clusterColumns; round++) {
      const iact = [pick(iactModes), pick(iactModes)];
      const weight = [pick(weightModes), pick(weightModes)];
      check(iact, weight, pick(chains), { seed: round, stall: pick(stalls), count: 15 });
    }
  });

  test('psums pass a cluster by: from bank to south, from north to south, from north to the bank', () => {
    const commands = clusters.map((cluster): RouterCommand => {
      const row = Math.floor(cluster / p.clusterColumns);
      const targets = [
        { bank: 'south', pe: 'none', north: 'none' },
        { bank: 'none', pe: 'none', north: 'south' },
        { bank: 'none', pe: 'none', north: 'bank' },
      ] as const;
      return {
        ...commandsFor([iactModes[0]!, iactModes[0]!], weightModes.slice(0, 2), chains[0]!)[cluster]!,
        psumRouter: targets[row]!,
      };
    });
    const none = { iact: clusters.map(() => [[], []]), weight: clusters.map(() => [[], []]) };
    const psum = clusters.map((cluster) =>
      Array.from({ length: p.peColumns }, (_, column) =>
        cluster < p.clusterColumns
          ? [
              [cluster, column],
              [7, -7],
            ]
          : [],
      ),
    );
    const arrived = sendThrough(dut, p, commands, { ...none, psum }, { seed: 1, stall: 0.4 });
    expect(arrived.psum).toEqual([...psum.slice(p.clusterColumns), ...psum.slice(0, p.clusterColumns)]);
  });
});
