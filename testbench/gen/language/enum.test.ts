import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import {
  Bits,
  Bool,
  Bundle,
  emitVerilog,
  Enum,
  generator,
  In,
  instance,
  lit,
  mem,
  module,
  mux,
  Out,
  pack,
  printCheckedModule,
  printModuleIr,
  reg,
  Stream,
  switchOn,
  UInt,
  unpack,
  Vec,
  when,
  wire,
} from '../../../gen/index.ts';
import type { AnyEnumType, EnumType } from '../../../gen/index.ts';
import { drive, type Driver } from '../../../sim/driver/drive.ts';
import { Light, Lights } from '../examples.ts';
import { readable, refusal } from '../refusal.ts';
import { runIcarus, verilatorLint } from '../tools.ts';

const State = Enum(['Idle', 'Load', 'Run']);
/** Members that the type checker does not know, so that it leaves mistakes to elaboration. */
const computed = (member: string): 'Idle' => member as 'Idle';

describe('patterns', () => {
  const patterns = ({ enumeration, width }: AnyEnumType): string[] =>
    [...enumeration.members].map(([name, value]) => `${name}=${value.toString(2).padStart(width, '0')}`);
  const five = ['A', 'B', 'C', 'D', 'E'] as const;

  test.each([
    ['binary', ['A=000', 'B=001', 'C=010', 'D=011', 'E=100']],
    ['onehot', ['A=00001', 'B=00010', 'C=00100', 'D=01000', 'E=10000']],
    ['gray', ['A=000', 'B=001', 'C=011', 'D=010', 'E=110']],
  ] as const)('%s', (encoding, expected) => {
    expect(patterns(Enum(five, { encoding }))).toEqual(expected);
  });

  test('binary is the default, one member takes one bit, and more bits can be asked for', () => {
    expect(patterns(Enum(five))).toEqual(patterns(Enum(five, { encoding: 'binary' })));
    expect(patterns(Enum(['Only']))).toEqual(['Only=0']);
    expect(patterns(Enum(['A', 'B'], { width: 3 }))).toEqual(['A=000', 'B=001']);
    expect(patterns(Enum({ Low: 2, High: 5n }))).toEqual(['Low=010', 'High=101']);
  });
});

describe('names', () => {
  const makeEnum = (): EnumType<'A' | 'B'> => Enum(['A', 'B']);

  test('come from the variable, the helper’s variable, or the option', () => {
    const Direct = Enum(['A', 'B']);
    const Helped = makeEnum();
    const named = { list: [Enum(['A', 'B'], { name: 'Given' })] };
    expect([Direct, Helped, named.list[0]!].map(({ enumeration }) => enumeration.name)).toEqual([
      'Direct',
      'Helped',
      'Given',
    ]);
    expect([Enum(['A', 'B'])][0]!.enumeration.name).toBeUndefined();
  });

  test('are kept apart from the names of signals, and of each other', () => {
    const other = { State: Enum(['Idle', 'Stop'], { name: 'State' }) };
    const top = module('Names', { x: In(Bool), y: Out(Bool), z: Out(Bool) }, ({ x, y, z }) => {
      const State_Idle = x.not();
      const state = reg(State, { reset: 'Idle' });
      const second = reg(other.State, { reset: 'Idle' });
      const unnamed = reg([Enum(['On', 'Off'])][0]!, { reset: 'Off' });
      when(State_Idle, () => {
        state.set('Run');
        second.set('Stop');
        unnamed.set('On');
      });
      y.set(state.eq('Idle').and(State_Idle));
      z.set(second.eq('Idle').and(unnamed.eq('On')));
    });
    const design = emitVerilog(top);
    expect(design.files[0]!.text.match(/localparam.*/g)!.join('\n')).toMatchInlineSnapshot(`
      "localparam [1:0] State_Idle_1 = 2'd0;
      localparam [1:0] State_Run = 2'd2;
      localparam State_Idle_2 = 1'd0;
      localparam State_Stop = 1'd1;
      localparam Enum_On = 1'd0;
      localparam Enum_Off = 1'd1;"
    `);
    expect(verilatorLint(design)).toBe('');
  });
});

