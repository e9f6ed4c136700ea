/** Tiles that follow each other without a pause: what the PE loads ahead, and that it mixes nothing up. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Pe } from '../../hw/pe/pe.ts';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { openPe } from '../../sim/pe/run-on-pe.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { full } from '../full.ts';
import { Numbers, times } from './numbers.ts';
import { type Tile, checkTiles, weightWords } from './tile.ts';

/** Rows of a tile, windows of a row, and what makes a window. */
interface Shape {
  readonly dense?: boolean;
  readonly columns: number;
  readonly filters: number;
  readonly segmentLength: number;
  readonly windowSegments?: number;
  readonly stepSegments?: number;
  readonly windows: number;
  readonly rows?: number;
  readonly accumulate?: boolean;
}

/** A tile of that shape: with others of it, it makes one command. */
function tileOf(numbers: Numbers, shape: Shape, iactDensity: number, weightDensity: number): Tile {
  const { dense = false, columns, filters, segmentLength, windows, rows = 1, accumulate = false } = shape;
  const { windowSegments = 1, stepSegments = 1 } = shape;
  const segments = windowSegments + (windows - 1) * stepSegments;
  return {
    dense,
    weights: numbers.weights(columns, filters, weightDensity),
    rows: times(rows, () => numbers.segments(segments, segmentLength, iactDensity)),
    windowSegments,
    stepSegments,
    ...(accumulate ? { psumIn: numbers.psums(windows * rows, filters) } : {}),
  };
}

/** Words that the weights of a tile take. */
function wordsOf({ weights, dense = false }: Tile): number {
  return weightWords({ weights, dense, rows: [[weights.map(() => 1)]] });
}

test('ready of the weights and of the iacts depends on registers and the command alone', () => {
  const { ir, paths } = Pe(eyerissV2Pe).checked;
  const port = (name: string) => ir.ports.find(({ path }) => path.join('_') === name)!;
  const sources = ['weight_ready', 'iact_ready'].flatMap((ready) =>
    ir.ports.filter((each) => paths.get(port(ready))!.has(each)).map(({ path }) => path[0]),
  );
  expect([...new Set(sources)]).toEqual(['command']);
});

