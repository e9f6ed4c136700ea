import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bool, emitVerilog, fsm, In, module, Out, printModuleIr, reg, UInt, when } from '../../../gen/index.ts';
import type { Go } from '../../../gen/index.ts';
import { drive, type Driver } from '../../../sim/driver/drive.ts';
import { UartReceiver } from '../examples.ts';
import { readable, refusal } from '../refusal.ts';
import { verilatorLint } from '../tools.ts';

/** A name that the type checker does not know, so that it leaves the mistake to elaboration. */
const computed = (state: string): never => state as never;

describe('the Verilog', () => {
  test('of a machine: a register called after the variable, a case of its states', () => {
    expect(emitVerilog(UartReceiver({ clocksPerBit: 4 })).files[0]!.text).toMatchInlineSnapshot(`
      "module UartReceiver_4 (
        input wire clock,
        input wire reset,
        input wire line,
        output wire [7:0] data,
        output wire done,
        output wire broken
      );

        localparam [1:0] receiver_Idle = 2'd0;
        localparam [1:0] receiver_Start = 2'd1;
        localparam [1:0] receiver_Data = 2'd2;
        localparam [1:0] receiver_Stop = 2'd3;

        reg [1:0] waited;
        reg [2:0] count;
        reg [7:0] bits;
        reg [1:0] receiver;

        wire elapsed = waited == 2'd3;
        wire ending = receiver == receiver_Stop && elapsed;
        wire receiver_eq = waited == 2'd1;

        assign data = bits;
        assign done = ending && line;
        assign broken = ending && !line;

        always @(posedge clock) begin
          if (reset) waited <= 2'd0;
          else begin
            waited <= elapsed ? 2'd0 : waited + 2'd1;
            case (receiver)
              receiver_Idle: waited <= 2'd0;
              receiver_Start: if (receiver_eq) waited <= 2'd0;
              default: ;
            endcase
          end
        end

        always @(posedge clock) begin
          if (reset) count <= 3'd0;
          else if (receiver == receiver_Data && elapsed) count <= count + 3'd1;
        end

        always @(posedge clock) begin
          if (receiver == receiver_Data && elapsed) bits <= {line, bits[7:1]};
        end

        always @(posedge clock) begin
          if (reset) receiver <= receiver_Idle;
          else case (receiver)
            receiver_Idle: if (!line) receiver <= receiver_Start;
            receiver_Start: if (receiver_eq) begin
              if (line) receiver <= receiver_Idle;
              else receiver <= receiver_Data;
            end
            receiver_Data: if (elapsed) begin
              if (count == 3'd7) receiver <= receiver_Stop;
            end
            receiver_Stop: if (elapsed) receiver <= receiver_Idle;
            default: ;
          endcase
        end
      endmodule
      "
    `);
  });

  test('the module IR is a switch, whose last state is the rest', () => {
    const top = module('Ir', { go: In(Bool), busy: Out(Bool) }, ({ go: start, busy }) => {
      const control = fsm({
        Idle: (go) => when(start, () => go('First')),
        First: (go) => go('Second'),
        Second: (go) => go('Idle'),
      });
      busy.set(control.is('First', 'Second'));
    });
    expect(printModuleIr(top.checked.ir)).toMatchInlineSnapshot(`
      "module Ir
        input go: Bool
        output busy: Bool
        register register0: control reset Idle
        switch register0: control
        case Idle
          when go: Bool
            register0 := First: control
        case First
          register0 := Second: control
        default
          register0 := Idle: control
        busy := or(eq(register0, First), eq(register0, Second)): Bool
      "
    `);
  });

  test('with another reset state and encoding, names from options, two machines, and no variable', () => {
    const top = module('Some', { x: In(Bool), y: Out(Bool), z: Out(UInt(3)) }, ({ x, y, z }) => {
      const states = {
        A: (go: Go<'B' | 'C'>) => when(x, () => go('B')),
        B: (go: Go<'C'>) => go('C'),
        C: (go: Go<'A'>) => go('A'),
      };
      const left = fsm(states, { reset: 'C', encoding: 'onehot' });
      const right = fsm(states, { encoding: 'gray', name: 'Right' });
      const { is } = fsm(states);
      y.set(left.is('A').and(is('B')).and(right.state.ne('C')));
      z.set(left.state.asUInt());
    });
    const design = emitVerilog(top);
    expect(verilatorLint(design)).toBe('');
    const { text } = design.files[0]!;
    expect(text.match(/localparam.*|reg .*|<= \w+_[ABC];/g)!.join('\n')).toMatchInlineSnapshot(`
      "localparam [2:0] left_A = 3'd1;
      localparam [2:0] left_B = 3'd2;
      localparam [2:0] left_C = 3'd4;
      localparam [1:0] State_A = 2'd0;
      localparam [1:0] State_B = 2'd1;
      localparam [1:0] State_C = 2'd2;
      localparam [1:0] Right_A = 2'd0;
      localparam [1:0] Right_B = 2'd1;
      localparam [1:0] Right_C = 2'd3;
      reg [2:0] left;
      reg [1:0] right;
      reg [1:0] state;
      <= left_C;
      <= left_B;
      <= left_C;
      <= left_A;
      <= Right_A;
      <= Right_B;
      <= Right_C;
      <= Right_A;
      <= State_A;
      <= State_B;
      <= State_C;
      <= State_A;"
    `);
  });

  test('the next state is a wire of its own where somebody asks what is entered or left', () => {
    const top = module('Next', { x: In(Bool), entering: Out(Bool), leaving: Out(Bool) }, ({ x, entering, leaving }) => {
      const control = fsm({ Off: (go) => when(x, () => go('On')), On: (go) => when(x, () => go('Off')) });
      entering.set(false);
      // Asked for in the middle of a chain, which must not come apart.
      when(control.entering('On'), () => entering.set(true)).elseWhen(control.leaving('On'), () => entering.set(false));
      leaving.set(control.leaving('On'));
    });
    expect(emitVerilog(top).files[0]!.text).toMatchInlineSnapshot(`
      "module Next (
        input wire clock,
        input wire reset,
        input wire x,
        output wire entering,
        output wire leaving
      );

        localparam control_Off = 1'd0;
        localparam control_On = 1'd1;

        reg control;

        wire control_next = (control == control_Off) ? (x ? control_On : control) : x ? control_Off : control;

        assign entering =
          (control_next == control_On && control != control_On) ? 1'd1 :
          (control == control_On && control_next != control_On) ? 1'd0 :
          1'd0;
        assign leaving = control == control_On && control_next != control_On;

        always @(posedge clock) begin
          if (reset) control <= control_Off;
          else control <= control_next;
        end
      endmodule
      "
    `);
    expect(verilatorLint(emitVerilog(top))).toBe('');
  });
});

