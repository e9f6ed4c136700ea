import { describe, expect, test } from 'vitest';
import {
  In,
  instance,
  module,
  Out,
  reg,
  Stage,
  Stream,
  UInt,
  wire,
  Bool,
  mem,
  when,
  Vec,
  Bits,
} from '../../../gen/index.ts';
import { readable, refusal } from '../refusal.ts';

const byte = UInt(8);
/** `through` depends on `a` within the cycle, `later` only a cycle later, `other` on `b`. */
const Mixed = module(
  'Mixed',
  { a: In(byte), b: In(byte), through: Out(byte), later: Out(byte), other: Out(byte) },
  ({ a, b, through, later, other }) => {
    const kept = reg(byte);
    kept.set(a);
    through.set(a.add(1));
    later.set(kept);
    other.set(b);
  },
);

describe('L001: combinational loop', () => {
  test('two wires', () => {
    const describeIt = () =>
      module('Loop', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
        const first = wire(byte);
        const second = wire(byte);
        first.set(second.add(a));
        second.set(first.not());
        y.set(first);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error L001: combinational loop: first <- second <- first
        at check-loops.test.ts «add»
        |         first.set(second.add(a));
        |                          ^
        first is driven at check-loops.test.ts «set»
        |         first.set(second.add(a));
        |               ^
        second is driven at check-loops.test.ts «set»
        |         second.set(first.not());
        |                ^
        fix: put a register into the loop"
    `);
  });

  test('a wire that reads itself', () => {
    const describeIt = () =>
      module('Self', { c: In(Bool), y: Out(byte) }, ({ c, y }) => {
        const count = wire(byte);
        count.set(0);
        when(c, () => count.set(count.add(1)));
        y.set(count);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error L001: combinational loop: count <- count
        at check-loops.test.ts «when»
        |         when(c, () => count.set(count.add(1)));
        |         ^
        count is driven at check-loops.test.ts «when»
        |         when(c, () => count.set(count.add(1)));
        |         ^
        fix: put a register into the loop"
    `);
  });

  test('through an instance, without looking into it', () => {
    const describeIt = () =>
      module('Outer', { y: Out(byte) }, ({ y }) => {
        const child = instance(Mixed);
        child.a.set(child.through);
        child.b.set(0);
        y.set(child.other);
      });
    expect(readable(describeIt)).toMatchInlineSnapshot(`
      "error L001: combinational loop: child_a <- child_through <- child_a
        at check-loops.test.ts «set»
        |         child.a.set(child.through);
        |                 ^
        child_a is driven at check-loops.test.ts «set»
        |         child.a.set(child.through);
        |                 ^
        child_through comes out of the instance at check-loops.test.ts «instance»
        |         const child = instance(Mixed);
        |                       ^
        fix: put a register into the loop"
    `);
  });

  test('through two levels and back', () => {
    const Middle = module('Middle', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
      const child = instance(Mixed);
      child.a.set(0);
      child.b.set(a);
      y.set(child.other);
    });
    const error = refusal(() =>
      module('Outer', { y: Out(byte) }, ({ y }) => {
        const left = instance(Middle);
        const right = instance(Middle);
        left.a.set(right.y);
        right.a.set(left.y.add(1));
        y.set(left.y);
      }),
    );
    expect(error.diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'L001: combinational loop: left_y <- left_a <- right_y <- right_a <- left_y',
    ]);
  });

  test('through the address of a memory, and a condition', () => {
    const address = refusal(() =>
      module('M', { a: In(byte) }, ({ a }) => {
        const words = mem(byte, 256);
        const next = wire(byte);
        words.write(a, a);
        next.set(words.read(next));
      }),
    );
    const condition = refusal(() =>
      module('M', { y: Out(Bool) }, ({ y }) => {
        const on = wire(Bool);
        when(on, () => on.set(false)).otherwise(() => on.set(true));
        y.set(on);
      }),
    );
    expect([address.codes, condition.codes]).toEqual([['L001'], ['L001']]);
  });

  test('a chain far longer than a stack', () => {
    const error = refusal(() =>
      module('Long', {}, () => {
        const start = wire(byte);
        let value: typeof start = start;
        for (let step = 0; step < 3000; step++) {
          const next = wire(byte);
          next.set(value);
          value = next;
        }
        start.set(value);
      }),
    );
    expect(error.codes).toEqual(['L001']);
    expect(error.message.split('\n').length).toBeLessThan(60);
  });
});

describe('no loop', () => {
  test('through a register, and through an output that does not depend on that input', () => {
    const outer = module('Outer', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
      const state = reg(byte);
      state.set(state.add(1));
      const child = instance(Mixed);
      child.a.set(child.later.add(child.other));
      child.b.set(state.add(a));
      y.set(child.through);
    });
    const { paths, ir } = outer.checked;
    const dependsOn = [...paths].map(([output, inputs]) => [
      output.fixedName,
      [...inputs].map((input) => input.fixedName),
    ]);
    expect(dependsOn).toEqual([['y', ['a']]]);
    expect(ir.instances.length).toBe(1);
  });

  test('from one element of a vector to the next', () => {
    module('Ripple', { a: In(Bits(4)), y: Out(Vec(5, Bool)) }, ({ a, y }) => {
      const carry = wire(Vec(5, Bool));
      carry[0]!.set(true);
      for (let index = 0; index < 4; index++) carry[index + 1]!.set(carry[index]!.and(a.bit(index)));
      y.set(carry);
    });
  });

  test('in a ring of stages, whose ready goes round but not their valid', () => {
    const ring = () =>
      module('Ring', { y: Out(Bool) }, ({ y }) => {
        const first = instance(Stage({ width: 4 }));
        const second = instance(Stage({ width: 4 }));
        second.enq.valid.set(first.deq.valid);
        second.enq.data.set(first.deq.data);
        first.deq.ready.set(second.enq.ready);
        first.enq.valid.set(second.deq.valid);
        first.enq.data.set(second.deq.data);
        second.deq.ready.set(false);
        y.set(first.enq.ready);
      });
    expect(ring().name).toBe('Ring');
  });

  test('a stream passed through', () => {
    module('Pass', { s: In(Stream(byte)), t: Out(Stream(byte)) }, ({ s, t }) => {
      t.valid.set(s.valid);
      t.data.set(s.data);
      s.ready.set(t.ready);
    });
  });
});
