/** A register in the way back of a stream. */
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
import { assertStream, assumeStream } from './protocol.ts';

/** One word for the beat that comes while the sink stops; otherwise beats pass through. `ready` is registered. */
export const Skid = generator(function Skid({ width, ...domain }: LibraryDomain & { width: number }) {
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Bits(width))) };
  return libraryModule(`Skid_${width}`, ports, domain, ({ enq, deq }) => {
    const full = reg(Bool, { reset: false });
    const word = reg(Bits(width));

    enq.ready.set(full.not());
    deq.valid.set(full.or(enq.valid));
    deq.data.set(full.mux(word, enq.data));
    when(deq.ready, () => full.set(false)).elseWhen(enq.fire, () => {
      full.set(true);
      word.set(enq.data);
    });

    assumeStream(enq);
    assertStream(deq);
    const { held, here, value } = assertOrder(enq, deq, 1);
    assert(held.eq(1).eq(full), 'full_where_held');
    assert(implies(here, word.eq(value)), 'followed_in_word');
  });
});

/**
 * `source` with the way back cut: `ready` comes from a register. `valid` and data pass through combinationally, in the same
 * cycle, or come from the one word that is held while the sink stops; a reset drops it. Moves a beat in each cycle.
 */
export function skid<T extends DataType>(
  source: StreamSource<T>,
  options: { readonly name?: string } = {},
): StreamSource<T> {
  return passThrough(source, (width) => Skid({ width, ...domainHere() }), options);
}
