/** Order as a check: what comes out is what went in. */
import { assert, ghost, implies } from '../language/checks.ts';
import { reg } from '../language/state.ts';
import { Bits, bitsFor, Bool, UInt } from '../language/types.ts';
import type { BitsVal, BoolVal, UIntVal } from '../language/values.ts';
import { when } from '../language/when.ts';

interface Beats {
  readonly valid: BoolVal;
  readonly fire: BoolVal;
  readonly data: BitsVal;
}

/** Ghosts that tell where a module stands, for what else it has to say about that. */
export interface Order {
  /** Beats that came and have not gone. */
  readonly held: UIntVal;
  /** One of them is followed: `before` others go first, and it is `value`. */
  readonly here: BoolVal;
  readonly before: UIntVal;
  readonly value: BitsVal;
}

/**
 * Demands that every beat of `enq` comes out of `deq` once, in order and unchanged, and that at most `capacity` are between.
 * One beat is followed at a time. Which, nothing says: how many come before it is a register without reset, so that a proof
 * holds for each, and a simulation looks at a random one.
 */
export function assertOrder(enq: Beats, deq: Beats, capacity: number): Order {
  return ghost(() => {
    const held = reg(UInt(bitsFor(capacity + 2)), { reset: 0 });
    const until = reg(UInt(bitsFor(capacity + 1)));
    const here = reg(Bool, { reset: false });
    const before = reg(UInt(bitsFor(capacity + 2)), { reset: 0 });
    const value = reg(Bits(enq.data.width));

    const picked = enq.fire.and(until.eq(0)).and(here.not());
    const passing = deq.fire.and(held.eq(0));
    when(enq.fire, () => until.set(until.sub(1)));
    when(enq.fire.and(deq.fire.not()), () => held.set(held.add(1))).elseWhen(deq.fire.and(enq.fire.not()), () =>
      held.set(held.sub(1)),
    );
    when(picked.and(passing.not()), () => {
      here.set(true);
      before.set(deq.fire.mux(held.sub(1), held));
      value.set(enq.data);
    }).elseWhen(here.and(deq.fire), () => {
      before.set(before.sub(1));
      when(before.eq(0), () => here.set(false));
    });

    assert(held.le(capacity), 'no more beats are held than there is room for');
    assert(implies(here, before.lt(held)), 'the followed beat is held');
    assert(implies(passing, enq.fire), 'no beat goes that has not come');
    assert(implies(passing, deq.data.eq(enq.data)), 'a beat that passes goes as it came');
    assert(implies(here.and(before.eq(0)).and(deq.valid), deq.data.eq(value)), 'the followed beat goes as it came');
    return { held, here, before, value };
  });
}
