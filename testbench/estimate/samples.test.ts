import { describe, expect, test } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { masksOfShares, sharesOf } from '../../sim/estimate/masks.ts';
import { sampleTurns } from '../../sim/estimate/turn-sample.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { loopsOf } from '../../sim/mapper/loops.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import { workLayer } from '../../sim/mapper/work-layer.ts';
import { estimatedShares } from '../../sim/network/estimated-shares.ts';
import { goldenNetwork } from '../../sim/network/golden-network.ts';
import { layersOf } from '../../sim/network/network.ts';
import { findNetwork } from '../../sim/network/read-network.ts';
import { densityOf } from '../../sim/tensor/density.ts';

function layerOf(json: Record<string, unknown>): Layer {
  return parseLayer({ r: 1, s: 1, ...json }, 'test');
}

const convolution = layerOf({ m: 384, c: 256, h: 13, w: 13, r: 3, s: 3, pad: [1, 1, 1, 1] });

const mapping: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 8,
  channels: 16,
  kernelColumns: 1,
  windows: 13,
  rows: 1,
  columns: 'filters',
  horizontal: across('positions', 2),
  vertical: { groups: 1, positions: 8, filters: 1, chain: 1 },
  iacts: 'bypass',
  replay: false,
};

describe('turns', () => {
  const loops = loopsOf(workLayer(convolution), mapping, eyerissV2Chip);
  const all = loops.chunks * loops.replays * loops.passes;
  const least = { chunks: 3, replays: 3, passes: 8 };

  test.each([1, 100, 300, 1e6])('of which at most %i are taken stand for all', (most) => {
    const turns = sampleTurns(loops, most, least, 0.4);
    expect(turns.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(all, 6);
    expect(turns.length).toBeLessThanOrEqual(Math.max(most, 3 * 3 * 8));
    expect(turns[0]).toMatchObject({ chunk: 0, replay: 0, pass: 0, first: true, weight: 1 });
    for (const { pass, first, last } of turns) {
      expect(first).toBe(pass === 0);
      expect(last).toBe(pass === loops.passes - 1);
    }
  });

  test('are all there is, in order, if there is time', () => {
    const turns = sampleTurns(loops, Infinity, least, 0);
    expect(turns).toHaveLength(all);
    const places = turns.map(({ chunk, replay, pass }) => (chunk * loops.replays + replay) * loops.passes + pass);
    expect(places).toEqual(places.map((_, index) => index));
  });

  test('of a bank that replays keep all passes', () => {
    const replaying = { ...mapping, columns: 'positions', iacts: 'own', replay: true } as const;
    const turns = sampleTurns(loopsOf(workLayer(convolution), replaying, eyerissV2Chip), 10, least, 0);
    expect(new Set(turns.map(({ pass }) => pass)).size).toBe(loops.passes);
  });
});

describe('masks of densities', () => {
  const layer = layerOf({ m: 64, c: 64, h: 32, w: 32 });
  const density = { iact: 0.3, weight: 0.6, output: 0.5 };
  const spread = { activations: 3, weights: 0.35 };
  const masks = masksOfShares(layer, density, sharesOf(layer, density, spread, 5), 5);
  const share = (count: number, has: (index: number) => boolean): number =>
    Array.from({ length: count }, (_, index) => Number(has(index))).reduce((sum, each) => sum + each, 0) / count;

  test('have them', () => {
    expect(share(64 * 32 * 32, masks.iact)).toBeCloseTo(0.3, 1);
    expect(share(64 * 64, masks.weight)).toBeCloseTo(0.6, 1);
    expect(share(64 * 32, (at) => masks.output(at >> 5, 0, at & 31, 3))).toBeCloseTo(0.5, 1);
  });

  test('are uneven between channels', () => {
    const ofChannels = Array.from({ length: 64 }, (_, channel) =>
      share(1024, (index) => masks.iact(channel * 1024 + index)),
    );
    expect(Math.max(...ofChannels)).toBeGreaterThan(0.8);
    expect(Math.min(...ofChannels)).toBeLessThan(0.1);
  });

  test('are the same filter by filter as weight by weight, and from one time to the next', () => {
    const again = masksOfShares(layer, density, sharesOf(layer, density, spread, 5), 5);
    const { weights } = masks;
    if (ArrayBuffer.isView(weights)) throw new Error('nobody has made any');
    for (let index = 0; index < 64 * 64; index++) {
      expect(again.weight(index)).toBe(weights.row(index >> 6)[index & 63] === 1);
      expect(masks.weight(index)).toBe(again.weight(index));
    }
  });

  test('of none and of all are none and all', () => {
    for (const each of [0, 1]) {
      const even = { iact: each, weight: each, output: each };
      const whole = masksOfShares(layer, even, sharesOf(layer, even, spread, 1), 1);
      expect(share(1000, whole.iact)).toBe(each);
      expect(share(1000, whole.weight)).toBe(each);
      expect(share(1000, (at) => whole.output(at & 63, 0, at >> 6, 0))).toBe(each);
    }
  });

  test('give the mapper about what tensors of these densities give it', () => {
    const rows = chooseMapping(layer, masks.weights, 0.3, eyerissV2Chip, { modelled: false });
    const tensor = Int8Array.from({ length: 64 * 64 }, (_, index) => Number(masks.weight(index)));
    const made = chooseMapping(layer, tensor, 0.3, eyerissV2Chip, { modelled: false });
    // Filters are ordered by what is expected of them, or by what they have.
    expect({ ...rows.mapping, order: [] }).toEqual({ ...made.mapping, order: [] });
    expect(rows.cost.cycles / made.cost.cycles).toBeCloseTo(1, 1);
  });
});

test('shares of a network are those of its tensors', { timeout: 120_000 }, () => {
  const network = findNetwork('mobilenet-v1-0.5-128');
  const inputs = new Map(estimatedShares(network, { seed: 1, sparse: true }).map((each) => [each.entry.name, each]));
  const settings = { seed: 1, sparse: true, psumBits: 20 };
  const names = layersOf(network)
    .map(({ name }) => name)
    .slice(0, 7);
  for (const made of goldenNetwork(network, settings, names)) {
    if (!('layer' in made) || !names.includes(made.entry.name)) continue;
    const { density, shares } = inputs.get(made.entry.name)!;
    expect(density.iact).toBeCloseTo(densityOf(made.operands.iacts.data), 1);
    expect(density.weight).toBeCloseTo(densityOf(made.operands.weights.data), 1);
    expect(density.output).toBeCloseTo(densityOf(made.outputs.data), 1);
    const [, , e = 1, f = 1] = made.outputs.shape;
    // Which channels have many, not only how many they have together.
    const actual = Array.from(shares.outputs, (_, channel) =>
      densityOf(made.outputs.data.subarray(channel * e * f, (channel + 1) * e * f)),
    );
    const distance = actual.reduce((sum, share, channel) => sum + Math.abs(share - shares.outputs[channel]!), 0);
    expect(distance / actual.length).toBeLessThan(0.05);
  }
});
