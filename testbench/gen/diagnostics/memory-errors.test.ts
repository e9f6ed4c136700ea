import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bits, Bool, Bundle, In, mem, module, Out, SInt, UInt, Vec } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = Bits(8);
// No literals, so that the type checker leaves the mistakes to elaboration.
const loose = (value: unknown): never => value as never;

/** What is wrong with a memory that is used as `use` says. */
function refused(use: () => void): string[] {
  return refusal(() => module('M', {}, use)).diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

describe('M001: masks', () => {
  test('of another width', () => {
    const describeIt = () =>
      module('Masked', { at: In(UInt(2)), data: In(byte), mask: In(Bits(3)) }, ({ at, data, mask }) => {
        const words = mem(byte, 4, { maskWidth: 4 });
        words.write(at, data, { mask });
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error M001: a mask for words of 8 bits, 4 for each of its own, is of type Bits(2), and not Bits(3)
        at memory-errors.test.ts «write»
        |         words.write(at, data, { mask });
        |               ^
        the memory is declared at memory-errors.test.ts «mem»
        |         const words = mem(byte, 4, { maskWidth: 4 });
        |                       ^
        fix: give a mask of 2 bits"
    `);
  });

  const pair = Vec(2, UInt(4));
  test.each([
    {
      given: { type: byte, options: {}, mask: 1 },
      message: 'write() is given a mask, and the memory does not say what its bits stand for',
    },
    {
      given: { type: byte, options: { maskWidth: 4 }, mask: [true, false] },
      message: 'a mask for words of 8 bits, 4 for each of its own, is of type Bits(2), and not a list',
    },
    {
      given: { type: pair, options: {}, mask: 1 },
      message: 'write() of 2 elements is given a mask that is no list',
    },
    {
      given: { type: pair, options: {}, mask: [true] },
      message: 'write() of 2 elements is given a mask of 1',
    },
    {
      given: { type: pair, options: { maskWidth: 2 }, mask: [true, true] },
      message: 'a mask for words of 8 bits, 2 for each of its own, is of type Bits(4), and not a list',
    },
  ])('$message', ({ given: { type, options, mask }, message }) => {
    const data = type === byte ? 0 : [0, 0];
    const found = refused(() => mem(loose(type), 4, options).write(loose(0), loose(data), { mask: loose(mask) }));
    expect(found).toEqual([`M001: ${message}`]);
  });

  test('an element that is no Bool', () => {
    const describeIt = () =>
      module('M', { a: In(UInt(4)) }, ({ a }) =>
        mem(Vec(2, UInt(4)), 4).write(loose(0), [a, a], { mask: loose([a, true]) }),
      );
    expect(refusal(describeIt).diagnostics.map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "a mask by elements is of Bools, and is given UInt(4)",
      ]
    `);
  });
});

test('M002: a maskWidth that does not divide the word', () => {
  const describeIt = () =>
    module('M', {}, () => {
      mem(byte, 4, { maskWidth: 3 });
    });
  expect(readable(describeIt)).toMatchInlineSnapshot(`
    "error M002: a maskWidth of 3 does not divide the 8 bits of a word
      at memory-errors.test.ts «mem»
      |       mem(byte, 4, { maskWidth: 3 });
      |       ^
      fix: every bit of a mask stands for as many bits: give a whole number that divides the width"
  `);
  for (const maskWidth of [0, -8, 16, 1.5]) expect(refused(() => mem(byte, 4, { maskWidth }))[0]).toContain('M002');
});

describe('M003 and M004: initial contents', () => {
  test('say which word and which part of it', () => {
    const describeIt = () =>
      module('M', {}, () => {
        mem(SInt(4), 8, { initial: [0, 1, 8] });
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error M003: initial[2] of the memory is 8, which does not fit SInt(4): that holds -8 to 7
        at memory-errors.test.ts «mem»
        |         mem(SInt(4), 8, { initial: [0, 1, 8] });
        |         ^
        fix: give a value in that range, or widen the memory"
    `);
    const pairs = Bundle({ tag: UInt(2), flags: Vec(2, Bool) });
    const messages = [
      [{ tag: 4, flags: [true, true] }],
      [{ tag: 1, flags: [true, 1] }],
      [{ tag: 1, flags: [true] }],
      [{ tag: 1 }],
      [5],
      [{ tag: 0.5, flags: [true, false] }],
    ].map((initial) => refused(() => mem(pairs, 4, { initial: loose(initial) })));
    expect(messages).toMatchInlineSnapshot(`
      [
        [
          "M003: initial[0].tag of the memory is 4, which does not fit UInt(2): that holds 0 to 3",
        ],
        [
          "M003: initial[0].flags[1] of the memory is 1, which is no value of Bool",
        ],
        [
          "M003: initial[0].flags of the memory is not a list of 2",
        ],
        [
          "M003: initial[0] of the memory is not an object of tag, flags",
        ],
        [
          "M003: initial[0] of the memory is not an object of tag, flags",
        ],
        [
          "M003: initial[0].tag of the memory is 0.5, which is no value of UInt(2)",
        ],
      ]
    `);
  });

  test('are no more than the memory has words', () => {
    const describeIt = () =>
      module('M', {}, () => {
        mem(UInt(4), 2, { initial: [1, 2, 3] });
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error M004: the memory has 2 words, and is given 3 initial values
        at memory-errors.test.ts «mem»
        |         mem(UInt(4), 2, { initial: [1, 2, 3] });
        |         ^
        fix: deepen the memory, or give fewer; words that are not given are zero"
    `);
  });
});

describe('M005: a file of initial contents', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-memory-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const withFile = (text: string, format: 'hex' | 'bin' = 'hex'): string[] => {
    const file = join(folder, 'words');
    writeFileSync(file, text);
    return refused(() => mem(byte, 4, { initial: { file, format } })).map((each) => each.replaceAll(folder, ''));
  };

  test('that is not there', () => {
    const describeIt = () =>
      module('M', {}, () => {
        mem(byte, 4, { initial: { file: 'missing/table.hex' } });
      });
    expect(readable(describeIt).replaceAll(process.cwd(), '')).toMatchInlineSnapshot(`
      "error M005: the contents of the memory can't be read from missing/table.hex: ENOENT: no such file or directory, open 'missing/table.hex'
        at memory-errors.test.ts «mem»
        |         mem(byte, 4, { initial: { file: 'missing/table.hex' } });
        |         ^
        fix: paths are relative to the working directory; new URL(file, import.meta.url) is relative to the source"
    `);
  });

  test('with a wrong digit, a word too wide, words too many: at its line', () => {
    expect([
      withFile('01\n// fine\n0g\n'),
      withFile('/* two\nlines */ 01 xx'),
      withFile('1\n\n100\n'),
      withFile('102\n', 'bin'),
      withFile('1 2 3 4\n5\n'),
      withFile('@4 1\n'),
    ]).toMatchInlineSnapshot(`
      [
        [
          "M005: /words:3: "0g" is no hexadecimal number",
        ],
        [
          "M005: /words:2: "xx" is no hexadecimal number",
        ],
        [
          "M005: /words:3: "100" has more bits than the 8 of a word",
        ],
        [
          "M005: /words:1: "102" is no binary number",
        ],
        [
          "M004: /words:2: "5" is for address 4, and the memory has 4 words",
        ],
        [
          "M004: /words:1: "1" is for address 4, and the memory has 4 words",
        ],
      ]
    `);
  });
});

describe('M006: macros', () => {
  test('an SRAM has no combinational read', () => {
    const describeIt = () =>
      module('M', { at: In(UInt(2)), y: Out(byte) }, ({ at, y }) => {
        const words = mem(byte, 4, { macro: true });
        words.write(at, 0);
        y.set(words.read(at));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error M006: read() of a memory that is to be an SRAM macro, which has registered reads only
        at memory-errors.test.ts «read»
        |         y.set(words.read(at));
        |                     ^
        the memory is declared at memory-errors.test.ts «mem»
        |         const words = mem(byte, 4, { macro: true });
        |                       ^
        fix: use readSync(); or name the macro, for one that has such reads: macro: 'regfile'"
    `);
  });

  test('powers up with anything', () => {
    expect(refused(() => mem(byte, 4, { macro: 'rom', initial: [1] }))).toMatchInlineSnapshot(`
      [
        "M006: a memory with initial contents is to be a macro, and macros power up with anything",
      ]
    `);
  });

  test('has a name that Verilog knows', () => {
    expect(refused(() => mem(byte, 4, { macro: '1r' }))).toMatchInlineSnapshot(`
      [
        "N001: "1r" can't name a macro",
      ]
    `);
  });
});
