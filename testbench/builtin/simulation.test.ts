import { describe, expect, test } from 'vitest';
import {
  assert,
  Bits,
  Bool,
  Bundle,
  clockDomain,
  emitVerilog,
  external,
  In,
  inDomain,
  instance,
  mem,
  module,
  mux,
  Out,
  reg,
  SInt,
  Stream,
  UInt,
  type UIntVal,
  Vec,
  when,
} from '../../gen/index.ts';
import { codeOf } from '../../sim/builtin/module-code.ts';
import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { drive } from '../../sim/driver/drive.ts';
import { openSimulation } from '../../sim/driver/open-simulation.ts';
import { hasIcarus } from '../gen/tools.ts';
import { Fifo } from '../gen/examples.ts';
import { differences } from './differences.ts';

const byte = UInt(8);

/** Three ways through, of which each can be fed by another's end. */
const Relay = module(
  'Relay',
  { a: In(byte), b: In(byte), c: In(byte), all: Out(byte), x: Out(byte), y: Out(byte), z: Out(byte), kept: Out(byte) },
  ({ a, b, c, x, y, z, all, kept }) => {
    // Needed by x and by all: several groups share it.
    const shared = a.add(1).xor(a.shiftLeft(a.trunc(3)));
    const last = reg(byte, { reset: 3 });
    last.set(last.add(c.xor(shared)));
    x.set(shared.add(last));
    y.set(b.sub(a.shr(1).extend(8)));
    z.set(c.mul(c).trunc(8));
    all.set(shared.add(b).xor(c));
    kept.set(last);
  },
);
/** From instance to instance and back, six times in a cycle, and all of it twice around by the parent. */
const Zigzag = module(
  'Zigzag',
  { from: In(byte), via: In(byte), to: Out(byte), back: Out(byte), sum: Out(byte) },
  (io) => {
    const [left, right] = [instance(Relay), instance(Relay)];
    left.a.set(io.from);
    right.b.set(left.x);
    right.a.set(io.from.not());
    left.b.set(right.y);
    left.c.set(io.via);
    right.c.set(left.z);
    io.to.set(left.y);
    io.back.set(right.z);
    io.sum.set(left.all.add(right.all).add(left.kept));
  },
);
const Crossing = module('Crossing', { x: In(byte), to: Out(byte), sum: Out(byte) }, ({ x, to, sum }) => {
  const [first, second] = [instance(Zigzag), instance(Zigzag)];
  first.from.set(x);
  second.via.set(first.to);
  second.from.set(second.back);
  first.via.set(second.to);
  to.set(first.back);
  sum.set(first.sum.xor(second.sum));
});

const Words = module(
  'Words',
  {
    at: In(UInt(3)),
    other: In(UInt(3)),
    data: In(Bits(72)),
    mask: In(Bits(9)),
    narrow: In(SInt(12)),
    put: In(Bool),
    wide: Out(Bits(72)),
    low: Out(SInt(12)),
    middle: Out(UInt(40)),
    rom: Out(UInt(40)),
    sync: Out(Bits(72)),
  },
  ({ at, other, data, mask, narrow, put, wide, low, middle, rom: romWord, sync }) => {
    const wides = mem(Bits(72), 6, { maskWidth: 8 });
    const lows = mem(SInt(12), 8, { initial: [-1, 5, -2048] });
    const middles = mem(UInt(40), 5);
    const rom = mem(UInt(40), 8, { initial: [1n, 2n ** 40n - 1n, 77n] });
    wides.write(at, data, { mask });
    when(put, () => {
      lows.write(at, narrow);
      middles.write(at, data.bits(71, 32).asUInt());
    });
    // To one word the later write counts.
    when(put.not(), () => {
      lows.write(at, narrow);
      lows.write(other, narrow.add(1));
    });
    wide.set(wides.read(other));
    low.set(lows.read(other));
    middle.set(middles.read(other));
    romWord.set(rom.read(other));
    sync.set(wides.readSync(other, { underWrite: 'new' }));
  },
);

