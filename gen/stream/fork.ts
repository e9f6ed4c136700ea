/** One stream to several sinks. */
import type { Tree } from '../language/tree.ts';
import { assert, ghost, implies } from '../language/checks.ts';
import { all, unpack } from '../language/functions.ts';
import { generator, instance } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg } from '../language/state.ts';
import { typeOfTree } from '../language/type-of.ts';
import { Bits, Bool, type DataType, Stream, UInt, Vec, widthOf } from '../language/types.ts';
import type { StreamSource } from '../language/values.ts';
import { when } from '../language/when.ts';
import type { ArrayOf } from './array-of.ts';
import { domainHere, type LibraryDomain, libraryModule } from './library-module.ts';
import { packPayload } from './pack-payload.ts';
import { assertStream, assumeStream } from './protocol.ts';
import { replaceData } from './replace-data.ts';
import { requireCount } from './require-count.ts';

/** Every branch takes its copy when it can; the source goes on with the last of them. */
export const Fork = generator(function Fork({
  branches,
  width,
  ...domain
}: LibraryDomain & { branches: number; width: number }) {
  const word = Stream(Bits(width));
  const ports = { enq: In(word), deq: Out(Vec(branches, word)) };
  return libraryModule(`Fork_${branches}x${width}`, ports, domain, ({ enq, deq }) => {
    const taken = reg(Vec(branches, Bool), { reset: 0 });
    const [first, ...others] = deq.map(({ ready }, branch) => ready.or(taken[branch]!));
    const done = all(first!, ...others);

    enq.ready.set(done);
    deq.forEach((branch, index) => {
      const mine = taken[index]!;
      branch.valid.set(enq.valid.and(mine.not()));
      branch.data.set(enq.data);
      when(enq.valid, () => mine.set(done.not().and(mine.or(branch.ready))));
    });

    assumeStream(enq);
    for (const branch of deq) assertStream(branch);
    ghost(() => {
      // Beats that came and went, counted up to 3 and round again; and the one that every branch is to have next.
      const came = reg(UInt(2), { reset: 0 });
      when(enq.fire, () => came.set(came.add(1)));
      deq.forEach((branch, index) => {
        const went = reg(UInt(2), { reset: 0 });
        const copy = reg(Bits(width));
        when(branch.fire, () => {
          went.set(went.add(1));
          copy.set(branch.data);
        });
        assert(went.sub(came).eq(taken[index]!.mux(1, came.sub(came))), `branch_${index}_in_step`);
        assert(implies(branch.fire, branch.data.eq(enq.data)), `branch_${index}_has_the_beat`);
        assert(implies(taken[index]!, enq.valid.and(copy.eq(enq.data))), `branch_${index}_had_the_beat`);
        assert(implies(enq.fire, taken[index]!.or(branch.fire)), `branch_${index}_is_waited_for`);
      });
    });
  });
});

/**
 * Copies of `source` for so many sinks. Every branch takes its copy when it can, in any order, and has each beat once; the
 * source goes on in the cycle in which the last branch takes it. No latency: `valid` and data pass forwards combinationally, and
 * the `ready` of all branches back; no branch waits for another's `ready` with its `valid`. A register for each branch, cleared
 * by reset, says that it has its copy.
 */
export function fork<T extends DataType, const N extends number>(
  source: StreamSource<T>,
  branches: N,
  options: { readonly name?: string } = {},
): ArrayOf<N, StreamSource<T>> {
  requireCount('fork() into', branches, 1);
  if (branches === 1) return [source] as unknown as ArrayOf<N, StreamSource<T>>;
  const type = typeOfTree(source.data as Tree) as T;
  const split = instance(Fork({ branches, width: widthOf(type), ...domainHere() }), options);
  split.enq.valid.set(source.valid);
  split.enq.data.set(packPayload(source.data));
  source.ready.set(split.enq.ready);
  const copies = split.deq.map((branch) => replaceData<T>(branch, unpack(type, branch.data)));
  return copies as unknown as ArrayOf<N, StreamSource<T>>;
}