describe('in simulation', () => {
  const Machines = module(
    'Machines',
    { start: In(Bool), stop: In(Bool), steps: Out(UInt(4)), idle: Out(Bool), entering: Out(Bool), leaving: Out(Bool) },
    ({ start, stop, steps, idle, entering, leaving }) => {
      const count = reg(UInt(4), { reset: 0 });
      const control = fsm({
        Idle(go) {
          when(start, () => go('Run'));
        },
        Run(go) {
          count.set(count.add(1));
          // Of several, the later counts.
          when(start, () => go('Pause'));
          when(stop, () => go('Idle'));
        },
        Pause(go) {
          when(stop, () => go('Run')).otherwise(() => go('Pause'));
        },
      });
      steps.set(count);
      idle.set(control.is('Idle'));
      entering.set(control.entering('Run'));
      leaving.set(control.leaving('Pause'));
    },
  );
  let receiver: Driver<ReturnType<typeof UartReceiver>['ports']>;
  let machines: Driver<typeof Machines.ports>;
  beforeAll(async () => {
    receiver = await drive(UartReceiver({ clocksPerBit: 4 }));
    machines = await drive(Machines);
  });
  afterAll(() => {
    receiver.close();
    machines.close();
  });

  test('states follow their transitions', () => {
    const next = {
      Idle: (start: boolean) => (start ? 'Run' : 'Idle'),
      Run: (start: boolean, stop: boolean) => (stop ? 'Idle' : start ? 'Pause' : 'Run'),
      Pause: (_: boolean, stop: boolean) => (stop ? 'Run' : 'Pause'),
    } as const;
    let state = 'Idle' as keyof typeof next;
    let steps = 0;
    const visited = new Set<string>();
    for (let cycle = 0; cycle < 300; cycle++) {
      const [start, stop] = [((cycle * 7) >> 2) % 3 === 0, ((cycle * 5) >> 3) % 4 === 0];
      machines.ports.start.poke(start);
      machines.ports.stop.poke(stop);
      const after = next[state](start, stop);
      expect({
        steps: machines.ports.steps.peek(),
        idle: machines.ports.idle.peek(),
        entering: machines.ports.entering.peek(),
        leaving: machines.ports.leaving.peek(),
      }).toEqual({
        steps,
        idle: state === 'Idle',
        entering: after === 'Run' && state !== 'Run',
        leaving: state === 'Pause' && after !== 'Pause',
      });
      if (state === 'Run') steps = (steps + 1) % 16;
      visited.add(`${state} ${after}`);
      state = after;
      machines.step();
    }
    expect(visited.size).toBe(7);
  });

  test('a serial receiver gets what is sent, and says where the stop bit is missing', () => {
    const { ports } = receiver;
    ports.line.poke(true);
    receiver.step(3);
    for (const [byte, stop] of [
      [0x5a, true],
      [0xff, true],
      [0x00, true],
      [0x81, false],
      [0x13, true],
    ] as const) {
      const bits = [false, ...Array.from({ length: 8 }, (_, index) => ((byte >> index) & 1) === 1), stop];
      const seen: string[] = [];
      for (const bit of bits) {
        ports.line.poke(bit);
        for (let cycle = 0; cycle < 4; cycle++) {
          if (ports.done.peek()) seen.push(`done ${ports.data.peek()}`);
          if (ports.broken.peek()) seen.push('broken');
          receiver.step();
        }
      }
      ports.line.poke(true);
      receiver.step(8);
      expect(seen).toEqual([stop ? `done ${byte}` : 'broken']);
    }
  });
});

