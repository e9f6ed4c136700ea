import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterCount, eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { randomWords, wordsBySlot } from './iact-ends.ts';
import { type RouterCommand, sendThrough, type Traffic } from './mesh-traffic.ts';
import { grouped, highBandwidth, highReuse, interleaved, type NetworkMode, pairsOfRows } from './network-modes.ts';
import { RouterMesh } from './router-mesh.ts';

const p = { ...eyerissV2Chip, clusterRows: 3, clusterColumns: 2, iactBanks: 2, peRows: 2, peColumns: 3 };
const mesh = RouterMesh(p);
const clusters = Array.from({ length: clusterCount(p) }, (_, index) => index);

const iactModes = [
  highBandwidth(p),
  highReuse(p, 0),
  highReuse(p, 3),
  highReuse(p, 4),
  grouped(p, 0),
  grouped(p, 1),
  interleaved(p, 0),
  interleaved(p, 1),
  interleaved(p, 2),
  pairsOfRows(p),
];

/** Modes of weight routers: each cluster its own, or a row the same, from one side or the other. */
const weightModes = [highBandwidth(p), grouped(p, 0), grouped(p, 1)];

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

function commandsFor(iact: readonly NetworkMode[], weight: readonly NetworkMode[], chain: readonly number[]) {
  return clusters.map((cluster): RouterCommand => {
    const { first, last } = chainOf(chain, Math.floor(cluster / p.clusterColumns));
    return {
      iactRouters: iact.map(({ modes }) => modes[cluster]!),
      weightRouters: weight.map(({ modes }) => ({ local: modes[cluster]!.local, side: modes[cluster]!.side })),
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

describe('a mesh of routers', () => {
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
      expect(events['weight side']).toBe(mode.name === 'high bandwidth' ? 0 : sent);
    }
  });

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
    for (let round = 0; round < 20; round++) {
      const iact = [pick(iactModes), pick(iactModes)];
      const weight = [pick(weightModes), pick(weightModes)];
      check(iact, weight, pick(chains), { seed: round, stall: pick([0, 0.2, 0.5, 0.7]), count: 15 });
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
        cluster < 2
          ? [
              [cluster, column],
              [7, -7],
            ]
          : [],
      ),
    );
    const arrived = sendThrough(dut, p, commands, { ...none, psum }, { seed: 1, stall: 0.4 });
    expect(arrived.psum).toEqual([...psum.slice(2), ...psum.slice(0, 2)]);
  });
});
