import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Bits,
  Bool,
  Bundle,
  emitVerilog,
  Enum,
  In,
  lit,
  module,
  Out,
  printModuleIr,
  reg,
  select,
  SInt,
  switchOn,
  UInt,
  Vec,
  when,
  wire,
} from '../../../gen/index.ts';
import { drive, type Driver } from '../../../sim/driver/drive.ts';
import { readable, refusal } from '../refusal.ts';
import { runIcarus, verilatorLint } from '../tools.ts';

const State = Enum(['Idle', 'Load', 'Run']);
const Four = Enum(['A', 'B', 'C', 'D']);
/** Cases that the type checker does not know, so that it leaves mistakes to elaboration. */
const untyped = (cases: object): never => cases as never;

describe('switchOn', () => {
  const Machine = module('Machine', { go: In(Bool), n: In(UInt(2)), y: Out(UInt(4)) }, ({ go, n, y }) => {
    const state = reg(State, { reset: 'Idle' });
    const count = reg(UInt(4), { reset: 0 });
    y.set(count);
    switchOn(state, {
      Idle: () => when(go, () => state.set('Load')),
      Load: () => {
        state.set('Run');
        switchOn(n, { 1: () => count.set(1), 3: () => y.set(15), default: () => count.set(0) });
      },
      Run: () => {
        state.set('Idle');
        count.set(count.add(1));
      },
    });
  });

  test('is recorded as a switch, whose last member is the rest', () => {
    expect(printModuleIr(Machine.checked.ir)).toMatchInlineSnapshot(`
      "module Machine
        input go: Bool
        input n: UInt(2)
        output y: UInt(4)
        register register0: State reset Idle
        register register1: UInt(4) reset 0
        y := register1: UInt(4)
        switch register0: State
        case Idle
          when go: Bool
            register0 := Load: State
        case Load
          register0 := Run: State
          switch n: UInt(2)
          case 1
            register1 := 1: UInt(4)
          case 3
            y := 15: UInt(4)
          default
            register1 := 0: UInt(4)
        default
          register0 := Idle: State
          register1 := add(register1, 1): UInt(4)
      "
    `);
  });

  test('is a case in clocked blocks, a chain of choices elsewhere', () => {
    expect(emitVerilog(Machine).files[0]!.text).toMatchInlineSnapshot(`
      "module Machine (
        input wire clock,
        input wire reset,
        input wire go,
        input wire [1:0] n,
        output wire [3:0] y
      );

        localparam [1:0] State_Idle = 2'd0;
        localparam [1:0] State_Load = 2'd1;
        localparam [1:0] State_Run = 2'd2;

        reg [1:0] state;
        reg [3:0] count;

        assign y = (state == State_Load) ? ((n == 2'd3) ? 4'd15 : count) : count;

        always @(posedge clock) begin
          if (reset) state <= State_Idle;
          else case (state)
            State_Idle: if (go) state <= State_Load;
            State_Load: state <= State_Run;
            default: state <= State_Idle;  // Run
          endcase
        end

        always @(posedge clock) begin
          if (reset) count <= 4'd0;
          else case (state)
            State_Idle: ;
            State_Load: case (n)
              2'd1: count <= 4'd1;
              2'd3: ;
              default: count <= 4'd0;
            endcase
            default: count <= count + 4'd1;  // Run
          endcase
        end
      endmodule
      "
    `);
    expect(verilatorLint(emitVerilog(Machine))).toBe('');
  });

  const ports = { e: In(Bits(2)), n: In(UInt(3)), raw: In(Bits(3)), c: In(Bool) };
  const vectors = Array.from({ length: 512 }, (_, index) => ({
    e: BigInt(index & 3),
    n: BigInt((index >> 2) & 7),
    raw: BigInt((index >> 5) & 7),
    c: BigInt((index >> 8) & 1),
  }));

  test('means what it says over enums, numbers, bits and Bools, as Icarus has it', () => {
    const outputs = { members: Out(UInt(4)), some: Out(UInt(4)), full: Out(UInt(4)), number: Out(UInt(4)), bits: Out(UInt(4)), either: Out(UInt(4)) }; // prettier-ignore
    const top = module('Switches', { ...ports, ...outputs }, (io) => {
      const { e, n, raw, c } = io;
      const to = (target: { set(value: number): void }, value: number) => () => target.set(value);
      switchOn(State.from(e), { Load: to(io.members, 1), Run: to(io.members, 2), Idle: to(io.members, 3) });
      switchOn(State.from(e), { Load: to(io.some, 1), default: to(io.some, 9) });
      switchOn(Four.from(e), { A: to(io.full, 1), B: to(io.full, 2), C: to(io.full, 3), D: to(io.full, 4) });
      const low = to(io.number, 1);
      switchOn(n, { 0: low, 2: low, 5: to(io.number, 5), default: to(io.number, 7) });
      io.bits.set(8);
      switchOn(raw, { 0b101: to(io.bits, 1), '7': to(io.bits, 2) });
      switchOn(c, { false: to(io.either, 4), true: to(io.either, 5) });
    });
    const design = emitVerilog(top);
    expect(verilatorLint(design)).toBe('');
    expect(runIcarus(design, vectors)).toEqual(
      vectors.map(({ e, n, raw, c }) => ({
        members: [3n, 1n, 2n, 3n][Number(e)],
        some: e === 1n ? 1n : 9n,
        full: e + 1n,
        number: n === 0n || n === 2n ? 1n : n === 5n ? 5n : 7n,
        bits: raw === 5n ? 1n : raw === 7n ? 2n : 8n,
        either: 4n + c,
      })),
    );
  });

  test('runs a body that several cases share once, and one for all without a case at all', () => {
    let runs = 0;
    const One = Enum(['Only']);
    const top = module('Shared', { s: In(State), o: In(One), y: Out(UInt(2)), z: Out(Bool) }, ({ s, o, y, z }) => {
      const busy = (): void => {
        runs++;
        y.set(2);
      };
      switchOn(s, { Load: busy, Idle: () => y.set(1), Run: busy });
      switchOn(o, { Only: () => z.set(true) });
    });
    expect(runs).toBe(1);
    expect(printModuleIr(top.checked.ir)).toMatchInlineSnapshot(`
      "module Shared
        input s: State
        input o: One
        output y: UInt(2)
        output z: Bool
        switch s: State
        case Load, Run
          y := 2: UInt(2)
        default
          y := 1: UInt(2)
        z := 1: Bool
      "
    `);
  });

  test('leaves registers alone where there is no case, and wires without a value an error', () => {
    const error = refusal(() =>
      module('Gap', { n: In(UInt(2)), y: Out(UInt(2)) }, ({ n, y }) => {
        switchOn(n, { 0: () => y.set(1), 1: () => y.set(2) });
      }),
    );
    expect(error.codes).toEqual(['D003']);
  });

  test('takes no asynchronous body', () => {
    const error = refusal(() =>
      module('M', { s: In(State) }, ({ s }) => switchOn(s, untyped({ Idle: async () => {}, default: () => {} }))),
    );
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'C005: the body of a switchOn() is asynchronous',
    ]);
  });
});

