/** A FIFO that says of itself what is to hold; and versions of it with a bug each. */
import {
  assert,
  assertStream,
  assumeStream,
  Bool,
  cover,
  generator,
  ghost,
  In,
  module,
  Out,
  reg,
  Stream,
  UInt,
  Vec,
  when,
} from '../../gen/index.ts';

/**
 * What is wrong with it: `overflow` takes a word where there is no room, `reorder` writes words where they are not read,
 * `drop` counts a word twice where one goes as another comes, and `withdraw` takes `valid` back where nothing comes.
 */
export type FifoBug = 'none' | 'overflow' | 'reorder' | 'drop' | 'withdraw';

const DEPTH = 4;

/** Words of 4 bits. One of those that come while `pick` is high is followed on its way through: how many are before it. */
export const CheckedFifo = generator(function CheckedFifo({ bug }: { bug: FifoBug }) {
  const word = UInt(4);
  const ports = { enq: In(Stream(word)), deq: Out(Stream(word)), pick: In(Bool) };
  return module(bug === 'none' ? 'CheckedFifo' : `CheckedFifo_${bug}`, ports, ({ enq, deq, pick }) => {
    const words = reg(Vec(DEPTH, word));
    const head = reg(UInt(2), { reset: 0 });
    const tail = reg(UInt(2), { reset: 0 });
    const count = reg(UInt(3), { reset: 0 });
    const push = enq.fire;
    const pop = deq.fire;

    enq.ready.set(bug === 'overflow' ? true : count.ne(DEPTH));
    deq.valid.set(bug === 'withdraw' ? count.ne(0).and(enq.valid) : count.ne(0));
    deq.data.set(words.at(tail));
    when(push, () => {
      const target = bug === 'reorder' ? head.xor(1) : head;
      words.forEach((each, index) => when(target.eq(index), () => each.set(enq.data)));
      head.set(head.add(1));
    });
    when(pop, () => tail.set(tail.add(1)));
    when(bug === 'drop' ? push : push.and(pop.not()), () => count.set(count.add(1))).elseWhen(pop.and(push.not()), () =>
      count.set(count.sub(1)),
    );

    assert(count.le(DEPTH), 'no more words than there is room for');
    assumeStream(enq);
    assertStream(deq);
    assert(head.eq(tail.add(count.trunc(2))), 'pointers_agree');
    cover(count.eq(DEPTH), 'full');
    const watched = ghost(() => {
      const here = reg(Bool, { reset: false });
      const before = reg(UInt(3), { reset: 0 });
      const value = reg(word);
      when(push.and(pick).and(here.not()), () => {
        here.set(true);
        before.set(pop.mux(count.sub(1), count));
        value.set(enq.data);
      }).elseWhen(here.and(pop), () => {
        before.set(before.sub(1));
        when(before.eq(0), () => here.set(false));
      });
      return { here, before, value };
    });
    when(watched.here, () => {
      assert(watched.before.lt(count), 'the watched word is in the queue');
      assert(words.at(tail.add(watched.before.trunc(2))).eq(watched.value), 'the watched word stays as it came');
      when(watched.before.eq(0), () => assert(deq.data.eq(watched.value), 'the watched word goes as it came'));
    });
  });
});