/** More than fits a function that V8 optimises. */
const Long = module('Long', { x: In(UInt(16)), y: Out(UInt(16)), z: Out(UInt(60)) }, ({ x, y, z }) => {
  const registers = Array.from({ length: 300 }, (_, index) => reg(UInt(16), { reset: index }));
  let mixed: UIntVal<16> = x;
  let wide: UIntVal<60> = x.extend(60);
  for (const [index, each] of registers.entries()) {
    const turned = mixed.xor(each).add(index);
    mixed = mux(turned.bit(3), turned.shiftRight(turned.trunc(2)), turned.add(mixed));
    wide = wide.add(mixed.extend(60)).xor(wide.shiftLeft(mixed.trunc(3)));
    when(mixed.bit(index % 16), () => each.set(mixed)).otherwise(() => each.set(each.add(turned)));
  }
  y.set(mixed);
  z.set(wide);
});

describe.skipIf(!hasIcarus)('as in Icarus Verilog', () => {
  test.each([
    ['paths that cross instances in both directions', Crossing],
    ['memories: masks, contents, depths that are no powers of two', Words],
  ] as const)('%s', (_, dut) => {
    expect(differences(dut, 300)).toEqual([]);
  });
});

test('functions that are cut into pieces do the same as in one', () => {
  const sim = new BuiltinSimulation(Long);
  expect(codeOf(Long.checked).text).toMatch(/_group0_1\(|_group1_1\(/);
  expect(codeOf(Long.checked).text).toMatch(/_edge_1\(/);
  sim.reset();
  const state = Array.from({ length: 300 }, (_, index) => BigInt(index));
  const [word, long] = [(bits: bigint) => BigInt.asUintN(16, bits), (bits: bigint) => BigInt.asUintN(60, bits)];
  for (let cycle = 0; cycle < 50; cycle++) {
    const x = BigInt((cycle * 40_503) % 65_536);
    sim.poke('x', x);
    let [mixed, wide] = [x, x];
    const next = state.map((each, index) => {
      const turned = word((mixed ^ each) + BigInt(index));
      mixed = turned & 8n ? turned >> (turned & 3n) : word(turned + mixed);
      wide = long(wide + mixed) ^ long(wide << (mixed & 7n));
      return (mixed >> BigInt(index % 16)) & 1n ? mixed : word(each + turned);
    });
    expect([sim.peek('y'), sim.peek('z')]).toEqual([Number(mixed), wide]);
    sim.step();
    state.splice(0, 300, ...next);
  }
});

const slow = clockDomain('slow', { reset: { kind: 'async', active: 'low' } });
const Clocks = module('Clocks', { fast: Out(byte), slower: Out(byte, { domain: slow }) }, ({ fast, slower }) => {
  const count = reg(byte, { reset: 5 });
  count.set(count.add(1));
  fast.set(count);
  const other = inDomain(slow, () => reg(byte, { reset: 9 }));
  other.set(other.add(1));
  slower.set(other);
});

describe('clock domains', () => {
  test('step apart and together, and an asynchronous reset needs no edge', () => {
    const sim = new BuiltinSimulation(Clocks);
    const both = (): unknown[] => [sim.peek('fast'), sim.peek('slower')];
    sim.reset();
    expect(both()).toEqual([5, 9]);
    sim.step(3);
    sim.step(2, 'slow');
    expect(both()).toEqual([8, 11]);
    sim.stepAll();
    expect(both()).toEqual([9, 12]);
    sim.poke('slow_reset_n', 0);
    sim.poke('reset', 1);
    expect(both()).toEqual([9, 9]);
    sim.step();
    expect(both()).toEqual([5, 9]);
    expect(() => sim.step(1, 'quick')).toThrow(
      'design "Clocks" has no clock domain "quick"; its domains: default, slow',
    );
  });

  test('an instance keeps time with the domain that it is in', () => {
    const Count = module('Count', { y: Out(byte) }, ({ y }) => {
      const count = reg(byte, { reset: 1 });
      count.set(count.add(1));
      y.set(count);
    });
    const Two = module('Two', { a: Out(byte), b: Out(byte, { domain: slow }) }, ({ a, b }) => {
      const here = instance(Count);
      const there = inDomain(slow, () => instance(Count));
      a.set(here.y);
      b.set(there.y);
    });
    const sim = new BuiltinSimulation(Two);
    sim.reset();
    sim.step(3);
    sim.step(5, 'slow');
    expect([sim.peek('a'), sim.peek('b')]).toEqual([4, 6]);
    sim.step(2, ['slow']);
    sim.poke('slow_reset_n', 0);
    sim.step();
    expect([sim.peek('a'), sim.peek('b')]).toEqual([5, 1]);
  });
});

test('what is written beyond the depth of a memory is not kept', () => {
  const sim = new BuiltinSimulation(Words);
  const before = [sim.poke('other', 7), sim.poke('at', 7), sim.peek('middle')].at(-1)!;
  sim.poke('put', 1);
  sim.poke('data', (BigInt(before) ^ 1n) << 32n);
  sim.step();
  expect(sim.peek('middle')).toBe(before);
});

describe('state at the start', () => {
  const Blank = module('Blank', { at: In(UInt(3)), y: Out(UInt(32)), w: Out(UInt(40)), m: Out(SInt(70)) }, (io) => {
    const [y, w] = [reg(UInt(32)), reg(UInt(40))];
    const words = mem(SInt(70), 8);
    y.set(y);
    w.set(w);
    when(io.at.eq(7), () => words.write(io.at, 0));
    io.y.set(y);
    io.w.set(w);
    io.m.set(words.read(io.at));
  });
  const startOf = (seed: number): unknown[] => {
    const sim = new BuiltinSimulation(Blank, { seed });
    return ['y', 'w', 'm'].map((name) => sim.peek(name));
  };
  test('is random, and the same for the same seed', () => {
    expect(startOf(1)).toEqual(startOf(1));
    expect(startOf(1)).not.toEqual(startOf(3));
    expect(new Set(startOf(5).map(String)).has('0')).toBe(false);
  });
});

describe('checks', () => {
  const Guarded = module('Guarded', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
    const last = reg(byte, { reset: 0 });
    last.set(x);
    y.set(last);
    when(last.ne(0), () => assert(x.ge(last), 'x never falls'));
  });
  const Around = module('Around', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
    const inner = instance(Guarded, { name: 'inner' });
    inner.x.set(x);
    y.set(inner.y);
  });
  test('that do not hold stop the simulation, and say where', () => {
    const sim = new BuiltinSimulation(Around);
    sim.poke('x', 200);
    sim.reset();
    for (const x of [3, 4, 4]) {
      sim.poke('x', x);
      sim.step();
    }
    sim.poke('x', 2);
    expect(() => sim.step()).toThrow(
      /^the simulation of design "Around" stopped in cycle 5: assertion "x_never_falls" of inner \(module Guarded\) does not hold.*\n {2}at .*simulation\.test\.ts:\d+:\d+$/,
    );
    expect(() => sim.peek('y')).toThrow('stopped in cycle 5');
  });
});

describe('modules written in Verilog', () => {
  const ports = { a: In(Vec(2, SInt(6))), y: Out(Vec(2, SInt(6))), total: Out(UInt(70)) };
  const model = () => {
    let total = 0n;
    return {
      evaluate: ({ a }: Readonly<Record<string, bigint>>) => ({ y: ~a!, total }),
      edge: ({ a, rst }: Readonly<Record<string, bigint>>) => {
        total = rst === 1n ? 0n : total + (a! << 50n);
      },
    };
  };
  const use = (name: string, child: ReturnType<typeof external<typeof ports>>) =>
    module(name, ports, ({ a, y, total }) => {
      const inner = instance(child, { name: 'inner' });
      inner.a.set(a);
      y.set(inner.y);
      total.set(inner.total);
    });
  test('are their models', async () => {
    const child = external('Inverter', ports, { clock: 'clk', reset: 'rst', paths: { total: [] }, model });
    const dut = await drive(use('UsesModel', child), { engine: 'builtin' });
    dut.ports.a.poke([1, -2]);
    expect(dut.ports.y.peek()).toEqual([-2, 1]);
    dut.step(2);
    expect(dut.ports.total.peek()).toBe((2n * (1n | (62n << 6n))) << 50n);
    dut.close();
  });
  test('need one', () => {
    expect(() => new BuiltinSimulation(use('NoModel', external('Bare', ports)))).toThrow(
      'instance inner is of module Bare, which is written in Verilog and has no model for the built-in simulator',
    );
  });
});

describe('mistakes', () => {
  const sim = new BuiltinSimulation(Fifo({ width: 8, depth: 5 }));
  test.each([
    [() => sim.poke('enq_data', 256), '256 does not fit port "enq_data": 8 bits unsigned, 0 to 255'],
    [() => sim.poke('enq_data', 0.5), '0.5 is no integer; port "enq_data" takes 0 to 255'],
    [() => sim.poke('level', 1), 'port "level" of design "Fifo_8x5" is an output; peek reads it'],
    [() => sim.poke('clock', 1), 'the clock of design "Fifo_8x5" is driven by step and run, not by poke'],
    [() => sim.peek('enq_dat'), 'design "Fifo_8x5" has no port "enq_dat"; did you mean "enq_data"?'],
    [() => sim.step(-1), 'cannot step -1 cycles'],
  ])('%#', (mistake, message) => {
    expect(mistake).toThrow(message);
  });
  test('a trace of the wrong kind is refused', async () => {
    const dut = Fifo({ width: 8, depth: 5 });
    await expect(openSimulation(dut, { engine: 'builtin', trace: 'x.fst' })).rejects.toThrow('name the trace .vcd');
    await expect(openSimulation(dut, { engine: 'verilator', trace: 'x.vcd' })).rejects.toThrow('name the trace .fst');
  });
  test('what is closed stays closed', () => {
    const closed = new BuiltinSimulation(Crossing);
    closed.close();
    closed.close();
    expect(() => closed.step()).toThrow('the simulation of design "Crossing" is closed');
  });
});

test('what is inside can be looked at by its path', () => {
  const Outer = module('Outer', { enq: In(Stream(byte)), deq: Out(Stream(byte)) }, ({ enq, deq }) => {
    const fifo = instance(Fifo({ width: 8, depth: 5 }), { name: 'fifo' });
    fifo.enq.valid.set(enq.valid);
    fifo.enq.data.set(enq.data);
    enq.ready.set(fifo.enq.ready);
    deq.valid.set(fifo.deq.valid);
    deq.data.set(fifo.deq.data);
    fifo.deq.ready.set(deq.ready);
  });
  const sim = new BuiltinSimulation(Outer);
  sim.reset();
  sim.poke('enq_valid', 1);
  sim.poke('enq_data', 77);
  expect(sim.peek('fifo.push')).toBe(1);
  sim.step(2);
  expect(['fifo.count', 'fifo.head', 'fifo.ram[1]', 'fifo.level'].map((name) => sim.peek(name))).toEqual([2, 2, 77, 2]);
  expect(() => sim.peek('fifo.cound')).toThrow('has no port "fifo.cound"');
});

/** Breaks the rules of a stream in the way that `how` says. */
const Item = Bundle({ tag: UInt(3), wide: SInt(45) });
const Faulty = module(
  'Faulty',
  { how: In(UInt(2)), go: In(Stream(Item)), out: Out(Stream(Item)) },
  ({ how, go, out }) => {
    const count = reg(UInt(5), { reset: 0 });
    const held = reg(Item, { reset: 0 });
    count.set(count.add(1));
    when(go.fire, () => held.set(go.data));
    go.ready.set(count.bit(2));
    out.valid.set(mux(how.eq(1), count.bit(1), true));
    out.data.set({ tag: held.tag.add(mux(how.eq(2), count.bit(1).asUInt().extend(3), 0)), wide: held.wide });
  },
);

describe('runs of streams are told as Verilator tells them', () => {
  test.each([0, 1, 2, 3])('of kind %i', async (how) => {
    const results = [];
    for (const engine of ['builtin', 'verilator'] as const) {
      const sim = await openSimulation(Faulty, { engine });
      sim.reset();
      const send = { go: Uint32Array.from([1, 5, 0, 2, 0xffff_fff0, 0x1fff]) };
      const spec = {
        pokes: { how: how % 3 },
        send,
        expect: { out: 4 },
        stall: { out: 0.6, go: 0.2 },
        counters: ['out_ready'],
      };
      results.push([
        sim.run({ ...spec, drainCycles: how === 3 ? 0 : 8, seed: 3 + how }),
        sim.cycles,
        sim.run({ stall: { out: 1 }, maxCycles: 40, send: { go: Uint32Array.from([7, 1, 1]) }, seed: 8, limit: 3 }),
      ]);
      const bad = { send: { go: Uint32Array.from([1, 0, 0, 8, 0, 0]) } };
      sim.abandon();
      expect(() => sim.run(bad)).toThrow(
        'beat 1 for stream "go" does not fit its ports: {tag: 8, wide: 0n}'.slice(0, 50),
      );
      sim.close();
    }
    expect(results[0]).toEqual(results[1]);
  });
});

test('ports are those of the Verilog', () => {
  for (const dut of [Fifo({ width: 8, depth: 5 }), Clocks, Words]) {
    expect(new BuiltinSimulation(dut).design.ports).toEqual(emitVerilog(dut).ports);
  }
});
