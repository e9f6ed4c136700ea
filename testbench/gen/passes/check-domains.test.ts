import { describe, expect, test } from 'vitest';
import {
  assert,
  Bits,
  Bool,
  cat,
  clockDomain,
  defaultDomain,
  In,
  inDomain,
  instance,
  mem,
  module,
  mux,
  Out,
  reg,
  regNext,
  synchronise,
  UInt,
  unsynchronised,
  when,
  wire,
} from '../../../gen/index.ts';
import type { BoolVal, ClockDomain } from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
const fast = clockDomain('fast');
const slow = clockDomain('slow');

/** The messages of a refusal; none where it is accepted. */
function messages(describeIt: () => unknown): string[] {
  let accepted = false;
  try {
    describeIt();
    accepted = true;
  } catch {
    // Looked at below.
  }
  return accepted ? [] : refusal(describeIt).diagnostics.map(({ code, message }) => `${code}: ${message}`);
}

const crossing = (reader: string, source: string): string =>
  `X001: ${reader} depends on ${source}, with no synchroniser between them`;

describe('X001: a crossing', () => {
  test('of one bit into a register', () => {
    const describeIt = () =>
      module('M', { flag: In(Bool), y: Out(Bool, { domain: fast }) }, ({ flag, y }) => {
        const held = regNext(flag);
        inDomain(fast, () => {
          const seen = reg(Bool);
          seen.set(held);
          y.set(seen);
        });
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X001: register seen of clock domain fast depends on register held of the default clock domain, with no synchroniser between them
        at check-domains.test.ts «set»
        |           seen.set(held);
        |                ^
        called from check-domains.test.ts «inDomain»
        register seen is declared at check-domains.test.ts «reg»
        |           const seen = reg(Bool);
        |                        ^
        the signal of the other domain is declared at check-domains.test.ts «regNext»
        |         const held = regNext(flag);
        |                      ^
        fix: bring it over with synchronise(held, { stages: 2 }) in clock domain fast"
    `);
  });

  test('of a word, from a port that names no domain, into an output that names none', () => {
    const describeIt = () =>
      module('M', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
        y.set(regNext(x, { domain: fast }).add(1));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X001: output y of the default clock domain depends on a register of clock domain fast, with no synchroniser between them
        at check-domains.test.ts «set»
        |         y.set(regNext(x, { domain: fast }).add(1));
        |           ^
        output y is declared at check-domains.test.ts «Out»
        |       module('M', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
        |                                     ^
        the signal of the other domain is declared at check-domains.test.ts «regNext»
        |         y.set(regNext(x, { domain: fast }).add(1));
        |               ^
        fix: words cross through asyncQueue(), a Gray-coded value through synchronise(register, { gray: true }); or, if y is of the other domain, say so: Out(type, { domain })

      error X001: a register of clock domain fast depends on input x of the default clock domain, with no synchroniser between them
        at check-domains.test.ts «regNext»
        |         y.set(regNext(x, { domain: fast }).add(1));
        |               ^
        a register is declared at check-domains.test.ts «regNext»
        |         y.set(regNext(x, { domain: fast }).add(1));
        |               ^
        the signal of the other domain is declared at check-domains.test.ts «In»
        |       module('M', { x: In(byte), y: Out(byte) }, ({ x, y }) => {
        |                        ^
        fix: words cross through asyncQueue(), a Gray-coded value through synchronise(x, { gray: true }); or, if x is of that domain already, say so: In(type, { domain })"
    `);
  });

  test('of what keeps time with nothing', () => {
    const describeIt = () =>
      module('M', { irq: In(Bool, { domain: 'async' }), y: Out(Bool) }, ({ irq, y }) => {
        y.set(regNext(irq));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X001: a register of the default clock domain depends on input irq of no clock domain, with no synchroniser between them
        at check-domains.test.ts «regNext»
        |         y.set(regNext(irq));
        |               ^
        a register is declared at check-domains.test.ts «regNext»
        |         y.set(regNext(irq));
        |               ^
        the signal of the other domain is declared at check-domains.test.ts «In»
        |       module('M', { irq: In(Bool, { domain: 'async' }), y: Out(Bool) }, ({ irq, y }) => {
        |                          ^
        fix: bring it over with synchronise(irq, { stages: 2 }) in the default clock domain"
    `);
  });

  test('through wires, operators and conditions; each once', () => {
    const describeIt = () =>
      module('M', { a: In(byte, { domain: slow }), b: In(Bool, { domain: slow }), y: Out(byte) }, ({ a, b, y }) => {
        const doubled = wire(byte);
        doubled.set(a.add(a));
        const count = reg(byte, { reset: 0 });
        when(b, () => count.set(mux(doubled.gt(3), doubled, 0))).otherwise(() => count.set(count.add(a)));
        y.set(count);
      });
    expect(messages(describeIt)).toEqual([
      crossing('register count of the default clock domain', 'input b of clock domain slow'),
      crossing('register count of the default clock domain', 'input a of clock domain slow'),
    ]);
  });

  test('by an enable; by the subject of a condition around another register', () => {
    const describeIt = () =>
      module('M', { go: In(Bool), y: Out(byte, { domain: fast }), z: Out(byte) }, ({ go, y, z }) => {
        const count = reg(byte, { domain: fast, enable: go });
        count.set(count.add(1));
        const other = reg(byte, { domain: fast });
        const own = reg(byte);
        when(go, () => {
          own.set(own.add(1));
          other.set(3);
        });
        y.set(count.xor(other));
        z.set(own);
      });
    expect(messages(describeIt)).toEqual([
      crossing('register count of clock domain fast', 'input go of the default clock domain'),
      crossing('register other of clock domain fast', 'input go of the default clock domain'),
    ]);
  });

  test('into and out of a memory', () => {
    const describeIt = (readsAt: ClockDomain, writesAt: ClockDomain, options = {}) =>
      module(
        'M',
        { address: In(UInt(2), { domain: readsAt }), y: Out(byte, { domain: readsAt }) },
        ({ address, y }) => {
          const words = mem(byte, 4);
          const count = reg(byte, { domain: writesAt });
          count.set(count.add(1));
          inDomain(writesAt, () => words.write(count.trunc(2), count));
          const word = inDomain(readsAt, () => words.readSync(address, options));
          y.set(word);
        },
      );
    expect(messages(() => describeIt(fast, fast))).toEqual([]);
    expect(messages(() => describeIt(fast, slow))).toEqual([
      crossing('register word of clock domain fast', 'memory words of clock domain slow'),
    ]);
    // Such a read gives nothing to rely on for a word that is being written.
    expect(messages(() => describeIt(fast, slow, { underWrite: 'any' }))).toEqual([]);
    expect(messages(() => describeIt(fast, slow, { underWrite: 'new' }))).toHaveLength(2);
    const wrongPorts = () =>
      module(
        'M',
        { a: In(UInt(2)), d: In(byte, { domain: fast }), c: In(Bool, { domain: slow }), y: Out(byte) },
        (io) => {
          const words = mem(byte, 4);
          inDomain(fast, () => when(io.c, () => words.write(io.a, io.d)));
          io.y.set(words.read(io.a));
        },
      );
    expect(messages(wrongPorts)).toEqual([
      crossing('output y of the default clock domain', 'memory words of clock domain fast'),
      crossing('memory words of clock domain fast', 'input c of clock domain slow'),
      crossing('memory words of clock domain fast', 'input a of the default clock domain'),
    ]);
  });

  test('into an instance and out of it: by the domain it is in, and those its ports name', () => {
    const Child = module(
      'Child',
      {
        a: In(Bool),
        b: In(Bool, { domain: fast }),
        c: In(Bool, { domain: 'async' }),
        y: Out(Bool),
        z: Out(Bool, { domain: fast }),
      },
      ({ a, b, c, y, z }) => {
        y.set(regNext(a).xor(synchronise(c)));
        z.set(regNext(b, { domain: fast }));
      },
    );
    const describeIt = (domain: ClockDomain) => () =>
      module('M', { x: In(Bool, { domain: slow }), y: Out(Bool, { domain: slow }) }, ({ x, y }) => {
        const child = inDomain(domain, () => instance(Child));
        child.a.set(x);
        child.b.set(x);
        child.c.set(x);
        y.set(child.y.xor(child.z));
      });
    expect(messages(describeIt(slow))).toEqual([
      crossing('output y of clock domain slow', 'output z of instance child of clock domain fast'),
      crossing('input b of instance child of clock domain fast', 'input x of clock domain slow'),
    ]);
    expect(messages(describeIt(defaultDomain))).toEqual([
      crossing('output y of clock domain slow', 'output y of instance child of the default clock domain'),
      crossing('output y of clock domain slow', 'output z of instance child of clock domain fast'),
      crossing('input a of instance child of the default clock domain', 'input x of clock domain slow'),
      crossing('input b of instance child of clock domain fast', 'input x of clock domain slow'),
    ]);
  });

  test('into a check, by its condition and those around it', () => {
    const checked = (domain: ClockDomain) => () =>
      module('M', { x: In(Bool), on: In(Bool), z: Out(Bool, { domain: fast }) }, ({ x, on, z }) => {
        const own = reg(Bool, { reset: false });
        own.set(x);
        const other = reg(Bool, { domain: fast });
        other.set(true);
        z.set(other);
        inDomain(domain, () => when(on, () => assert(own, 'follows')));
      });
    expect(messages(checked(defaultDomain))).toEqual([]);
    expect(messages(checked(fast))).toEqual([
      crossing('assert follows of clock domain fast', 'input on of the default clock domain'),
      crossing('assert follows of clock domain fast', 'register own of the default clock domain'),
    ]);
  });

  test('through modules that keep no time, by the inputs each output depends on', () => {
    const Leaf = module('Leaf', { a: In(Bool), b: In(Bool), y: Out(Bool), z: Out(Bool) }, ({ a, b, y, z }) => {
      y.set(a.not());
      z.set(a.and(b));
    });
    const Neutral = module('Neutral', { a: In(Bool), b: In(Bool), y: Out(Bool), z: Out(Bool) }, (io) => {
      const leaf = instance(Leaf);
      leaf.a.set(io.a);
      leaf.b.set(io.b);
      io.y.set(leaf.y);
      io.z.set(leaf.z);
    });
    const describeIt = (which: 'y' | 'z') => () =>
      module('M', { a: In(Bool, { domain: fast }), b: In(Bool), q: Out(Bool, { domain: fast }) }, ({ a, b, q }) => {
        const gates = instance(Neutral);
        gates.a.set(a);
        gates.b.set(b);
        const kept = reg(Bool, { domain: fast });
        kept.set(gates[which]);
        q.set(kept);
      });
    expect(messages(describeIt('y'))).toEqual([]);
    expect(messages(describeIt('z'))).toEqual([
      crossing('register kept of clock domain fast', 'input b of the default clock domain'),
    ]);
  });

  test('a neutral module keeps the domains that its ports name', () => {
    const Gate = module('Gate', { a: In(Bool, { domain: fast }), y: Out(Bool) }, ({ a, y }) => y.set(a.not()));
    const describeIt = () =>
      module('M', { x: In(Bool), q: Out(Bool) }, ({ x, q }) => {
        const gate = instance(Gate);
        gate.a.set(x);
        q.set(regNext(gate.y));
      });
    expect(messages(describeIt)).toEqual([
      crossing('input a of instance gate of clock domain fast', 'input x of the default clock domain'),
    ]);
    const wrong = () =>
      module('Wrong', { a: In(Bool, { domain: fast }), y: Out(Bool, { domain: slow }) }, ({ a, y }) => y.set(a));
    expect(messages(wrong)).toEqual([crossing('output y of clock domain slow', 'input a of clock domain fast')]);
  });
});

describe('no crossing', () => {
  test('constants, a domain of its own, an asynchronous output, modules of one domain in another', () => {
    const Counter = module('Counter', { step: In(byte), y: Out(byte) }, ({ step, y }) => {
      const count = reg(byte, { reset: 0 });
      count.set(count.add(step));
      y.set(count);
    });
    const describeIt = () =>
      module('M', { y: Out(byte, { domain: fast }), z: Out(Bool, { domain: 'async' }) }, ({ y, z }) => {
        const counter = instance(Counter, { domain: fast });
        counter.step.set(3);
        y.set(counter.y);
        const other = reg(Bool, { domain: slow });
        other.set(true);
        z.set(other.and(counter.y.bit(0)));
      });
    expect(messages(describeIt)).toEqual([]);
  });

  test('what is vouched for, in that domain only', () => {
    const describeIt = (domain: ClockDomain) => () =>
      module('M', { x: In(byte), y: Out(byte, { domain }) }, ({ x, y }) => {
        const held = regNext(x);
        const word = inDomain(fast, () => unsynchronised({ low: held }));
        y.set(regNext(word.low, { domain }));
      });
    expect(messages(describeIt(fast))).toEqual([]);
    expect(messages(describeIt(slow))).toEqual([
      crossing('a register of clock domain slow', 'a value of unsynchronised() of clock domain fast'),
    ]);
  });

  test('a module whose only state is in a child is not neutral', () => {
    const Child = module('Child', { x: In(Bool), y: Out(Bool) }, ({ x, y }) => y.set(regNext(x)));
    const describeIt = () =>
      module('M', { x: In(Bool, { domain: fast }), y: Out(Bool) }, ({ x, y }) => {
        const child = instance(Child, { domain: fast });
        child.x.set(x);
        y.set(child.y);
      });
    expect(messages(describeIt)).toEqual([
      crossing('output y of the default clock domain', 'output y of instance child of clock domain fast'),
    ]);
  });
});

describe('synchronisers', () => {
  const ports = { a: In(Bool), b: In(Bool), irq: In(Bool, { domain: 'async' }), y: Out(Bool, { domain: fast }) };
  const through = (value: (io: { a: BoolVal; b: BoolVal; irq: BoolVal }) => BoolVal) => () =>
    module('M', ports, (io) => io.y.set(inDomain(fast, () => synchronise(value(io)))));

  test('take registers and ports, bits of them and their opposites', () => {
    expect(messages(through(({ a }) => a))).toEqual([]);
    expect(messages(through(({ irq }) => irq.not()))).toEqual([]);
    expect(messages(through(({ a, b }) => inDomain(defaultDomain, () => regNext(a.and(b)))))).toEqual([]);
    expect(messages(through(({ a, b }) => cat(a, b).bit(1)))).toEqual([]);
    const gray = () =>
      module('M', { y: Out(Bits(2), { domain: fast }) }, ({ y }) => {
        const code = reg(Bits(2), { reset: 0 });
        code.set(cat(code.bit(0), code.bit(1).not()));
        y.set(inDomain(fast, () => synchronise(code, { gray: true, stages: 3 })));
      });
    expect(messages(gray)).toEqual([]);
  });

  test('X002: no logic, which could glitch', () => {
    expect(readable(through(({ a, b }) => a.and(b)))).toMatchInlineSnapshot(`
      "error X002: a synchroniser in clock domain fast takes the result of logic on input a of the default clock domain, and could catch its glitches
        at check-domains.test.ts «synchronise»
        |     module('M', ports, (io) => io.y.set(inDomain(fast, () => synchronise(value(io)))));
        |                                                              ^
        called from check-domains.test.ts «inDomain»
        input a is declared at check-domains.test.ts «In»
        |   const ports = { a: In(Bool), b: In(Bool), irq: In(Bool, { domain: 'async' }), y: Out(Bool, { domain: fast }) };
        |                      ^
        fix: synchronise a register: make one of the value with regNext() in the default clock domain

      error X002: a synchroniser in clock domain fast takes the result of logic on input b of the default clock domain, and could catch its glitches
        at check-domains.test.ts «synchronise»
        |     module('M', ports, (io) => io.y.set(inDomain(fast, () => synchronise(value(io)))));
        |                                                              ^
        called from check-domains.test.ts «inDomain»
        input b is declared at check-domains.test.ts «In»
        |   const ports = { a: In(Bool), b: In(Bool), irq: In(Bool, { domain: 'async' }), y: Out(Bool, { domain: fast }) };
        |                                   ^
        fix: synchronise a register: make one of the value with regNext() in the default clock domain"
    `);
    const Gate = module('Gate', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => y.set(a.not()));
    const throughGate = through(({ a }) => {
      const gate = instance(Gate);
      gate.a.set(a);
      return gate.y;
    });
    expect(messages(throughGate)).toEqual([
      'X002: a synchroniser in clock domain fast takes the result of logic on input a of the default clock domain, and could catch its glitches',
    ]);
  });

  test('their conditions are of their own domain', () => {
    const describeIt = () =>
      module('M', ports, ({ a, irq, y }) => {
        inDomain(fast, () => when(a, () => y.set(synchronise(irq))).otherwise(() => y.set(false)));
      });
    expect(messages(describeIt)).toEqual([
      crossing('output y of clock domain fast', 'input a of the default clock domain'),
      crossing('register register_meta of clock domain fast', 'input a of the default clock domain'),
    ]);
  });

  test('only the first of their registers may take anything', () => {
    const describeIt = () =>
      module('M', ports, ({ a, irq, y }) => {
        const seen = inDomain(fast, () => synchronise(irq));
        const other = reg(Bool, { domain: fast });
        other.set(seen.xor(a));
        y.set(other);
      });
    expect(messages(describeIt)).toEqual([
      crossing('register other of clock domain fast', 'input a of the default clock domain'),
    ]);
  });
});

describe('X003: a memory of two domains', () => {
  test('a macro, which has one clock', () => {
    const describeIt = (macro: boolean) => () =>
      module(
        'M',
        { a: In(UInt(2)), b: In(UInt(2), { domain: fast }), y: Out(byte, { domain: fast }) },
        ({ a, b, y }) => {
          const words = mem(byte, 4, { macro });
          words.write(a, 1);
          y.set(inDomain(fast, () => words.readSync(b, { underWrite: 'any' })));
        },
      );
    expect(messages(describeIt(false))).toEqual([]);
    expect(messages(describeIt(true))).toEqual([
      'X003: memory words is read in clock domain fast, and written in the default clock domain',
    ]);
  });

  test('is written in both', () => {
    const describeIt = () =>
      module('M', { a: In(UInt(2)), b: In(UInt(2), { domain: fast }) }, ({ a, b }) => {
        const words = mem(byte, 4);
        words.write(a, 1);
        inDomain(fast, () => words.write(b, 2));
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error X003: memory words is written in clock domain fast, and written in the default clock domain
        at check-domains.test.ts «write»
        |         inDomain(fast, () => words.write(b, 2));
        |                                    ^
        called from check-domains.test.ts «inDomain»
        the write is at check-domains.test.ts «write»
        |         words.write(a, 1);
        |               ^
        the memory is declared at check-domains.test.ts «mem»
        |         const words = mem(byte, 4);
        |                       ^
        fix: bring the words of one domain over into the other with asyncQueue()"
    `);
  });
});

test('a long chain of logic is followed to its end', () => {
  const describeIt = () =>
    module('M', { x: In(byte), y: Out(byte, { domain: fast }) }, ({ x, y }) => {
      let value = x.add(1);
      for (let link = 0; link < 5000; link++) value = value.add(1);
      y.set(value);
    });
  expect(messages(() => module('Pass', { x: In(byte), y: Out(byte) }, ({ x, y }) => y.set(x)))).toEqual([]);
  expect(messages(describeIt)).toEqual([]);
  const timed = () =>
    module('M', { x: In(byte), y: Out(byte, { domain: fast }) }, ({ x, y }) => {
      let value = regNext(x);
      for (let link = 0; link < 5000; link++) value = value.add(1);
      y.set(value);
    });
  expect(messages(timed)).toEqual([
    crossing('output y of clock domain fast', 'register value of the default clock domain'),
  ]);
});
