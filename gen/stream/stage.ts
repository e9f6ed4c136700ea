/** A pipeline register in a stream. */
import { assert, implies } from '../language/checks.ts';
import { generator } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg } from '../language/state.ts';
import { Bits, Bool, type DataType, Stream } from '../language/types.ts';
import type { StreamSource } from '../language/values.ts';
import { when } from '../language/when.ts';
import { assertOrder } from './assert-order.ts';
import { domainHere, type LibraryDomain, libraryModule } from './library-module.ts';
import { passThrough } from './pass-through.ts';
import { assertStream } from './protocol.ts';

/** One word; `valid` and data are registered, `ready` passes through. One word in each cycle. */
export const Stage = generator(function Stage({ width, ...domain }: LibraryDomain & { width: number }) {
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Bits(width))) };
  return libraryModule(`Stage_${width}`, ports, domain, ({ enq, deq }) => {
    const full = reg(Bool, { reset: false });
    const word = reg(Bits(width));

    enq.ready.set(full.not().or(deq.ready));
    deq.valid.set(full);
    deq.data.set(word);
    full.set(enq.valid.or(enq.ready.not()));
    when(enq.fire, () => word.set(enq.data));

    assertStream(deq);
    const { held, here, value } = assertOrder(enq, deq, 1);
    assert(held.eq(1).eq(full), 'full_where_held');
    assert(implies(here, word.eq(value)), 'followed_in_word');
  });
});

/**
 * `source` through a pipeline register that cuts the way forwards: `valid` and data come from registers, a cycle later.
 * `ready` passes back combinationally. Holds a beat, which a reset drops; moves one in each cycle.
 */
export function stage<T extends DataType>(
  source: StreamSource<T>,
  options: { readonly name?: string } = {},
): StreamSource<T> {
  return passThrough(source, (width) => Stage({ width, ...domainHere() }), options);
}
