import { describe, expect, test } from 'vitest';
import { Bool, Bundle, In, instance, keep, mem, module, Out, reg, UInt, when, wire } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
const Inverter = module('Inverter', { x: In(byte), y: Out(byte) }, ({ x, y }) => y.set(x.not()));

describe('D001: two drivers', () => {
  test('shows both, and the declaration', () => {
    const describeIt = () =>
      module('Twice', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        y.set(a);
        y.set(a.not());
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D001: y has two drivers: this one always overrides the earlier
        at drivers.test.ts «set»
        |         y.set(a.not());
        |           ^
        the earlier driver is at drivers.test.ts «set»
        |         y.set(a);
        |           ^
        the signal is declared at drivers.test.ts «Out»
        |       module('Twice', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        |                                         ^
        fix: remove one of them, or put this one into a when()"
    `);
  });

  test('an unconditional driver that overrides a conditional one', () => {
    const describeIt = () =>
      module('Late', { a: In(byte), c: In(Bool) }, ({ a, c }) => {
        const state = reg(byte);
        when(c, () => state.set(a));
        state.set(0);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D001: state has two drivers: this one always overrides the earlier
        at drivers.test.ts «set»
        |         state.set(0);
        |               ^
        the earlier driver is at drivers.test.ts «set»
        |         when(c, () => state.set(a));
        |                             ^
        the signal is declared at drivers.test.ts «reg»
        |         const state = reg(byte);
        |                       ^
        fix: remove one of them, or put this one into a when()"
    `);
  });

  test('inside of a branch, in a loop, of one field, of an input of an instance', () => {
    const branch = refusal(() =>
      module('M', { c: In(Bool), y: Out(byte) }, ({ c, y }) => {
        y.set(0);
        when(c, () => {
          y.set(1);
          y.set(2);
        });
      }),
    );
    const loop = refusal(() =>
      module('M', { y: Out(byte) }, ({ y }) => {
        for (const value of [1, 2]) y.set(value);
      }),
    );
    const field = refusal(() =>
      module('M', { y: Out(Bundle({ a: byte, b: byte })) }, ({ y }) => {
        y.set({ a: 1, b: 2 });
        y.a.set(3);
      }),
    );
    const pin = refusal(() =>
      module('M', { y: Out(byte) }, ({ y }) => {
        const inverter = instance(Inverter);
        inverter.x.set(1);
        inverter.x.set(2);
        y.set(inverter.y);
      }),
    );
    expect([branch.codes, loop.codes, field.codes, pin.codes]).toEqual([['D001'], ['D001'], ['D001'], ['D001']]);
    expect(pin.diagnostics[0]!.message).toBe('inverter_x has two drivers: this one always overrides the earlier');
  });

  test('defaults, whens one after the other, and several writes of a memory are no double drivers', () => {
    module('Fine', { a: In(byte), c: In(Bool), d: In(Bool), y: Out(byte) }, ({ a, c, d, y }) => {
      const words = mem(byte, 256);
      words.write(a, a);
      words.write(a.not(), a);
      y.set(words.read(a));
      when(c, () => y.set(1));
      when(d, () => y.set(2));
    });
  });
});

describe('D002: nothing drives a signal that is read', () => {
  test('a wire: shows where it is read and where it is declared', () => {
    const describeIt = () =>
      module('Floating', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        const middle = wire(byte);
        y.set(a.add(middle));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D002: wire middle is read, but driven by nothing
        at drivers.test.ts «add»
        |         y.set(a.add(middle));
        |                 ^
        it is declared at drivers.test.ts «wire»
        |         const middle = wire(byte);
        |                        ^
        fix: drive it: middle.set(...)"
    `);
  });

  test('an output', () => {
    const describeIt = () => {
      const ports = { a: In(byte), y: Out(byte) };
      return module('Silent', ports, () => {});
    };
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D002: output y of module Silent is driven by nothing
        at drivers.test.ts «Out»
        |       const ports = { a: In(byte), y: Out(byte) };
        |                                       ^
        called from refusal.ts «describe»
        called from refusal.ts «refusal»
        called from drivers.test.ts «readable»
        fix: drive it: y.set(...)"
    `);
  });

  test('an input of an instance', () => {
    const describeIt = () =>
      module('Open', { y: Out(byte) }, ({ y }) => {
        const inverter = instance(Inverter);
        y.set(inverter.y);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D002: input x of instance inverter is driven by nothing
        at drivers.test.ts «instance»
        |         const inverter = instance(Inverter);
        |                          ^
        fix: connect it: set() on x of the instance"
    `);
  });

  test('a register, a memory, a condition', () => {
    const error = refusal(() =>
      module('M', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        const state = reg(byte);
        const words = mem(byte, 256);
        const enable = wire(Bool);
        y.set(state.add(words.read(a)));
        when(enable, () => y.set(0));
      }),
    );
    const found = error.diagnostics.filter(({ code }) => code === 'D002').map(({ message }) => message);
    expect(found).toEqual([
      'register state is read, but driven by nothing',
      'wire enable is read, but driven by nothing',
      'memory words is read, but written by nothing',
    ]);
  });

  test('what nothing reads need not be driven', () => {
    module('Unused', { a: In(byte) }, () => {
      keep(wire(byte));
      keep(reg(byte));
      keep(mem(byte, 4));
    });
  });

  test('a register that only reset gives a value', () => {
    const describeIt = () =>
      module('Constant', { y: Out(byte) }, ({ y }) => {
        const five = reg(byte, { reset: 5 });
        y.set(five);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D002: register five is read, but driven by nothing: from reset on it is a constant
        at drivers.test.ts «set»
        |         y.set(five);
        |           ^
        it is declared at drivers.test.ts «reg»
        |         const five = reg(byte, { reset: 5 });
        |                      ^
        fix: drive it: five.set(...); or, for a constant, use lit(type, value)"
    `);
  });
});

describe('D003: not driven in every case', () => {
  test('a when without otherwise', () => {
    const describeIt = () =>
      module('Latch', { a: In(byte), c: In(Bool), y: Out(byte) }, ({ a, c, y }) => {
        when(c, () => y.set(a));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D003: y is not driven in every case, and would have to remember its value
        at drivers.test.ts «when»
        |         when(c, () => y.set(a));
        |         ^
        the signal is declared at drivers.test.ts «Out»
        |       module('Latch', { a: In(byte), c: In(Bool), y: Out(byte) }, ({ a, c, y }) => {
        |                                                      ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()"
    `);
  });

  test('a gap deep inside points to the when that has it', () => {
    const describeIt = () =>
      module('Deep', { c: In(Bool), d: In(Bool), y: Out(Bool) }, ({ c, d, y }) => {
        when(c, () => {
          when(d, () => y.set(true));
        }).otherwise(() => y.set(false));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error D003: y is not driven in every case, and would have to remember its value
        at drivers.test.ts «when»
        |           when(d, () => y.set(true));
        |           ^
        called from drivers.test.ts «when»
        the signal is declared at drivers.test.ts «Out»
        |       module('Deep', { c: In(Bool), d: In(Bool), y: Out(Bool) }, ({ c, d, y }) => {
        |                                                     ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()"
    `);
  });

  test('every case covered, or a default before, is fine; registers remember', () => {
    module('Fine', { c: In(Bool), d: In(Bool), y: Out(byte), z: Out(byte) }, ({ c, d, y, z }) => {
      const state = reg(byte);
      when(c, () => {
        y.set(1);
        state.set(1);
      })
        .elseWhen(d, () => y.set(2))
        .otherwise(() => y.set(state));
      z.set(0);
      when(c, () => void when(d, () => z.set(1)));
    });
  });
});
