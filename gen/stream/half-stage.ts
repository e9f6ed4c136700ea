/** A register that cuts a stream both ways, at half the rate. */
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

/** One word, filled in one cycle and emptied in another; nothing passes through combinationally. */
export const HalfStage = generator(function HalfStage({ width, ...domain }: LibraryDomain & { width: number }) {
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Bits(width))) };
  return libraryModule(`HalfStage_${width}`, ports, domain, ({ enq, deq }) => {
    const full = reg(Bool, { reset: false });
    const word = reg(Bits(width));

    enq.ready.set(full.not());
    deq.valid.set(full);
    deq.data.set(word);
    when(enq.fire, () => {
      full.set(true);
      word.set(enq.data);
    }).elseWhen(deq.ready, () => full.set(false));

    assertStream(deq);
    const { held, here, value } = assertOrder(enq, deq, 1);
    assert(held.eq(1).eq(full), 'full_where_held');
    assert(implies(here, word.eq(value)), 'followed_in_word');
  });
});

/**
 * `source` through one register that cuts both ways: `valid`, data and `ready` all come from registers, for no more than one
 * word of them. A cycle later; moves a beat in every other cycle. Holds a beat, which a reset drops. At the full rate, it
 * takes `stage(skid(source))` or a `queue`.
 */
export function halfStage<T extends DataType>(
  source: StreamSource<T>,
  options: { readonly name?: string } = {},
): StreamSource<T> {
  return passThrough(source, (width) => HalfStage({ width, ...domainHere() }), options);
}
