import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { openPe } from '../../sim/pe/run-on-pe.ts';
import { startPe } from '../../sim/pe/start-pe.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { exchange } from '../../sim/driver/exchange.ts';
import { watched } from '../hw/pe/watched.ts';
import { Numbers, times } from './numbers.ts';
import {
  type Tile,
  activityPorts,
  beatsOf,
  checkTiles,
  commandOf,
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
  });
  afterAll(() => sim.close());

  describe.each(Object.keys(tiles))('on a tile %s', (name) => {
    const tile = tiles[name]!;

    test.each([0, 0.5])('each cycle is of one kind, stall %f', (stall) => {
      const { send, psumOut: pairs } = beatsOf([tile, tile]);
      const kinds = activityPorts.slice(0, 6);
      let cycles = 0;
      let macs = 0;
      const look = (): void => {
        const high = [...kinds, 'idle'].filter((port) => sim.peek(port) === 1);
        expect(high, `cycle ${cycles}`).toHaveLength(1);
        macs += Number(sim.peek('activity_mac0')) + Number(sim.peek('activity_mac1'));
        cycles++;
      };
      expect(sim.peek('idle')).toBe(1);
      startPe(sim, commandOf(tile));
      const sim2 = watched(sim, look);
      const { psumOut } = exchange(sim2, sim.design, { send, expect: { psumOut: pairs }, stall, seed: 5 });
      expect(sim.peek('idle'), 'idle as soon as the last psum has left').toBe(1);
      for (let cycle = 0; cycle < 20; cycle++) sim2.step();
      expect(sim.peek('idle')).toBe(1);
      expect(psumsFrom([tile, tile], psumOut!)).toEqual([expectedPsums(tile), expectedPsums(tile)]);
      expect(macs).toBe(2 * effectualMacs(tile));
    });

    test.each([0, 0.6])('counts effectual MACs and weight words, stall %f', (stall) => {
      const activity = checkTiles(sim, [tile], { stall, seed: 3 });
      expect(activity.mac0 + activity.mac1).toBe(effectualMacs(tile));
      expect(activity.compute).toBe(weightWords(tile));
    });
  });

  describe.each([false, true])('what is there of a tile alone keeps the PE from being idle, dense: %s', (dense) => {
    const kinds = [...activityPorts.slice(0, 6), 'idle'];

    /** A few words of one stream, a while without any, and then the rest. */
    function check(tile: Tile, first: 'iact' | 'weight', words: number): void {
      const { send, psumOut: pairs } = beatsOf([tile]);
      startPe(sim, commandOf(tile));
      expect(sim.peek('idle')).toBe(1);
      let inside = false;
      const look = (): void => {
        const high = kinds.filter((port) => sim.peek(port) === 1);
        expect(high).toHaveLength(1);
        expect(high[0] === 'idle').toBe(!inside);
        inside = true;
      };
      const watch = watched(sim, look);
      for (const beat of send[first].slice(0, words)) exchange(watch, sim.design, { send: { [first]: [beat] } });
      watch.step(20);
      expect(sim.peek(first === 'iact' ? 'activity_load' : 'activity_waitIact')).toBe(1);
      const then = first === 'iact' ? 'weight' : 'iact';
      const rest = { [first]: send[first].slice(words), [then]: send[then] };
      const { psumOut } = exchange(watch, sim.design, { send: rest, expect: { psumOut: pairs } });
      expect(psumsFrom([tile], psumOut!)).toEqual([expectedPsums(tile)]);
      expect(sim.peek('idle')).toBe(1);
    }

    test('a segment of zeros and more of a window', () => {
      const segments = numbers.segments(4, 6);
      const rows = [[segments[0]!.map(() => 0), ...segments.slice(1)]];
      const tile: Tile = { dense, weights: numbers.weights(12, 8), rows, windowSegments: 2 };
      for (const words of [1, 2, 3, 4]) for (const first of ['iact', 'weight'] as const) check(tile, first, words);
    });

    test('one iact', () => {
      const tile: Tile = { dense, weights: numbers.weights(1, 8), rows: [[[7]]] };
      for (const first of ['iact', 'weight'] as const) check(tile, first, 1);
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