describe('switches that drive registers', () => {
  const Clocked = module(
    'Clocked',
    { e: In(State), n: In(UInt(2)), c: In(Bool), q: Out(Vec(6, UInt(4))) },
    ({ e, n, c, q }) => {
      const [single, rest, inner, nested, shared, bool] = [0, 1, 2, 3, 4, 5].map(() => reg(UInt(4), { reset: 0 }));
      switchOn(n, { 2: () => single!.set(single!.add(1)) });
      switchOn(e, { Load: () => rest!.set(rest!.add(1)), default: () => rest!.set(0) });
      switchOn(e, { Idle: () => when(c, () => inner!.set(1)).otherwise(() => inner!.set(2)), default: () => {} });
      when(c, () =>
        switchOn(e, {
          Idle: () => when(n.eq(1), () => nested!.set(3)),
          Load: () => switchOn(n, { 0: () => {}, 1: () => nested!.set(4), default: () => nested!.set(5) }),
          Run: () => {},
        }),
      ).otherwise(() => nested!.set(6));
      const up = (): void => shared!.set(shared!.add(1));
      switchOn(n, { 0: up, 3: up });
      switchOn(c, { false: () => bool!.set(bool!.add(1)), true: () => when(n.eq(0), () => bool!.set(0)) });
      q.set([single!, rest!, inner!, nested!, shared!, bool!]);
    },
  );
  let dut: Driver<typeof Clocked.ports>;
  beforeAll(async () => {
    dut = await drive(Clocked);
  });
  afterAll(() => dut.close());

  test('mean what a step-by-step reading says', () => {
    const expected = [0, 0, 0, 0, 0, 0];
    for (let cycle = 0; cycle < 400; cycle++) {
      const e = (['Idle', 'Load', 'Run'] as const)[((cycle * 7) >> 1) % 3]!;
      const [n, c] = [((cycle * 5) >> 2) & 3, ((cycle * 3) >> 3) % 2 === 0];
      dut.ports.e.poke(e);
      dut.ports.n.poke(n);
      dut.ports.c.poke(c);
      expect(dut.ports.q.peek()).toEqual(expected);
      const [single, rest, inner, nested, shared, bool] = expected as [number, number, number, number, number, number];
      expected[0] = n === 2 ? (single + 1) & 15 : single;
      expected[1] = e === 'Load' ? (rest + 1) & 15 : 0;
      expected[2] = e === 'Idle' ? (c ? 1 : 2) : inner;
      const loaded = n === 0 ? nested : n === 1 ? 4 : 5;
      expected[3] = !c ? 6 : e === 'Load' ? loaded : e === 'Idle' && n === 1 ? 3 : nested;
      expected[4] = n === 0 || n === 3 ? (shared + 1) & 15 : shared;
      expected[5] = !c ? (bool + 1) & 15 : n === 0 ? 0 : bool;
      dut.step();
    }
  });

  test('are cases, and an if where there is one', () => {
    const { text } = emitVerilog(Clocked).files[0]!;
    expect(text.slice(text.indexOf('  always'))).toMatchInlineSnapshot(`
      "  always @(posedge clock) begin
          if (reset) begin
            register <= 4'd0;
            register_1 <= 4'd0;
            register_2 <= 4'd0;
            register_3 <= 4'd0;
            register_4 <= 4'd0;
            register_5 <= 4'd0;
          end
          else begin
            if (n == 2'd2) register <= register + 4'd1;
            case (e)
              State_Load: register_1 <= register_1 + 4'd1;
              default: register_1 <= 4'd0;  // Idle, Run
            endcase
            if (e == State_Idle) begin
              if (c) register_2 <= 4'd1;
              else register_2 <= 4'd2;
            end
            if (c) begin
              case (e)
                State_Idle: if (n == 2'd1) register_3 <= 4'd3;
                State_Load: case (n)
                  2'd0: ;
                  2'd1: register_3 <= 4'd4;
                  default: register_3 <= 4'd5;
                endcase
                default: ;
              endcase
            end
            else register_3 <= 4'd6;
            case (n)
              2'd0, 2'd3: register_4 <= register_4 + 4'd1;
              default: ;
            endcase
            if (!c) register_5 <= register_5 + 4'd1;
            else if (n == 2'd0) register_5 <= 4'd0;
          end
        end
      endmodule
      "
    `);
    expect(verilatorLint(emitVerilog(Clocked))).toBe('');
  });
});

