import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { openPe } from '../../sim/pe/run-on-pe.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { exchange } from '../../sim/driver/exchange.ts';
import { watched } from '../hw/pe/watched.ts';
import { Numbers, times } from './numbers.ts';
import {
  type Tile,
  activityPorts,
  beatsOf,
  checkTiles,
  effectualMacs,
  expectedPsums,
  psumsFrom,
  weightWords,
} from './tile.ts';

const numbers = new Numbers(42);

const tiles: Record<string, Tile> = {
  sparse: {
    weights: numbers.weights(16, 16, 0.5),
    rows: times(2, () => numbers.segments(8, 8, 0.6)),
    windowSegments: 2,
  },
  full: { weights: numbers.weights(12, 16), rows: times(2, () => numbers.segments(8, 4)), windowSegments: 3 },
  'of both banks': { weights: numbers.weights(6, 32, 0.5), rows: [numbers.segments(9, 2, 0.5)], windowSegments: 3 },
  uncompressed: {
    dense: true,
    weights: numbers.weights(6, 31, 0.5),
    rows: [numbers.segments(9, 2, 0.5)],
    windowSegments: 3,
  },
  'with long runs': { weights: numbers.weights(12, 32, 0.06), rows: [numbers.segments(9, 4, 0.9)], windowSegments: 3 },
  'of empty windows': {
    weights: numbers.weights(4, 5, 0.3),
    rows: times(3, () => numbers.segments(6, 2, 0.1)),
    windowSegments: 2,
  },
  'of nothing': { weights: times(4, () => [0, 0, 0]), rows: [numbers.segments(6, 2, 0)], windowSegments: 2 },
  'with psums from below': {
    weights: numbers.weights(3, 20),
    rows: [numbers.segments(6, 3)],
    psumIn: numbers.psums(6, 20),
  },
};

describe('the activity of a PE', () => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await openPe(eyerissV2Pe);
    // The psums are cleared.
    sim.step(20);
  });
  afterAll(() => sim.close());

  describe.each(Object.keys(tiles))('on a tile %s', (name) => {
    const tile = tiles[name]!;

    test.each([0, 0.5])('each cycle of a command is of one kind, stall %f', (stall) => {
      const { send, psumOut: pairs } = beatsOf([tile, tile]);
      const kinds = activityPorts.slice(0, 6);
      let cycles = 0;
      let macs = 0;
      const look = (): void => {
        const busy = sim.peek('command_ready') === 0;
        const high = kinds.filter((port) => sim.peek(port) === 1);
        expect(high, `cycle ${cycles}, busy: ${busy}`).toHaveLength(Number(busy));
        macs += Number(sim.peek('activity_mac0')) + Number(sim.peek('activity_mac1'));
        cycles++;
      };
      const sim2 = watched(sim, look);
      const { psumOut } = exchange(sim2, sim.design, { send, expect: { psumOut: pairs }, stall, seed: 5 });
      for (let cycle = 0; cycle < 20; cycle++) sim2.step();
      expect(sim.peek('command_ready')).toBe(1);
      expect(psumsFrom([tile, tile], psumOut!)).toEqual([expectedPsums(tile), expectedPsums(tile)]);
      expect(macs).toBe(2 * effectualMacs(tile));
    });

    test.each([0, 0.6])('counts effectual MACs and weight words, stall %f', (stall) => {
      const activity = checkTiles(sim, [tile], { stall, seed: 3 });
      expect(activity.mac0 + activity.mac1).toBe(effectualMacs(tile));
      expect(activity.compute).toBe(weightWords(tile));
    });
  });

  test('dense work in two banks: a word in each cycle from the first to the last', () => {
    const tile: Tile = { weights: numbers.weights(12, 16), rows: [numbers.segments(12, 4)], windowSegments: 3 };
    const { waitPsum, windowEnd, waitIact, compute } = checkTiles(sim, [tile]);
    expect(compute).toBe(10 * 96);
    expect({ waitPsum, windowEnd }).toEqual({ waitPsum: 0, windowEnd: 0 });
    // Only until the first iact is there.
    expect(waitIact).toBeLessThanOrEqual(8);
  });

  test('windows in both banks wait for the psums of the one before', () => {
    const tile: Tile = { weights: numbers.weights(6, 32), rows: [numbers.segments(12, 2)], windowSegments: 3 };
    const { waitPsum, compute } = checkTiles(sim, [tile]);
    expect(compute).toBe(10 * 96);
    // Sixteen beats to drain, and the way from the last word read to the first psum.
    expect(waitPsum).toBeGreaterThanOrEqual(9 * 16);
    expect(waitPsum).toBeLessThanOrEqual(9 * 20);
  });
});
