import { describe, expect, test } from 'vitest';
import {
  Bool,
  Bundle,
  emitVerilog,
  generator,
  In,
  instance,
  lit,
  mem,
  module,
  Out,
  reg,
  SInt,
  Stream,
  UInt,
  Vec,
  when,
  wire,
} from '../../../gen/index.ts';
import type { BoolVal, UIntVal } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
const Inverter = module('Inverter', { x: In(byte), y: Out(byte) }, ({ x, y }) => y.set(x.not()));

describe('D004: driven from where it cannot be', () => {
  test('an input port', () => {
    const describeIt = () =>
      module('M', { a: In(byte) }, ({ a }) => {
        (a as unknown as { set(value: number): void }).set(1);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D004: set() on an input port, which is driven from elsewhere
        at use-errors.test.ts «set»
        |         (a as unknown as { set(value: number): void }).set(1);
        |                                                        ^
        it is made at use-errors.test.ts «In»
        |       module('M', { a: In(byte) }, ({ a }) => {
        |                        ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it"
    `);
  });

  test("an instance's output, the result of an operator", () => {
    const error = refusal(() =>
      module('M', { a: In(byte) }, ({ a }) => {
        const inverter = instance(Inverter);
        inverter.x.set(a);
        (inverter.y as unknown as { set(value: number): void }).set(1);
        (a.add(1) as unknown as { set(value: number): void }).set(1);
      }),
    );
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "D004: set() on an instance's output, which is driven from elsewhere",
      'D004: set() on the result of an operator, which already has its value',
    ]);
  });

  test('a wire of the module around', () => {
    const describeIt = () =>
      module('Outer', {}, () => {
        const mine = wire(byte);
        module('Inner', {}, () => {
          mine.set(1);
        });
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D004: set() on a signal of module Outer from inside module Inner
        at use-errors.test.ts «set»
        |           mine.set(1);
        |                ^
        it is made at use-errors.test.ts «wire»
        |         const mine = wire(byte);
        |                      ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it"
    `);
  });
});

describe('C001: condition is not one bit', () => {
  test('of a when', () => {
    const describeIt = () =>
      module('M', { a: In(byte) }, ({ a }) => {
        when(a as unknown as BoolVal, () => {});
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error C001: when() needs a Bool, and is given UInt(8)
        at use-errors.test.ts «when»
        |         when(a as unknown as BoolVal, () => {});
        |         ^
        the value is made at use-errors.test.ts «In»
        |       module('M', { a: In(byte) }, ({ a }) => {
        |                        ^
        fix: compare it: x.ne(0), or pick a bit: x.bit(0)"
    `);
  });

  test('of elseWhen and mux', () => {
    const error = refusal(() =>
      module('M', { a: In(byte), c: In(Bool) }, ({ a, c }) => {
        when(c, () => {}).elseWhen(a as unknown as BoolVal, () => {});
        (a as unknown as BoolVal).mux(a, 0);
      }),
    );
    expect(error.codes).toEqual(['C001', 'C001']);
  });
});

describe('C002: elseWhen or otherwise without its when', () => {
  test('a statement in between', () => {
    const describeIt = () =>
      module('M', { c: In(Bool), y: Out(byte), z: Out(byte) }, ({ c, y, z }) => {
        const first = when(c, () => y.set(1));
        z.set(2);
        first.otherwise(() => y.set(0));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error C002: otherwise() does not directly follow its when()
        at use-errors.test.ts «otherwise»
        |         first.otherwise(() => y.set(0));
        |               ^
        fix: chain it onto the call before: when(...).elseWhen(...).otherwise(...)"
    `);
  });

  test('a link used twice, and one from an outer level', () => {
    const twice = refusal(() =>
      module('M', { c: In(Bool) }, ({ c }) => {
        const first = when(c, () => {});
        first.otherwise(() => {});
        first.otherwise(() => {});
      }),
    );
    const deeper = refusal(() =>
      module('M', { c: In(Bool) }, ({ c }) => {
        const first = when(c, () => {});
        when(c, () => void first.elseWhen(c, () => {}));
      }),
    );
    expect([twice.codes, deeper.codes]).toEqual([['C002'], ['C002']]);
  });
});

describe('C003: signal used as a plain JavaScript value', () => {
  test('in a sum', () => {
    const describeIt = () =>
      module('M', { a: In(byte) }, ({ a }) => {
        Math.abs((a as unknown as number) + 1);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error C003: a signal is used as a plain JavaScript value, but it has one only when the hardware runs
        at use-errors.test.ts «a»
        |         Math.abs((a as unknown as number) + 1);
        |                   ^
        fix: use when(), mux() or the operators of the signal: a.add(b), a.eq(b)"
    `);
  });

  test.each<[string, (a: UIntVal) => unknown]>([
    ['a text', (a) => 'value ' + (a as unknown as string)],
    ['a comparison', (a) => (a as unknown as number) < 3],
    ['loose equality', (a) => (a as unknown as number) == 3], // oxlint-disable-line eqeqeq
  ])('in %s', (_, use) => {
    expect(refusal(() => module('M', { a: In(byte) }, ({ a }) => void use(a))).codes).toEqual(['C003']);
  });
});

describe('H001: signal of another module', () => {
  test('read from inside', () => {
    const describeIt = () =>
      module('Outer', { a: In(byte) }, ({ a }) => {
        module('Inner', { y: Out(byte) }, ({ y }) => {
          y.set(a);
        });
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error H001: set() in module Inner reads a signal of module Outer
        at use-errors.test.ts «set»
        |           y.set(a);
        |             ^
        the signal is made at use-errors.test.ts «In»
        |       module('Outer', { a: In(byte) }, ({ a }) => {
        |                            ^
        fix: bring it in through a port"
    `);
  });

  test('in an expression, a condition and a memory', () => {
    const error = refusal(() =>
      module('Outer', { a: In(byte), c: In(Bool) }, ({ a, c }) => {
        module('Inner', { y: Out(byte) }, ({ y }) => {
          when(c, () => y.set(0));
          mem(byte, 256).write(a, 1);
          y.set(a.add(1));
        });
      }),
    );
    expect(new Set(error.codes)).toEqual(new Set(['H001']));
    expect(error.codes.length).toBeGreaterThanOrEqual(3);
  });

  test('outside of any module', () => {
    const describeIt = () => wire(byte);
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error H001: wire() is used outside of a module
        at use-errors.test.ts «wire»
        |     const describeIt = () => wire(byte);
        |                              ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from use-errors.test.ts «readable»
        fix: call it inside the body that is given to module(name, ports, body)"
    `);
    for (const use of [() => reg(byte), () => mem(byte, 2), () => lit(byte, 1), () => instance(Inverter)]) {
      expect(refusal(use).codes).toEqual(['H001']);
    }
  });
});

describe('H002: two modules of one name', () => {
  const named = (width: number) => module('Same', { x: In(UInt(width)), y: Out(UInt(width)) }, ({ x, y }) => y.set(x));

  test('different ones are refused', () => {
    const describeIt = () =>
      emitVerilog(
        module('Top', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
          const wide = instance(named(8));
          const narrow = instance(named(4));
          wide.x.set(a);
          narrow.x.set(a.trunc(4));
          y.set(wide.y.xor(narrow.y.extend(8)));
        }),
      );
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error H002: two different modules are called Same
        at use-errors.test.ts «module»
        |   const named = (width: number) => module('Same', { x: In(UInt(width)), y: Out(UInt(width)) }, ({ x, y }) => y.set(x));
        |                                    ^
        called from use-errors.test.ts «named»
        the other is described at use-errors.test.ts «module»
        |   const named = (width: number) => module('Same', { x: In(UInt(width)), y: Out(UInt(width)) }, ({ x, y }) => y.set(x));
        |                                    ^
        fix: put what tells them apart into the name: module(\`Fifo_\${width}\`, ...)"
    `);
  });

  test.each([false, true])('equal ones are one module (locations: %s)', (locations) => {
    const other = () => module('Same', { x: In(byte), y: Out(byte) }, ({ x, y }) => y.set(x));
    const design = emitVerilog(
      module('Top', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        const first = instance(named(8));
        const second = instance(other());
        first.x.set(a);
        second.x.set(a);
        y.set(first.y.xor(second.y));
      }),
      { locations },
    );
    expect(design.files.map(({ path }) => path)).toEqual(['Same.v', 'Top.v']);
  });

  test('a module as a parameter is told from another of its name', () => {
    const Around = generator(function Around(child: ReturnType<typeof named>) {
      return module('Around', { y: Out(Bool) }, ({ y }) => {
        const inner = instance(child);
        inner.x.set(0);
        y.set(inner.y.eq(0));
      });
    });
    expect(Around(named(8))).not.toBe(Around(named(4)));
  });
});

describe('N001: name already taken', () => {
  test('given twice', () => {
    const describeIt = () =>
      module('M', { a: In(byte), y: Out(byte), z: Out(byte) }, ({ a, y, z }) => {
        y.set(a.add(1).named('sum'));
        z.set(a.add(2).named('sum'));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error N001: the name "sum" of module M is given twice
        at use-errors.test.ts «named»
        |         z.set(a.add(2).named('sum'));
        |                        ^
        the other is at use-errors.test.ts «named»
        |         y.set(a.add(1).named('sum'));
        |                        ^
        fix: choose another name"
    `);
  });

  test.each(['wire', 'clock', 'reset', 'bool', '8th', 'a-b'])('%s', (name) => {
    expect(refusal(() => module('M', { a: In(byte) }, ({ a }) => void a.add(1).named(name))).codes).toEqual(['N001']);
    expect(refusal(() => module('M', { [name]: Out(byte) }, (ports) => ports[name]!.set(1))).codes).toEqual(['N001']);
  });

  test('a word of C++ is free for a wire, and not for a port', () => {
    const port = refusal(() => module('M', { double: In(byte) }, () => {}));
    expect(port.diagnostics.map(({ message }) => message)).toEqual([
      'the name "double" of module M is not free for a port: it is a C++ keyword, and Verilator makes C++ of ports',
    ]);
    expect(() =>
      module('M', { a: In(byte), b: Out(byte) }, ({ a, b }) => b.set(a.add(1).named('double'))),
    ).not.toThrow();
  });

  test('ports that come to one name', () => {
    const bundle = Bundle({ valid: Bool, x: byte });
    const fields = refusal(() => module('M', { a_b: In(byte), a: In(Bundle({ b: byte })) }, () => {}));
    const handshake = refusal(() => module('M', { s: In(Stream(bundle)) }, ({ s }) => s.ready.set(true)));
    expect([...fields.diagnostics, ...handshake.diagnostics].map(({ message }) => message)).toEqual([
      'the name "a_b" of module M is given twice',
      'the name "s_valid" of module M is given twice',
    ]);
  });

  test('names of modules', () => {
    const digit = () => module('8bit', {}, () => {});
    const keyword = () => module('table', {}, () => {});
    expect(readable(digit)).toMatchInlineSnapshot(`
      "error N001: "8bit" can't name a Verilog module
        at use-errors.test.ts «module»
        |     const digit = () => module('8bit', {}, () => {});
        |                         ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from use-errors.test.ts «readable»
        fix: use letters, digits and _, not starting with a digit"
    `);
    expect(readable(keyword)).toMatchInlineSnapshot(`
      "error N001: "table" can't name a module: it is a Verilog keyword
        at use-errors.test.ts «module»
        |     const keyword = () => module('table', {}, () => {});
        |                           ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from use-errors.test.ts «readable»
        fix: choose another name"
    `);
  });

  test('a field of a bundle called set', () => {
    expect(refusal(() => Bundle({ set: byte })).diagnostics[0]!.message).toBe(
      "a field of a Bundle can't be called set: that is how a bundle is driven",
    );
  });
});

describe('P001: parameter out of range', () => {
  test('a width', () => {
    const describeIt = () => UInt(0);
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error P001: UInt() of width 0
        at use-errors.test.ts «UInt»
        |     const describeIt = () => UInt(0);
        |                              ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from use-errors.test.ts «readable»
        fix: a width is a whole number from 1 to 65536"
    `);
    for (const width of [-1, 1.5, Number.NaN, 65_537]) {
      for (const type of [UInt, SInt]) expect(refusal(() => type(width)).codes).toEqual(['P001']);
    }
  });

  test('a length, a depth', () => {
    expect(refusal(() => Vec(0, byte)).diagnostics[0]!.message).toBe('Vec() of length 0');
    const describeIt = () =>
      module('M', {}, () => {
        mem(byte, 1);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error P001: mem() of depth 1
        at use-errors.test.ts «mem»
        |         mem(byte, 1);
        |         ^
        fix: a depth is a whole number from 2; for one word use reg()"
    `);
  });

  test("a generator's parameters that can't be compared", () => {
    const Any = generator((...parameters: unknown[]) => module(`Any_${parameters.length}`, {}, () => {}));
    const messages = [() => 1, new Map(), new Date(), Symbol('x')].map(
      (value) => refusal(() => Any(value)).diagnostics[0]!.message,
    );
    expect(messages).toEqual([
      "a generator's parameter is a function, and two of those can't be compared",
      "a generator's parameter is an object of class Map, and two of those can't be compared",
      "a generator's parameter is an object of class Date, and two of those can't be compared",
      "a generator's parameter is a symbol, and two of those can't be compared",
    ]);
  });
});
