/** A psum bank of the global buffer (J19 section III-A): 1.875 kB in the paper, one to a psum router. */
import {
  all,
  assert,
  bitsFor,
  Bool,
  Bundle,
  generator,
  implies,
  In,
  mem,
  module,
  mux,
  Out,
  reg,
  select,
  UInt,
  type UIntVal,
  when,
} from '../../gen/index.ts';
import { PsumBankCommand, LOOP_BITS } from '../control/command.ts';
import { PsumLink, PsumPair } from '../noc/links.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';

/** What happened in a cycle, for the counters. */
export const PsumBankEvents = Bundle({ reads: Bool, writes: Bool });

/**
 * Keeps the psums of a pass until the next pass adds to them: a FIFO. To the array go, tile after tile, zeros in the first pass
 * and the psums of the pass before in every other; from the array come the psums of each pass, and those of the last one go on to
 * the output unit. `first` and `last` say which of both this bank does in a chain of clusters.
 *
 * A word has its place by its number in the pass, so that the counters of the pass are the pointers of the FIFO, and it is never
 * full: a word is written where the same word of the pass before was read.
 */
export const GlbPsumBank = generator(function GlbPsumBank(p: ChipParameters) {
  const depth = p.psumBankWords;
  const Link = PsumLink(p);
  const ports = {
    start: In(Bool),
    command: In(PsumBankCommand),
    first: In(Bool),
    last: In(Bool),
    toArray: Out(Link),
    fromArray: In(Link),
    final: Out(Link),
    events: Out(PsumBankEvents),
  };
  const name = `GlbPsumBank${chipSuffix(p, 'pe.psumBits', 'psumBankWords')}`;
  return module(name, ports, ({ start, command, first, last, toArray, fromArray, final, events }) => {
    const sram = mem(PsumPair(p), depth, { macro: true });
    // Words that are still to give after this one in the pass that goes to the array, and to take in the one that comes from it.
    const toGive = reg(UInt(LOOP_BITS), { reset: 0 });
    const toTake = reg(UInt(LOOP_BITS), { reset: 0 });
    // The word to give stands at the output of the SRAM.
    const offered = reg(Bool, { reset: false });
    // The pass that comes from the array, and how many passes further those are that go to it: two at most, as the psums of a pass
    // come from the one before, except for zeros.
    const passesLeft = reg(UInt(LOOP_BITS), { reset: 0 });
    const firstPass = reg(Bool, { reset: true });
    const ahead = reg(UInt(2), { reset: 0 });

    const lastPass = passesLeft.eq(1);
    const place = (left: UIntVal): UIntVal =>
      left.width < bitsFor(depth) ? left.extend(bitsFor(depth)) : left.trunc(bitsFor(depth));

    // From the array.
    fromArray.ready.set(last.and(final.ready.or(lastPass.not())));
    final.valid.set(all(fromArray.valid, last, lastPass));
    final.data.set(fromArray.data);
    const takes = fromArray.fire;
    const writes = takes.and(lastPass.not());
    const takesLast = takes.and(toTake.eq(0));
    when(writes, () => sram.write(place(toTake), fromArray.data));
    assert(implies(writes, toTake.extend(LOOP_BITS + 1).lt(depth)), 'the words of a pass fit the bank');

    // To the array. The word after this one is read while this one is given, if it has been written.
    const zeros = select(ahead, { 0: firstPass, 1: lastPass, default: firstPass.and(lastPass) });
    toArray.valid.set(first.and(zeros.or(offered)));
    const gives = toArray.fire;
    const givesLast = gives.and(toGive.eq(0));
    const nextToGive = mux(givesLast.or(start), command.lastWord, mux(gives, toGive.sub(1), toGive));
    const nextAhead = ahead.add(givesLast.asUInt().extend(2));
    const isStored = select(nextAhead, {
      0: firstPass.not(),
      1: all(lastPass.not(), place(nextToGive).ne(place(toTake))),
      default: false,
    });
    const reads = all(first, isStored, offered.not().or(gives));
    const word = sram.readSync(place(nextToGive), { enable: reads, underWrite: 'any' });
    toArray.data.set(mux(zeros, [0, 0], word));
    events.set({ reads, writes });
    assert(implies(reads.and(writes), place(nextToGive).ne(place(toTake))), 'a word is not read while it is written');

    offered.set(reads.or(offered.and(gives.not())));
    toGive.set(nextToGive);
    ahead.set(nextAhead.sub(takesLast.asUInt().extend(2)));
    when(takes.or(start), () => toTake.set(mux(takesLast.or(start), command.lastWord, toTake.sub(1))));
    when(takesLast.or(start), () => {
      const over = lastPass.or(start);
      passesLeft.set(mux(over, command.passes, passesLeft.sub(1)));
      firstPass.set(over);
    });
    when(start, () => {
      offered.set(false);
      ahead.set(0);
    });
  });
});