test('every place that takes a plain value takes a member', () => {
  const top = module(
    'Members',
    { go: In(Bool), a: In(State), y: Out(State), same: Out(Bool), any: Out(Bool) },
    ({ go, a, y, same, any }) => {
      const state = reg(State, { reset: 'Load' });
      const pair = reg(Vec(2, Bundle({ state: State })), { reset: 0 });
      const table = mem(State, 4);
      const next = wire(State);
      next.set('Idle');
      when(a.ne('Idle'), () => next.set(mux(go, 'Run', a)));
      state.set(next);
      table.write(lit(UInt(2), 1), 'Load');
      pair[0]!.state.set(table.read(lit(UInt(2), 0)));
      pair[1]!.set({ state: 'Run' });
      y.set(go.mux(state, 'Idle'));
      same.set(lit(State, 'Run').eq(state));
      any.set(pair[0]!.state.isOneOf('Idle', 'Run').or(pair[1]!.state.eq(a)));
    },
  );
  expect(printModuleIr(top.checked.ir)).toMatchInlineSnapshot(`
    "module Members
      input go: Bool
      input a: State
      output y: State
      output same: Bool
      output any: Bool
      register register0: State reset Load
      register register1: State reset Idle
      register register2: State reset Idle
      wire wire0: State
      memory memory0: 4 x State
      wire0 := Idle: State
      when ne(a, Idle): Bool
        wire0 := mux(go, Run, a): State
      register0 := wire0: State
      memory0[1: UInt(2)] := Load: State
      register1 := memory0[0]: State
      register2 := Run: State
      y := mux(go, register0, Idle): State
      same := eq(Run, register0): Bool
      any := or(or(eq(register1, Idle), eq(register1, Run)), eq(register2, a)): Bool
    "
  `);
  expect(printCheckedModule(top.checked)).toMatch(/next: State = mux\(ne\(a, Idle\), mux\(go, Run, a\), Idle\): State/);
  expect(verilatorLint(emitVerilog(top))).toBe('');
});

test('only the members that a module uses are declared in it', () => {
  const top = module('Few', { a: In(State), y: Out(Bool) }, ({ a, y }) => y.set(a.eq('Run')));
  expect(emitVerilog(top).files[0]!.text).toMatchInlineSnapshot(`
    "module Few (
      input wire [1:0] a,
      output wire y
    );

      localparam [1:0] State_Run = 2'd2;

      assign y = a == State_Run;
    endmodule
    "
  `);
});

