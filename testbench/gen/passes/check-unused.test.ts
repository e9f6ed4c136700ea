import { describe, expect, test } from 'vitest';
import {
  Bool,
  Bundle,
  cat,
  channel,
  connect,
  emitVerilog,
  In,
  instance,
  keep,
  mem,
  module,
  Out,
  printModuleIr,
  queue,
  reg,
  Stream,
  UInt,
  when,
  wire,
} from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
const Item = Bundle({ tag: byte, value: byte });
const Inverter = module('Inverter', { x: In(byte), y: Out(byte) }, ({ x, y }) => y.set(x.not()));

const messages = (describeIt: () => unknown): string[] =>
  refusal(describeIt).diagnostics.map(({ code, message }) => `${code}: ${message}`);

describe('U001: state or wire without effect', () => {
  test('a register', () => {
    const describeIt = () =>
      module('M', { a: In(byte) }, ({ a }) => {
        const last = reg(byte);
        last.set(a);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error U001: register last has no effect: no output, instance or check depends on it
        at check-unused.test.ts «reg»
        |         const last = reg(byte);
        |                      ^
        fix: remove it; or, where it is there on purpose, say so: keep(last)"
    `);
  });

  test('what reads itself, what each other reads, and what lies before them', () => {
    expect(
      messages(() =>
        module('M', { a: In(byte), c: In(Bool) }, ({ a, c }) => {
          const own = reg(byte, { reset: 0 });
          const [ping, pong] = [reg(byte), reg(byte)];
          const earlier = wire(byte);
          const enabled = reg(Bool);
          const memory = mem(byte, 4);
          earlier.set(a);
          enabled.set(c);
          when(enabled, () => own.set(own.add(1)));
          ping.set(pong);
          pong.set(ping.add(memory.read(earlier.trunc(2))));
          memory.write(earlier.trunc(2), a);
        }),
      ),
    ).toEqual(
      ['register own', 'register ping', 'register pong', 'register enabled', 'wire earlier', 'memory memory'].map(
        (what) => `U001: ${what} has no effect: no output, instance or check depends on it`,
      ),
    );
  });

  test('a whole declaration', () => {
    expect(
      messages(() =>
        module('M', { a: In(Item) }, ({ a }) => {
          const kept = reg(Item);
          kept.set(a);
          for (let index = 0; index < 3; index++) wire(Bool);
        }),
      ),
    ).toEqual([
      'U001: registers kept_tag to kept_value have no effect: no output, instance or check depends on it',
      'U001: wires wire_1 to wire_3 have no effect: no output, instance or check depends on it',
    ]);
  });

  test('not what is read in part, under any condition, as an address, or by an instance', () => {
    expect(() =>
      module('M', { a: In(Item), s: In(Stream(byte)), y: Out(byte), z: Out(Bool) }, ({ a, s, y, z }) => {
        const part = reg(Item);
        const condition = reg(Bool);
        const address = reg(UInt(2));
        const enable = reg(Bool);
        const bit = reg(byte);
        const held = reg(byte, { enable });
        const words = mem(byte, 4);
        const inverter = instance(Inverter);
        const list = [1, 2, 3].map(() => reg(byte));
        const stream = channel(byte);
        connect(stream, s);
        stream.ready.set(true);
        part.set(a);
        condition.set(a.tag.eq(1));
        address.set(a.tag.trunc(2));
        enable.set(a.tag.eq(2));
        bit.set(a.tag);
        held.set(words.read(address));
        when(condition, () => words.write(address, stream.data));
        inverter.x.set(held);
        list.forEach((each) => each.set(a.tag));
        y.set(inverter.y.add(part.tag).add(list[1]!));
        z.set(bit.bit(3));
      }),
    ).not.toThrow();
  });

  test('not what drives a field that goes unread, beside others that are read', () => {
    expect(() =>
      module('M', { a: In(Item), y: Out(byte) }, ({ a, y }) => {
        const part = reg(Item);
        const next = wire(byte);
        next.set(a.tag);
        part.set({ tag: next, value: a.value });
        y.set(part.value);
      }),
    ).not.toThrow();
  });

  test('is not said of what has another mistake', () => {
    expect(
      refusal(() =>
        module('M', { y: Out(byte) }, () => {
          reg(byte);
        }),
      ).codes,
    ).toEqual(['D002']);
  });
});

describe('U002: instance without effect', () => {
  test('none of its outputs is read', () => {
    const describeIt = () =>
      module('M', { a: In(byte) }, ({ a }) => {
        const inverter = instance(Inverter);
        inverter.x.set(a);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error U002: instance inverter of module Inverter has no effect: nothing depends on its outputs
        at check-unused.test.ts «instance»
        |         const inverter = instance(Inverter);
        |                          ^
        fix: read one of its outputs, or remove it; where it is there on purpose, say so: keep(...)"
    `);
  });

  test('one has no outputs, one of several in a loop is read, or a stream is answered', () => {
    const Sink = module('Sink', { x: In(byte) }, () => {});
    expect(() =>
      module('M', { a: In(byte), s: In(Stream(byte)), y: Out(byte) }, ({ a, s, y }) => {
        const sink = instance(Sink);
        sink.x.set(a);
        const inverters = [1, 2].map(() => instance(Inverter));
        inverters.forEach((each) => each.x.set(a));
        y.set(inverters[1]!.y);
        queue(s, 2).ready.set(true);
      }),
    ).not.toThrow();
  });
});

describe('U003: value that goes nowhere', () => {
  test('an operator as a statement', () => {
    const describeIt = () =>
      module('M', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        y.set(a);
        a.add(1);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error U003: this call makes a value that nothing can take, and does nothing else
        at check-unused.test.ts «add»
        |         a.add(1);
        |           ^
        fix: drive something with the value: target.set(...); or remove the call"
    `);
  });

  test('of every kind, and as the body of a when()', () => {
    const error = refusal(() =>
      module('M', { a: In(byte), c: In(Bool), y: Out(byte) }, ({ a, c, y }) => {
        const words = mem(byte, 2);
        words.write(c.asUInt(), a);
        y.set(words.read(c.asUInt()));
        when(c, () => a.sub(1)).otherwise(() => {
          cat(a, a);
        });
        words.read(c.asUInt());
        a.bits(3, 2).asUInt();
        c.mux(a, 0);
      }),
    );
    expect(error.codes).toEqual(['U003', 'U003', 'U003', 'U003', 'U003']);
  });

  test('not what does something, or whose value is passed on', () => {
    const list: unknown[] = [];
    const give = (value: unknown) => value;
    expect(() =>
      module('M', { a: In(byte), c: In(Bool), y: Out(byte) }, ({ a, c, y }) => {
        list.push(a.add(1));
        give(a.add(2));
        when(c.not(), () => y.set(a.add(3))).otherwise(() => y.set(0));
        keep(a.add(4));
        void a.add(5);
      }),
    ).not.toThrow();
  });
});

describe('keep()', () => {
  test('gives back what it is given, lends no name, and lets everything it depends on be', () => {
    const Kept = module('Kept', { a: In(byte), s: In(Stream(byte)) }, ({ a, s }) => {
      const count = keep(reg(byte, { reset: 0 }));
      const earlier = reg(byte);
      const words = keep(mem(byte, 4));
      const inverter = keep(instance(Inverter));
      const stream = keep(channel(byte));
      connect(stream, s);
      stream.ready.set(true);
      inverter.x.set(a);
      earlier.set(a);
      count.set(count.add(earlier));
      words.write(a.trunc(2), a);
    });
    expect(
      emitVerilog(Kept)
        .files.at(-1)!
        .text.match(/reg .*/g),
    ).toEqual(['reg [7:0] words [0:3];', 'reg [7:0] count;', 'reg [7:0] earlier;']);
    expect(printModuleIr(Kept.checked.ir).match(/keep .*/g)).toMatchInlineSnapshot(`
      [
        "keep register0: UInt(8)",
        "keep memory0",
        "keep instance0.x: UInt(8)",
        "keep instance0.y: UInt(8)",
        "keep wire0: Bool",
        "keep wire1: Bool",
        "keep wire2: UInt(8)",
      ]
    `);
  });
});
