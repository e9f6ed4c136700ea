import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emitVerilog, In, module, type Module, Out } from '../../gen/index.ts';
import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { full } from '../full.ts';
import { operatorsOf } from '../gen/language/every-operator.ts';
import {
  construct,
  evaluate,
  type Expression,
  hardwareType,
  inputTypes,
  type Loose,
  text,
  type Type,
  wrap,
} from '../gen/language/expression.ts';
import { expressions, types, valueOf } from '../gen/language/random-expression.ts';
import { hasIcarus, runIcarus } from '../gen/tools.ts';

const seed = Number(process.env['SACCADE_SEED'] ?? 20_261_121);
const widths = [1, 2, 7, 8, 31, 32, 33, 40, 51, 52, 53, 54, 64, 65, 100, 200];

type Vector = Record<string, bigint>;

/** A module with an output for every expression. */
function moduleOf(name: string, inputs: Readonly<Record<string, Type>>, outputs: readonly Expression[]): Module {
  const ports = {
    ...Object.fromEntries(Object.entries(inputs).map(([each, type]) => [each, In(hardwareType(type))])),
    ...Object.fromEntries(outputs.map(({ type }, index) => [`y${index}`, Out(hardwareType(type))])),
  };
  return module(name, ports, (io) => {
    const pins = io as unknown as Record<string, Loose & { set(value: Loose): void }>;
    const made = new Map<Expression, Loose>();
    outputs.forEach((expression, index) => pins[`y${index}`]!.set(construct(expression, pins, made)));
  });
}

/** The first few outputs that are not what the expression is worth. */
function differences(dut: Module, vectors: readonly Vector[], outputs: readonly Expression[]): string[] {
  const sim = new BuiltinSimulation(dut);
  const wrong: string[] = [];
  for (const vector of vectors) {
    for (const [name, value] of Object.entries(vector)) sim.poke(name, value);
    outputs.forEach((expression, index) => {
      const expected = evaluate(expression, vector);
      const result = sim.peek(`y${index}`);
      const isNumber = typeof result === 'number' && Number.isInteger(result) && !Object.is(result, -0);
      if (BigInt(result) === expected && isNumber === expression.type.width <= 32) return;
      const read = Object.entries(vector).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text(expression)));
      wrong.push(`${text(expression)} of ${read.join(', ')} is ${expected}, not ${result}`);
    });
  }
  return wrong.slice(0, 5);
}

function vectorsFor(inputs: Readonly<Record<string, Type>>, count: number): Vector[] {
  const random = fc.record(Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, valueOf(type)])));
  const all = (bits: bigint): Vector =>
    Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, wrap(type, bits)]));
  const tops = Object.entries(inputs).map(([name, type]) => [name, wrap(type, 1n << BigInt(type.width - 1))]);
  return [
    all(0n),
    all(-1n),
    all(1n),
    Object.fromEntries(tops) as Vector,
    ...fc.sample(random, { seed, numRuns: count }),
  ];
}

describe.each(widths)('every operator at %i bits', (width) => {
  test.each(['uint', 'sint', 'bits'] as const)('%s agrees with BigInt', (kind) => {
    const type = { kind, width };
    const inputs: Record<string, Type> = { va: type, vb: type, c0: { kind: 'bool', width: 1 } };
    for (const amount of [1, 7, 65]) inputs[`u${amount}a`] = { kind: 'uint', width: amount };
    const outputs = operatorsOf('v', type);
    const dut = moduleOf(`Every_${kind}${width}`, inputs, outputs);
    const vectors = vectorsFor(inputs, full ? 400 : 60);
    // Amounts near the width, where shifts change what they do.
    const amounts = [width - 1, width, width + 1, 31, 32, 33, 63, 64].filter((each) => each >= 0 && each < 128);
    const near = amounts.map((each, index) => ({ ...vectors[index + 4]!, u7a: BigInt(each), u65a: BigInt(each) }));
    expect(differences(dut, [...vectors, ...near], outputs)).toEqual([]);
  });
});

describe('random expressions', () => {
  const count = full ? 4000 : 400;
  const outputs = fc.sample(
    types.chain((type) => expressions(type, 5)),
    { seed, numRuns: count },
  );
  const parts = Array.from({ length: Math.ceil(count / 40) }, (_, index) =>
    outputs.slice(40 * index, 40 * (index + 1)),
  );
  const vectors = vectorsFor(inputTypes, 60);

  test('agree with BigInt', () => {
    expect(
      parts.flatMap((part, index) => differences(moduleOf(`Part${index}`, inputTypes, part), vectors, part)),
    ).toEqual([]);
  });

  test.skipIf(!hasIcarus)('agree with Icarus Verilog', () => {
    for (const [index, part] of parts.slice(0, 3).entries()) {
      const dut = moduleOf(`Icarus${index}`, inputTypes, part);
      const sim = new BuiltinSimulation(dut);
      const expected = runIcarus(emitVerilog(dut), vectors);
      const results = vectors.map((vector) => {
        for (const [name, value] of Object.entries(vector)) sim.poke(name, value);
        return Object.fromEntries(
          part.map(({ type }, at) => [`y${at}`, BigInt.asUintN(type.width, BigInt(sim.peek(`y${at}`)))]),
        );
      });
      expect(results).toEqual(expected);
    }
  });
});
