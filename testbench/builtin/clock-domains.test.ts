import { afterAll, beforeAll, expect, test } from 'vitest';
import { emitVerilog } from '../../gen/index.ts';
import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { VerilatorSimulation } from '../../sim/verilator/simulation.ts';
import { TwoClocks } from '../gen/examples.ts';
import { full } from '../full.ts';

const design = emitVerilog(TwoClocks);
const outputs = design.ports.flatMap(({ name, direction }) => (direction === 'output' ? [name] : []));
const edges = full ? 100_000 : 8000;
let verilator: VerilatorSimulation | undefined;
beforeAll(async () => {
  verilator = await VerilatorSimulation.open(design);
});
afterAll(() => verilator?.close());

/** Numbers from 0 to below 1, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

test('several clocks and kinds of reset mean in the built-in simulator what they mean in the Verilog', () => {
  const model = verilator!;
  const builtin = new BuiltinSimulation(TwoClocks);
  const random = randomFrom(1);
  const poke = (name: string, value: number): void => {
    model.poke(name, value);
    builtin.poke(name, value);
  };
  /** To Verilator a named clock is an input; an edge counts once something is peeked. */
  const pulse = (clock: string, level: number): void => {
    for (const value of [level, 1 - level]) {
      model.poke(clock, value);
      model.peek(outputs[0]!);
    }
  };
  const step = {
    default: () => {
      model.step();
      builtin.step();
    },
    adc: () => {
      pulse('adc_clock', 1);
      builtin.step(1, 'adc');
    },
    slow: () => {
      pulse('slow_clock', 0);
      builtin.step(1, 'slow');
    },
  };

  for (const name of ['sample_valid', 'sample_data', 'start', 'alarm', 'adc_reset_n']) poke(name, 0);
  model.poke('adc_clock', 0);
  model.poke('slow_clock', 1);
  model.peek(outputs[0]!);
  poke('reset', 1);
  // Until every register has a value that was given to it.
  for (let round = 0; round < 5; round++) for (const edge of ['default', 'adc', 'slow'] as const) step[edge]();
  poke('reset', 0);
  poke('adc_reset_n', 1);
  for (let round = 0; round < 5; round++) for (const edge of ['default', 'adc', 'slow'] as const) step[edge]();

  const wrong: string[] = [];
  const seen = new Set<string>();
  for (let count = 0; count < edges; count++) {
    poke('sample_valid', random() < 0.6 ? 1 : 0);
    poke('sample_data', Math.floor(random() * 64) - 32);
    poke('start', random() < 0.1 ? 1 : 0);
    poke('alarm', random() < 0.2 ? 1 : 0);
    poke('adc_reset_n', random() < 0.005 ? 0 : 1);
    poke('reset', random() < 0.005 ? 1 : 0);
    for (const name of outputs) {
      const [expected, found] = [model.peek(name), builtin.peek(name)];
      seen.add(`${name} ${expected}`);
      if (expected !== found) wrong.push(`edge ${count}: ${name} is ${found}, not ${expected}`);
    }
    const which = random();
    step[which < 0.4 ? 'default' : which < 0.8 ? 'adc' : 'slow']();
  }
  expect(wrong.slice(0, 3)).toEqual([]);
  // Something has happened.
  expect(seen.size).toBeGreaterThan(50);
});
