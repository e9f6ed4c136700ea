/** The read side of an iact bank: the walks of all slots over its blocks. */
import {
  Bits,
  Bool,
  generator,
  In,
  instance,
  lit,
  mem,
  module,
  mux,
  Out,
  pack,
  reg,
  UInt,
  Vec,
  when,
} from '../../gen/index.ts';
import { following } from '../pe/circular.ts';
import { indexOf, lowestOf } from '../noc/one-hot.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { addressOf, BlockPlace, stepFrom } from './block-place.ts';
import { GlbReadTurn } from './read-turn.ts';

/**
 * Each slot enters a pass and reads its blocks: of each the first word, as soon as the block has been filled, and then the others,
 * whenever the slot is ready. The SRAM gives one word a cycle, so the slots share all that computes: one of them is granted a read,
 * and what it has come to stands in small memories with a row for each slot. What tells which of them can use a read, a bit each,
 * is kept up to date. The word stands at the output of the SRAM a cycle later. The second word of a block may be read while the
 * first stands there: every block has two.
 *
 * One slot a cycle makes a step: one that has begun a block, to its next one, or else one that enters a pass, to its first.
 */
export const GlbBlockReader = generator(function GlbBlockReader(p: ChipParameters) {
  const { word, iactAddress, column } = chipWidths(p);
  const address = UInt(iactAddress);
  const rows = UInt(iactAddress);
  const place = BlockPlace(p);
  const slots = UInt(p.peColumns);
  const ports = {
    start: In(Bool),
    /** Each slot has a walk of its own; otherwise slot 0 has one for all of them. */
    ownSlots: In(Bool),
    /** Where each slot's blocks start in a pass, relative to slot 0's; from one of them to the next; how many there are. */
    slotWords: In(Vec(p.peColumns, place)),
    rowWords: In(place),
    rows: In(rows),
    /** The pass to enter: see `GlbPassWalk`. */
    open: In(Bool),
    entry: In(place),
    advance: In(Bool),
    /** Nothing of the passes before that one is left to begin. */
    allEntered: Out(Bool),
    /** All blocks before this one are complete, and it becomes so in this cycle; some slot may still have to wait for one. */
    filled: In(place),
    fills: In(Bool),
    waiting: Out(Bool),
    ready: In(Bits(p.peColumns)),
    /** The word read in the cycle before is one for these slots. */
    sends: Out(Bits(p.peColumns)),
    /** The SRAM. */
    read: Out(Bool),
    address: Out(address),
    data: In(Bits(word)),
  };
  const name = `GlbBlockReader${chipSuffix(p, 'pe.dataBits', 'peColumns', 'iactBankWords')}`;
  return module(name, ports, (io) => {
    // A bit for each slot: it has entered the pass; it has a block to begin; that block is filled; it is within a block.
    const entered = reg(slots, { reset: 0 });
    const waiting = reg(slots, { reset: 0 });
    const available = reg(slots, { reset: 0 });
    const inBlock = reg(slots, { reset: 0 });
    // A row for each slot: the block to begin, and how many there are with it; the word to read, and the last one of the block.
    const nextBlock = mem(place, 2 ** column);
    const rowsLeft = mem(rows, 2 ** column);
    const pointer = mem(address, 2 ** column);
    const lastWord = mem(address, 2 ** column);
    // The slot of the cycle before; the first word of its block is at the output of the SRAM.
    const slotBefore = reg(UInt(column), { reset: 0 });
    const opening = reg(Bool, { reset: false });
    const sends = reg(Bits(p.peColumns), { reset: 0 });

    const none = lit(slots, 0);
    const allSlots = lit(slots, 2 ** p.peColumns - 1);
    // Slots without a walk have entered every pass.
    const idle = mux(io.ownSlots, none, lit(slots, 2 ** p.peColumns - 2));

    // The read.
    const turn = instance(GlbReadTurn({ slots: p.peColumns }));
    turn.requests.set(inBlock.and(io.ready.asUInt()).or(available.and(inBlock.not())));
    const { grants } = turn;
    const slot = indexOf(grants, column);
    const opener = grants.and(inBlock.not());
    const opens = opener.orReduce();
    const reading = grants.and(inBlock);
    const reads = reading.orReduce();
    const block = nextBlock.read(slot);
    const readAddress = mux(opens, addressOf(block), pointer.read(slot));
    const readLast = io.data.bits(iactAddress - 1, 0).asUInt();
    const isLast = readAddress.eq(mux(opening.and(slotBefore.eq(slot)), readLast, lastWord.read(slot)));
    const leaver = mux(isLast, reading, none);
    io.read.set(opens.or(reads));
    io.address.set(readAddress);
    slotBefore.set(slot);
    opening.set(opens);
    sends.set(mux(reads, mux(io.ownSlots, grants, allSlots), none).asBits());
    inBlock.set(inBlock.or(opener).and(leaver.not()));
    when(opens.or(reads), () => pointer.write(slot, following(readAddress, p.iactBankWords)));
    when(opening, () => lastWord.write(slotBefore, readLast));
    io.sends.set(sends);

    // The step.
    const canEnter = mux(io.open, entered.or(waiting).or(inBlock.and(leaver.not())).not(), none);
    const stepper = mux(opens, opener, lowestOf(canEnter));
    const steps = stepper.orReduce();
    const stepSlot = indexOf(stepper, column);
    const newBlock = stepFrom(
      mux(opens, block, io.entry),
      mux(opens, io.rowWords, io.slotWords.at(stepSlot)),
      p.iactBankWords,
    );
    const left = rowsLeft.read(slot);
    const more = opens.not().or(left.ne(1));
    when(steps, () => {
      nextBlock.write(stepSlot, newBlock);
      rowsLeft.write(stepSlot, mux(opens, left.sub(1), io.rows));
    });

    // The new block is less than two laps away from `filled`, on either side.
    const lead = io.filled.sub(newBlock);
    const isFilled = lead
      .bit(lead.width - 1)
      .not()
      .and(lead.ne(0).or(io.fills));
    const others = stepper.not();
    const nowFilled = pack(
      Array.from({ length: p.peColumns }, (_, index) => nextBlock.read(lit(UInt(column), index)).eq(io.filled)),
    ).asUInt();
    waiting.set(waiting.and(others).or(mux(more, stepper, none)));
    available.set(
      mux(io.fills, available.or(waiting.and(nowFilled)), available)
        .and(others)
        .or(mux(more.and(isFilled), stepper, none)),
    );
    entered.set(mux(io.advance, idle, mux(opens, entered, entered.or(stepper))));
    io.allEntered.set(entered.andReduce());
    io.waiting.set(waiting.orReduce());

    when(io.start, () => {
      entered.set(idle);
      for (const each of [waiting, available, inBlock]) each.set(0);
      opening.set(false);
      sends.set(0);
    });
  });
});
