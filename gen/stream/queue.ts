/** A first-in, first-out buffer between two streams. */
import { unpack } from '../language/functions.ts';
import { mem } from '../language/memory.ts';
import { generator, instance, module } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg } from '../language/state.ts';
import { Bits, bitsFor, type DataType, Stream, UInt, widthOf } from '../language/types.ts';
import type { StreamSource, UIntVal } from '../language/values.ts';
import { when } from '../language/when.ts';
import { packPayload } from './pack-payload.ts';
import { replaceData } from './replace-data.ts';

/**
 * Holds up to `depth` words (from 2). Takes and gives one word in each cycle; neither `valid` nor `ready` passes through
 * combinationally.
 */
export const Queue = generator(function Queue({ width, depth }: { width: number; depth: number }) {
  const index = UInt(bitsFor(depth));
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Bits(width))) };
  return module(`Queue_${depth}x${width}`, ports, ({ enq, deq }) => {
    const words = mem(Bits(width), depth);
    const head = reg(index, { reset: 0 });
    const tail = reg(index, { reset: 0 });
    const count = reg(UInt(bitsFor(depth + 1)), { reset: 0 });
    const push = enq.fire;
    const pop = deq.fire;
    const following = (pointer: UIntVal): UIntVal => pointer.eq(depth - 1).mux(0, pointer.add(1));

    enq.ready.set(count.ne(depth));
    deq.valid.set(count.ne(0));
    deq.data.set(words.read(tail));
    when(push, () => {
      words.write(head, enq.data);
      head.set(following(head));
    });
    when(pop, () => tail.set(following(tail)));
    when(push.and(pop.not()), () => count.set(count.add(1))).elseWhen(pop.and(push.not()), () =>
      count.set(count.sub(1)),
    );
  });
});

/** `source` behind a queue of `depth` words. */
export function queue<T extends DataType>(
  type: T,
  source: StreamSource<T>,
  depth: number,
  options: { readonly name?: string } = {},
): StreamSource<T> {
  const buffer = instance(Queue({ width: widthOf(type), depth }), options);
  buffer.enq.valid.set(source.valid);
  buffer.enq.data.set(packPayload(source.data));
  source.ready.set(buffer.enq.ready);
  return replaceData<T>(buffer.deq, unpack(type, buffer.deq.data));
}
