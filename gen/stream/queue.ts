/** A first-in, first-out buffer between two streams. */
import { assert, ghost } from '../language/checks.ts';
import { mem } from '../language/memory.ts';
import { generator } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg } from '../language/state.ts';
import { Bits, bitsFor, type DataType, Stream, UInt } from '../language/types.ts';
import type { BoolVal, StreamSource, UIntVal } from '../language/values.ts';
import { when } from '../language/when.ts';
import { assertOrder } from './assert-order.ts';
import { domainHere, type LibraryDomain, libraryModule } from './library-module.ts';
import { passThrough } from './pass-through.ts';
import { assertStream, assumeStream } from './protocol.ts';
import { requireCount } from './require-count.ts';

interface QueueShortcuts {
  /** An empty queue passes `valid` and data through in the same cycle; otherwise they take one. */
  readonly flow?: boolean;
  /** A full queue takes a word where it gives one, so that `ready` passes through; otherwise it waits until there is room. */
  readonly pipe?: boolean;
}

export interface QueueOptions extends QueueShortcuts {
  readonly name?: string;
}

/**
 * Holds up to `depth` words (from 2). Takes and gives one word in each cycle; neither `valid` nor `ready` passes through
 * combinationally, but for `flow` and `pipe`.
 */
export const Queue = generator(function Queue({
  width,
  depth,
  flow = false,
  pipe = false,
  ...domain
}: QueueShortcuts & LibraryDomain & { width: number; depth: number }) {
  const index = UInt(bitsFor(depth));
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Bits(width))) };
  const name = `Queue_${depth}x${width}${flow ? '_flow' : ''}${pipe ? '_pipe' : ''}`;
  return libraryModule(name, ports, domain, ({ enq, deq }) => {
    const words = mem(Bits(width), depth);
    const head = reg(index, { reset: 0 });
    const tail = reg(index, { reset: 0 });
    const count = reg(UInt(bitsFor(depth + 1)), { reset: 0 });
    const holds = (): BoolVal => count.ne(0);
    // With flow, a word that finds the queue empty and the sink ready never gets into it.
    const push = flow ? enq.fire.and(holds().or(deq.ready.not())) : enq.fire;
    const pop = flow ? holds().and(deq.ready) : deq.fire;
    const following = (pointer: UIntVal): UIntVal => pointer.eq(depth - 1).mux(0, pointer.add(1));

    enq.ready.set(pipe ? count.ne(depth).or(deq.ready) : count.ne(depth));
    deq.valid.set(flow ? holds().or(enq.valid) : holds());
    deq.data.set(flow ? holds().mux(words.read(tail), enq.data) : words.read(tail));
    when(push, () => {
      words.write(head, enq.data);
      head.set(following(head));
    });
    when(pop, () => tail.set(following(tail)));
    when(push.and(pop.not()), () => count.set(count.add(1))).elseWhen(pop.and(push.not()), () =>
      count.set(count.sub(1)),
    );

    if (flow) assumeStream(enq);
    assertStream(deq);
    const { held } = assertOrder(enq, deq, depth);
    ghost(() => {
      const beyond = tail.extend(index.width + 2).add(count.extend(index.width + 2));
      const ahead = beyond.ge(depth).mux(beyond.sub(depth), beyond);
      assert(held.eq(count.extend(held.width)), 'count_is_what_is_held');
      assert(tail.le(depth - 1), 'tail_in_range');
      assert(head.extend(index.width + 2).eq(ahead), 'pointers_agree_with_count');
    });
  });
});

/**
 * `source` behind a queue of `depth` words, from 2, which a reset empties. Moves a beat in each cycle. `valid` and data come a
 * cycle later, and nothing passes through combinationally: `ready` says whether there is room, whatever the sink does. With
 * `flow`, `valid` and data pass through an empty queue in the same cycle; with `pipe`, `ready` passes through a full one.
 */
export function queue<T extends DataType>(
  source: StreamSource<T>,
  depth: number,
  { flow = false, pipe = false, name }: QueueOptions = {},
): StreamSource<T> {
  requireCount('queue() of depth', depth, 2, 'one word is a stage(), a skid() or a halfStage()');
  const shortcuts = { ...(flow ? { flow } : {}), ...(pipe ? { pipe } : {}) };
  return passThrough(
    source,
    (width) => Queue({ width, depth, ...shortcuts, ...domainHere() }),
    name === undefined ? {} : { name },
  );
}
