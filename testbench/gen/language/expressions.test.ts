import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog, In, instance, module, Out, type VerilogDesign } from '../../../gen/index.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { full } from '../../full.ts';
import { hasIcarus, hasYosys, icarusComplaints, runIcarus, verilatorLint, yosysComplaints } from '../tools.ts';
import { everyOperator } from './every-operator.ts';
import {
  construct,
  evaluate,
  type Expression,
  hardwareType,
  inputTypes,
  type Loose,
  text,
  wrap,
} from './expression.ts';
import { expressions, types, valueOf } from './random-expression.ts';

const seed = Number(process.env['SACCADE_SEED'] ?? 20_260_801);
const batches = full ? 12 : 1;
const modules = 24;
const expressionsPerModule = 8;
const vectorCount = 60;

type Vector = Record<string, bigint>;

interface Made {
  readonly design: VerilogDesign;
  /** What each output of the top is to be. */
  readonly outputs: Map<string, Expression>;
}

function randomDesign(batch: number): Made {
  const sample = fc.sample(
    types.chain((type) => expressions(type, 4)),
    { seed: seed + batch, numRuns: modules * expressionsPerModule },
  );
  const groups = Array.from({ length: modules }, (_, part) =>
    sample.slice(part * expressionsPerModule, (part + 1) * expressionsPerModule),
  );
  if (batch === 0) groups.push(...everyOperator().map((all) => [all]));
  const { design, outputs } = designOf(groups);
  // What random expressions compare can turn out to be constant; to say so is right, but not of interest here.
  const quiet = {
    path: 'quiet.vlt',
    text: '`verilator_config\nlint_off -rule CMPCONST\nlint_off -rule UNSIGNED\n',
    sites: [],
  };
  return { design: { ...design, files: [...design.files, quiet] }, outputs };
}

/** A module for each group of expressions, with an output for each, and all in one top. */
function designOf(groups: readonly Expression[][]): Made {
  const outputs = new Map<string, Expression>();
  const inputs = Object.fromEntries(Object.entries(inputTypes).map(([name, type]) => [name, In(hardwareType(type))]));
  const parts = groups.map((own, part) => {
    const ports = Object.fromEntries(own.map(({ type }, index) => [`y${index}`, Out(hardwareType(type))]));
    own.forEach((expression, index) => outputs.set(`y${part}_${index}`, expression));
    const made = module(`Random${part}`, { ...inputs, ...ports }, (io) => {
      const pins = io as unknown as Record<string, Loose & { set(value: Loose): void }>;
      const shared = new Map<Expression, Loose>();
      own.forEach((expression, index) => pins[`y${index}`]!.set(construct(expression, pins, shared)));
    });
    return { made, ports };
  });
  const ports = Object.fromEntries(
    parts.flatMap((part, index) =>
      Object.entries(part.ports).map(([name, port]) => [`y${index}_${name.slice(1)}`, port]),
    ),
  );
  const top = module('RandomTop', { ...inputs, ...ports }, (io) => {
    const pins = io as unknown as Record<string, { set(value: unknown): void }>;
    parts.forEach((part, index) => {
      const child = instance(part.made) as unknown as Record<string, { set(value: unknown): void }>;
      for (const name of Object.keys(inputs)) child[name]!.set(pins[name]);
      for (const name of Object.keys(part.ports)) pins[`y${index}_${name.slice(1)}`]!.set(child[name]);
    });
  });
  return { design: emitVerilog(top), outputs };
}

function randomVectors(batch: number): Vector[] {
  const vector = fc.record(Object.fromEntries(Object.entries(inputTypes).map(([name, type]) => [name, valueOf(type)])));
  return fc.sample(vector, { seed: seed - batch, numRuns: vectorCount });
}

/** The first part of a simulator's result that is not what the expression is worth. */
function difference(expression: Expression, vector: Vector, bits: bigint | 'x'): string | undefined {
  if (expression.op !== 'cat' || bits === 'x') return simpleDifference(expression, vector, bits);
  let rest = expression.type.width;
  for (const part of expression.parts) {
    rest -= part.type.width;
    const problem = simpleDifference(part, vector, bits >> BigInt(rest));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Where a simulator's result is not the expression's value: the source, the inputs it reads, both results. */
function simpleDifference(expression: Expression, vector: Vector, bits: bigint | 'x'): string | undefined {
  const expected = evaluate(expression, vector);
  const result = bits === 'x' ? bits : wrap(expression.type, bits);
  if (result === expected) return undefined;
  const source = text(expression);
  const read = Object.entries(vector).filter(([name]) => new RegExp(`\\b${name}\\b`).test(source));
  return `${source}\n  with ${read.map(([name, value]) => `${name} = ${value}`).join(', ')}\n  is ${expected}, not ${result}`;
}

describe.each(Array.from({ length: batches }, (_, batch) => batch))(
  'every operator and random expressions, batch %i',
  (batch) => {
    let made: Made;
    let vectors: Vector[];
    let simulation: VerilatorSimulation | undefined;
    beforeAll(async () => {
      made = randomDesign(batch);
      vectors = randomVectors(batch);
      simulation = await VerilatorSimulation.open(made.design);
    });
    afterAll(() => simulation?.close());

    test('Verilator agrees with BigInt', () => {
      const wrong: string[] = [];
      for (const vector of vectors) {
        for (const [name, value] of Object.entries(vector)) simulation!.poke(name, value);
        for (const [name, expression] of made.outputs) {
          const problem = difference(expression, vector, BigInt(simulation!.peek(name)));
          if (problem !== undefined) wrong.push(`${name}: ${problem}`);
        }
      }
      expect(wrong.slice(0, 3)).toEqual([]);
    });

    test.skipIf(!hasIcarus)('Icarus Verilog agrees with BigInt', () => {
      const results = runIcarus(made.design, vectors);
      const wrong: string[] = [];
      vectors.forEach((vector, row) => {
        for (const [name, expression] of made.outputs) {
          const bits = results[row]![name]!;
          const problem = difference(expression, vector, bits);
          if (problem !== undefined) wrong.push(`${name}: ${problem}`);
        }
      });
      expect(wrong.slice(0, 3)).toEqual([]);
    });

    test.skipIf(!hasIcarus)('Icarus Verilog has nothing to say', () => {
      expect(icarusComplaints(made.design)).toBe('');
    });

    test.skipIf(!hasYosys)('Yosys accepts it', () => {
      expect(yosysComplaints(made.design)).toBe('');
    });
  },
);

test('every operator, with the extremes too, is free of warnings', () => {
  expect(verilatorLint(designOf(everyOperator().map((all) => [all])).design)).toBe('');
});
