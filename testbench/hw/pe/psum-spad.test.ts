import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emitVerilog, SInt, Vec } from '../../../gen/index.ts';
import { Products } from '../../../hw/pe/mac-lanes.ts';
import { eyerissV2Pe } from '../../../hw/pe/parameters.ts';
import { PsumSpad } from '../../../hw/pe/psum-spad.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { fieldsToPayload, payloadToFields } from '../../../sim/driver/host-value.ts';
import { exchange } from '../../../sim/driver/exchange.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { pokeAs } from './typed-ports.ts';
import { watched } from './watched.ts';

type Products = readonly { readonly row: number; readonly value: number }[];

/** The cycles of a window, each with up to two products; the last cycle ends it. */
type Window = readonly Products[];

const Pair = Vec(2, SInt(20));

function wrap(sum: number): number {
  return (sum << 12) >> 12;
}

describe.each([2, 4, 8])('PsumSpad of %i banks', (psumBanks) => {
  const bankDepth = 32 / psumBanks;
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(PsumSpad({ ...eyerissV2Pe, psumBanks })));
  });
  beforeEach(() => {
    sim.reset();
    settle();
  });
  afterAll(() => sim.close());

  function settle(): void {
    for (let cycle = 0; cycle < 20 && sim.peek('blocked') === 1; cycle++) sim.step();
    expect([sim.peek('blocked'), sim.peek('holds')]).toEqual([0, 0]);
  }

  /**
   * Sends windows through, their products two cycles behind the read of their words, as in the PE, and gives the psums of
   * each, `filters` of them. Says how often the SPad was blocked.
   */
  function accumulate(filters: number, windows: readonly Window[], psumIn?: readonly number[], stall = 0, seed = 1) {
    const random = Random.stream(seed, 'products');
    const cycles = windows.flatMap((window) =>
      window.map((products, at) => ({ products, last: at === window.length - 1 })),
    );
    sim.poke('filters', filters);
    sim.poke('accumulate', Number(psumIn !== undefined));
    let next = 0;
    let blocked = 0;
    let issued: (typeof cycles)[number] | undefined;
    let behind: typeof issued;
    let arriving: typeof issued;
    const drive = (): void => {
      [arriving, behind] = [behind, issued];
      issued = undefined;
      const isBlocked = sim.peek('blocked') === 1;
      if (isBlocked && next < cycles.length) blocked++;
      if (!isBlocked && next < cycles.length && random.fraction() >= stall) issued = cycles[next++];
      sim.poke('windowRead', Number(issued?.last ?? false));
      sim.poke('windowDone', Number(arriving?.last ?? false));
      const lanes = [0, 1].map((lane) => {
        const product = arriving?.products[lane];
        // What is not enabled is anything at all.
        const { row, value } = product ?? { row: random.integer(0, 31), value: random.integer(-5, 5) };
        return { enable: product !== undefined, row, value };
      });
      pokeAs(sim, Products(eyerissV2Pe), 'products', { first: lanes[0]!, second: lanes[1]! });
    };
    drive();
    let windowsRead = 0;
    let beatsOut = 0;
    const look = (): void => {
      expect(sim.peek('holds'), 'it holds psums').toBe(Number(windowsRead * beats > beatsOut));
      windowsRead += Number(issued?.last ?? false);
      if (sim.peek('psumOut_valid') === 1 && sim.peek('psumOut_ready') === 1) beatsOut++;
    };
    const beats = Math.ceil(filters / 2);
    const pairs = psumIn?.flatMap((value, at) => (at % 2 ? [] : [payloadToFields(Pair, [value, psumIn[at + 1]!])]));
    const { psumOut } = exchange(watched(sim, look, drive), sim.design, {
      ...(pairs === undefined ? {} : { send: { psumIn: pairs } }),
      expect: { psumOut: windows.length * beats },
      stall,
      seed,
    });
    sim.step(3);
    expect([sim.peek('psumOut_valid'), sim.peek('holds')]).toEqual([0, 0]);
    const psums = windows.map((_, window) =>
      psumOut!.slice(window * beats, (window + 1) * beats).flatMap((beat) => fieldsToPayload(Pair, beat)),
    );
    return { psums: psums.map((values) => values.slice(0, filters)), blocked };
  }

  function sums(filters: number, windows: readonly Window[], psumIn?: readonly number[]): number[][] {
    return windows.map((window, index) => {
      const psums = Array.from({ length: filters }, (_, row) => psumIn?.[index * (filters + (filters % 2)) + row] ?? 0);
      for (const { row, value } of window.flat()) psums[row]! += value;
      return psums.map(wrap);
    });
  }

  function randomWindows(filters: number, count: number, seed: number): Window[] {
    const random = Random.stream(seed, 'windows');
    const value = (): number => random.integer(-65536, 65535);
    return Array.from({ length: count }, () =>
      Array.from({ length: random.integer(1, 12) }, () => {
        const row = random.integer(0, filters - 1);
        const other = random.integer(0, filters - 1);
        const share = random.fraction();
        if (share < 0.2) return [];
        return row === other || share < 0.4
          ? [{ row, value: value() }]
          : [row, other].map((each) => ({ row: each, value: value() }));
      }),
    );
  }

  test.each([1, 2, 3, 8, 15, 16, 17, 18, 31, 32])(
    '%i filters leave in order, with and without psums from below',
    (filters) => {
      const windows = randomWindows(filters, 9, filters);
      const random = Random.stream(filters, 'psumIn');
      const psumIn = Array.from({ length: 9 * (filters + (filters % 2)) }, () => random.integer(-524288, 524287));
      for (const [stall, seed] of [
        [0, 1],
        [0.5, 2],
      ] as const) {
        expect(accumulate(filters, windows, undefined, stall, seed).psums).toEqual(sums(filters, windows));
        expect(accumulate(filters, windows, psumIn, stall, seed).psums).toEqual(sums(filters, windows, psumIn));
      }
    },
  );

  test('sums wrap in 20 bits, in both directions', () => {
    const up: Window = Array.from({ length: 9 }, () => [
      { row: 3, value: 65535 },
      { row: 2, value: -65536 },
    ]);
    const expected = sums(4, [up]);
    expect(expected[0]).toEqual([0, 0, wrap(-9 * 65536), wrap(9 * 65535)]);
    expect(accumulate(4, [up]).psums).toEqual(expected);
    const extremes = [524287, -524288, 524287, -524288];
    expect(
      accumulate(
        4,
        [
          [
            [
              { row: 0, value: 1 },
              { row: 1, value: -1 },
            ],
          ],
        ],
        extremes,
      ).psums,
    ).toEqual([[-524288, 524287, 524287, -524288]]);
  });

  test('windows without a product are zeros, or the psums from below', () => {
    expect(accumulate(5, [[[]], [[]], [[]]]).psums).toEqual([0, 1, 2].map(() => [0, 0, 0, 0, 0]));
    const psumIn = [1, 2, 3, 4, 5, 99, 6, 7, 8, 9, 10, 99];
    expect(accumulate(5, [[[]], [[]]], psumIn).psums).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10],
    ]);
  });

  test('windows of one bank each wait for a drain when they have all banks, those of more banks sooner', () => {
    for (let banks = 1; banks <= psumBanks; banks *= 2) {
      for (const filters of [banks * bankDepth, banks === 1 ? 1 : (banks * bankDepth) / 2 + 1]) {
        const room = psumBanks / banks;
        sim.reset();
        settle();
        sim.poke('filters', filters);
        // Nothing drains before psums come from below.
        sim.poke('accumulate', 1);
        sim.poke('psumIn_valid', 0);
        sim.poke('psumOut_ready', 1);
        for (let window = 1; window <= room; window++) {
          expect(sim.peek('blocked')).toBe(0);
          for (const [read, done] of [
            [1, 0],
            [0, 0],
            [0, 1],
          ] as const) {
            sim.poke('windowRead', read);
            sim.poke('windowDone', done);
            sim.step();
          }
          sim.poke('windowDone', 0);
        }
        expect(sim.peek('blocked'), `${room} windows of ${filters} filters are all there can be`).toBe(1);
        // When the last of the psums of a window is on its way, the next may come.
        sim.poke('psumIn_valid', 1);
        for (let beat = 0; beat < Math.ceil(filters / 2); beat++) {
          expect(sim.peek('blocked')).toBe(1);
          sim.step();
        }
        expect(sim.peek('blocked')).toBe(0);
      }
    }
  });

  test('one window drains while the other accumulates; a window in all banks waits', () => {
    // Windows of ten cycles, and eight to drain: in two banks, nothing waits.
    const windows = (rows: number): Window[] =>
      Array.from({ length: 6 }, () => Array.from({ length: 10 }, (_, cycle) => [{ row: cycle % rows, value: 1 }]));
    expect(accumulate(16, windows(16)).blocked).toBe(0);
    expect(accumulate(17, windows(17)).blocked).toBeGreaterThan(5 * 9);
  });

  test('modes follow each other: two banks, both, two banks', () => {
    for (const [filters, count] of [
      [16, 3],
      [32, 2],
      [5, 1],
      [20, 1],
      [16, 4],
      [1, 5],
      [17, 3],
      [2, 2],
    ] as const) {
      const windows = randomWindows(filters, count, filters + count);
      expect(accumulate(filters, windows, undefined, 0.2, filters).psums).toEqual(sums(filters, windows));
    }
  });

  test('a reset clears all psums, those of a window that never ended too', () => {
    const rows = Array.from({ length: 16 }, (_, at) => [
      { row: 2 * at, value: 7 },
      { row: 2 * at + 1, value: 9 },
    ]);
    // Without the last product there is no end of the window: the products stay where they are.
    sim.poke('filters', 32);
    for (const products of rows) {
      const lanes = products.map((product) => ({ enable: true, ...product }));
      pokeAs(sim, Products(eyerissV2Pe), 'products', { first: lanes[0]!, second: lanes[1]! });
      sim.step();
    }
    sim.poke('products_first_enable', 0);
    sim.poke('products_second_enable', 0);
    sim.reset();
    expect(sim.peek('blocked')).toBe(1);
    settle();
    expect(accumulate(32, [[[]]]).psums).toEqual([Array.from({ length: 32 }, () => 0)]);
  });
});
