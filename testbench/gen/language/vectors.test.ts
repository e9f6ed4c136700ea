import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Bits,
  Bool,
  Bundle,
  emitVerilog,
  Enum,
  In,
  module,
  mux,
  Out,
  pack,
  printModuleIr,
  reg,
  regNext,
  SInt,
  typeOf,
  UInt,
  Vec,
  when,
  wire,
  instance,
} from '../../../gen/index.ts';
import type { UIntType, UIntVal, VecVar, VerilogDesign } from '../../../gen/index.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { full } from '../../full.ts';
import { readable } from '../refusal.ts';
import { hasIcarus, hasYosys, icarusComplaints, runIcarus, verilatorLint, yosysComplaints } from '../tools.ts';
import { inputs, Model, pattern, programs, targetModule, targetPorts, targetShapes } from './target-program.ts';

const seed = Number(process.env['SACCADE_SEED'] ?? 11);
const count = full ? 60 : 10;
const cycles = full ? 2000 : 300;
const targets = ['wires', 'registers', 'lone', 'kept'] as const;

describe('random programs over bits and elements, fixed and chosen, mean what a step-by-step reading says', () => {
  const all = fc.sample(programs, { seed, numRuns: count });
  let design: VerilogDesign;
  let simulation: VerilatorSimulation | undefined;
  beforeAll(async () => {
    const { d, e, element, position, c0, c1, c2 } = targetPorts;
    const outs = Object.fromEntries(
      all.flatMap((_, index) =>
        targets.flatMap((name) =>
          Array.from({ length: targetShapes[name].length }, (_each, at) => [
            `p${index}_${name}_${at}`,
            Out(UInt(targetShapes[name].width)),
          ]),
        ),
      ),
    );
    const top = module('Targets', { d, e, element, position, c0, c1, c2, ...outs }, (io) => {
      const outputs = io as unknown as Record<string, { set(value: unknown): void }>;
      all.forEach((program, index) => {
        const child = instance(targetModule(`Target${index}`, program));
        for (const name of ['d', 'e', 'element', 'position', 'c0', 'c1', 'c2'] as const)
          (child[name] as { set(value: unknown): void }).set(io[name]);
        child.wires.forEach((value, position) => outputs[`p${index}_wires_${position}`]!.set(value));
        child.registers.forEach((value, position) => outputs[`p${index}_registers_${position}`]!.set(value));
        outputs[`p${index}_lone_0`]!.set(child.lone.asUInt());
        outputs[`p${index}_kept_0`]!.set(child.kept.asUInt());
      });
    });
    design = emitVerilog(top);
    simulation = await VerilatorSimulation.open(design);
    simulation.reset();
  }, 120_000);
  afterAll(() => simulation?.close());

  test('cycle by cycle', () => {
    const sim = simulation!;
    const models = all.map((program) => new Model(program));
    const wrong: string[] = [];
    for (const now of fc.sample(inputs, { seed, numRuns: cycles })) {
      for (const name of ['d', 'e', 'element', 'position', 'c0', 'c1', 'c2', 'reset'] as const)
        sim.poke(name, now[name]);
      models.forEach((model, index) => {
        const expected = model.outputs(now);
        for (const name of targets) {
          expected[name].forEach((value, position) => {
            const found = sim.peek(`p${index}_${name}_${position}`);
            if (found !== pattern(value, name))
              wrong.push(
                `cycle ${sim.cycles}, program ${index}: ${name}[${position}] is ${found}, not ${pattern(value, name)}: ${JSON.stringify(all[index])}`,
              );
          });
        }
        model.clock(now);
      });
      sim.step();
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('every kind of place is among them', () => {
    const text = JSON.stringify(all);
    for (const name of targets) expect(text).toContain(`"target":"${name}"`);
    expect(text).toContain('"element":"chosen"');
    expect(text).toContain('"bits":"chosen"');
    expect(text).toMatch(/"element":"chosen","bits":"chosen"/);
  });

  test.skipIf(!hasYosys)('Yosys accepts it', () => {
    expect(yosysComplaints(design)).toBe('');
  });
});

const Kind = Enum(['Idle', 'Load', 'Run']);
const Entry = Bundle({ kind: Kind, list: Vec(2, SInt(5)), flag: Bool });

describe('an element that a signal chooses', () => {
  const Table = module(
    'Table',
    { index: In(UInt(2)), inner: In(UInt(1)), write: In(Bool), item: In(Entry), y: Out(Entry), z: Out(SInt(5)) },
    ({ index, inner, write, item, y, z }) => {
      const entries = reg(Vec(3, Entry), { reset: 0 });
      const entry = entries.at(index);
      when(write, () => entry.set(item));
      when(write.not().and(item.flag), () => entry.list.at(inner).bits(4, 3).set(item.list[0]!.bits(1, 0)));
      y.set(entry);
      z.set(entry.list.at(inner));
    },
  );

  test('an aggregate is driven by one statement', () => {
    const text = emitVerilog(Table).files[0]!.text;
    expect(text.match(/case \(index\)/g)).toHaveLength(3);
    expect(text).toMatch(/2'd2: begin\s+entries_2_kind <= item_kind;\s+entries_2_list_0 <= /);
  });

  test('the tools accept it', () => {
    const design = emitVerilog(Table);
    expect(verilatorLint(design)).toBe('');
    expect(hasIcarus ? icarusComplaints(design) : '').toBe('');
    expect(hasYosys ? yosysComplaints(design) : '').toBe('');
  });

  test('what is only read makes no statement, and what is only driven no logic', () => {
    const read = module('OnlyRead', { v: In(Vec(4, UInt(8))), i: In(UInt(2)), y: Out(UInt(8)) }, ({ v, i, y }) => {
      const stored = wire(Vec(4, UInt(8)));
      stored.set(v);
      y.set(stored.at(i));
    });
    expect(read.checked.ir.body.some(({ kind }) => kind === 'switch')).toBe(false);
    const driven = module('OnlyDriven', { i: In(UInt(2)), y: Out(Vec(4, UInt(8))) }, ({ i, y }) => {
      y.set([0, 0, 0, 0]);
      y.at(i).set(255);
    });
    expect(driven.checked.ir.expressions.some(({ op }) => op === 'mux')).toBe(false);
    expect(printModuleIr(driven.checked.ir)).toMatchInlineSnapshot(`
      "module OnlyDriven
        input i: UInt(2)
        output y_0: UInt(8)
        output y_1: UInt(8)
        output y_2: UInt(8)
        output y_3: UInt(8)
        y_0 := 0: UInt(8)
        y_1 := 0: UInt(8)
        y_2 := 0: UInt(8)
        y_3 := 0: UInt(8)
        switch i: UInt(2)
        case 0
          y_0 := 255: UInt(8)
        case 1
          y_1 := 255: UInt(8)
        case 2
          y_2 := 255: UInt(8)
        case 3
          y_3 := 255: UInt(8)
      "
    `);
  });

  test.skipIf(!hasIcarus)('beyond the length the last element is read, and none is driven', () => {
    const design = emitVerilog(
      module(
        'Beyond',
        { i: In(UInt(2)), a: In(UInt(4)), y: Out(UInt(4)), v: Out(Vec(3, UInt(4))) },
        ({ i, a, y, v }) => {
          const three = wire(Vec(3, UInt(4)));
          three.set([1, 2, 3]);
          y.set(three.at(i));
          v.set(three);
          v.at(i).set(a);
        },
      ),
    );
    const [inside, beyond] = runIcarus(design, [
      { i: 1n, a: 15n },
      { i: 3n, a: 15n },
    ]);
    expect(inside).toMatchObject({ y: 2n });
    expect(beyond).toMatchObject({ y: 3n });
    expect(Object.values(inside!).join()).not.toBe(Object.values(beyond!).join());
  });

  test.skipIf(!hasIcarus)('a bit that a signal chooses; beyond the width it is 0', () => {
    const ports = {
      i: In(UInt(3)),
      a: In(UInt(6)),
      s: In(SInt(6)),
      b: In(UInt(8)),
      x: Out(Bool),
      y: Out(Bool),
      z: Out(Bool),
    };
    const design = emitVerilog(
      module('ChosenBit', ports, ({ i, a, s, b, x, y, z }) => {
        x.set(a.at(i));
        y.set(s.at(i));
        z.set(b.at(i));
      }),
    );
    const vectors = Array.from({ length: 8 }, (_, i) => ({
      i: BigInt(i),
      a: 0b101101n,
      s: 0b100110n,
      b: 0b1101_0010n,
    }));
    expect(runIcarus(design, vectors)).toEqual(
      vectors.map(({ i, a, s, b }) => ({ x: (a >> i) & 1n, y: (s >> i) & 1n, z: (b >> i) & 1n })),
    );
    expect(verilatorLint(design)).toBe('');
  });
});

describe('what is refused', () => {
  const refused = (body: (io: { i: UIntVal; w: VecVar<UIntType<8>> }) => void) =>
    readable(() =>
      module('Refused', { i: In(UInt(3)), v: In(Vec(4, UInt(8))), y: Out(Vec(4, UInt(8))) }, ({ i, v, y }) => {
        const w = wire(Vec(4, UInt(8)));
        w.set(v);
        body({ i, w });
        y.set(w);
      }),
    );

  test('W001: an index of the wrong width, and a number as an index', () => {
    const narrow = refused(({ i, w }) => {
      w.at(i).set(0);
    });
    expect(narrow).toMatchInlineSnapshot(`
      "error W001: at() of 4 elements needs an index of type UInt(2), and is given UInt(3)
        at vectors.test.ts «at»
        |       w.at(i).set(0);
        |         ^
        called from vectors.test.ts «body»
        fix: use extend(2) or trunc(2) on the index"
    `);
    const plain = refused(({ w }) => {
      w.at(1 as unknown as UIntVal).set(0);
    });
    expect(plain).toMatchInlineSnapshot(`
      "error W001: at() is given 1, and needs an index of type UInt(2)
        at vectors.test.ts «at»
        |       w.at(1 as unknown as UIntVal).set(0);
        |         ^
        called from vectors.test.ts «body»
        fix: for a fixed element use [number]"
    `);
  });

  test('D004: an element of an input', () => {
    expect(
      readable(() =>
        module('Input', { i: In(UInt(1)), v: In(Vec(2, UInt(8))) }, ({ i, v }) => {
          (v.at(i) as unknown as { set(value: number): void }).set(0);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D004: set() on an input port, which is driven from elsewhere
        at vectors.test.ts «set»
        |           (v.at(i) as unknown as { set(value: number): void }).set(0);
        |                                                                ^
        it is made at vectors.test.ts «In»
        |         module('Input', { i: In(UInt(1)), v: In(Vec(2, UInt(8))) }, ({ i, v }) => {
        |                                              ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it"
    `);
  });

  test('W002 is said once, not for each element', () => {
    expect(
      readable(() =>
        module('Once', { i: In(UInt(2)), n: In(UInt(4)) }, ({ i, n }) => {
          const state = reg(Vec(4, UInt(8)));
          state.at(i).set(n as never);
        }),
      ).match(/W002/g),
    ).toHaveLength(1);
  });

  test('D003: an index that does not reach every element leaves them undriven', () => {
    expect(
      readable(() =>
        module('Gap', { i: In(UInt(1)), y: Out(Vec(2, Bool)) }, ({ i, y }) => {
          y.at(i).set(true);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D003: y_0 is not driven in every case, and would have to remember its value
        at vectors.test.ts «set»
        |           y.at(i).set(true);
        |                   ^
        the signal is declared at vectors.test.ts «Out»
        |         module('Gap', { i: In(UInt(1)), y: Out(Vec(2, Bool)) }, ({ i, y }) => {
        |                                            ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()

      error D003: y_1 is not driven in every case, and would have to remember its value
        at vectors.test.ts «set»
        |           y.at(i).set(true);
        |                   ^
        the signal is declared at vectors.test.ts «Out»
        |         module('Gap', { i: In(UInt(1)), y: Out(Vec(2, Bool)) }, ({ i, y }) => {
        |                                            ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()"
    `);
  });

  test('D002: bits of a register that nothing drives', () => {
    expect(
      readable(() =>
        module('Half', { a: In(UInt(8)), y: Out(UInt(8)), low: Out(Bool) }, ({ a, y, low }) => {
          const state = reg(UInt(8));
          state.bits(3, 0).set(a.bits(3, 0));
          low.set(state.bit(0));
          y.set(state.add(1));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D002: register state[7:4] is read, but driven by nothing; other bits of it are
        at vectors.test.ts «add»
        |           y.set(state.add(1));
        |                       ^
        it is declared at vectors.test.ts «reg»
        |           const state = reg(UInt(8));
        |                         ^
        fix: drive these bits too, or make the register narrower"
    `);
  });
});

describe('values know their type', () => {
  test('of signals, records and arrays', () => {
    module('Types', { item: In(Entry), n: In(UInt(3)), y: Out(Entry) }, ({ item, n, y }) => {
      expect(typeOf(item)).toEqual(Entry);
      expect(typeOf(item).fields.kind).toBe(Kind);
      expect(typeOf({ a: n, b: [n, n.add(1)] })).toEqual(Bundle({ a: UInt(3), b: Vec(2, UInt(3)) }));
      const state = reg(typeOf(item), { reset: { kind: 'Load', list: [1, -1], flag: false } });
      state.set(mux(item.flag, item, { kind: 'Idle', list: [0, item.list[1]!], flag: false }));
      y.set(regNext(state, { reset: 0 }));
    });
  });

  test.skipIf(!hasIcarus)('plain values take the order of the signals beside them', () => {
    const Order = Bundle({ a: UInt(4), b: UInt(4) });
    const design = emitVerilog(
      module('Order', { c: In(Bool), o: In(Order), y: Out(Bits(8)) }, ({ c, o, y }) => {
        y.set(pack(mux(c, { b: 1, a: 2 }, o)));
      }),
    );
    expect(runIcarus(design, [{ c: 1n, o_a: 0n, o_b: 0n }])).toEqual([{ y: 0x21n }]);
  });

  test('W005: mux() names the parts that one value lacks', () => {
    const lacking = () =>
      module('Lacking', { c: In(Bool), item: In(Entry), y: Out(Entry) }, ({ c, item, y }) => {
        y.set(mux(c, item, { kind: 'Idle', extra: true } as never));
      });
    expect(readable(lacking)).toMatchInlineSnapshot(`
      "error W005: mux() between values of different shape: the first lacks extra, and the second lacks list, flag
        at vectors.test.ts «mux»
        |         y.set(mux(c, item, { kind: 'Idle', extra: true } as never));
        |               ^
        fix: give both the same parts"
    `);
  });

  test('what has none is refused', () => {
    expect(
      readable(() =>
        module('NoType', { a: In(UInt(3)), b: In(UInt(4)) }, ({ a, b }) => {
          typeOf([a, b]);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W001: the elements of an array are UInt(3) and UInt(4)
        at vectors.test.ts «typeOf»
        |           typeOf([a, b]);
        |           ^
        fix: give elements of one type, or a record"
    `);
    const empty = () =>
      module('Empty', {}, () => {
        typeOf([]);
      });
    expect(readable(empty)).toMatchInlineSnapshot(`
      "error W001: an empty array has no type
        at vectors.test.ts «typeOf»
        |         typeOf([]);
        |         ^
        fix: give at least one element"
    `);
  });
});
