import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { MacLanes, Products } from '../../../hw/pe/mac-lanes.ts';
import { eyerissV2Pe } from '../../../hw/pe/parameters.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { entry } from './link-words.ts';
import { peekAs } from './typed-ports.ts';

describe('MacLanes', () => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(MacLanes(eyerissV2Pe)));
    sim.reset();
  });
  afterAll(() => sim.close());

  /** One cycle with a job, or without; the products that come of it. */
  function cycle(job: {
    valid?: boolean;
    iact?: number;
    first?: boolean;
    last?: boolean;
    entries?: readonly [number, number];
  }) {
    const { valid = true, iact = 1, first = true, last = false, entries = [0, 0] } = job;
    sim.poke('valid', Number(valid));
    sim.poke('job_value', iact & 255);
    sim.poke('job_first', Number(first));
    sim.poke('last', Number(last));
    sim.poke('word', entries[0] + entries[1] * 4096);
    sim.step();
    const { first: low, second: high } = peekAs(sim, Products(eyerissV2Pe), 'products');
    const lanes = [low, high];
    return { lanes, windowDone: sim.peek('windowDone') === 1 };
  }

  const extremes = [-128, -127, -1, 1, 2, 127];

  test.each([
    { signed: true, iacts: extremes },
    { signed: false, iacts: [1, 2, 127, 128, 129, 254, 255] },
  ])('multiplies exactly, iacts signed: $signed', ({ signed, iacts }) => {
    sim.poke('iactSigned', Number(signed));
    for (const iact of iacts) {
      for (const weight of extremes) {
        const { lanes } = cycle({ iact, entries: [entry(2, weight), entry(1, -weight === 128 ? 127 : -weight)] });
        expect(lanes[0]).toEqual({ enable: true, row: 2, value: iact * weight });
        expect(lanes[1]).toEqual({ enable: true, row: 4, value: iact * (weight === -128 ? 127 : -weight) });
      }
    }
  });

  test('goes on with the rows of a column from word to word, and starts anew at its first word', () => {
    cycle({ entries: [entry(3, 5), entry(0, 5)] });
    // What is not valid counts for nothing.
    cycle({ valid: false, first: false, entries: [entry(1, 5), entry(1, 5)] });
    const next = cycle({ first: false, entries: [entry(2, 5), entry(1, 5)] });
    expect(next.lanes.map(({ row }) => row)).toEqual([7, 9]);
    const filler = cycle({ first: true, entries: [entry(15, 0), entry(15, 9)] });
    expect(filler.lanes.map(({ enable }) => enable)).toEqual([false, true]);
    expect(filler.lanes[1]!.row).toBe(31);
  });

  test('a lane without two non-zeros keeps its registers still', () => {
    const before = cycle({ iact: 3, entries: [entry(0, 7), entry(4, -9)] }).lanes;
    const idle = before.map((lane) => ({ ...lane, enable: false }));
    const odd = cycle({ iact: 3, entries: [entry(0, 7), entry(0, 0)] }).lanes;
    expect([odd[0]!.enable, odd[1]]).toEqual([true, idle[1]]);
    for (const job of [
      { iact: 3, entries: [entry(15, 0), entry(0, 0)] },
      { iact: 0, entries: [entry(9, 88), entry(9, 88)] },
      { valid: false, iact: 5, entries: [entry(9, 88), entry(9, 88)] },
    ] as const) {
      expect(cycle(job).lanes).toEqual(idle);
    }
  });

  test('tells the end of a window, with a word or without', () => {
    expect(cycle({ last: true, entries: [entry(0, 1), entry(0, 1)] }).windowDone).toBe(true);
    expect(cycle({ last: false, entries: [entry(0, 1), entry(0, 1)] }).windowDone).toBe(false);
    expect(cycle({ last: true, valid: false }).windowDone).toBe(true);
    expect(cycle({ last: false, valid: false }).windowDone).toBe(false);
  });
});
