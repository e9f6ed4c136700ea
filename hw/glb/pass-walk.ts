/** The passes of an iact bank, one after the other. */
import { all, Bool, generator, In, module, mux, Out, reg, UInt, when } from '../../gen/index.ts';
import { LOOP_BITS } from '../control/command.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { BlockPlace, stepFrom } from './block-place.ts';

/**
 * Goes through chunks, replays and passes, one pass ahead of the slowest slot: `entry` is where slot 0's first block of that pass
 * stands. When all slots have entered the pass, which they do when they have read all of the one before, that one is over: its
 * blocks become free, and the next pass opens. The rest of a chunk becomes free a cycle later; no pass takes a single cycle.
 */
export const GlbPassWalk = generator(function GlbPassWalk(p: ChipParameters) {
  const { iactWords, iactBlocks } = chipWidths(p);
  const count = UInt(LOOP_BITS);
  const ports = {
    start: In(Bool),
    ringWords: In(UInt(iactWords)),
    passStep: In(BlockPlace(p)),
    chunkStep: In(BlockPlace(p)),
    passes: In(count),
    replays: In(count),
    chunks: In(count),
    passRelease: In(UInt(iactBlocks)),
    chunkRelease: In(UInt(iactBlocks)),
    /** All slots have entered the pass. */
    allEntered: In(Bool),
    /** There is a pass to enter. */
    open: Out(Bool),
    entry: Out(BlockPlace(p)),
    /** The next pass takes the place of this one. */
    advance: Out(Bool),
    /** Blocks that become free in this cycle. */
    released: Out(UInt(iactBlocks)),
  };
  return module(`GlbPassWalk${chipSuffix(p, 'iactBankWords')}`, ports, (io) => {
    const open = reg(Bool, { reset: false });
    const entry = reg(BlockPlace(p));
    const chunkEntry = reg(BlockPlace(p));
    const passesLeft = reg(count);
    const replaysLeft = reg(count);
    const chunksLeft = reg(count);
    // Whether the blocks of the pass before this one become free when it is over, and the rest of its chunk's with them.
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
    io.released.set(mux(advance, mux(freesPass, io.passRelease, 0), mux(chunkOver, io.chunkRelease, 0)));

    const chunkStep = mux(lastReplay, io.chunkStep, { number: 0, address: 0 });
    const following = stepFrom(mux(lastPass, chunkEntry, entry), mux(lastPass, chunkStep, io.passStep), io.ringWords);
    chunkOver.set(advance.and(freesChunk));
    when(advance, () => {
      entry.set(following);
      passesLeft.set(mux(lastPass, io.passes, passesLeft.sub(1)));
      when(lastPass, () => replaysLeft.set(mux(lastReplay, io.replays, replaysLeft.sub(1))));
      when(lastOfChunk, () => {
        chunkEntry.set(following);
        chunksLeft.set(chunksLeft.sub(1));
      });
      when(all(lastOfChunk, chunksLeft.eq(1)), () => open.set(false));
      freesPass.set(lastReplay);
      freesChunk.set(lastOfChunk);
    });
    when(io.start, () => {
      open.set(true);
      entry.set({ number: 0, address: 0 });
      chunkEntry.set({ number: 0, address: 0 });
      passesLeft.set(io.passes);
      replaysLeft.set(io.replays);
      chunksLeft.set(io.chunks);
      freesPass.set(false);
      freesChunk.set(false);
      chunkOver.set(false);
    });
  });
});
