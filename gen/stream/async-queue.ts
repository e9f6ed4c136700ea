/** A first-in, first-out buffer between two clock domains. */
import type { Tree } from '../language/tree.ts';
import type { ClockDomain } from '../ir/clock-domain.ts';
import { defaultDomain } from '../ir/clock-domain.ts';
import { inDomain } from '../language/clock-domain.ts';
import { cat, unpack } from '../language/functions.ts';
import { mem } from '../language/memory.ts';
import { generator, instance, module } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { fatal } from '../language/report.ts';
import { reg } from '../language/state.ts';
import { synchronise, unsynchronised } from '../language/synchronise.ts';
import { typeOfTree } from '../language/type-of.ts';
import { Bits, bitsFor, type DataType, Stream, UInt, widthOf } from '../language/types.ts';
import type { BitsVal, StreamSource, UIntVal } from '../language/values.ts';
import { when } from '../language/when.ts';
import { captureSite } from '../source/capture-site.ts';
import { packPayload } from './pack-payload.ts';
import { replaceData } from './replace-data.ts';

/** What crosses comes from one domain and goes to another; the default domain where left out. */
export interface CrossingDomains {
  readonly from?: ClockDomain;
  readonly to?: ClockDomain;
}

interface AsyncQueueParameters {
  readonly width: number;
  readonly depth: number;
  readonly from: ClockDomain;
  readonly to: ClockDomain;
}

/**
 * Holds up to `depth` words, a power of two from 2. Each side sees the other's pointer two cycles late, Gray-coded, so that it
 * is never taken for one that it was not: words are seen late, and room is, but neither too early. Both sides are reset together.
 */
export const AsyncQueue = generator(function AsyncQueue({ width, depth, from, to }: AsyncQueueParameters) {
  const index = bitsFor(depth);
  const ports = {
    enq: In(Stream(Bits(width)), { domain: from }),
    deq: Out(Stream(Bits(width)), { domain: to }),
  };
  const name = `AsyncQueue_${depth}x${width}_${from.name ?? 'default'}_to_${to.name ?? 'default'}`;
  return module(name, ports, ({ enq, deq }) => {
    // One bit more than an index: equal indices are a full queue or an empty one.
    const words = mem(Bits(width), depth);
    const pointer = UInt(index + 1);
    const head = reg(pointer, { reset: 0, domain: from });
    const headGray = reg(Bits(index + 1), { reset: 0, domain: from });
    const tail = reg(pointer, { reset: 0, domain: to });
    const tailGray = reg(Bits(index + 1), { reset: 0, domain: to });

    inDomain(from, () => {
      const tailSeen = synchronise(tailGray, { gray: true, reset: 0 });
      const next = head.add(1);
      // A full lap ahead: the two top bits of the code differ.
      enq.ready.set(headGray.ne(lapAhead(tailSeen)));
      when(enq.fire, () => {
        words.write(head.trunc(index), enq.data);
        head.set(next);
        headGray.set(grayOf(next));
      });
    });
    inDomain(to, () => {
      const headSeen = synchronise(headGray, { gray: true, reset: 0 });
      const next = tail.add(1);
      deq.valid.set(tailGray.ne(headSeen));
      // Written before its pointer was, and not written again before ours has moved on.
      deq.data.set(unsynchronised(words.read(tail.trunc(index))));
      when(deq.fire, () => {
        tail.set(next);
        tailGray.set(grayOf(next));
      });
    });
  });
});

function grayOf(value: UIntVal): BitsVal {
  return value.xor(value.shr(1).extend(value.width)).asBits();
}

function lapAhead(gray: BitsVal): BitsVal {
  const top = gray.width - 1;
  const turned = gray.bits(top, top - 1).not();
  return top === 1 ? turned : cat(turned, gray.bits(top - 2, 0));
}

/** `source` of domain `from`, read in domain `to`, behind a queue of `depth` words. Both domains need a reset. */
export function asyncQueue<T extends DataType>(
  source: StreamSource<T>,
  depth: number,
  { from = defaultDomain, to = defaultDomain, name }: CrossingDomains & { readonly name?: string },
): StreamSource<T> {
  if (!Number.isInteger(depth) || depth < 2 || !Number.isInteger(Math.log2(depth))) {
    throw fatal(
      'P001',
      captureSite(),
      `asyncQueue() of depth ${depth}`,
      'a depth is a power of two from 2, as its pointers are Gray-coded',
    );
  }
  const type = typeOfTree(source.data as Tree) as T;
  const queue = AsyncQueue({ width: widthOf(type), depth, from, to });
  const buffer = instance(queue, { domain: defaultDomain, ...(name === undefined ? {} : { name }) });
  buffer.enq.valid.set(source.valid);
  buffer.enq.data.set(packPayload(source.data));
  source.ready.set(buffer.enq.ready);
  return replaceData<T>(buffer.deq, unpack(type, buffer.deq.data));
}
