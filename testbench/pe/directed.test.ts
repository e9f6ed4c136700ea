import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { openPe } from '../../sim/pe/run-on-pe.ts';
import { startPe } from '../../sim/pe/start-pe.ts';
import { unpackBeats } from '../../sim/simulation/beats.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { fig16 } from '../csc/columns.ts';
import { Numbers, times } from './numbers.ts';
import { type Tile, checkTiles, commandOf, expectedPsums, psumsFrom, weightWords } from './tile.ts';

const zeros = (length: number): number[] => times(length, () => 0);

describe('the PE of Eyeriss v2', () => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await openPe(eyerissV2Pe);
  });
  afterAll(() => sim.close());

  /** Without stalls and under back-pressure, a little and much; the tiles one after the other, then all again. */
  function check(...tiles: Tile[]): void {
    for (const [stall, seed] of [
      [0, 1],
      [0.2, 2],
      [0.5, 3],
      [0.8, 4],
    ] as const) {
      checkTiles(sim, [...tiles, ...tiles], { stall, seed });
    }
    // One side slow, the others not.
    for (const slow of ['iact', 'psumOut', 'psumIn', 'weight'])
      checkTiles(sim, [...tiles, ...tiles], { stall: { [slow]: 0.9 } });
  }

  test("the matrix of the paper's Fig 16", () => {
    const dense = [[1, 2, 3, 4, 5, 6, 7, 8]];
    check({ weights: fig16, rows: [dense] });
    check({ weights: fig16, rows: [dense], dense: true });
    check({ weights: fig16, rows: [[[0, 1, 0, 1, 0, 0, 9, 1]], [[255, 0, 0, 255, 255, 255, 255, 0]]] });
  });

  test("Fig 16's address and count vectors, word for word", () => {
    const tile: Tile = { weights: fig16, rows: [[[1, 2, 3, 4, 5, 6, 7, 8]]] };
    // The letters a to l are 1 to 12. The paper's addresses 0 2 5 6 6 7 9 9 12 count values; here, words of two.
    const addresses = [0x040301, 0x060504, 0x0806];
    const pair = (count0: number, data0: number, count1: number, data1: number): number =>
      ((count1 * 256 + data1) << 12) | (count0 * 256 + data0);
    const columns = [
      [pair(1, 1, 0, 2)],
      [pair(0, 3, 0, 4), pair(1, 5, 0, 0)],
      [pair(2, 6, 0, 0)],
      [pair(3, 7, 0, 0)],
      [pair(1, 8, 1, 9)],
      [pair(0, 10, 0, 11), pair(0, 12, 0, 0)],
    ];
    // Columns 3 and 6 are empty: their end is that of the column before.
    const weight = Uint32Array.of(...addresses, ...columns.flat());
    const iacts = [1, 2, 3, 4, 5, 6, 7, 8];
    const iact = Uint32Array.of(
      (iacts[0]! << 12) | 8,
      (iacts[2]! << 12) | iacts[1]!,
      (iacts[4]! << 12) | iacts[3]!,
      (iacts[6]! << 12) | iacts[5]!,
      iacts[7]!,
    );
    startPe(sim, commandOf(tile));
    const result = sim.run({ send: { weight, iact }, expect: { psumOut: 2 } });
    expect(result.message).toBe('');
    expect(psumsFrom([tile], unpackBeats(sim.design, 'psumOut', result.received['psumOut']!))).toEqual([
      expectedPsums(tile),
    ]);
  });

  test.each([
    { name: 'two', empty: [3, 4] },
    { name: 'three', empty: [3, 4, 5] },
    { name: 'the first', empty: [0] },
    { name: 'the first three', empty: [0, 1, 2] },
    { name: 'the last', empty: [7] },
    { name: 'the first and the last', empty: [0, 7] },
    { name: 'the last three', empty: [5, 6, 7] },
    { name: 'all but the first', empty: [1, 2, 3, 4, 5, 6, 7] },
    { name: 'all but the last', empty: [0, 1, 2, 3, 4, 5, 6] },
    { name: 'all but one in the middle', empty: [0, 1, 2, 3, 5, 6, 7] },
    { name: 'every second', empty: [0, 2, 4, 6] },
    { name: 'all', empty: [0, 1, 2, 3, 4, 5, 6, 7] },
  ])('empty columns: $name', ({ empty }) => {
    const numbers = new Numbers(1);
    for (const filters of [1, 4, 17]) {
      const weights = times(8, (column) =>
        times(filters, () => (empty.includes(column) ? 0 : numbers.sparse(1, -128, 127))),
      );
      const rows = [numbers.segments(5, 4), numbers.segments(5, 4, 0.5)];
      check({ weights, rows, windowSegments: 2 }, { weights, rows, windowSegments: 2, dense: true });
    }
  });

  test('a single non-zero, in each corner and in the middle', () => {
    for (const [column, filter] of [
      [11, 15],
      [11, 0],
      [0, 0],
      [0, 15],
      [5, 7],
    ] as const) {
      const weights = times(12, () => zeros(16));
      weights[column]![filter] = -7;
      check({ weights, rows: [new Numbers(2).segments(6, 4)], windowSegments: 3 });
    }
  });

  test('all-zero iacts, all-zero weights, and both', () => {
    const numbers = new Numbers(3);
    const shape = { windowSegments: 3 };
    for (const filters of [1, 16, 32]) {
      const [weights, none] = [numbers.weights(6, filters, 0.5), times(6, () => zeros(filters))];
      const [iacts, nothing] = [numbers.segments(5, 2), numbers.segments(5, 2, 0)];
      const psumIn = numbers.psums(9, filters);
      for (const dense of [false, true]) {
        check({ ...shape, dense, weights, rows: [nothing, iacts, nothing] });
        check({ ...shape, dense, weights, rows: [nothing, nothing, nothing] });
        check({ ...shape, dense, weights: none, rows: [iacts, iacts, nothing] });
        check({ ...shape, dense, weights: none, rows: [nothing, nothing, nothing], psumIn });
      }
    }
  });

  test('psums of zero iacts that are out before the weights are in', () => {
    const numbers = new Numbers(11);
    const nothing: Tile = { weights: numbers.weights(12, 16), rows: [numbers.segments(1, 12, 0)] };
    const next: Tile = { weights: numbers.weights(5, 9), rows: [numbers.segments(3, 5)] };
    for (const dense of [false, true]) check({ ...nothing, dense }, next, { ...nothing, dense }, { ...next, dense });
  });

  test.each([15, 16, 17, 30, 31])('%i zeros before a weight', (run) => {
    const only = times(32, (filter) => (filter === run ? 99 : 0));
    const after = times(32, (filter) => (filter >= run ? filter - 60 : 0));
    const around = times(32, (filter) => (filter === 0 || filter === run ? 77 : 0));
    const rows = [new Numbers(4).segments(6, 2)];
    check({ weights: [only, around, after, only], rows, windowSegments: 2 });
    check({ weights: [after, zeros(32), around, only], rows, windowSegments: 2 });
  });

  test('a full weight SPad', () => {
    const numbers = new Numbers(5);
    for (const dense of [false, true]) {
      // 192 weights in 96 words.
      for (const [columns, filters, length] of [
        [12, 16, 4],
        [6, 32, 2],
        [3, 32, 1],
        [16, 12, 4],
        [16, 11, 4],
      ] as const) {
        const rows = [numbers.segments(6, length), numbers.segments(6, length, 0.4)];
        check({ dense, weights: numbers.weights(columns, filters), rows, windowSegments: columns / length });
      }
    }
    // 32 filters by 16 columns, nominally 512 weights.
    const weights = numbers.weights(16, 32, 0.3);
    const tile: Tile = { weights, rows: [numbers.segments(5, 8, 0.5)], windowSegments: 2 };
    expect(weightWords({ ...tile, rows: [numbers.segments(2, 8)] })).toBeLessThanOrEqual(96);
    check(tile);
  });

  test('a window that fills the iact SPads', () => {
    const numbers = new Numbers(6);
    for (const dense of [false, true]) {
      const weights = numbers.weights(16, 9);
      check({ dense, weights, rows: times(3, () => numbers.segments(4, 8)), windowSegments: 2, stepSegments: 2 });
      check({ dense, weights, rows: times(3, () => numbers.segments(4, 8)), windowSegments: 2 });
      check({ dense, weights, rows: times(2, () => numbers.segments(9, 2)), windowSegments: 8 });
      check({
        dense,
        weights: numbers.weights(9, 9),
        rows: times(2, () => numbers.segments(13, 1)),
        windowSegments: 9,
      });
      check({ dense, weights: numbers.weights(15, 12), rows: [numbers.segments(5, 15)] });
    }
  });

  test('sums that wrap in 20 bits', () => {
    for (const [iact, iactSigned] of [
      [-128, true],
      [255, false],
      [127, true],
    ] as const) {
      for (const weight of [-128, 127]) {
        // 16 products and the psum from below: 16 · 255 · 128 is 522,240, so that little is missing to the edge.
        const tile = {
          iactSigned,
          weights: times(16, () => times(8, () => weight)),
          rows: [[times(8, () => iact), times(8, () => iact)]],
        };
        const psumIn = [times(8, (filter) => (filter % 2 ? 524287 : -524288))];
        check({ ...tile, windowSegments: 2 }, { ...tile, windowSegments: 2, psumIn });
        expect(expectedPsums({ ...tile, windowSegments: 2, psumIn })[0]).not.toEqual(
          psumIn[0]!.map((psum) => psum + 16 * iact * weight),
        );
      }
    }
  });

  test('the same bytes as signed and as unsigned iacts', () => {
    const numbers = new Numbers(7);
    const weights = numbers.weights(8, 7);
    const bytes = [...numbers.segments(3, 4), [0x80, 0xff, 0x7f, 0x01]];
    const signed = bytes.map((segment) => segment.map((byte) => (byte << 24) >> 24));
    for (const dense of [false, true]) {
      const shape = { dense, weights, windowSegments: 2 };
      check({ ...shape, rows: [bytes] }, { ...shape, rows: [signed], iactSigned: true }, { ...shape, rows: [bytes] });
    }
  });

  test('psums from below, at the extremes', () => {
    const numbers = new Numbers(8);
    const extremes = [524287, -524288, 0, -1, 1];
    for (const filters of [1, 2, 16, 17, 32]) {
      const weights = numbers.weights(3, filters, 0.8);
      const rows = [numbers.segments(7, 1), numbers.segments(7, 1, 0.3)];
      const psumIn = times(10, (window) => times(2 * Math.ceil(filters / 2), (at) => extremes[(window + at) % 5]!));
      check({ weights, rows, windowSegments: 3, psumIn });
      check({ weights, rows, windowSegments: 3, psumIn, dense: true });
    }
  });

  test.each([1, 2, 15, 16, 17, 31, 32])('%i filters; one window, many windows, several rows', (filters) => {
    const numbers = new Numbers(filters);
    const weights = numbers.weights(6, filters);
    for (const dense of [false, true]) {
      check({ dense, weights, rows: [numbers.segments(2, 3)], windowSegments: 2 });
      check({ dense, weights, rows: [numbers.segments(30, 3, 0.7)], windowSegments: 2 });
      check({ dense, weights, rows: times(5, () => numbers.segments(4, 3, 0.3)), windowSegments: 2 });
      check({ dense, weights: weights.slice(0, 1), rows: times(5, () => numbers.segments(4, 1, 0.7)) });
    }
  });

  test('commands of different modes, one right after the other', () => {
    const numbers = new Numbers(9);
    const tiles = [16, 32, 1, 17, 2, 15, 31].flatMap((filters, index): Tile[] => {
      const columns = 1 + (index % 5);
      const weights = numbers.weights(2 * columns, filters, 0.6);
      const shape = { weights, windowSegments: 2, iactSigned: index % 2 === 0 };
      const rows = () => times(1 + (index % 3), () => numbers.segments(3 + index, columns, 0.5, index % 2 === 0));
      const psumIn = numbers.psums((2 + index) * (1 + (index % 3)), filters);
      return [
        { ...shape, rows: rows() },
        { ...shape, rows: rows(), dense: true },
        { ...shape, rows: rows(), psumIn },
        { ...shape, rows: rows(), dense: true, psumIn },
      ];
    });
    check(...tiles);
    check(...tiles.toReversed());
  });

  test.each([0x00, 0xff, 0x0f, 0xf0, 0x80, 0x7f, 0x01])('data that are nothing but %i', (byte) => {
    const signed = (byte << 24) >> 24;
    for (const dense of [false, true]) {
      const weights = times(8, () => times(20, () => signed));
      const rows = [times(5, () => times(4, () => byte))];
      check({ dense, weights, rows, windowSegments: 2 });
      check({
        dense,
        weights,
        rows: rows.map((row) => row.map((segment) => segment.map(() => signed))),
        iactSigned: true,
        windowSegments: 2,
      });
    }
  });

  test('a reset in the middle of a tile leaves nothing behind', () => {
    const numbers = new Numbers(10);
    const tile: Tile = { weights: numbers.weights(12, 16), rows: [numbers.segments(8, 4)], windowSegments: 3 };
    const next: Tile = { weights: numbers.weights(5, 32, 0.4), rows: [numbers.segments(8, 5)] };
    for (const cycles of [1, 5, 50, 120, 135, 200, 300]) {
      const tiles = [tile];
      startPe(sim, commandOf(tile));
      const words = (length: number): Uint32Array => Uint32Array.from({ length }, () => 0x7ff7ff);
      sim.run({
        send: { weight: words(200), iact: words(200) },
        expect: { psumOut: 40 },
        stall: { psumOut: 0.9 },
        limit: cycles,
      });
      sim.abandon();
      sim.reset();
      checkTiles(sim, [next, ...tiles]);
    }
  });
});