describe('enums are told apart', () => {
  const Twin = Enum(['Idle', 'Load', 'Run']);

  test('by their objects, not by their members', () => {
    const error = refusal(() =>
      module('Twins', { a: In(State), b: In(Twin), y: Out(State), z: Out(Bool) }, ({ a, b, y, z }) => {
        y.set(b);
        z.set(a.eq(b));
      }),
    );
    expect(error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`)).toEqual([
      'W002: Twin is driven into State; give one of its members, or a signal of the same enum; of bits, its from() makes one',
      'W001: eq() needs two values of one type, and is given State and Twin; give one of its members, or a signal of the same enum; of bits, its from() makes one',
    ]);
  });

  test('from numbers and bits, with the way from one to the other', () => {
    const error = refusal(() =>
      module(
        'Kinds',
        {
          a: In(State),
          b: In(Bits(2)),
          bits: Out(Bits(2)),
          number: Out(UInt(2)),
          wide: Out(UInt(4)),
          flag: Out(Bool),
          y: Out(State),
        },
        ({ a, b, bits, number, wide, flag, y }) => {
          for (const target of [bits, number, wide, flag]) (target as unknown as { set(value: unknown): void }).set(a);
          y.set(b as never);
        },
      ),
    );
    expect(error.diagnostics.map(({ message, fix }) => `${message}; ${fix}`)).toMatchInlineSnapshot(`
      [
        "State is driven into Bits(2); say how it is to fit: x.asBits(); or change one of the declarations",
        "State is driven into UInt(2); say how it is to fit: x.asUInt(); or change one of the declarations",
        "State is driven into UInt(4); say how it is to fit: x.asUInt().extend(4); or change one of the declarations",
        "State is driven into Bool; compare it with eq(), ne() or isOneOf()",
        "Bits(2) is driven into State; give one of its members, or a signal of the same enum; of bits, its from() makes one",
      ]
    `);
  });

  test('also as parameters of a generator', () => {
    const holder = generator(function Holder(type: AnyEnumType, name: string) {
      return module(`Holder_${name}`, { d: In(type), q: Out(type) }, ({ d, q }) => q.set(d));
    });
    expect(holder(State, 'x')).toBe(holder(State, 'x'));
    expect(holder(State, 'x')).not.toBe(holder(Twin, 'x'));
    const top = module('Holders', { d: In(State), q: Out(State) }, ({ d, q }) => {
      const held = instance(holder(State, 'top'));
      held.d.set(d);
      q.set(held.q);
    });
    expect(verilatorLint(emitVerilog(top))).toBe('');
  });
});

describe('bits', () => {
  const BitsOf = module(
    'BitsOf',
    { raw: In(Bits(2)), number: In(UInt(2)), bits: Out(Bits(2)), idle: Out(Bool), known: Out(Bool), low: Out(UInt(1)) },
    ({ raw, number, bits, idle, known, low }) => {
      const item = unpack(Bundle({ state: State, flag: Bool }), pack({ state: State.from(raw), flag: idle }));
      bits.set(item.state.asBits());
      idle.set(State.from(number).eq('Idle'));
      known.set(State.isMember(raw));
      low.set(item.state.asUInt().trunc(1));
    },
  );

  test('become members and members bits, as Icarus has it too', () => {
    const vectors = Array.from({ length: 16 }, (_, index) => ({ raw: BigInt(index >> 2), number: BigInt(index & 3) }));
    expect(runIcarus(emitVerilog(BitsOf), vectors)).toEqual(
      vectors.map(({ raw, number }) => ({
        bits: raw,
        idle: number === 0n ? 1n : 0n,
        known: raw < 3n ? 1n : 0n,
        low: raw & 1n,
      })),
    );
  });

  test('of another number are refused', () => {
    expect(
      readable(() =>
        module('M', { a: In(Bits(3)), y: Out(State) }, ({ a, y }) => {
          y.set(State.from(a));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W001: from() of State needs 2 bits, and is given Bits(3)
        at enum.test.ts «from»
        |           y.set(State.from(a));
        |                       ^
        fix: give Bits(2) or UInt(2)"
    `);
  });
});