describe('select', () => {
  const pair = Bundle({ x: UInt(4), list: Vec(2, Bool) });
  const ports = { s: In(State), n: In(UInt(2)), raw: In(Bits(2)), c: In(Bool), a: In(UInt(4)), b: In(UInt(4)) };
  const vectors = Array.from({ length: 512 }, (_, index) => ({
    s: BigInt(index & 3),
    n: BigInt((index >> 2) & 3),
    raw: BigInt((index >> 4) & 3),
    c: BigInt((index >> 6) & 1),
    a: BigInt((index * 7) & 15),
    b: BigInt((index * 11 + 3) & 15),
  }));
  const outputs = {
    member: Out(UInt(4)),
    rest: Out(UInt(4)),
    number: Out(UInt(4)),
    full: Out(UInt(4)),
    next: Out(State),
    flag: Out(Bool),
    item: Out(pair),
    either: Out(UInt(4)),
  };
  const Selects = module('Selects', { ...ports, ...outputs }, (io) => {
    const { s, n, raw, c, a, b } = io;
    io.member.set(select(s, { Idle: a, Load: 3, Run: b }));
    io.rest.set(select(s, { Run: 1, default: a }));
    io.number.set(select(n, { 0: a, 3: a, default: b }));
    io.full.set(select(raw, { 0: 1, 1: a, 2: 2, 3: b }));
    io.next.set(select(s, { Idle: 'Run', Load: s, Run: 'Idle' }));
    io.flag.set(select(n, { 1: true, 2: c, default: false }));
    io.item.set(select(s, { Load: { x: 7, list: [c, true] }, default: { x: a, list: [false, c] } }));
    io.either.set(select(c, { true: a, false: b }));
  });
  const design = emitVerilog(Selects);

  test('chooses as it says, as Icarus has it', () => {
    const bit = (value: boolean): bigint => (value ? 1n : 0n);
    expect(runIcarus(design, vectors)).toEqual(
      vectors.map(({ s, n, raw, c, a, b }) => ({
        member: [a, 3n, b, b][Number(s)],
        rest: s === 2n ? 1n : a,
        number: n === 0n || n === 3n ? a : b,
        full: [1n, a, 2n, b][Number(raw)],
        next: [2n, 1n, 0n, 0n][Number(s)],
        flag: bit(n === 1n || (n === 2n && c === 1n)),
        item_x: s === 1n ? 7n : a,
        // Element 0 is the lowest.
        item_list: s === 1n ? 2n | c : c << 1n,
        either: c === 1n ? a : b,
      })),
    );
    expect(verilatorLint(design)).toBe('');
  });

  test('is a chain of choices', () => {
    expect(design.files[0]!.text).toMatchInlineSnapshot(`
      "module Selects (
        input wire [1:0] s,
        input wire [1:0] n,
        input wire [1:0] raw,
        input wire c,
        input wire [3:0] a,
        input wire [3:0] b,
        output wire [3:0] member,
        output wire [3:0] rest,
        output wire [3:0] number,
        output wire [3:0] full,
        output wire [1:0] next,
        output wire flag,
        output wire [3:0] item_x,
        output wire [1:0] item_list,
        output wire [3:0] either
      );

        localparam [1:0] State_Idle = 2'd0;
        localparam [1:0] State_Load = 2'd1;
        localparam [1:0] State_Run = 2'd2;

        wire item_x_eq = s == State_Load;

        assign member = (s == State_Idle) ? a : (s == State_Load) ? 4'd3 : b;
        assign rest = (s == State_Run) ? 4'd1 : a;
        assign number = (n == 2'd0 || n == 2'd3) ? a : b;
        assign full = (raw == 2'd0) ? 4'd1 : (raw == 2'd1) ? a : (raw == 2'd2) ? 4'd2 : b;
        assign next = (s == State_Idle) ? State_Run : (s == State_Load) ? s : State_Idle;
        assign flag = (n == 2'd1) ? 1'd1 : (n == 2'd2) ? c : 1'd0;
        assign item_x = item_x_eq ? 4'd7 : a;
        assign item_list = {item_x_eq ? 1'd1 : c, item_x_eq ? c : 1'd0};
        assign either = c ? a : b;
      endmodule
      "
    `);
  });

  test('gives the choice its variable’s name', () => {
    const top = module('Named', { s: In(State), a: In(UInt(4)), y: Out(UInt(4)) }, ({ s, a, y }) => {
      const chosen = select(s, { Idle: 1, Load: a, Run: 3 });
      y.set(chosen.add(1));
    });
    expect(emitVerilog(top).files[0]!.text).toContain("wire [3:0] chosen = (s == State_Idle) ? 4'd1 : ");
  });
});

