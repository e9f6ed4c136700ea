/* oxlint-disable -- what linters refuse is what is tested */
import { describe, expect, test } from 'vitest';
import {
  Bool,
  Bundle,
  generator,
  In,
  instance,
  lit,
  module,
  Out,
  reg,
  Stream,
  UInt,
  Vec,
  when,
  wire,
} from '../../../gen/index.ts';
import type { BoolVal } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
const Pass = module('Pass', { x: In(Bool), y: Out(Bool) }, ({ x, y }) => y.set(x));
const flag: boolean = Math.random() < 2;

/** The C004s of a description, each as its use and the text that it points at. */
function plainUses(describe: () => unknown): string[] {
  const { diagnostics } = refusal(describe);
  expect(diagnostics.every(({ code }) => code === 'C004')).toBe(true);
  return diagnostics.map(({ message }) =>
    message.replace(/ asks JavaScript whether the signal (.*) is true: .*/, ' $1').replace(/ compares a signal .*/, ''),
  );
}

describe('C004: signal used as a plain condition', () => {
  test('a variable, a port', () => {
    const describeIt = () =>
      module('M', { enq: In(Stream(byte)), y: Out(byte) }, ({ enq, y }) => {
        const push = enq.fire;
        enq.ready.set(true);
        y.set(0);
        if (push) y.set(enq.data);
        if (!enq.valid) y.set(1);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error C004: if asks JavaScript whether the signal push is true: it always is, whatever its value when the hardware runs
        at plain-conditions.test.ts «push»
        |         if (push) y.set(enq.data);
        |             ^
        the signal is made at plain-conditions.test.ts «fire»
        |         const push = enq.fire;
        |                          ^
        fix: use when(condition, () => ...), or mux() for a value; to ask whether there is a signal at all, compare with undefined

      error C004: ! asks JavaScript whether the signal enq.valid is true: it always is, whatever its value when the hardware runs
        at plain-conditions.test.ts «enq»
        |         if (!enq.valid) y.set(1);
        |              ^
        the signal is made at plain-conditions.test.ts «In»
        |       module('M', { enq: In(Stream(byte)), y: Out(byte) }, ({ enq, y }) => {
        |                          ^
        fix: use .not(); to ask whether there is a signal at all, compare with undefined"
    `);
  });

  test('a comparison', () => {
    const describeIt = () =>
      module('M', { a: In(byte), b: In(byte), y: Out(byte) }, ({ a, b, y }) => {
        y.set((a as unknown) === b ? 1 : 2);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error C004: (a as unknown) === b compares a signal as a JavaScript object, not the value that it has when the hardware runs
        at plain-conditions.test.ts «»
        |         y.set((a as unknown) === b ? 1 : 2);
        |               ^
        the signal is made at plain-conditions.test.ts «In»
        |       module('M', { a: In(byte), b: In(byte), y: Out(byte) }, ({ a, b, y }) => {
        |                        ^
        fix: use a.eq(b)"
    `);
  });

  test('every kind of condition', () => {
    const ports = { a: In(Bool), b: In(byte), y: Out(Bool) };
    expect(
      plainUses(() =>
        module('M', ports, ({ a, b, y }) => {
          const isZero = b.eq(0);
          const held = reg(Bool);
          const hidden = (isZero as BoolVal)!;
          held.set(a);
          y.set(isZero ? true : false);
          while (b.eq(2)) break;
          do break;
          while (b.eq(3));
          for (; held;) break;
          !isZero;
          isZero && 1;
          hidden || 1;
          if (flag && (flag || isZero)) flag;
          if (flag ? isZero : false) flag;
          switch (b as unknown) {
          }
          if ((b as unknown) == held || (b as unknown) != held || (b as unknown) !== 5) flag;
        }),
      ),
    ).toMatchInlineSnapshot(`
      [
        "the condition of ?: isZero",
        "while b.eq(2)",
        "for held",
        "! isZero",
        "&& isZero",
        "|| hidden",
        "if isZero",
        "if isZero",
        "switch (b)",
        "(b as unknown) == held",
        "(b as unknown) != held",
        "(b as unknown) !== 5",
      ]
    `);
  });

  test('whatever a signal comes from', () => {
    const Item = Bundle({ tag: byte, ok: Bool });
    const ports = { s: In(Stream(Item)), v: In(Vec(2, Bool)), item: In(Item), y: Out(Bool) };
    expect(
      plainUses(() =>
        module('M', ports, ({ s, v, item: { ok: fine }, y }) => {
          const { valid } = s;
          const kept = reg(Item);
          const pass = instance(Pass);
          const [first] = [wire(Bool)];
          let late = lit(Bool, true).not();
          late = late.and(valid);
          kept.set(s.data);
          pass.x.set(true);
          first!.set(true);
          s.ready.set(true);
          y.set(true);
          if (valid) flag;
          if (s.data.ok) flag;
          if (v[1]) flag;
          for (let index = 0; index < 2; index++) if (v[index]) flag;
          for (const each of v) if (each) flag;
          for (const each of [kept.ok, first!]) if (each) flag;
          v.forEach((each) => each || flag);
          if (fine) flag;
          if (kept.ok) flag;
          if (pass.y) flag;
          if (first) flag;
          if (late) flag;
        }),
      ),
    ).toMatchInlineSnapshot(`
      [
        "if valid",
        "if s.data.ok",
        "if v[1]",
        "if v[index]",
        "if each",
        "if each",
        "|| each",
        "if fine",
        "if kept.ok",
        "if pass.y",
        "if first",
        "if late",
      ]
    `);
  });

  test('the ports as a whole, and those of a generator', () => {
    const Any = generator(function Any(width: number) {
      const ports = { a: In(UInt(width)), y: Out(Bool) };
      return module(`Any_${width}`, ports, (io) => {
        io.y.set(true);
        if (io.a) flag;
      });
    });
    expect(plainUses(() => Any(3))).toEqual(['if io.a']);
  });

  test('is reported with what is wrong besides, and once', () => {
    const { codes } = refusal(() =>
      module('M', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        for (const value of [1, 2]) if (a.eq(value)) flag;
        y.set(256);
        y.set(undefined as unknown as number);
      }),
    );
    expect(codes).toEqual(['W003', 'C004', 'W001']);
  });

  test('plain JavaScript is left alone', () => {
    const describeIt = (wide: boolean) =>
      module('M', { a: In(byte), ...(wide ? { more: In(byte) } : {}), y: Out(byte) }, (ports) => {
        const { a, more, y } = ports as typeof ports & { more?: typeof ports.a };
        const extra = wide ? a.add(1) : undefined;
        const found = [a.add(2), a.add(3)].find((value) => value.width > 100);
        let last: typeof a | undefined;
        for (const value of [a]) {
          if (last) last.add(value);
          last = value;
        }
        let either = a.add(4) as typeof a | undefined;
        either = undefined;
        const isWide = a.width > 3;
        const list = [a.add(5)];
        y.set(extra ?? a);
        if (extra) flag;
        if (extra !== undefined && more) flag;
        if (more === undefined || ports.more) flag;
        if (found) flag;
        if (either) flag;
        if (isWide && !flag) flag;
        if (list.length && a.width === 8) flag;
        if (a !== undefined && null !== a) flag;
        if (a?.width) flag;
        when(a.eq(1), () => {}) || flag;
      });
    expect(() => describeIt(true)).not.toThrow();
    expect(() => describeIt(false)).not.toThrow();
  });
});

describe('C005: body that has not ended when it returns', () => {
  // JavaScript callers, and functions of another kind where a plain one is asked for.
  const wrongly = (body: unknown) => body as () => undefined;

  test('a when()', () => {
    const describeIt = () =>
      module('M', { c: In(Bool), y: Out(byte) }, ({ c, y }) => {
        y.set(0);
        when(
          c,
          wrongly(async () => y.set(1)),
        );
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error C005: the body of a when() is asynchronous
        at plain-conditions.test.ts «when»
        |         when(
        |         ^
        fix: give a plain function: the hardware is described while it runs"
    `);
  });

  test.each<[string, string, unknown]>([
    ['asynchronous', 'asynchronous', async () => Promise.reject(new Error('later'))],
    ['a generator function', 'a generator function', function* () {}],
    ['an asynchronous generator function', 'a generator function', async function* () {}],
    ['gives what can be awaited', 'asynchronous', () => ({ then: (done: () => void) => done() })],
  ])('%s', (_, kind, body) => {
    const inWhen = (use: (c: BoolVal) => unknown) => () => module('M', { c: In(Bool) }, ({ c }) => void use(c));
    const messages = [
      () => module('M', {}, wrongly(body)),
      inWhen((c) => when(c, wrongly(body))),
      inWhen((c) => when(c, () => {}).elseWhen(c, wrongly(body))),
      inWhen((c) => when(c, () => {}).otherwise(wrongly(body))),
    ].map((each) => refusal(each).diagnostics.map(({ code, message }) => `${code}: ${message}`));
    expect(messages).toEqual([
      [`C005: the body of a module is ${kind}`],
      ...[1, 2, 3].map(() => [`C005: the body of a when() is ${kind}`]),
    ]);
  });

  test('what a plain body returns does not matter', () => {
    expect(() =>
      module(
        'M',
        {},
        wrongly(() => [1, 2].values()),
      ),
    ).not.toThrow();
    expect(() =>
      module(
        'M',
        {},
        wrongly(() => null),
      ),
    ).not.toThrow();
  });
});
