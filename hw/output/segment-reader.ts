/** Reads complete windows out of the ring, a word a cycle. */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  Stream,
  UInt,
  bitsFor,
  cat,
  generator,
  lit,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { widthsOf } from '../pe/parameters.ts';
import { RingPointer, ringWords, RingWindow } from './segment-writer.ts';

/** A word of a window's segments. */
export function SegmentWord(p: ChipParameters) {
  return Bundle({ data: Bits(chipWidths(p).word), column: UInt(chipWidths(p).column), last: Bool });
}

/**
 * Walks over the ring, window by window. A word is offered in the cycle after it is read, and stays at the output of the SRAM until
 * it is taken. The upper half of a segment's last word may hold what was there before: it follows the numbers of entries, and
 * clears that half.
 */
export const SegmentReader = generator(function SegmentReader(p: ChipParameters) {
  const { entry } = widthsOf(p.pe);
  const pointer = RingPointer(p);
  const ports = {
    dense: In(Bool),
    windows: In(Stream(RingWindow(p))),
    readFrom: Out(pointer),
    /** A word is read; it is there in the next cycle, and stays. */
    read: Out(Bool),
    address: Out(UInt(bitsFor(ringWords(p)))),
    low: In(Bits(entry)),
    high: In(Bits(entry)),
    words: Out(Stream(SegmentWord(p))),
  };
  return module(`SegmentReader${chipSuffix(p, 'pe.psumDepth', 'pe.dataBits', 'peColumns')}`, ports, (io) => {
    const next = reg(pointer, { reset: 0 });
    const offered = reg(Bool, { reset: false });
    const column = reg(UInt(chipWidths(p).column));
    const last = reg(Bool);
    // Slots of a segment from the offered word on, the number of entries and the entries; 0 where a segment starts.
    const slotsLeft = reg(UInt(p.pe.dataBits), { reset: 0 });

    const read = io.windows.valid.and(offered.not().or(io.words.ready));
    const lastWord = next.add(1).eq(io.windows.data.end);
    io.read.set(read);
    io.address.set(next.trunc(io.address.width));
    io.readFrom.set(next);
    io.windows.ready.set(read.and(lastWord));
    when(read, () => {
      next.set(next.add(1));
      column.set(io.windows.data.column);
      last.set(lastWord);
    });
    when(read, () => offered.set(true)).elseWhen(io.words.ready, () => offered.set(false));

    const entries = io.low.bits(p.pe.dataBits - 1, 0).asUInt();
    const slots = mux(slotsLeft.eq(0), entries.add(1), slotsLeft);
    const halfEmpty = slots.eq(1).and(io.dense.not());
    when(io.words.fire.and(io.dense.not()), () => slotsLeft.set(mux(slots.le(2), 0, slots.sub(2))));

    io.words.valid.set(offered);
    io.words.data.set({ data: cat(mux(halfEmpty, lit(Bits(entry), 0), io.high), io.low), column, last });
  });
});