describe('in simulation members are names', () => {
  const item = Bundle({ state: State, tag: UInt(4) });
  const Ports = module(
    'EnumPorts',
    {
      raw: In(Bits(3)),
      light: Out(Light),
      pair: In(Vec(2, State)),
      swapped: Out(Vec(2, State)),
      source: In(Stream(item)),
      sink: Out(Stream(item)),
      next: Out(State),
    },
    ({ raw, light, pair, swapped, source, sink, next }) => {
      const state = reg(State, { reset: 'Load' });
      light.set(Light.from(raw));
      swapped.set([pair[1]!, pair[0]!]);
      sink.valid.set(source.valid);
      source.ready.set(sink.ready);
      sink.data.set({ state: mux(source.data.state.eq('Run'), 'Idle', source.data.state), tag: source.data.tag });
      state.set(pair[0]!);
      next.set(state);
    },
  );
  let dut: Driver<typeof Ports.ports>;
  let lights: Driver<typeof Lights.ports>;
  beforeAll(async () => {
    dut = await drive(Ports);
    lights = await drive(Lights);
  });
  afterAll(() => {
    dut.close();
    lights.close();
  });

  test('of ports, vectors and streams', () => {
    dut.ports.pair.poke(['Run', 'Load']);
    expect(dut.ports.swapped.peek()).toEqual(['Load', 'Run']);
    const next = dut.ports.next.peek();
    expectTypeOf(next).toEqualTypeOf<'Idle' | 'Load' | 'Run'>();
    expect(next).toBe('Load');
    dut.step();
    expect(dut.ports.next.peek()).toBe('Run');
    const { sink } = dut.exchange({ send: { source: [{ state: 'Run', tag: 3 }, { state: 'Load', tag: 4 }] }, expect: { sink: 2 } }); // prettier-ignore
    expect(sink).toEqual([
      { state: 'Idle', tag: 3 },
      { state: 'Load', tag: 4 },
    ]);
  });

  test('and a pattern that is none is an error to read, as is a wrong name to give', () => {
    dut.ports.raw.poke(4);
    expect(dut.ports.light.peek()).toBe('Green');
    dut.ports.raw.poke(6);
    expect(() => dut.ports.light.peek()).toThrow('light has the pattern 6, which is none of Red, Yellow, Green');
    expect(() => dut.ports.pair.poke(['Run', computed('Rum')])).toThrow(
      'pair.1: one of Idle, Load, Run is expected, not "Rum"',
    );
    // @ts-expect-error a number is no member
    expect(() => dut.ports.pair.poke([1, 2])).toThrow('pair.0: one of Idle, Load, Run is expected, not 1');
  });

  test('switches, selects and memories do what they say', () => {
    const after = { Red: 'Green', Yellow: 'Red', Green: 'Yellow' } as const;
    const model = { last: 'Red' as keyof typeof after, waits: 0, table: new Map<number, keyof typeof after>() };
    for (let cycle = 0; cycle < 200; cycle++) {
      const [raw, at] = [(cycle * 5 + (cycle >> 3)) & 7, (cycle * 3 + (cycle >> 4)) & 3];
      const light = (['Red', 'Yellow', 'Green'] as const)[cycle % 3]!;
      lights.ports.raw.poke(raw);
      lights.ports.at.poke(at);
      lights.ports.light.poke(light);
      expect(lights.ports.next.peek()).toBe(after[light]);
      // A word that was never written can be anything.
      const kept = at === 0 ? model.last : at === 3 ? 'Yellow' : model.table.get(at);
      expect(kept === undefined ? undefined : lights.ports.kept.peek()).toBe(kept);
      expect(lights.ports.valid.peek()).toBe(model.last !== 'Yellow');
      expect(lights.ports.pause.peek()).toBe({ Red: 9, Yellow: 2, Green: model.waits }[model.last]);
      model.table.set(at, model.last);
      model.last = ({ 1: 'Red', 2: 'Yellow', 4: 'Green' } as const)[raw as 1] ?? model.last;
      if (at < 2) model.waits = 0;
      else if (at === 2) model.waits = (model.waits + 1) % 16;
      lights.step();
    }
  });
});

describe('E001: no member of the enum', () => {
  test('a name that is close to one', () => {
    expect(
      readable(() =>
        module('M', { y: Out(State) }, ({ y }) => {
          y.set(computed('load'));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E001: set() is given 'load', which is no member of State
        at enum.test.ts «set»
        |           y.set(computed('load'));
        |             ^
        the enum is declared at enum.test.ts «Enum»
        | const State = Enum(['Idle', 'Load', 'Run']);
        |               ^
        fix: did you mean 'Load'? give one of 'Idle', 'Load', 'Run'"
    `);
  });

  test('everywhere, and all of them at once', () => {
    const error = refusal(() =>
      module('M', { go: In(Bool), a: In(State), y: Out(State), z: Out(Bool) }, ({ go, a, y, z }) => {
        const state = reg(State, { reset: computed('Stop') });
        mem(State, 4).write(lit(UInt(2), 0), computed('Stop'));
        lit(State, computed('Stop'));
        z.set(a.eq(computed('Stop')).or(a.isOneOf('Idle', computed('Rn'))));
        state.set(mux(go, a, computed('x')));
        y.set(1 as unknown as 'Idle');
      }),
    );
    expect(error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`)).toMatchInlineSnapshot(`
      [
        "E001: reset is given 'Stop', which is no member of State; give one of 'Idle', 'Load', 'Run'",
        "E001: write() is given 'Stop', which is no member of State; give one of 'Idle', 'Load', 'Run'",
        "E001: lit() is given 'Stop', which is no member of State; give one of 'Idle', 'Load', 'Run'",
        "E001: eq() is given 'Stop', which is no member of State; give one of 'Idle', 'Load', 'Run'",
        "E001: eq() is given 'Rn', which is no member of State; did you mean 'Run'? give one of 'Idle', 'Load', 'Run'",
        "E001: mux() is given 'x', which is no member of State; give one of 'Idle', 'Load', 'Run'",
        "E001: set() is given 1, which is no member of State; give one of 'Idle', 'Load', 'Run'",
      ]
    `);
  });

  test('reset: 0 where no member is 0', () => {
    const error = refusal(() => module('M', {}, () => void reg(Bundle({ light: Light }), { reset: 0 })));
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'E001: reset is given 0, which is no member of Light',
    ]);
  });
});

