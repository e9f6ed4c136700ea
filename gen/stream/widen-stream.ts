/** Several beats as one. */
import type { Tree } from '../language/tree.ts';
import { assert, ghost, implies } from '../language/checks.ts';
import { unpack } from '../language/functions.ts';
import { generator, instance } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg } from '../language/state.ts';
import { typeOfTree } from '../language/type-of.ts';
import { Bits, bitsFor, type DataType, Stream, UInt, Vec, type VecType, widthOf } from '../language/types.ts';
import type { StreamSource } from '../language/values.ts';
import { when } from '../language/when.ts';
import { asValue } from './as-value.ts';
import { domainHere, type LibraryDomain, libraryModule } from './library-module.ts';
import { packPayload } from './pack-payload.ts';
import { assertStream, assumeStream } from './protocol.ts';
import { replaceData } from './replace-data.ts';
import { requireCount } from './require-count.ts';

/** Keeps words until the last of a beat comes, which goes along at once. */
export const Widen = generator(function Widen({
  factor,
  width,
  ...domain
}: LibraryDomain & { factor: number; width: number }) {
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Vec(factor, Bits(width)))) };
  return libraryModule(`Widen_${factor}x${width}`, ports, domain, ({ enq, deq }) => {
    const count = reg(UInt(bitsFor(factor)), { reset: 0 });
    const words = reg(Vec(factor - 1, Bits(width)));
    const last = count.eq(factor - 1);

    enq.ready.set(last.not().or(deq.ready));
    deq.valid.set(last.and(enq.valid));
    deq.data.set([...words, enq.data]);
    when(enq.fire, () => {
      count.set(last.mux(0, count.add(1)));
      words.forEach((each, position) => when(count.eq(position), () => each.set(enq.data)));
    });

    assumeStream(enq);
    assertStream(deq);
    ghost(() => {
      // The words that came last, the latest first.
      const latest = reg(Vec(factor - 1, Bits(width)));
      const came = reg(UInt(bitsFor(factor + 1)), { reset: 0 });
      when(enq.fire, () => {
        latest.set([enq.data, ...latest.slice(0, -1)]);
        came.set(deq.fire.mux(0, came.add(1)));
      });
      assert(
        came
          .extend(came.width + 1)
          .eq(count.extend(came.width + 1))
          .and(came.le(factor - 1)),
        'count_is_what_came',
      );
      assert(implies(deq.fire, enq.fire), 'no_beat_without_its_last_word');
      assert(implies(deq.valid, came.eq(factor - 1)), 'no_beat_before_its_words');
      assert(implies(deq.valid, deq.data[factor - 1]!.eq(enq.data)), 'last_word_on_top');
      words.forEach((each, position) => {
        assert(
          implies(deq.valid, deq.data[position]!.eq(latest[factor - 2 - position]!)),
          `word_${position}_in_its_place`,
        );
        for (let full = position + 1; full < factor; full++)
          assert(implies(count.eq(full), each.eq(latest[full - 1 - position]!)), `word_${position}_kept`);
      });
    });
  });
});

/**
 * `factor` beats of `source` as one: element 0 is the one that came first. The last of them passes through combinationally with
 * the `valid` that it makes, and `ready` back where it is due; the others wait in registers. A reset drops what has come of a
 * beat. Takes a word in each cycle.
 */
export function widenStream<T extends DataType>(
  source: StreamSource<T>,
  factor: number,
  options: { readonly name?: string } = {},
): StreamSource<VecType<T>> {
  requireCount('widenStream() by', factor, 1);
  if (factor === 1) return replaceData(source, asValue<VecType<T>>([source.data]));
  const type = typeOfTree(source.data as Tree) as T;
  const converter = instance(Widen({ factor, width: widthOf(type), ...domainHere() }), options);
  converter.enq.valid.set(source.valid);
  converter.enq.data.set(packPayload(source.data));
  source.ready.set(converter.enq.ready);
  const words = converter.deq.data.map((word) => unpack(type, word));
  return replaceData(converter.deq, asValue<VecType<T>>(words));
}
