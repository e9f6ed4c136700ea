import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog, instance, module, Out, type VerilogDesign } from '../../../gen/index.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { full } from '../../full.ts';
import { hasYosys, yosysComplaints } from '../tools.ts';
import { inputs, Model, type Outputs, programModule, programPorts, programs, type Statement } from './program.ts';

const seed = Number(process.env['SACCADE_SEED'] ?? 7);
const modules = full ? 60 : 16;
const cycles = full ? 2000 : 300;
const outputNames = ['w0', 'w1', 'r0', 'r1', 'now', 'sync', 'held'] as const;
const inputNames = ['x', 'y', 'address', 'c0', 'c1', 'c2', 'c3'] as const;

const set = (target: 'w0' | 'w1' | 'r0' | 'r1', plus: number): Statement => ({
  kind: 'set',
  target,
  value: { from: 'x', plus },
});
const on = (of: 'c0' | 'c1' | 'c2' | 'c3') => ({ of, negated: false });

/** Programs that say what they are about; the random ones come after them. */
const telling: Statement[][] = [
  // The first condition that holds has priority.
  [
    {
      kind: 'when',
      branches: [
        { condition: on('c0'), body: [set('w0', 1), set('r0', 1)] },
        { condition: on('c1'), body: [set('w0', 2)] },
        { condition: on('c2'), body: [set('r0', 3)] },
      ],
      otherwise: [set('w0', 4), set('r0', 4)],
    },
  ],
  // Of several that are active, the later counts.
  [
    { kind: 'when', branches: [{ condition: on('c0'), body: [set('w0', 1), set('r0', 1)] }], otherwise: undefined },
    { kind: 'when', branches: [{ condition: on('c1'), body: [set('w0', 2), set('r0', 2)] }], otherwise: undefined },
  ],
  // A default inside of a branch, overridden deeper.
  [
    {
      kind: 'when',
      branches: [
        {
          condition: on('c0'),
          body: [
            set('w0', 1),
            set('r1', 1),
            {
              kind: 'when',
              branches: [{ condition: on('c1'), body: [set('w0', 2), set('r1', 2)] }],
              otherwise: undefined,
            },
          ],
        },
      ],
      otherwise: [{ kind: 'when', branches: [{ condition: on('c2'), body: [] }], otherwise: [set('w0', 3)] }],
    },
  ],
  // Two writes of one memory in one cycle: the later counts.
  [
    {
      kind: 'when',
      branches: [{ condition: on('c1'), body: [{ kind: 'write', value: { from: 'x', plus: 0 } }] }],
      otherwise: undefined,
    },
    {
      kind: 'when',
      branches: [{ condition: on('c2'), body: [{ kind: 'write', value: { from: 'y', plus: 1 } }] }],
      otherwise: undefined,
    },
  ],
];

describe('conditional statements, registers and memories mean what a step-by-step reading says', () => {
  const all = [...telling, ...fc.sample(programs, { seed, numRuns: modules })];
  let design: VerilogDesign;
  let simulation: VerilatorSimulation | undefined;
  beforeAll(async () => {
    const outs = Object.fromEntries(
      all.flatMap((_, index) => outputNames.map((name) => [`p${index}_${name}`, Out(programPorts[name].type)])),
    );
    const { x, y, address, c0, c1, c2, c3 } = programPorts;
    const top = module('Programs', { x, y, address, c0, c1, c2, c3, ...outs }, (io) => {
      all.forEach((program, index) => {
        const child = instance(programModule(`Program${index}`, program));
        for (const name of inputNames) (child[name] as { set(value: unknown): void }).set(io[name]);
        for (const name of outputNames)
          (io as unknown as Record<string, { set(value: unknown): void }>)[`p${index}_${name}`]!.set(child[name]);
      });
    });
    design = emitVerilog(top);
    simulation = await VerilatorSimulation.open(design);
  });
  afterAll(() => simulation?.close());

  test('cycle by cycle', () => {
    const sim = simulation!;
    const models = all.map((program) => new Model(program));
    const wrong: string[] = [];
    let compared = 0;
    for (const now of fc.sample(inputs, { seed, numRuns: cycles })) {
      for (const name of [...inputNames, 'reset'] as const) sim.poke(name, now[name]);
      models.forEach((model, index) => {
        const expected: Outputs = model.outputs(now);
        for (const name of outputNames) {
          const found = sim.peek(`p${index}_${name}`);
          if (expected[name] === undefined) continue;
          compared++;
          if (found !== expected[name])
            wrong.push(
              `cycle ${sim.cycles}, program ${index}: ${name} is ${found}, not ${expected[name]}: ${JSON.stringify(all[index])}`,
            );
        }
        model.clock(now);
      });
      sim.step();
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    // Most is known: the memories are written, the registers set.
    expect(compared).toBeGreaterThan(0.6 * cycles * all.length * outputNames.length);
  });

  test.skipIf(!hasYosys)('Yosys accepts it', () => {
    expect(yosysComplaints(design)).toBe('');
  });
});