describe('E002: an enum is no number', () => {
  test('arithmetic on it', () => {
    expect(
      readable(() =>
        module('M', { a: In(State), y: Out(State) }, ({ a, y }) => {
          y.set((a as unknown as { add(value: string): typeof a }).add('Run'));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E002: add() of State: the members of an enum are no numbers
        at enum.test.ts «add»
        |           y.set((a as unknown as { add(value: string): typeof a }).add('Run'));
        |                                                                    ^
        fix: compare it with eq(), ne() or isOneOf(); for its bit pattern use asUInt() or asBits()"
    `);
  });

  test.each(['not', 'orReduce', 'lt', 'mul', 'bit', 'extend', 'shl', 'shiftLeft', 'trunc'])('%s()', (method) => {
    const error = refusal(() =>
      module('M', { a: In(State), b: In(UInt(2)) }, ({ a, b }) => {
        const argument = { lt: 'Run', mul: a, bit: 0, extend: 4, shl: 1, shiftLeft: b, trunc: 1 }[method];
        (a as unknown as Record<string, (value: unknown) => void>)[method]!(argument);
      }),
    );
    expect(error.codes).toEqual(['E002']);
  });

  test('as a condition', () => {
    const error = refusal(() =>
      module('M', { a: In(State) }, ({ a }) => {
        when(a as never, () => {});
      }),
    );
    expect(error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`)).toEqual([
      "C001: when() needs a Bool, and is given State; compare it: x.eq('Idle')",
    ]);
  });
});

describe('E003: enums that cannot be', () => {
  test('a member called default', () => {
    const make = () => Enum(['A', 'default' as string]);
    expect(readable(make)).toMatchInlineSnapshot(`
      "error E003: a member of an enum can't be called default: that is the rest of a switchOn()
        at enum.test.ts «Enum»
        |     const make = () => Enum(['A', 'default' as string]);
        |                        ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from enum.test.ts «readable»
        fix: choose another name"
    `);
  });

  test.each([
    [() => Enum([]), 'Enum() without members'],
    [() => Enum(['A', '1st']), '"1st" can\'t name a member of an enum'],
    [() => Enum(['A', 'B', 'A']), 'Enum() has two members called A'],
    [() => Enum({ A: 1, B: 2, C: 1n }), 'the members A and C have one pattern, 1'],
    [() => Enum({ A: -1 }), 'the member A has the pattern -1'],
    [() => Enum({ A: 0.5 }), 'the member A has the pattern 0.5'],
    [() => Enum(['A', 'B', 'C'], { width: 1 }), 'Enum() of width 1, whose patterns need 2 bits'],
    [() => Enum(['A', 'B', 'C'], { encoding: 'onehot', width: 2 }), 'Enum() of width 2, whose patterns need 3 bits'],
    [() => Enum(['A'], { name: 'a b' }), '"a b" can\'t name an enum'],
    [() => Enum({ A: 1 }, { encoding: 'gray' } as object), 'Enum() has both patterns and the encoding gray'],
    [() => Enum(['A'], { encoding: 'grey' as 'gray' }), 'Enum() has the encoding grey'],
  ])('%#', (make, message) => {
    const error = refusal(make);
    expect(error.diagnostics.map((each) => `${each.code}: ${each.message}`)).toEqual([`E003: ${message}`]);
  });
});

test('a switch over an enum makes no latch for patterns that are no member', () => {
  const top = module('Rest', { raw: In(Bits(2)), y: Out(UInt(2)) }, ({ raw, y }) =>
    switchOn(State.from(raw), { Run: () => y.set(3), Idle: () => y.set(0), Load: () => y.set(1) }),
  );
  const values = runIcarus(
    emitVerilog(top),
    [0n, 1n, 2n, 3n].map((raw) => ({ raw })),
  );
  expect(values.map(({ y }) => y)).toEqual([0n, 1n, 3n, 1n]);
});
