/** The elements of a beat one after another. */
import type { Tree } from '../language/tree.ts';
import { assert, ghost, implies } from '../language/checks.ts';
import { unpack } from '../language/functions.ts';
import { generator, instance } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { fatal } from '../language/report.ts';
import { reg } from '../language/state.ts';
import { typeOfTree, typeText } from '../language/type-of.ts';
import { Bits, bitsFor, type DataType, Stream, UInt, Vec, type VecType, widthOf } from '../language/types.ts';
import type { StreamSource, Val } from '../language/values.ts';
import { when } from '../language/when.ts';
import { captureSite } from '../source/capture-site.ts';
import { domainHere, type LibraryDomain, libraryModule } from './library-module.ts';
import { packPayload } from './pack-payload.ts';
import { assertStream, assumeStream } from './protocol.ts';
import { replaceData } from './replace-data.ts';

/** Gives the words of a beat one after another; the beat stays with the source until the last. */
export const Narrow = generator(function Narrow({
  factor,
  width,
  ...domain
}: LibraryDomain & { factor: number; width: number }) {
  const ports = { enq: In(Stream(Vec(factor, Bits(width)))), deq: Out(Stream(Bits(width))) };
  return libraryModule(`Narrow_${factor}x${width}`, ports, domain, ({ enq, deq }) => {
    const count = reg(UInt(bitsFor(factor)), { reset: 0 });
    const last = count.eq(factor - 1);

    enq.ready.set(last.and(deq.ready));
    deq.valid.set(enq.valid);
    deq.data.set(enq.data.at(count));
    when(deq.fire, () => count.set(last.mux(0, count.add(1))));

    assumeStream(enq);
    assertStream(deq);
    ghost(() => {
      const gone = reg(UInt(bitsFor(factor + 1)), { reset: 0 });
      when(deq.fire, () => gone.set(enq.fire.mux(0, gone.add(1))));
      assert(
        gone
          .extend(gone.width + 1)
          .eq(count.extend(gone.width + 1))
          .and(gone.le(factor - 1)),
        'count_is_what_went',
      );
      assert(enq.fire.eq(deq.fire.and(gone.eq(factor - 1))), 'beat_goes_with_its_last_word');
      enq.data.forEach((word, position) => {
        assert(implies(deq.valid.and(gone.eq(position)), deq.data.eq(word)), `word_${position}_in_its_turn`);
      });
    });
  });
});

/**
 * The elements of each beat of `source` one after another, element 0 first. No latency: `valid` and data pass through
 * combinationally; `ready` passes back with the last element, until when the source keeps the beat. A reset starts over with
 * element 0. Gives a word in each cycle.
 */
export function narrowStream<T extends DataType>(
  source: StreamSource<VecType<T>>,
  options: { readonly name?: string } = {},
): StreamSource<T> {
  const type = typeOfTree(source.data as Tree);
  if (type.kind !== 'vec') {
    throw fatal(
      'P001',
      captureSite(),
      `narrowStream() of a stream of ${typeText(type)}`,
      'give a stream of vectors, whose elements are to come one by one',
    );
  }
  const elements = source.data as unknown as readonly Val<T>[];
  if (type.length === 1) return replaceData(source, elements[0]!);
  const element = type.element as T;
  const converter = instance(Narrow({ factor: type.length, width: widthOf(element), ...domainHere() }), options);
  converter.enq.valid.set(source.valid);
  converter.enq.data.set(elements.map(packPayload));
  source.ready.set(converter.enq.ready);
  return replaceData(converter.deq, unpack(element, converter.deq.data));
}
