/** The passes of an iact bank, one after the other. */
import { all, any, Bool, generator, In, lit, module, mux, Out, reg, UInt, when } from '../../gen/index.ts';
import { LOOP_BITS } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { BlockPlace, stepFrom } from './block-place.ts';

/**
 * Goes through chunks, replays and passes, one pass ahead of the slowest slot: `entry` is where slot 0's first block of that pass
 * stands. When all slots have entered the pass, which they do when they have read all of the one before, that one is over: its
 * blocks become free, and the next pass opens. The rest of a chunk becomes free a cycle later; no pass takes a single cycle.
 */
export const GlbPassWalk = generator(function GlbPassWalk(p: ChipParameters) {
  const count = UInt(LOOP_BITS);
  const place = BlockPlace(p);
  const ports = {
    start: In(Bool),
    passWords: In(place),
    chunkWords: In(place),
    passes: In(count),
    replays: In(count),
    chunks: In(count),
    passRelease: In(place),
    chunkRelease: In(place),
    /** All slots have entered the pass. */
    allEntered: In(Bool),
    /** There is a pass to enter. */
    open: Out(Bool),
    entry: Out(place),
    /** The next pass takes the place of this one. */
    advance: Out(Bool),
    /** Blocks become free in this cycle, and their words. */
    releases: Out(Bool),
    released: Out(place),
  };
  return module(`GlbPassWalk${chipSuffix(p, 'iactBankWords')}`, ports, (io) => {
    const open = reg(Bool, { reset: false });
    const entry = reg(place);
    const chunkEntry = reg(place);
    const passesLeft = reg(count);
    const replaysLeft = reg(count);
    const chunksLeft = reg(count);
    // Whether the blocks of the pass before this one become free when it is over, and the rest of its chunk's with them: then this
    // pass is the first of a chunk.
    const freesPass = reg(Bool);
    const freesChunk = reg(Bool);
    // It is over since the cycle before.
    const chunkOver = reg(Bool);

    const advance = open.and(io.allEntered);
    const lastPass = passesLeft.eq(1);
    const lastReplay = replaysLeft.eq(1);
    const lastOfChunk = lastPass.and(lastReplay);

    io.open.set(open);
    io.entry.set(entry);
    io.advance.set(advance);
    io.releases.set(any(all(advance, freesPass), chunkOver));
    io.released.set(mux(chunkOver, io.chunkRelease, io.passRelease));

    const step = mux(lastPass, mux(lastReplay, io.chunkWords, lit(place, 0)), io.passWords);
    chunkOver.set(advance.and(freesChunk));
    when(freesChunk, () => chunkEntry.set(entry));
    when(advance, () => {
      entry.set(stepFrom(mux(lastPass, chunkEntry, entry), step, p.iactBankWords));
      open.set(all(lastOfChunk, chunksLeft.eq(1)).not());
      freesPass.set(lastReplay);
      freesChunk.set(lastOfChunk);
    });
    // The counters start as they go on behind their last turn.
    when(advance.or(io.start), () => {
      const overPass = lastPass.or(io.start);
      const overReplay = lastReplay.or(io.start);
      passesLeft.set(mux(overPass, io.passes, passesLeft.sub(1)));
      when(overPass, () => replaysLeft.set(mux(overReplay, io.replays, replaysLeft.sub(1))));
      when(all(overPass, overReplay), () => chunksLeft.set(mux(io.start, io.chunks, chunksLeft.sub(1))));
    });
    when(io.start, () => {
      open.set(true);
      entry.set(0);
      chunkEntry.set(0);
      freesPass.set(false);
      freesChunk.set(false);
      chunkOver.set(false);
    });
  });
});
