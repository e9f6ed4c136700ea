/** Fills the ring of an iact bank with blocks. */
import {
  Bits,
  Bool,
  Bundle,
  generator,
  In,
  module,
  mux,
  Out,
  reg,
  Stream,
  UInt,
  bitsFor,
  when,
} from '../../gen/index.ts';
import { LOOP_BITS, SEGMENT_WORDS_BITS } from '../control/command.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';

/**
 * Takes segments, finds where each of them ends, and so where a block ends. A block's words go behind its first word, which gets
 * the address of the last one when that has come: for this the stream waits one cycle.
 *
 * `filled` is the number of the next block to be complete, and `limit` that of the first block for which there is no place.
 */
export const GlbIactFill = generator(function GlbIactFill(p: ChipParameters) {
  const { word, iactAddress, iactWords, iactBlocks } = chipWidths(p);
  // A segment has at most iactDataDepth - 1 entries and their number, two to a word; uncompressed, as many words as the command says.
  const countBits = Math.max(2, bitsFor(p.pe.iactDataDepth));
  const inSegment = UInt(Math.max(SEGMENT_WORDS_BITS, countBits - 1));
  const ports = {
    start: In(Bool),
    /** Words may come. */
    enable: In(Bool),
    dense: In(Bool),
    segments: In(UInt(LOOP_BITS)),
    segmentWords: In(UInt(SEGMENT_WORDS_BITS)),
    blockWords: In(UInt(iactWords)),
    ringBlocks: In(UInt(iactWords)),
    ringWords: In(UInt(iactWords)),
    words: In(Stream(Bits(word))),
    /** Blocks that become free in this cycle. */
    released: In(UInt(iactBlocks)),
    filled: Out(UInt(iactBlocks)),
    write: Out(Bundle({ enable: Bool, address: UInt(iactAddress), data: Bits(word) })),
  };
  const name = `GlbIactFill${chipSuffix(p, 'pe.dataBits', 'pe.iactDataDepth', 'iactBankWords')}`;
  return module(name, ports, (io) => {
    const blockStart = reg(UInt(iactAddress), { reset: 0 });
    // The word written last.
    const pointer = reg(UInt(iactAddress), { reset: 0 });
    const closing = reg(Bool, { reset: false });
    const segmentsLeft = reg(UInt(LOOP_BITS), { reset: 0 });
    const wordsLeft = reg(inSegment, { reset: 0 });
    const filled = reg(UInt(iactBlocks), { reset: 0 });
    const limit = reg(UInt(iactBlocks), { reset: 0 });

    io.words.ready.set(io.enable.and(closing.not()).and(filled.ne(limit)));
    const taken = io.words.fire;

    // A segment's first entry is the number of those that follow: with it, ceil((number + 1) / 2) words.
    const more = io.words.data
      .bits(countBits - 1, 1)
      .asUInt()
      .extend(inSegment.width);
    const opened = mux(io.dense, io.segmentWords.extend(inSegment.width).sub(1), more);
    const rest = mux(wordsLeft.eq(0), opened, wordsLeft.sub(1));
    const segmentEnds = rest.eq(0);
    const blockEnds = segmentEnds.and(segmentsLeft.eq(1));

    io.filled.set(filled);
    io.write.enable.set(taken.or(closing));
    const following = pointer.add(1);
    io.write.address.set(mux(closing, blockStart, following));
    io.write.data.set(mux(closing, pointer.extend(word).asBits(), io.words.data));

    when(taken, () => {
      wordsLeft.set(rest);
      when(segmentEnds, () => segmentsLeft.set(mux(blockEnds, io.segments, segmentsLeft.sub(1))));
      when(blockEnds, () => closing.set(true));
      pointer.set(following);
    });
    when(closing, () => {
      const behind = blockStart.extend(iactWords).add(io.blockWords);
      const next = mux(behind.eq(io.ringWords), 0, behind.trunc(iactAddress));
      blockStart.set(next);
      pointer.set(next);
      closing.set(false);
      filled.set(filled.add(1));
    });
    limit.set(limit.add(io.released));
    when(io.start, () => {
      blockStart.set(0);
      pointer.set(0);
      closing.set(false);
      segmentsLeft.set(io.segments);
      wordsLeft.set(0);
      filled.set(0);
      limit.set(io.ringBlocks.extend(iactBlocks));
    });
  });
});
