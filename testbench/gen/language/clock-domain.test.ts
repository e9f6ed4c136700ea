import { describe, expect, test } from 'vitest';
import {
  asyncQueue,
  Bool,
  Bundle,
  clockDomain,
  crossPulse,
  defaultDomain,
  emitVerilog,
  generator,
  In,
  inDomain,
  instance,
  mem,
  module,
  Out,
  printCheckedModule,
  printModuleIr,
  Queue,
  reg,
  regNext,
  Stream,
  synchronise,
  UInt,
  unsynchronised,
  wire,
} from '../../../gen/index.ts';
import type { ClockDomain, Module } from '../../../gen/index.ts';
import { readable } from '../refusal.ts';

const byte = UInt(8);
const fast = clockDomain('fast');
const slow = clockDomain('slow', { edge: 'falling', reset: { kind: 'async', active: 'low' } });
const bare = clockDomain('bare', { reset: 'none' });

const portNames = (top: Module): string[] => emitVerilog(top).ports.map(({ name }) => name);
const codes = (describeIt: () => unknown): string[] =>
  readable(describeIt)
    .split('\n')
    .filter((line) => line.startsWith('error '))
    .map((line) => line.slice('error '.length));

describe('what belongs to a domain', () => {
  test('everything with state that is made in inDomain(), which gives what its body gives', () => {
    const example = module(
      'Belongs',
      { x: In(byte, { domain: fast }), y: Out(byte, { domain: fast }), z: Out(byte) },
      ({ x, y, z }) => {
        const result = inDomain(fast, () => {
          const words = mem(byte, 4);
          words.write(x.trunc(2), x);
          const own = inDomain(defaultDomain, () => {
            const count = reg(byte);
            count.set(count.add(1));
            return count;
          });
          z.set(own);
          return words.readSync(x.trunc(2));
        });
        y.set(result);
      },
    );
    expect(printCheckedModule(example.checked)).toMatchInlineSnapshot(`
      "module Belongs clocked fast clocked
        input x: UInt(8) in fast
        output y: UInt(8) in fast = result: UInt(8)
        output z: UInt(8) = result_own_count: UInt(8)
        register result_own_count: UInt(8)
        register result: UInt(8) in fast
        at clock: result_own_count
          result_own_count := add(result_own_count, 1): UInt(8)
        at clock of fast: result
          result := result_words[x[1:0]]: UInt(8)
        memory result_words: 4 x UInt(8)
          result reads x[1:0]: UInt(2) under write old in fast
          result_words[x[1:0]: UInt(2)] := x: UInt(8) in fast
      "
    `);
    expect(portNames(example)).toEqual(['clock', 'fast_clock', 'x', 'y', 'z']);
  });

  test('a register and an instance by their options', () => {
    const Counter = module('Counter', { y: Out(byte) }, ({ y }) => {
      const count = reg(byte, { reset: 0 });
      count.set(count.add(1));
      y.set(count);
    });
    const example = module(
      'Options',
      { y: Out(byte, { domain: fast }), z: Out(byte, { domain: bare }) },
      ({ y, z }) => {
        const counter = instance(Counter, { domain: fast });
        y.set(counter.y);
        const other = reg(byte, { domain: bare });
        other.set(other.add(1));
        z.set(other);
      },
    );
    expect(printModuleIr(example.checked.ir)).toMatchInlineSnapshot(`
      "module Options
        output y: UInt(8) in fast
        output z: UInt(8) in bare
        instance-output instance0.y: UInt(8)
        register register0: UInt(8) in bare
        instance instance0: Counter in fast
        y := instance0.y: UInt(8)
        register0 := add(register0, 1): UInt(8)
        z := register0: UInt(8)
      "
    `);
    expect(emitVerilog(example).files.at(-1)!.text).toMatchInlineSnapshot(`
      "module Options (
        input wire bare_clock,
        input wire fast_clock,
        input wire fast_reset,
        output wire [7:0] y,
        output wire [7:0] z
      );

        reg [7:0] other;

        wire [7:0] counter_y;

        Counter counter (
          .clock(fast_clock),
          .reset(fast_reset),
          .y(counter_y)
        );

        assign y = counter_y;
        assign z = other;

        always @(posedge bare_clock) other <= other + 8'd1;
      endmodule
      "
    `);
  });

  test('a body of another module starts in its own default domain', () => {
    const example = module('Around', { y: Out(byte, { domain: fast }) }, ({ y }) => {
      inDomain(fast, () => {
        const Inside = module('Inside', { y: Out(byte) }, (io) => {
          const count = reg(byte);
          count.set(count.add(1));
          io.y.set(count);
        });
        y.set(instance(Inside).y);
      });
    });
    expect(portNames(example)).toEqual(['fast_clock', 'y']);
  });

  test('calls of one place in different domains are blocks of their own', () => {
    const ports = { x: In(Bool, { domain: 'async' }), y: Out(Bool, { domain: fast }), z: Out(Bool) };
    const example = module('Loop', ports, ({ x, y, z }) => {
      const [first, second] = [fast, defaultDomain].map((domain) => inDomain(domain, () => synchronise(x)));
      y.set(first!);
      z.set(second!);
    });
    expect(emitVerilog(example).files[0]!.text.match(/always .*/g)).toEqual([
      'always @(posedge fast_clock) begin',
      'always @(posedge clock) begin',
    ]);
  });
});

