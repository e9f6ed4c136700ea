import { describe, expect, test } from 'vitest';
import {
  Bits,
  Bool,
  Bundle,
  cat,
  In,
  lit,
  mem,
  module,
  mux,
  Out,
  pack,
  reg,
  SInt,
  UInt,
  unpack,
  Vec,
  wire,
} from '../../../gen/index.ts';
import type { UIntVal } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
// As a generator computes it: the type checker knows no width, and elaboration must find the mistake.
const computed: number = 4;
const nibble = UInt(computed);

describe('W001: operands of different width or kind', () => {
  test('names both types, shows both declarations, and says how to convert', () => {
    const describeIt = () =>
      module('Mixed', { a: In(byte), b: In(nibble), y: Out(byte) }, ({ a, b, y }) => {
        y.set(a.add(b));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W001: add() needs two values of one type, and is given UInt(8) and UInt(4)
        at width-errors.test.ts «add»
        |         y.set(a.add(b));
        |                 ^
        the first is made at width-errors.test.ts «In»
        |       module('Mixed', { a: In(byte), b: In(nibble), y: Out(byte) }, ({ a, b, y }) => {
        |                            ^
        the second is made at width-errors.test.ts «In»
        |       module('Mixed', { a: In(byte), b: In(nibble), y: Out(byte) }, ({ a, b, y }) => {
        |                                         ^
        fix: say how it is to fit: x.extend(8); or change one of the declarations"
    `);
  });

  test('signed and unsigned do not mix', () => {
    const describeIt = () =>
      module('Signs', { a: In(byte), b: In(SInt(8)), y: Out(Bool) }, ({ a, b, y }) => {
        y.set(a.lt(b as never));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W001: lt() needs two values of one type, and is given UInt(8) and SInt(8)
        at width-errors.test.ts «lt»
        |         y.set(a.lt(b as never));
        |                 ^
        the first is made at width-errors.test.ts «In»
        |       module('Signs', { a: In(byte), b: In(SInt(8)), y: Out(Bool) }, ({ a, b, y }) => {
        |                            ^
        the second is made at width-errors.test.ts «In»
        |       module('Signs', { a: In(byte), b: In(SInt(8)), y: Out(Bool) }, ({ a, b, y }) => {
        |                                         ^
        fix: say how it is to fit: x.asUInt(); or change one of the declarations"
    `);
  });

  test.each([
    ['sub', 'sub() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['and', 'and() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['or', 'or() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['xor', 'xor() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['eq', 'eq() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['ne', 'ne() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['le', 'le() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['gt', 'gt() needs two values of one type, and is given UInt(8) and UInt(4)'],
    ['ge', 'ge() needs two values of one type, and is given UInt(8) and UInt(4)'],
  ] as const)('%s', (operator, message) => {
    const error = refusal(() => module('M', { a: In(byte), b: In(nibble) }, ({ a, b }) => void a[operator](b)));
    expect(error.codes).toEqual(['W001']);
    expect(error.diagnostics[0]!.message).toBe(message);
  });

  test.each<[string, (a: UIntVal) => unknown, string]>([
    [
      'mux of two widths',
      (a) => a.bit(0).mux(a, a.trunc(4)),
      'mux() needs two values of one type, and is given UInt(8) and UInt(4)',
    ],
    [
      'mux of plain numbers',
      (a) => mux(a.bit(0), 1 as never, 2 as never),
      'mux() between two plain values has no width',
    ],
    [
      'mul of two kinds',
      (a) => a.mul(a.asSInt() as never),
      'mul() needs two values of one type, and is given UInt(8) and SInt(8)',
    ],
    [
      'addFull of two kinds',
      (a) => a.addFull(a.asSInt() as never),
      'addFull() needs two values of one type, and is given UInt(8) and SInt(8)',
    ],
    ['a shift by a number', (a) => a.shiftLeft(3 as never), 'a shift by 3 needs no signal'],
    [
      'a shift by a signed amount',
      (a) => a.shiftRight(a.asSInt() as never),
      'a shift needs an amount of type UInt, and is given SInt(8)',
    ],
    [
      'unpack of too many bits',
      (a) => unpack(Vec(2, UInt(3)), a.asBits()),
      'unpack() of a type of 6 bits is given 8 bits',
    ],
    [
      'an index too narrow',
      (a) => wire(Vec(5, byte)).at(a.trunc(2)),
      'at() of 5 elements needs an index of type UInt(3), and is given UInt(2)',
    ],
    [
      'an address too wide',
      (a) => mem(byte, 16).read(a),
      'read() of a memory of 16 words needs an address of type UInt(4), and is given UInt(8)',
    ],
    ['undefined', (a) => a.add(undefined as never), 'add() is given undefined'],
    ['a text', (a) => a.add('1' as never), 'add() is given a string'],
  ])('%s', (_, use, message) => {
    const error = refusal(() => module('M', { a: In(byte) }, ({ a }) => void use(a)));
    expect(error.diagnostics.map((each) => `${each.code}: ${each.message}`)).toContain(`W001: ${message}`);
  });

  test('a bundle is driven with exactly its fields', () => {
    const describeIt = (value: object) => () =>
      module('M', { y: Out(Bundle({ tag: UInt(2), data: byte })) }, ({ y }) => y.set(value as never));
    expect(readable(describeIt({ tag: 1 }))).toMatchInlineSnapshot(`
      "error W001: set() needs the fields tag, data, and is given tag
        at width-errors.test.ts «set»
        |       module('M', { y: Out(Bundle({ tag: UInt(2), data: byte })) }, ({ y }) => y.set(value as never));
        |                                                                                  ^
        fix: give every field exactly once; to drive one field alone, call set() on that field"
    `);
    expect(refusal(describeIt({ tag: 1, data: 2, more: 3 })).diagnostics[0]!.message).toBe(
      'set() needs the fields tag, data, and is given tag, data, more',
    );
    expect(refusal(describeIt(5 as never)).diagnostics[0]!.message).toBe(
      'set() needs the fields tag, data, and is given a single value',
    );
  });
});

describe('W002: value does not fit its target', () => {
  test('truncation is refused', () => {
    const describeIt = () =>
      module('Narrow', { a: In(byte), b: In(byte), y: Out(nibble) }, ({ a, b, y }) => {
        y.set(a.add(b));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W002: UInt(8) is driven into UInt(4)
        at width-errors.test.ts «set»
        |         y.set(a.add(b));
        |           ^
        the target is declared at width-errors.test.ts «Out»
        |       module('Narrow', { a: In(byte), b: In(byte), y: Out(nibble) }, ({ a, b, y }) => {
        |                                                       ^
        the value is made at width-errors.test.ts «add»
        |         y.set(a.add(b));
        |                 ^
        fix: say how it is to fit: x.trunc(4), which drops the upper bits; or change one of the declarations"
    `);
  });

  test('so is widening without saying how', () => {
    const describeIt = () =>
      module('Wide', { a: In(nibble), y: Out(byte) }, ({ a, y }) => {
        y.set(a);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W002: UInt(4) is driven into UInt(8)
        at width-errors.test.ts «set»
        |         y.set(a);
        |           ^
        the target is declared at width-errors.test.ts «Out»
        |       module('Wide', { a: In(nibble), y: Out(byte) }, ({ a, y }) => {
        |                                          ^
        the value is made at width-errors.test.ts «In»
        |       module('Wide', { a: In(nibble), y: Out(byte) }, ({ a, y }) => {
        |                           ^
        fix: say how it is to fit: x.extend(8); or change one of the declarations"
    `);
  });

  test('bits are no number', () => {
    const error = refusal(() => module('M', { a: In(Bits(8)), y: Out(byte) }, ({ a, y }) => y.set(a as never)));
    expect(error.diagnostics[0]).toMatchObject({ code: 'W002', message: 'Bits(8) is driven into UInt(8)' });
    expect(error.diagnostics[0]!.fix).toBe('say how it is to fit: x.asUInt(); or change one of the declarations');
  });

  test('a write into a memory', () => {
    const describeIt = () =>
      module('M', { a: In(byte), w: In(nibble) }, ({ a, w }) => {
        const words = mem(byte, 256);
        words.write(a, w);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W002: UInt(4) is written into a memory of UInt(8)
        at width-errors.test.ts «write»
        |         words.write(a, w);
        |               ^
        the memory is declared at width-errors.test.ts «mem»
        |         const words = mem(byte, 256);
        |                       ^
        fix: extend, trunc or cast the data to the type of the memory"
    `);
  });

  test('both mistakes of a module are told', () => {
    const error = refusal(() =>
      module('M', { a: In(byte), y: Out(nibble), z: Out(nibble) }, ({ a, y, z }) => {
        y.set(a);
        z.set(a);
      }),
    );
    expect(error.codes).toEqual(['W002', 'W002']);
  });

  test('what was wrong before a mistake that ends the description is told with it', () => {
    const error = refusal(() =>
      module('M', { a: In(byte), y: Out(nibble) }, ({ a, y }) => {
        y.set(a);
        a.bits(9, 2);
      }),
    );
    expect(error.codes).toEqual(['W002', 'W004']);
  });
});

describe('W003: literal out of range', () => {
  test('says what fits', () => {
    const describeIt = () =>
      module('M', { y: Out(byte) }, ({ y }) => {
        y.set(256);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W003: set(): 256 does not fit UInt(8), which holds 0 to 255
        at width-errors.test.ts «set»
        |         y.set(256);
        |           ^
        fix: give a value in that range, or widen the signal"
    `);
  });

  test.each<[string, (a: UIntVal) => unknown, string]>([
    ['negative for unsigned', (a) => a.add(-1), 'add(): -1 does not fit UInt(8), which holds 0 to 255'],
    ['a signed one too high', (a) => a.asSInt().add(128), 'add(): 128 does not fit SInt(8), which holds -128 to 127'],
    ['a signed one too low', (a) => a.asSInt().eq(-129), 'eq(): -129 does not fit SInt(8), which holds -128 to 127'],
    [
      'a bigint',
      () => lit(UInt(64), 1n << 64n),
      'lit(): 18446744073709551616 does not fit UInt(64), which holds 0 to 18446744073709551615',
    ],
    ['a reset value', () => reg(UInt(2), { reset: 4 }), 'reset: 4 does not fit UInt(2), which holds 0 to 3'],
    ['a fraction', (a) => a.add(0.5), 'add() is given 0.5, which is not a whole number that a double holds exactly'],
    [
      'a double that lost its low bits',
      (a) => a.extend(64).add(2 ** 60),
      'add() is given 1152921504606847000, which is not a whole number that a double holds exactly',
    ],
    [
      'not a number',
      (a) => a.add(Number.NaN),
      'add() is given NaN, which is not a whole number that a double holds exactly',
    ],
  ])('%s', (_, use, message) => {
    const error = refusal(() => module('M', { a: In(byte) }, ({ a }) => void use(a)));
    expect(error.diagnostics.map((each) => `${each.code}: ${each.message}`)).toEqual([`W003: ${message}`]);
  });

  test('the extremes are fine', () => {
    module('M', { y: Out(byte), z: Out(SInt(8)), b: Out(Bits(64)) }, ({ y, z, b }) => {
      y.set(255);
      z.set(-128);
      b.set((1n << 64n) - 1n);
    });
  });
});

describe('W004: slice outside of the value', () => {
  test('says which bits there are', () => {
    const describeIt = () =>
      module('M', { a: In(byte), y: Out(Bits(4)) }, ({ a, y }) => {
        y.set(a.bits(8, 5));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W004: bits 8 down to 5 don't lie within UInt(8)
        at width-errors.test.ts «bits»
        |         y.set(a.bits(8, 5));
        |                 ^
        fix: use bits from 7 down to 0"
    `);
  });

  test.each<[string, (a: UIntVal) => unknown, string]>([
    ['turned round', (a) => a.bits(2, 5), "bits 2 down to 5 don't lie within UInt(8)"],
    ['a negative bit', (a) => a.bit(-1), "bits -1 down to -1 don't lie within UInt(8)"],
    ['a bit above', (a) => a.bit(8), "bits 8 down to 8 don't lie within UInt(8)"],
    ['a fraction', (a) => a.bit(1.5), "bits 1.5 down to 1.5 don't lie within UInt(8)"],
    ['all bits shifted out', (a) => a.shr(8), "bits 7 down to 8 don't lie within UInt(8)"],
    ['no bits left', (a) => a.trunc(0), "bits -1 down to 0 don't lie within UInt(8)"],
    ['trunc to more', (a) => a.trunc(9), 'trunc(9) of UInt(8) would make it wider'],
    ['extend to less', (a) => a.extend(7), 'extend(7) of UInt(8) would make it narrower'],
    ['extend to a fraction', (a) => a.extend(8.5), 'extend(8.5) of UInt(8)'],
    ['shl by less than nothing', (a) => a.shl(-1), 'shl(-1) of UInt(8)'],
    ['a part of a concatenation', (a) => cat(a, a).bits(16, 0), "bits 16 down to 0 don't lie within Bits(16)"],
    ['a part of a pack', (a) => pack({ a, b: a }).bit(16), "bits 16 down to 16 don't lie within Bits(16)"],
  ])('%s', (_, use, message) => {
    const error = refusal(() => module('M', { a: In(byte) }, ({ a }) => void use(a)));
    expect(error.diagnostics.map((each) => `${each.code}: ${each.message}`)).toEqual([`W004: ${message}`]);
  });
});

describe('W006: arithmetic on what is no number', () => {
  test('bits are added', () => {
    const describeIt = () =>
      module('Bits', { a: In(Bits(8)), y: Out(byte) }, ({ a, y }) => {
        y.set((a as unknown as UIntVal).add(1));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error W006: add() of Bits(8), which is no number
        at width-errors.test.ts «add»
        |         y.set((a as unknown as UIntVal).add(1));
        |                                         ^
        fix: say how its bits are to be read: asUInt() or asSInt()"
    `);
  });

  test.each(['add', 'sub', 'addFull', 'subFull', 'mul', 'lt', 'le', 'gt', 'ge'])(
    '%s() of Bits and of a Bool',
    (name) => {
      for (const type of [Bits(4), Bool]) {
        const error = refusal(() =>
          module('M', { a: In(type), b: In(type) }, ({ a, b }) => {
            (a as unknown as Record<string, (other: unknown) => void>)[name]!(b);
          }),
        );
        expect(error.codes).toEqual(['W006']);
      }
    },
  );

  test.each(['addFull', 'subFull', 'mul'])('%s() with a plain number, whose width nothing says', (name) => {
    const error = refusal(() =>
      module('M', { a: In(byte) }, ({ a }) => {
        (a as unknown as Record<string, (other: unknown) => void>)[name]!(3);
      }),
    );
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `W001: ${name}() is given 3, whose width nothing says`,
    ]);
  });
});
