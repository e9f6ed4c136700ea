import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Queue, Stage, emitVerilog } from '../../gen/index.ts';
import { packBeats, unpackBeats } from '../../sim/simulation/beats.ts';
import { VerilatorSimulation } from '../../sim/verilator/simulation.ts';

describe.each([
  { name: 'Queue of 2', buffer: () => Queue({ width: 8, depth: 2 }), depth: 2 },
  { name: 'Queue of 5', buffer: () => Queue({ width: 8, depth: 5 }), depth: 5 },
  { name: 'Stage', buffer: () => Stage({ width: 8 }), depth: 1 },
])('$name', ({ buffer, depth }) => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(buffer()));
    sim.reset();
  });
  afterAll(() => sim.close());

  const values = Array.from({ length: 400 }, (_, index) => (index * 37) % 256);

  test.each([
    { stall: {} },
    { stall: { enq: 0.5 } },
    { stall: { deq: 0.5 } },
    { stall: { enq: 0.5, deq: 0.5 } },
    { stall: { enq: 0.9, deq: 0.2 } },
  ])('keeps every word in order, stalls $stall', ({ stall }) => {
    const enq = packBeats(
      sim.design,
      'enq',
      values.map((data) => ({ data })),
    );
    const result = sim.run({ send: { enq }, expect: { deq: values.length }, stall, seed: 3 });
    expect(result.message).toBe('');
    expect(unpackBeats(sim.design, 'deq', result.received['deq']!).map(({ data }) => data)).toEqual(values);
  });

  test('passes a word in each cycle, one cycle later', () => {
    const enq = packBeats(
      sim.design,
      'enq',
      values.map((data) => ({ data })),
    );
    expect(sim.run({ send: { enq }, expect: { deq: values.length } }).cycles).toBe(values.length + 1);
  });

  test(`takes ${depth} while nobody takes them`, () => {
    const enq = packBeats(
      sim.design,
      'enq',
      [1, 2, 3, 4, 5, 6, 7].map((data) => ({ data })),
    );
    const held = sim.run({ send: { enq }, stall: { deq: 1 }, maxCycles: 30 });
    expect(held.moved['enq']).toBe(depth);
    sim.abandon();
    const rest = sim.run({ expect: { deq: depth } });
    expect(unpackBeats(sim.design, 'deq', rest.received['deq']!).map(({ data }) => data)).toEqual(
      [1, 2, 3, 4, 5].slice(0, depth),
    );
  });
});