describe('E006: a state that is never entered', () => {
  test('as nothing goes to it', () => {
    expect(
      readable(() =>
        module('M', {}, () => {
          fsm({ Idle: (go) => go('Run'), Run: (go) => go('Idle'), Lost: (go) => go('Lost') });
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E006: nothing goes to state Lost, and it is not the state after reset, Idle
        at fsm.test.ts «fsm»
        |           fsm({ Idle: (go) => go('Run'), Run: (go) => go('Idle'), Lost: (go) => go('Lost') });
        |           ^
        fix: go there from another state, go('Lost'), or remove it"
    `);
  });

  test('as only such states go to it; the state after reset is entered', () => {
    expect(
      readable(() =>
        module('M', {}, () => {
          fsm({ Idle: () => {}, Left: (go) => go('Right'), Right: (go) => go('Left'), Start: (go) => go('Idle') }, { reset: 'Start' }); // prettier-ignore
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E006: state Left is never entered: only states that are never entered themselves go to it
        at fsm.test.ts «fsm»
        |           fsm({ Idle: () => {}, Left: (go) => go('Right'), Right: (go) => go('Left'), Start: (go) => go('Idle') }, { reset: 'Start' }); // prettier-ignore
        |           ^
        it is gone to at fsm.test.ts «go»
        |           fsm({ Idle: () => {}, Left: (go) => go('Right'), Right: (go) => go('Left'), Start: (go) => go('Idle') }, { reset: 'Start' }); // prettier-ignore
        |                                                                           ^
        fix: go there from another state, go('Left'), or remove it

      error E006: state Right is never entered: only states that are never entered themselves go to it
        at fsm.test.ts «fsm»
        |           fsm({ Idle: () => {}, Left: (go) => go('Right'), Right: (go) => go('Left'), Start: (go) => go('Idle') }, { reset: 'Start' }); // prettier-ignore
        |           ^
        it is gone to at fsm.test.ts «go»
        |           fsm({ Idle: () => {}, Left: (go) => go('Right'), Right: (go) => go('Left'), Start: (go) => go('Idle') }, { reset: 'Start' }); // prettier-ignore
        |                                               ^
        fix: go there from another state, go('Right'), or remove it"
    `);
  });
});

describe('E007: a machine used where it cannot be', () => {
  test('go() after its state', () => {
    expect(
      readable(() =>
        module('M', {}, () => {
          let later: Go<'B'> | undefined;
          fsm({
            A: (go) => {
              go('B');
              later = go;
            },
            B: (go) => go('A'),
          });
          later!('B');
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E007: go() of state A is called outside of it
        at fsm.test.ts «later»
        |           later!('B');
        |           ^
        the state machine is described at fsm.test.ts «fsm»
        |           fsm({
        |           ^
        fix: call the go that each state is given while that state is described"
    `);
  });

  test('go() of another state, in another module', () => {
    const error = refusal(() =>
      module('M', {}, () => {
        let ofA: Go<'B'> | undefined;
        fsm({
          A: (go) => {
            ofA = go;
            go('B');
            module('Inner', {}, () => go('B'));
          },
          B: (go) => {
            ofA!('B');
            go('A');
          },
        });
      }),
    );
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'E007: go() of state A is called outside of it, in module Inner',
    ]);
    const other = refusal(() =>
      module('M', {}, () => {
        let ofA: Go<'B'> | undefined;
        fsm({
          A: (go) => {
            ofA = go;
            go('B');
          },
          B: (go) => {
            ofA!('B');
            go('A');
          },
        });
      }),
    );
    expect(other.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'E007: go() of state A is called outside of it',
    ]);
  });

  test('entering() of a machine under a condition', () => {
    expect(
      readable(() =>
        module('M', { x: In(Bool), y: Out(Bool) }, ({ x, y }) => {
          when(x, () => {
            const machine = fsm({ A: (go) => go('B'), B: (go) => go('A') });
            y.set(machine.entering('A'));
          });
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error E007: entering() of a state machine that stands inside of a condition
        at fsm.test.ts «entering»
        |             y.set(machine.entering('A'));
        |                           ^
        called from fsm.test.ts «when»
        fix: describe the machine outside of it, and put the condition around its go()"
    `);
  });
});

test('states and transitions that do not exist', () => {
  const error = refusal(() =>
    module('M', { y: Out(Bool) }, ({ y }) => {
      const machine = fsm({ Idle: (go) => go(computed('Rum')), Run: (go) => go('Idle') }, { reset: computed('Stop') });
      y.set(machine.is(computed('Runn')));
    }),
  );
  expect(error.diagnostics.map(({ code, message, fix }) => `${code}: ${message}; ${fix}`)).toMatchInlineSnapshot(`
    [
      "E001: reset is given 'Stop', which is no member of machine; give one of 'Idle', 'Run'",
      "E001: go() is given 'Rum', which is no member of machine; did you mean 'Run'? give one of 'Idle', 'Run'",
      "E001: eq() is given 'Runn', which is no member of machine; did you mean 'Run'? give one of 'Idle', 'Run'",
    ]
  `);
  expect(() => module('M', {}, () => fsm({}))).toThrow('E003: fsm() of 0 states, which has nowhere to go');
});

test('two transitions at once are two drivers', () => {
  const error = refusal(() =>
    module('M', {}, () => {
      const machine = fsm({
        A(go) {
          go('B');
          go('C');
        },
        B: (go) => go('A'),
        C: (go) => go('A'),
      });
      machine.is('A');
    }),
  );
  expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'D001: machine has two drivers: this one always overrides the earlier',
  ]);
});