describe('E004: cases leave something open', () => {
  test('a member without a case', () => {
    expect(
      readable(() =>
        module('M', { s: In(State), y: Out(Bool) }, ({ s, y }) => {
          switchOn(s, untyped({ Idle: () => y.set(true) }));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E004: switchOn() of State says nothing of Load, Run
        at switch.test.ts «switchOn»
        |           switchOn(s, untyped({ Idle: () => y.set(true) }));
        |           ^
        the subject is made at switch.test.ts «In»
        |         module('M', { s: In(State), y: Out(Bool) }, ({ s, y }) => {
        |                          ^
        fix: add what is missing, or a default"
    `);
  });

  test('choices of a select', () => {
    const error = refusal(() =>
      module('M', { s: In(State), n: In(UInt(4)), c: In(Bool), y: Out(UInt(4)) }, ({ s, n, c, y }) => {
        y.set(select(s, untyped({ Idle: n, Load: 1 })));
        wire(UInt(4)).set(select(n, { 0: n, 3: 1 }));
        wire(UInt(4)).set(select(c, untyped({ true: n })));
      }),
    );
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'E004: select() of State says nothing of Run',
      'E004: select() of UInt(4) says nothing of 1, 2, 4, 5, 10 more',
      'E004: select() of Bool says nothing of false',
    ]);
  });

  test('no cases at all', () => {
    const error = refusal(() => module('M', { s: In(State) }, ({ s }) => switchOn(s, untyped({}))));
    expect(error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`)).toEqual([
      'E004: switchOn() has no cases; give at least one',
    ]);
  });
});

describe('E005: cases that cannot be', () => {
  test('a number that the subject never is', () => {
    expect(
      readable(() =>
        module('M', { n: In(UInt(2)), y: Out(Bool) }, ({ n, y }) => {
          y.set(false);
          switchOn(n, { 1: () => y.set(true), 4: () => y.set(true) });
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E005: switchOn() of UInt(2) has a case 4, which it never is
        at switch.test.ts «switchOn»
        |           switchOn(n, { 1: () => y.set(true), 4: () => y.set(true) });
        |           ^
        fix: the cases are 0 to 3, and default"
    `);
  });

  test('keys that are no values, defaults that nothing reaches, subjects without names for values', () => {
    const none = (): void => {};
    const error = refusal(() =>
      module('M', { n: In(UInt(1)), c: In(Bool), f: In(Four), s: In(State), i: In(SInt(2)) }, ({ n, c, f, s, i }) => {
        switchOn(n, untyped({ one: none, default: none }));
        switchOn(n, untyped({ '01': none, default: none }));
        switchOn(n, { 0: none, 1: () => {}, default: none });
        switchOn(c, untyped({ 1: none, default: none }));
        switchOn(f, { A: none, B: none, C: none, D: none, default: none });
        switchOn(s, { Idle: none, Load: none, Run: none, default: none });
        switchOn(s, untyped({ Idle: none, Lad: none, default: none }));
        switchOn(i as never, untyped({ 0: none, default: none }));
      }),
    );
    expect(error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`)).toMatchInlineSnapshot(`
      [
        "E005: switchOn() of UInt(1) has a case one, which it never is; the cases are 0 to 1, and default",
        "E005: switchOn() of UInt(1) has a case 01, which it never is; the cases are 0 to 1, and default",
        "E005: the default of switchOn() is never reached: every value of UInt(1) has a case; remove it",
        "E005: switchOn() of Bool has a case 1, which it never is; the cases are true and false",
        "E005: the default of switchOn() is never reached: every value of Four has a case; remove it",
        "E001: switchOn() is given 'Lad', which is no member of State; did you mean 'Load'? give one of 'Idle', 'Load', 'Run'",
        "E005: switchOn() of SInt(2), whose cases can't be named; use asUInt() or asBits()",
      ]
    `);
  });
});

describe('W001: choices of different types', () => {
  test('two widths', () => {
    expect(
      readable(() =>
        module('M', { s: In(State), a: In(UInt(4)), b: In(UInt(5)), y: Out(UInt(4)) }, ({ s, a, b, y }) => {
          y.set(select(s, untyped({ Idle: 1, Load: a, Run: b })));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W001: select() needs two values of one type, and is given UInt(4) and UInt(5)
        at switch.test.ts «select»
        |           y.set(select(s, untyped({ Idle: 1, Load: a, Run: b })));
        |                 ^
        the first is made at switch.test.ts «In»
        |         module('M', { s: In(State), a: In(UInt(4)), b: In(UInt(5)), y: Out(UInt(4)) }, ({ s, a, b, y }) => {
        |                                        ^
        the second is made at switch.test.ts «In»
        |         module('M', { s: In(State), a: In(UInt(4)), b: In(UInt(5)), y: Out(UInt(4)) }, ({ s, a, b, y }) => {
        |                                                        ^
        fix: say how it is to fit: x.trunc(4), which drops the upper bits; or change one of the declarations"
    `);
  });

  test('plain values only, other fields, a literal that does not fit', () => {
    const messages = (choices: () => object): string[] =>
      refusal(() =>
        module('M', { s: In(State) }, ({ s }) => {
          select(s, untyped({ default: { x: lit(UInt(4), 1), y: 2 }, ...choices() }));
        }),
      ).diagnostics.map(({ code, message }) => `${code}: ${message}`);
    expect(messages(() => ({}))).toEqual(['W001: select() between plain values has no width']);
    expect(messages(() => ({ Idle: { x: 1 } }))).toEqual(['W001: select() is given the fields x, and x, y']);
    expect(
      messages(() => ({ Idle: { x: 16, y: lit(Bool, true) }, default: { x: lit(UInt(4), 1), y: false } })),
    ).toEqual(['W003: select(): 16 does not fit UInt(4), which holds 0 to 15']);
    expect(messages(() => ({ Idle: 3 }))).toEqual(['W001: select() between plain values has no width']);
  });
});
