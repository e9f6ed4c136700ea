/** The walk of one slot over the blocks of an iact bank. */
import { all, Bool, generator, In, module, mux, Out, reg, UInt, when } from '../../gen/index.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { BlockPlace } from './block-place.ts';

/**
 * Enters a pass, and reads its blocks: of each the first word, as soon as the block has been filled, and then the others, whenever
 * the slot is ready. It asks for one read at a time, and where that is `granted` the word stands at the output of the SRAM a cycle
 * later. The second word of a block may be read while the first stands there: every block has two. What is done for one slot a
 * cycle is done in `GlbBlockReader`, once for all slots.
 */
export const GlbSlotWalk = generator(function GlbSlotWalk(p: ChipParameters) {
  const { iactAddress, iactWords, iactBlocks } = chipWidths(p);
  const address = UInt(iactAddress);
  const ports = {
    start: In(Bool),
    /** The slot has a walk of its own. */
    active: In(Bool),
    /** Blocks of a pass. */
    rows: In(UInt(iactWords)),
    /** There is a pass to enter; the slots that have entered it may enter another: see `GlbPassWalk`. */
    open: In(Bool),
    advance: In(Bool),
    /** All blocks before this one are complete. */
    filled: In(UInt(iactBlocks)),
    ready: In(Bool),
    /** Wants to read a word, and which. */
    request: Out(Bool),
    address: Out(address),
    granted: In(Bool),
    /** In this read: the word is the last of its block; the address behind it. */
    atEnd: In(Bool),
    behind: In(address),
    /** The block that comes next, and what takes its place: the one after it, or the first of the pass that is entered. */
    nextBlock: Out(BlockPlace(p)),
    following: In(BlockPlace(p)),
    /** Wants to enter the pass. */
    entering: Out(Bool),
    enters: In(Bool),
    /** Nothing of the passes before that one is left to read; true of a slot without a walk. */
    entered: Out(Bool),
    /** Some blocks of the slot's pass have not been begun, and may not have been filled. */
    waiting: Out(Bool),
    /** The slot is within a block, whose last word stands at `lastWord`; or, a cycle long, at the output of the SRAM. */
    inBlock: Out(Bool),
    lastWord: Out(address),
    opening: Out(Bool),
    readLast: In(address),
    /** The word read in the cycle before is one for the slot. */
    sends: Out(Bool),
  };
  return module(`GlbSlotWalk${chipSuffix(p, 'iactBankWords')}`, ports, (io) => {
    const entered = reg(Bool, { reset: false });
    const rowsLeft = reg(UInt(iactWords), { reset: 0 });
    const nextBlock = reg(BlockPlace(p));
    const inBlock = reg(Bool, { reset: false });
    const opening = reg(Bool, { reset: false });
    const lastWord = reg(address);
    const pointer = reg(address);
    const sends = reg(Bool, { reset: false });

    const waiting = rowsLeft.ne(0);
    // The next block is less than half of all numbers away from `filled`, on either side.
    const lead = io.filled.sub(nextBlock.number);
    const isFilled = lead.ne(0).and(lead.bit(iactBlocks - 1).not());
    io.request.set(mux(inBlock, io.ready, waiting.and(isFilled)));
    io.address.set(mux(inBlock, pointer, nextBlock.address));
    const opens = io.granted.and(inBlock.not());
    const reads = io.granted.and(inBlock);
    const leaves = mux(inBlock, reads.and(io.atEnd), true);

    io.nextBlock.set(nextBlock);
    io.entering.set(all(io.active, io.open, entered.not(), waiting.not(), leaves));
    io.entered.set(entered.or(io.active.not()));
    io.waiting.set(waiting);
    io.inBlock.set(inBlock);
    io.lastWord.set(lastWord);
    io.opening.set(opening);
    io.sends.set(sends);

    opening.set(opens);
    sends.set(reads);
    when(opening, () => lastWord.set(io.readLast));
    when(io.granted, () => pointer.set(io.behind));
    when(opens, () => inBlock.set(true)).elseWhen(leaves, () => inBlock.set(false));
    when(opens.or(io.enters), () => {
      nextBlock.set(io.following);
      rowsLeft.set(mux(io.enters, io.rows, rowsLeft.sub(1)));
    });
    when(io.advance, () => entered.set(false));
    when(io.enters, () => entered.set(true));
    when(io.start, () => {
      entered.set(false);
      rowsLeft.set(0);
      inBlock.set(false);
      opening.set(false);
      sends.set(false);
    });
  });
});
