import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Bool,
  Bundle,
  emitVerilog,
  In,
  instance,
  module,
  Out,
  reg,
  SInt,
  Stream,
  UInt,
  Vec,
} from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { PackedVectors } from '../examples.ts';
import { hasIcarus, runIcarus } from '../tools.ts';
import { readable } from '../refusal.ts';

/** The text of a module's items: everything between its ports and its end. */
function itemsOf(design: ReturnType<typeof emitVerilog>): string[] {
  const { text } = design.files.at(-1)!;
  return text
    .slice(text.indexOf(');'))
    .split('\n')
    .slice(1, -2)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const four = Vec(4, UInt(8));

describe('what is read', () => {
  test('an element is a slice, a part of it a smaller one, and a signed one says so', () => {
    const Reads = module(
      'Reads',
      { v: In(Vec(4, SInt(8))), a: Out(SInt(8)), b: Out(UInt(3)), c: Out(Bool), d: Out(SInt(10)), e: Out(UInt(8)) },
      ({ v, a, b, c, d, e }) => {
        a.set(v[1]!);
        b.set(v[2]!.bits(4, 2).asUInt());
        c.set(v[3]!.bit(7));
        d.set(v[0]!.extend(10));
        e.set(v[1]!.asUInt());
      },
    );
    expect(itemsOf(emitVerilog(Reads))).toEqual([
      'assign a = $signed(v[15:8]);',
      'assign b = v[20:18];',
      'assign c = v[31];',
      'assign d = $signed({{2{v[7]}}, v[7:0]});',
      'assign e = v[15:8];',
      "wire unused = &{1'd0, v[30:21], v[17:16]};",
    ]);
  });

  test('a vector of one element is its own name', () => {
    const One = module('One', { v: In(Vec(1, SInt(8))), a: Out(SInt(9)), w: Out(Vec(1, SInt(8))) }, ({ v, a, w }) => {
      a.set(v[0]!.extend(9));
      w.set(v);
    });
    expect(itemsOf(emitVerilog(One))).toEqual(['assign a = $signed({v[7], v});', 'assign w = v;']);
  });
});

describe('what is driven', () => {
  const driven = (drive: (v: readonly UIntVals[], w: { set(value: unknown): void }) => void): string[] =>
    itemsOf(
      emitVerilog(module('Drives', { v: In(four), w: Out(four) }, ({ v, w }) => drive(v as never, w as never))),
    ).filter((line) => line.startsWith('assign'));
  type UIntVals = { add(other: number): UIntVals };

  test.each([
    ['passed on whole', ['v[0]', 'v[1]', 'v[2]', 'v[3]'], 'assign w = v;'],
    ['shifted by one', ['v[3]', 'v[0]', 'v[1]', 'v[2]'], 'assign w = {v[23:0], v[31:24]};'],
    ['turned around', ['v[3]', 'v[2]', 'v[1]', 'v[0]'], 'assign w = {v[7:0], v[15:8], v[23:16], v[31:24]};'],
    ['one for all', ['v[1]', 'v[1]', 'v[1]', 'v[1]'], 'assign w = {4{v[15:8]}};'],
    ['two and two', ['v[0]', 'v[0]', 'v[2]', 'v[3]'], 'assign w = {v[31:16], {2{v[7:0]}}};'],
    ['plain numbers', ['7', '7', '7', '9'], "assign w = {8'd9, {3{8'd7}}};"],
  ])('%s', (_, elements, expected) => {
    const texts = driven((v, w) =>
      w.set(elements.map((element) => (element.startsWith('v') ? v[Number(element[2])] : Number(element)))),
    );
    expect(texts).toEqual([expected]);
  });

  test('an element of an output that is read back has a wire of its own, so that the port never reads itself', () => {
    const Back = module('Back', { a: In(UInt(8)), w: Out(four) }, ({ a, w }) => {
      w[0]!.set(a.add(1));
      for (let index = 1; index < 4; index++) w[index]!.set(w[index - 1]!.add(index));
    });
    expect(itemsOf(emitVerilog(Back))).toEqual([
      "wire [7:0] w_0 = a + 8'd1;",
      "wire [7:0] w_1 = w_0 + 8'd1;",
      "wire [7:0] w_2 = w_1 + 8'd2;",
      "assign w = {w_2 + 8'd3, w_2, w_1, w_0};",
    ]);
  });

  test('an instance takes the name of a vector, or a wire where that is not enough', () => {
    const Child = module('Child', { v: In(four), w: Out(four) }, ({ v, w }) => w.set(v));
    const Parent = module('Parent', { v: In(four), w: Out(four), x: Out(UInt(8)) }, ({ v, w, x }) => {
      const whole = instance(Child);
      const mixed = instance(Child);
      whole.v.set(v);
      mixed.v.set([v[3]!, whole.w[0]!, whole.w[1]!, whole.w[1]!.add(1)]);
      w.set(mixed.w);
      x.set(whole.w[3]!);
    });
    const { text } = emitVerilog(Parent).files.at(-1)!;
    expect(text).toContain('  Child whole (\n    .v(v),\n    .w(whole_w)\n  );');
    expect(text).toContain("wire [31:0] mixed_v = {whole_w[15:8] + 8'd1, whole_w[15:0], v[31:24]};");
    expect(text).toContain('  Child mixed (\n    .v(mixed_v),\n    .w(mixed_w)\n  );');
    expect(text).toContain('assign w = mixed_w;');
    expect(text).toContain('assign x = whole_w[31:24];');
    expect(text).toContain("wire unused = &{1'd0, whole_w[23:16]};");
  });
});

test('a long concatenation takes several lines', () => {
  const Long = module('Long', { v: In(Vec(64, UInt(8))), w: Out(Vec(64, UInt(8))) }, ({ v, w }) => {
    w.set(v.toReversed());
  });
  const lines = emitVerilog(Long).files[0]!.text.split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(124);
  expect(lines.some((line) => line.startsWith('  assign w = {'))).toBe(true);
});

describe('names', () => {
  test('a vector and a port of its field name collide', () => {
    const ports = { v: In(Vec(2, Bundle({ tag: UInt(4) }))), v_tag: In(UInt(4)) };
    expect(readable(() => module('Clash', ports, () => {}))).toContain(
      'error N001: the name "v_tag" of module Clash is given twice',
    );
  });

  test('a variable does not take the name of a packed port', () => {
    const Named = module('Named', { sum: In(Vec(2, UInt(8))), y: Out(UInt(8)) }, ({ sum: inputs, y }) => {
      const sum = reg(UInt(8));
      sum.set(inputs[0]!.add(inputs[1]!));
      y.set(sum);
    });
    expect(itemsOf(emitVerilog(Named))).toContain('always @(posedge clock) sum_2 <= sum[7:0] + sum[15:8];');
  });
});

test('the design lists packed ports, and a stream has one port for a vector in its payload', () => {
  const ports = { s: In(Stream(Bundle({ tag: UInt(2), values: Vec(3, SInt(5)) }))), v: In(Vec(2, Bool)) };
  const design = emitVerilog(module('Listed', ports, ({ s }) => s.ready.set(false)));
  expect(design.ports.map(({ name, width, signed }) => `${name} ${width} ${signed}`)).toEqual([
    's_valid 1 false',
    's_ready 1 false',
    's_tag 2 false',
    's_values 15 false',
    'v 2 false',
  ]);
  expect(design.streams[0]!.payload).toEqual(['s_tag', 's_values']);
  expect(design.modules.at(-1)!.ports).toEqual(design.ports);
});

const byte = fc.integer({ min: 0, max: 255 });
const signedByte = fc.integer({ min: -128, max: 127 });
const inputs = fc.record({
  v: fc.array(signedByte, { minLength: 4, maxLength: 4 }),
  items: fc.array(
    fc.record({ tag: byte, values: fc.array(fc.integer({ min: -4, max: 3 }), { minLength: 2, maxLength: 2 }) }),
    { minLength: 2, maxLength: 2 },
  ),
});

describe('values pass through packed ports', () => {
  test.each(['verilator', 'builtin'] as const)('of a test that drives vectors, in %s', async (engine) => {
    const dut = await drive(PackedVectors, { engine });
    try {
      fc.assert(
        fc.property(inputs, ({ v, items }) => {
          dut.ports.v.poke(v);
          dut.ports.items.poke(items);
          expect(dut.ports.v.peek()).toEqual(v);
          expect(dut.ports.items.peek()).toEqual(items);
          expect(dut.ports.turned.peek()).toEqual(v.toReversed());
          expect(dut.ports.swapped.peek()).toEqual([items[1], items[0]]);
          expect(dut.ports.total.peek()).toBe(v.reduce((sum, each) => sum + each, 0));
        }),
        { numRuns: 200 },
      );
      expect(() => dut.ports.v.poke([0, 0, 128, 0])).toThrow('v.2: 128 does not fit 8 bits, -128 to 127');
      expect(() => dut.ports.v.poke([0, 0.5, 0, 0])).toThrow('v.1: 0.5 is no integer');
      expect(() => dut.ports.v.poke([0, 0, 0] as never)).toThrow('v.3: a number is expected, not nothing');
    } finally {
      dut.close();
    }
  });

  test.each(['verilator', 'builtin'] as const)('of a stream with vectors of many bits, in %s', async (engine) => {
    const wide = Bundle({ tag: UInt(3), values: Vec(5, SInt(13)), long: Vec(2, UInt(40)) });
    const Pass = module('Pass', { enq: In(Stream(wide)), deq: Out(Stream(wide)) }, ({ enq, deq }) => {
      deq.valid.set(enq.valid);
      deq.data.set(enq.data);
      enq.ready.set(deq.ready);
    });
    const Clocked = module('Clocked', { enq: In(Stream(wide)), deq: Out(Stream(wide)), beat: Out(Bool) }, (io) => {
      const pass = instance(Pass);
      pass.enq.valid.set(io.enq.valid);
      pass.enq.data.set(io.enq.data);
      io.enq.ready.set(pass.enq.ready);
      io.deq.valid.set(pass.deq.valid);
      io.deq.data.set(pass.deq.data);
      pass.deq.ready.set(io.deq.ready);
      const beat = reg(Bool, { reset: false });
      beat.set(beat.not());
      io.beat.set(beat);
    });
    const beats = Array.from({ length: 20 }, (_, beat) => ({
      tag: beat % 8,
      values: Array.from({ length: 5 }, (_, index) => ((beat * 977 + index * 331) % 8192) - 4096),
      long: [BigInt(beat) << 33n, (1n << 40n) - 1n - BigInt(beat)],
    }));
    const dut = await drive(Clocked, { engine });
    try {
      const { deq } = dut.exchange({ send: { enq: beats }, expect: { deq: beats.length }, stall: 0.3 });
      expect(deq).toEqual(beats);
    } finally {
      dut.close();
    }
  });

  test.skipIf(!hasIcarus)('in Icarus', () => {
    const design = emitVerilog(PackedVectors);
    const vectors = fc.sample(
      fc.record({
        v: fc.bigInt(0n, (1n << 32n) - 1n),
        items_tag: fc.bigInt(0n, 65535n),
        items_values: fc.bigInt(0n, 4095n),
      }),
      { numRuns: 200, seed: 1 },
    );
    const lane = (bits: bigint, width: number, index: number): bigint =>
      BigInt.asUintN(width, bits >> BigInt(width * index));
    runIcarus(design, vectors).forEach((outputs, row) => {
      const { v, items_tag } = vectors[row]!;
      const turned = [3, 2, 1, 0].reduce((sum, from, to) => sum | (lane(v, 8, from) << BigInt(8 * to)), 0n);
      expect(outputs['turned']).toBe(turned);
      expect(outputs['swapped_tag']).toBe((lane(items_tag, 8, 0) << 8n) | lane(items_tag, 8, 1));
    });
  });
});