describe('ports that nobody declared', () => {
  test('a queue in a domain; named domains pass through under their own names', () => {
    const Inner = module('Inner', { x: In(byte, { domain: slow }), y: Out(byte, { domain: slow }) }, ({ x, y }) => {
      const kept = reg(byte, { reset: 7, domain: slow });
      kept.set(x);
      y.set(kept);
    });
    const stream = Stream(byte);
    const ports = { enq: In(stream, { domain: fast }), deq: Out(stream, { domain: fast }) };
    const slowPorts = { x: In(byte, { domain: slow }), y: Out(byte, { domain: slow }) };
    const Outer = module('Outer', { ...ports, ...slowPorts }, ({ enq, deq, x, y }) => {
      const buffer = inDomain(fast, () => instance(Queue({ width: 8, depth: 2 })));
      buffer.enq.valid.set(enq.valid);
      buffer.enq.data.set(enq.data.asBits());
      enq.ready.set(buffer.enq.ready);
      deq.valid.set(buffer.deq.valid);
      deq.data.set(buffer.deq.data.asUInt());
      buffer.deq.ready.set(deq.ready);
      const inner = instance(Inner);
      inner.x.set(x);
      y.set(inner.y);
    });
    const design = emitVerilog(Outer);
    expect(design.ports.slice(0, 4).map(({ name }) => name)).toEqual([
      'fast_clock',
      'fast_reset',
      'slow_clock',
      'slow_reset_n',
    ]);
    expect(design.clocks).toEqual([
      {
        domain: 'fast',
        name: 'fast_clock',
        edge: 'rising',
        reset: { name: 'fast_reset', kind: 'sync', active: 'high' },
      },
      {
        domain: 'slow',
        name: 'slow_clock',
        edge: 'falling',
        reset: { name: 'slow_reset_n', kind: 'async', active: 'low' },
      },
    ]);
    const text = design.files.at(-1)!.text;
    expect(text).toContain('.clock(fast_clock),\n    .reset(fast_reset),');
    expect(text).toContain('.slow_clock(slow_clock),\n    .slow_reset_n(slow_reset_n),');
  });

  test('their names are taken', () => {
    const take = (name: string) => () =>
      module('Takes', { [name]: In(byte, { domain: slow }), y: Out(byte, { domain: slow }) }, (io) => {
        const kept = reg(byte, { reset: 0, domain: slow });
        kept.set(io[name]!);
        (io.y as { set(value: unknown): void }).set(kept);
      });
    expect(codes(take('slow_clock'))).toEqual([
      'N001: the name "slow_clock" of module Takes is not free: it is a signal of clock domain slow',
    ]);
    expect(codes(take('slow_reset_n'))).toHaveLength(1);
    // Nothing here has this name.
    expect(() => take('slow_reset')()).not.toThrow();
    const derived = module('Derived', { y: Out(byte, { domain: slow }) }, ({ y }) => {
      const slow_clock = reg(byte, { domain: slow });
      slow_clock.set(slow_clock.add(1));
      y.set(slow_clock);
    });
    expect(emitVerilog(derived).files[0]!.text).toContain('reg [7:0] slow_clock_1;');
  });

  test("those of a child's domains too", () => {
    const Child = module('Child', { y: Out(byte, { domain: slow }) }, ({ y }) => {
      const count = reg(byte, { domain: slow });
      count.set(count.add(1));
      y.set(count);
    });
    const parent = () =>
      module('Parent', { slow_clock: Out(byte, { domain: slow }) }, ({ slow_clock }) =>
        slow_clock.set(instance(Child).y),
      );
    expect(codes(parent)).toEqual([
      'N001: the name "slow_clock" of module Parent is not free: it is a signal of clock domain slow',
    ]);
  });

  test('two domains of one name', () => {
    const Leaf = generator((domain: ClockDomain) =>
      module('Leaf', { y: Out(byte, { domain }) }, ({ y }) => {
        const count = reg(byte, { domain });
        count.set(count.add(1));
        y.set(count);
      }),
    );
    const one = clockDomain('twin');
    const other = clockDomain('twin');
    // The generator tells them apart.
    expect(Leaf(one)).toBe(Leaf(one));
    expect(Leaf(one)).not.toBe(Leaf(other));
    const describeIt = () =>
      module('Both', { a: Out(byte, { domain: one }), b: Out(byte, { domain: other }) }, ({ a, b }) => {
        a.set(instance(Leaf(one)).y);
        b.set(instance(Leaf(other)).y);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error N001: two different clock domains in module Both or below it are called twin
        at clock-domain.test.ts «clockDomain»
        |     const other = clockDomain('twin');
        |                   ^
        the other is made at clock-domain.test.ts «clockDomain»
        |     const one = clockDomain('twin');
        |                 ^
        fix: make a domain once, and use that one everywhere; or choose another name"
    `);
  });
});

describe('enable', () => {
  test('holds back what is set, and not the reset', () => {
    const example = module('Enabled', { go: In(Bool), x: In(byte), y: Out(byte) }, ({ go, x, y }) => {
      const kept = reg(Bundle({ a: byte, b: Bool }), { reset: 0, enable: go });
      kept.set({ a: x, b: x.bit(0) });
      y.set(kept.a);
    });
    expect(emitVerilog(example).files[0]!.text).toContain(
      [
        '    if (reset) begin',
        "      kept_a <= 8'd0;",
        "      kept_b <= 1'd0;",
        '    end',
        '    else if (go) begin',
        '      kept_a <= x;',
        '      kept_b <= x[0];',
        '    end',
      ].join('\n'),
    );
  });

  test('regNext with one; registers of one place with different ones', () => {
    const example = module(
      'Each',
      { go: In(Bool), halt: In(Bool), x: In(byte), y: Out(byte) },
      ({ go, halt, x, y }) => {
        const [first, second] = [go, halt].map((enable) => regNext(x, { enable }));
        y.set(first!.xor(second!));
      },
    );
    expect(emitVerilog(example).files[0]!.text.match(/always.*/g)).toEqual([
      'always @(posedge clock) begin',
      'always @(posedge clock) begin',
    ]);
  });

  test('a wire that nothing drives; a number', () => {
    expect(
      codes(() =>
        module('Undriven', { y: Out(byte) }, ({ y }) => {
          const enable = wire(Bool);
          const kept = reg(byte, { enable });
          kept.set(1);
          y.set(kept);
        }),
      ),
    ).toEqual(['D002: wire enable is read, but driven by nothing']);
    expect(codes(() => module('Wide', { x: In(byte) }, ({ x }) => void reg(byte, { enable: x as never })))).toEqual([
      'C001: enable needs a Bool, and is given UInt(8)',
    ]);
  });
});

describe('X004: a reset value in a domain without reset', () => {
  test('of a register, of a synchroniser', () => {
    const describeIt = () => module('M', {}, () => void reg(byte, { reset: 0, domain: bare }));
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X004: a register with a reset value is in clock domain bare, which has no reset
        at clock-domain.test.ts «reg»
        |     const describeIt = () => module('M', {}, () => void reg(byte, { reset: 0, domain: bare }));
        |                                                         ^
        the domain is made at clock-domain.test.ts «clockDomain»
        | const bare = clockDomain('bare', { reset: 'none' });
        |              ^
        fix: leave the reset value out, or give the domain a reset"
    `);
    expect(
      codes(() =>
        module('M', { x: In(Bool, { domain: 'async' }) }, ({ x }) =>
          inDomain(bare, () => void synchronise(x, { reset: false })),
        ),
      ),
    ).toEqual(['X004: a synchroniser with a reset value is in clock domain bare, which has no reset']);
  });

  test('of an instance', () => {
    const describeIt = () =>
      module('M', { y: Out(Bool, { domain: bare }) }, ({ y }) => {
        const buffer = inDomain(bare, () => instance(Queue({ width: 1, depth: 2 })));
        buffer.enq.valid.set(false);
        buffer.enq.data.set(0);
        buffer.deq.ready.set(false);
        y.set(buffer.deq.valid);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X004: instance buffer of module Queue_2x1 has registers with a reset value, and is in clock domain bare, which has no reset
        at clock-domain.test.ts «instance»
        |         const buffer = inDomain(bare, () => instance(Queue({ width: 1, depth: 2 })));
        |                                             ^
        called from clock-domain.test.ts «inDomain»
        the domain is made at clock-domain.test.ts «clockDomain»
        | const bare = clockDomain('bare', { reset: 'none' });
        |              ^
        fix: give the domain a reset, or put the instance into another domain"
    `);
  });
});

describe('X006: several bits through a synchroniser', () => {
  test('a word; an enum says so only where it is Gray-coded', () => {
    const describeIt = () =>
      module('M', { x: In(byte, { domain: 'async' }), y: Out(byte) }, ({ x, y }) => {
        y.set(synchronise(x as never));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X006: synchronise() is given UInt(8): its 8 bits could arrive in different cycles, as a value that never was
        at clock-domain.test.ts «synchronise»
        |         y.set(synchronise(x as never));
        |               ^
        the value is made at clock-domain.test.ts «In»
        |       module('M', { x: In(byte, { domain: 'async' }), y: Out(byte) }, ({ x, y }) => {
        |                        ^
        fix: send words through asyncQueue(); for a Gray-coded value say so: synchronise(x, { gray: true })"
    `);
  });

  test('a bundle', () => {
    expect(
      codes(() =>
        module('M', { x: In(Bundle({ a: Bool })) }, ({ x }) => {
          synchronise(x as never);
        }),
      ),
    ).toEqual(['X006: synchronise() is given no single signal']);
  });
});

describe('what is no domain', () => {
  const none = 'fast' as unknown as ClockDomain;
  test.each([
    ['a name', () => clockDomain('8bit'), 'N001: "8bit" can\'t name a clock domain'],
    [
      'an edge',
      () => clockDomain('x', { edge: 'both' as never }),
      'P001: clock domain x of edge "both" and reset {"kind":"sync","active":"high"}',
    ],
    [
      'a reset',
      () => clockDomain('x', { reset: { kind: 'later', active: 'high' } as never }),
      'P001: clock domain x of edge "rising" and reset {"kind":"later","active":"high"}',
    ],
    ['of inDomain', () => module('M', {}, () => inDomain(none, () => {})), "P001: 'fast' is no clock domain"],
    ['of a register', () => module('M', {}, () => void reg(byte, { domain: none })), "P001: 'fast' is no clock domain"],
    [
      'of a port',
      () => In(byte, { domain: { name: 'x' } as never }),
      'P001: a value of type object is no clock domain',
    ],
    [
      'of an asynchronous body',
      () => module('M', {}, () => void inDomain(fast, async () => {})),
      'C005: the body of an inDomain() is asynchronous',
    ],
    [
      'stages',
      () => module('M', { x: In(Bool) }, ({ x }) => void synchronise(x, { stages: 1 })),
      'P001: synchronise() of 1 stages',
    ],
    [
      'a depth',
      () => module('M', { x: In(Stream(byte)) }, ({ x }) => void asyncQueue(x, 6, { to: fast })),
      'P001: asyncQueue() of depth 6',
    ],
  ])('%s', (_, describeIt, expected) => {
    expect(codes(describeIt)).toEqual([expected]);
  });

  test('outside of a module', () => {
    expect(codes(() => inDomain(fast, () => {}))).toEqual(['H001: inDomain() is used outside of a module']);
  });

  test('the domain is as before after a body that throws', () => {
    const example = module('After', { y: Out(byte) }, ({ y }) => {
      expect(() =>
        inDomain(fast, () => {
          throw new Error('no');
        }),
      ).toThrow('no');
      const count = reg(byte);
      count.set(count.add(1));
      y.set(count);
    });
    expect(portNames(example)).toEqual(['clock', 'y']);
  });
});

test('the way across is in the text of the IR', () => {
  const ports = { pulse: In(Bool), x: In(byte), y: Out(byte, { domain: fast }), z: Out(Bool, { domain: fast }) };
  const example = module('Text', ports, ({ pulse, x, y, z }) => {
    const held = regNext(x, { enable: pulse });
    y.set(inDomain(fast, () => unsynchronised(held)));
    z.set(crossPulse(pulse, { to: fast }));
  });
  expect(printCheckedModule(example.checked)).toMatchInlineSnapshot(`
    "module Text clocked resettable fast clocked resettable
      input pulse: Bool
      input x: UInt(8)
      output y: UInt(8) in fast = unsynchronised(cast(held, UInt(8))) in fast: UInt(8)
      output z: Bool in fast = crossPulse_default_to_fast_crossed: Bool
      register held: UInt(8)
      instance-input crossPulse_default_to_fast_pulse: Bool = pulse: Bool
      instance-output crossPulse_default_to_fast_crossed: Bool
      at clock: held
        when pulse: Bool
          held := x: UInt(8)
      instance crossPulse_default_to_fast: CrossPulse_default_to_fast
    "
  `);
});
