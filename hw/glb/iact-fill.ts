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
import { following } from '../pe/circular.ts';
import { addressOf, BlockPlace, stepFrom } from './block-place.ts';

/**
 * Takes segments, finds where each of them ends, and so where a block ends. A block's words go behind its first word, which gets
 * the address of the last one when that has come: for this the stream waits one cycle.
 *
 * `filled` is where the next block to be complete stands, and `limit` the first one that cannot stand there yet.
 */
export const GlbIactFill = generator(function GlbIactFill(p: ChipParameters) {
  const { word, iactAddress, iactWords } = chipWidths(p);
  const place = BlockPlace(p);
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
    ringWords: In(place),
    words: In(Stream(Bits(word))),
    /** Blocks become free in this cycle, and their words. */
    releases: In(Bool),
    released: In(place),
    /** All blocks before this one are complete; and it becomes so in this cycle. */
    filled: Out(place),
    fills: Out(Bool),
    write: Out(Bundle({ enable: Bool, address: UInt(iactAddress), data: Bits(word) })),
  };
  const name = `GlbIactFill${chipSuffix(p, 'pe.dataBits', 'pe.iactDataDepth', 'iactBankWords')}`;
  return module(name, ports, (io) => {
    const filled = reg(place, { reset: 0 });
    const limit = reg(place, { reset: 0 });
    // The word written last.
    const pointer = reg(UInt(iactAddress), { reset: 0 });
    const closing = reg(Bool, { reset: false });
    const segmentsLeft = reg(UInt(LOOP_BITS), { reset: 0 });
    const wordsLeft = reg(inSegment, { reset: 0 });

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
    io.fills.set(closing);
    io.write.enable.set(taken.or(closing));
    const next = following(pointer, p.iactBankWords);
    io.write.address.set(mux(closing, addressOf(filled), next));
    io.write.data.set(mux(closing, pointer.extend(word).asBits(), io.words.data));

    when(taken, () => {
      wordsLeft.set(rest);
      when(segmentEnds, () => segmentsLeft.set(mux(blockEnds, io.segments, segmentsLeft.sub(1))));
      pointer.set(next);
    });
    // Never in the cycle before too, as no word is taken in between.
    closing.set(taken.and(blockEnds));
    const behind = stepFrom(filled, io.blockWords.extend(place.width), p.iactBankWords);
    when(closing, () => {
      filled.set(behind);
      pointer.set(addressOf(behind));
    });
    when(io.releases, () => limit.set(stepFrom(limit, io.released, p.iactBankWords)));
    when(io.start, () => {
      filled.set(0);
      limit.set(io.ringWords);
      pointer.set(0);
      closing.set(false);
      segmentsLeft.set(io.segments);
      wordsLeft.set(0);
    });
  });
});