describe('tiles in a row on the PE of Eyeriss v2', () => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await openPe(eyerissV2Pe);
  });
  afterAll(() => sim.close());

  /** Without stalls, under back-pressure everywhere, and with one side slow. */
  function check(tiles: readonly Tile[]): void {
    for (const [stall, seed] of [
      [0, 1],
      [0.3, 2],
      [0.7, 3],
    ] as const)
      checkTiles(sim, tiles, { stall, seed });
    for (const slow of ['iact', 'psumOut', 'psumIn', 'weight']) checkTiles(sim, tiles, { stall: { [slow]: 0.9 } });
  }

  test.each([false, true])('of all 96 words, dense: %s', (dense) => {
    const numbers = new Numbers(1);
    for (const [columns, filters, windows] of [
      [12, 16, 1],
      [12, 16, 3],
      [6, 32, 2],
      [16, 12, 2],
    ] as const) {
      const shape = { dense, columns, filters, segmentLength: columns / 2, windowSegments: 2, windows };
      const tiles = times(5, () => tileOf(numbers, shape, 0.7, 1));
      expect(wordsOf(tiles[0]!)).toBe(96);
      check(tiles);
    }
  });

  test('without a weight, between full ones, and one after the other', () => {
    const numbers = new Numbers(2);
    for (const accumulate of [false, true]) {
      const shape: Shape = { columns: 12, filters: 16, segmentLength: 12, windows: 2, accumulate };
      const [full, none] = [1, 0].map((density) => () => tileOf(numbers, shape, 0.8, density)) as [
        () => Tile,
        () => Tile,
      ];
      check([full(), none(), full(), full(), none(), none(), none(), full(), none()]);
      check([none(), full()]);
      check(times(4, none));
    }
  });

  test.each([false, true])('of one window, many, and a few rows; with psums from below, dense: %s', (dense) => {
    const numbers = new Numbers(3);
    for (const filters of [1, 9, 16, 32]) {
      for (const [windows, rows] of [
        [1, 1],
        [5, 1],
        [1, 3],
        [3, 2],
      ] as const) {
        const shape: Shape = { dense, columns: 6, filters, segmentLength: 2, windowSegments: 3, windows, rows };
        check(times(4, () => tileOf(numbers, { ...shape, accumulate: true }, 0.5, 0.7)));
      }
    }
  });

  test('iacts of one tile that are zero, and of the next that are not', () => {
    const numbers = new Numbers(4);
    for (const dense of [false, true]) {
      const shape: Shape = { dense, columns: 8, filters: 16, segmentLength: 8, windows: 2 };
      check([0, 1, 0, 0, 1, 0].map((density) => tileOf(numbers, shape, density, 1)));
    }
  });

  test.each([false, true])('of half the SPad load while others are worked on, dense: %s', (dense) => {
    const numbers = new Numbers(5);
    // 48 words and their addresses: less than half of the three windows.
    const shape: Shape = { dense, columns: 6, filters: 16, segmentLength: 6, windows: 3 };
    const tiles = times(10, () => tileOf(numbers, shape, 1, 1));
    const first = checkTiles(sim, tiles.slice(0, 1)).load;
    const { load, compute, waitIact, waitPsum, windowEnd } = checkTiles(sim, tiles);
    expect(compute).toBe(10 * 3 * 48);
    expect({ load, waitPsum, windowEnd }).toEqual({ load: first, waitPsum: 0, windowEnd: 0 });
    // Only until the first iact is there.
    expect(waitIact).toBeLessThanOrEqual(8);
  });

  test('of all 96 words: the next takes the place of the words that the last window is done with', () => {
    const numbers = new Numbers(6);
    const shape: Shape = { columns: 12, filters: 16, segmentLength: 12, windows: 4 };
    const tiles = times(10, () => tileOf(numbers, shape, 1, 1));
    const first = checkTiles(sim, tiles.slice(0, 1)).load;
    const { load, compute } = checkTiles(sim, tiles);
    expect(compute).toBe(10 * 4 * 96);
    // The first column is waited for as a whole when the last one has been read, and then goes one word a cycle.
    expect(load).toBeLessThanOrEqual(first + 9 * 3);
  });

  test.each([false, true])('of the size that sparse weights have: at least 0.97 of the bound, dense: %s', (dense) => {
    const numbers = new Numbers(7);
    const shape: Shape = { dense, columns: 12, filters: 16, segmentLength: 12, windows: 8 };
    const tiles = times(20, () => tileOf(numbers, shape, 0.6, 0.6));
    const { load, drain, compute, waitPsum, waitIact, windowEnd } = checkTiles(sim, tiles);
    expect(compute / (load + drain + compute + waitPsum + waitIact + windowEnd)).toBeGreaterThan(0.97);
  });

  test('a start in idle, and several, change nothing', () => {
    const numbers = new Numbers(8);
    const shape: Shape = { columns: 12, filters: 16, segmentLength: 12, windows: 3, rows: 2 };
    const tiles = times(3, () => tileOf(numbers, shape, 0.7, 1));
    for (let starts = 0; starts < 4; starts++) {
      sim.poke('start', 1);
      sim.step(starts);
      sim.poke('start', 0);
      sim.step(starts % 2);
      expect(sim.peek('idle')).toBe(1);
      checkTiles(sim, tiles.slice(starts % 3));
    }
  });

  test('any number of tiles of any command, with any stalls', () => {
    const density = fc.constantFrom(0, 0.1, 0.5, 0.8, 1);
    const shapes = fc
      .record({
        dense: fc.boolean(),
        segmentLength: fc.integer({ min: 1, max: 15 }),
        filters: fc.oneof(fc.constantFrom(1, 16, 17, 32), fc.integer({ min: 1, max: 32 })),
        windows: fc.integer({ min: 1, max: 4 }),
        rows: fc.integer({ min: 1, max: 2 }),
        accumulate: fc.boolean(),
      })
      .chain((shape) =>
        fc.record({
          shape: fc.constant(shape),
          windowSegments: fc.integer({ min: 1, max: Math.min(9, Math.floor(16 / shape.segmentLength)) }),
          drawn: fc.double({ min: 0, max: 1, noNaN: true }),
          step: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      )
      .map(({ shape, windowSegments, drawn, step }): Shape => {
        const most = windowSegments * shape.segmentLength;
        const columns = 1 + Math.floor(drawn * (most - 0.001));
        return { ...shape, windowSegments, stepSegments: 1 + Math.floor(step * (windowSegments - 0.001)), columns };
      });
    const stall = fc.constantFrom(0, 0.3, 0.8);
    const sequences = fc.record({
      shape: shapes,
      densities: fc.array(fc.tuple(density, density), { minLength: 1, maxLength: 9 }),
      stall: fc.record({ iact: stall, weight: stall, psumIn: stall, psumOut: stall }),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
    });
    const property = fc.property(sequences, ({ shape, densities, stall: stalls, seed }) => {
      const numbers = new Numbers(seed);
      const tiles = densities.map(([iacts, weights]) => tileOf(numbers, shape, iacts, weights));
      const fitting = tiles.filter((tile) => wordsOf(tile) <= 96);
      if (fitting.length > 0) checkTiles(sim, fitting, { stall: stalls, seed });
    });
    fc.assert(property, full ? { numRuns: 3000 } : { numRuns: 300, seed: 3 });
  });
});
