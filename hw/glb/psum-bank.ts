/** A psum bank of the global buffer (J19 section III-A): 1.875 kB in the paper, one to a psum router. */
import {
  all,
  assert,
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
  when,
} from '../../gen/index.ts';
import { PsumBankCommand, LOOP_BITS } from '../control/command.ts';
import { PsumLink, PsumPair } from '../noc/links.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { LapPointer, lapFollowing, lapFull } from '../pe/circular.ts';

/** What happened in a cycle, for the counters. */
export const PsumBankEvents = Bundle({ reads: Bool, writes: Bool });

/**
 * Keeps the psums of a pass until the next pass adds to them: a FIFO. To the array go, tile after tile, zeros in the first pass
 * and the psums of the pass before in every other; from the array come the psums of each pass, and those of the last one go on to
 * the output unit. `first` and `last` say which of both this bank does in a chain of clusters.
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
    // Where the next word is read, and where it is written.
    const head = reg(LapPointer(depth), { reset: 0 });
    const tail = reg(LapPointer(depth), { reset: 0 });
    // The word at the output of the SRAM has not been taken.
    const offered = reg(Bool, { reset: false });
    // The pass that comes from the array, and how many passes further those are that go to it: two at most, as the psums of a pass
    // come from the one before, except for zeros.
    const pass = reg(UInt(LOOP_BITS), { reset: 0 });
    const ahead = reg(UInt(2), { reset: 0 });
    const toGive = reg(UInt(LOOP_BITS), { reset: 0 });
    const toTake = reg(UInt(LOOP_BITS), { reset: 0 });

    const firstPass = pass.eq(0);
    const nextPass = pass.add(1);
    const lastPass = nextPass.eq(command.passes);
    const zeros = select(ahead, { 0: firstPass, 1: lastPass, default: firstPass.and(lastPass) });

    // To the array.
    const drains = toArray.fire.and(zeros.not());
    const isEmpty = head.index.eq(tail.index).and(head.lap.eq(tail.lap));
    const reads = isEmpty.not().and(offered.not().or(drains));
    const word = sram.readSync(head.index, { enable: reads, underWrite: 'any' });
    toArray.valid.set(first.and(zeros.or(offered)));
    toArray.data.set(mux(zeros, [0, 0], word));

    // From the array.
    fromArray.ready.set(last.and(mux(lastPass, final.ready, lapFull(tail, head).not())));
    final.valid.set(all(fromArray.valid, last, lastPass));
    final.data.set(fromArray.data);
    const writes = fromArray.fire.and(lastPass.not());
    when(writes, () => sram.write(tail.index, fromArray.data));
    events.set({ reads, writes });
    assert(implies(reads.and(writes), head.index.ne(tail.index)), 'a word is not read while it is written');

    offered.set(reads.or(offered.and(drains.not())));
    when(reads, () => head.set(lapFollowing(head, depth)));
    when(writes, () => tail.set(lapFollowing(tail, depth)));

    const givesLast = toArray.fire.and(toGive.eq(1));
    const takesLast = fromArray.fire.and(toTake.eq(1));
    when(toArray.fire, () => toGive.set(mux(givesLast, command.words, toGive.sub(1))));
    when(fromArray.fire, () => toTake.set(mux(takesLast, command.words, toTake.sub(1))));
    when(takesLast, () => pass.set(mux(lastPass, 0, nextPass)));
    when(givesLast.ne(takesLast), () => ahead.set(mux(givesLast, ahead.add(1), ahead.sub(1))));

    when(start, () => {
      for (const pointer of [head, tail]) pointer.set({ index: 0, lap: false });
      for (const count of [pass, ahead]) count.set(0);
      for (const count of [toGive, toTake]) count.set(command.words);
      offered.set(false);
    });
  });
});
