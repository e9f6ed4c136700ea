/** Puts outputs into segments, and these into a ring of words (CSC as in J19 section IV-A, Fig 16). */
import {
  Bits,
  type BitsVal,
  Bool,
  type BoolVal,
  Bundle,
  In,
  Out,
  Stream,
  UInt,
  type UIntVal,
  Vec,
  all,
  any,
  bitsFor,
  cat,
  channel,
  connect,
  generator,
  lit,
  module,
  mux,
  queue,
  reg,
  when,
} from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { widthsOf } from '../pe/parameters.ts';

/** Two outputs of a window; with `single`, only the first counts. */
export function OutputPair(p: ChipParameters) {
  return Bundle({
    values: Vec(2, Bits(p.pe.dataBits)),
    single: Bool,
    /** The window ends. */
    last: Bool,
    column: UInt(chipWidths(p).column),
  });
}

/** Words of the ring: any window of outputs fits it, compressed or not, in segments of any length. */
export function ringWords(p: ChipParameters): number {
  return p.pe.psumDepth;
}

/** A pointer into the ring, and one bit above it that tells a full ring from an empty one. */
export function RingPointer(p: ChipParameters) {
  return UInt(bitsFor(ringWords(p)) + 1);
}

/** A window that is complete in the ring: its column, and where its last word ends. */
export function RingWindow(p: ChipParameters) {
  return Bundle({ column: UInt(chipWidths(p).column), end: RingPointer(p) });
}

/** A write of half a word. */
function HalfWrite(p: ChipParameters) {
  return Bundle({ enable: Bool, address: UInt(bitsFor(ringWords(p))), data: Bits(widthsOf(p.pe).entry) });
}

/**
 * Takes up to two outputs a cycle. The entries of a segment go to its slots from 1 on, two slots to a word, while slot 0 waits for
 * their number, which is known at the segment's end. It is written from `closing` in the next cycle that leaves the lower half of
 * the ring alone; only a segment that ends before there was one waits for it.
 *
 * An entry for a run too long for a count is written when the run gets there; those after the segment's last non-zero are not
 * counted, and the next segment overwrites them. Two outputs that belong to different segments take a cycle each.
 */
export const SegmentWriter = generator(function SegmentWriter(p: ChipParameters) {
  const { dataBits, countBits, psumDepth } = p.pe;
  const pointer = RingPointer(p);
  const length = OutputCommand(p).fields.segmentLength;
  const longest = Math.min(psumDepth, 2 ** length.width - 1);
  const slotType = UInt(bitsFor(longest + 3));
  const ports = {
    start: In(Bool),
    dense: In(Bool),
    segmentLength: In(length),
    outputs: In(Stream(OutputPair(p))),
    /** The first word in the ring that has not been read. */
    readFrom: In(pointer),
    low: Out(HalfWrite(p)),
    high: Out(HalfWrite(p)),
    windows: Out(Stream(RingWindow(p))),
    /** A window is complete, and not yet among `windows`. */
    closing: Out(Bool),
  };
  return module(`SegmentWriter${chipSuffix(p, 'pe.psumDepth', 'pe.dataBits', 'peColumns')}`, ports, (io) => {
    const valuesLeft = reg(length);
    const secondOfPair = reg(Bool, { reset: false });
    // Where the segment starts or, uncompressed, the next word.
    const base = reg(pointer, { reset: 0 });
    // The next slot, the entries up to the last non-zero, and the zeros since the last entry.
    const slot = reg(slotType, { reset: 1 });
    const entries = reg(slotType, { reset: 0 });
    const zeros = reg(UInt(countBits), { reset: 0 });
    // Uncompressed: values of a word that is not complete.
    const heldValues = reg(UInt(2), { reset: 0 });
    const held = reg(Vec(2, Bits(dataBits)));
    // A segment whose number of entries is not yet written, or a window that is not yet announced.
    const closing = reg(Bool, { reset: false });
    const closingWindow = reg(Bool);
    const closingColumn = reg(UInt(chipWidths(p).column));
    const closingEntries = reg(slotType);
    const closingAt = reg(pointer);

    // The values of this cycle.
    const pair = io.outputs.data;
    const first = mux(secondOfPair, pair.values[1]!, pair.values[0]!);
    const second = pair.values[1]!;
    const hasSecond = any(secondOfPair, pair.single).not();
    const splits = hasSecond.and(any(valuesLeft.eq(1), io.dense.and(heldValues.eq(2))));
    const both = hasSecond.and(splits.not());
    const endsSegment = mux(both, valuesLeft.eq(2), valuesLeft.eq(1));
    const endsWindow = pair.last.and(splits.not());

    // Compressed: which of them become entries.
    const isEntry = (value: BitsVal, zerosBefore: UIntVal): BoolVal =>
      any(value.ne(0), zerosBefore.eq(2 ** countBits - 1));
    const firstEnters = isEntry(first, zeros);
    const zerosBetween = mux(firstEnters, 0, zeros.add(1));
    const secondEnters = both.and(isEntry(second, zerosBetween));
    const zerosAfter = mux(both, mux(secondEnters, 0, zerosBetween.add(1)), zerosBetween);
    const firstEntry = cat(zeros, first);
    const secondEntry = cat(zerosBetween, second);
    const afterFirst = slot.add(count(firstEnters, slot));
    const afterBoth = afterFirst.add(count(secondEnters, slot));
    const entriesAfter = mux(both.and(second.ne(0)), afterFirst, mux(first.ne(0), slot, entries));

    // One entry goes to the next slot, two to the next two, and these are in different halves.
    const enters = firstEnters.or(secondEnters);
    const entersTwo = firstEnters.and(secondEnters);
    const nextEntry = mux(firstEnters, firstEntry, secondEntry);
    const slotIsHigh = slot.bit(0);
    const entersLow = mux(slotIsHigh, entersTwo, enters);
    const entersHigh = mux(slotIsHigh, enters, entersTwo);
    const lowPlace = slot.add(1).shr(1);
    const highPlace = slot.shr(1);

    // Uncompressed: a word of three values, or of those that a segment ends with.
    const valueCount = heldValues.add(mux(both, lit(UInt(2), 2), 1));
    const noValue = lit(Bits(dataBits), 0);
    const secondOrNone = mux(both, second, noValue);
    const wordValues = [
      mux(heldValues.eq(0), first, held[0]!),
      mux(heldValues.eq(0), secondOrNone, mux(heldValues.eq(1), first, held[1]!)),
      mux(heldValues.eq(0), noValue, mux(heldValues.eq(1), secondOrNone, first)),
    ];
    const word = cat(wordValues[2]!, wordValues[1]!, wordValues[0]!);
    const completesWord = valueCount.eq(3).or(endsSegment);

    // A cycle's values are taken if the ring has room for them, and if what is closing does not stand in the way of what closes.
    const used = base.sub(io.readFrom);
    const usedAfter = used.add(mux(io.dense, 0, fitted(mux(both, lowPlace, highPlace))));
    const room = usedAfter.lt(ringWords(p));
    const announced = channel(RingWindow(p));
    const announces = closing.and(closingWindow);
    const announceable = announces.not().or(announced.ready);
    const waits = closing.and(mux(io.dense, announceable.not(), endsSegment.and(announceable.not().or(entersLow))));
    const accepts = room.and(waits.not());
    const step = io.outputs.valid.and(accepts);
    io.outputs.ready.set(accepts.and(splits.not()));

    // What is closing is closed.
    const entersLowNow = all(step, entersLow, io.dense.not());
    const closes = all(closing, announceable, entersLowNow.not());
    announced.valid.set(announces.and(entersLowNow.not()));
    announced.data.set({ column: closingColumn, end: base });
    connect(io.windows, queue(announced, 2));
    io.closing.set(announces);
    const numberOfEntries = cat(lit(Bits(countBits), 0), closingEntries.extend(dataBits));

    const address = (at: UIntVal): UIntVal => at.trunc(pointer.width - 1);
    const writesWord = all(step, io.dense, completesWord);
    io.low.enable.set(any(entersLowNow, closes.and(io.dense.not()), writesWord));
    io.low.address.set(address(mux(io.dense, base, mux(entersLowNow, base.add(fitted(lowPlace)), closingAt))));
    io.low.data.set(
      mux(
        io.dense,
        word.bits(word.width / 2 - 1, 0),
        mux(entersLowNow, mux(slotIsHigh, secondEntry, nextEntry), numberOfEntries),
      ),
    );
    io.high.enable.set(any(all(step, entersHigh, io.dense.not()), writesWord));
    io.high.address.set(address(base.add(mux(io.dense, 0, fitted(highPlace)))));
    io.high.data.set(mux(io.dense, word.bits(word.width - 1, word.width / 2), mux(slotIsHigh, nextEntry, secondEntry)));

    const segmentWords = fitted(entriesAfter.shr(1)).add(1);
    when(closes, () => closing.set(false));
    when(io.start, () => {
      valuesLeft.set(io.segmentLength);
      secondOfPair.set(false);
      slot.set(1);
      entries.set(0);
      zeros.set(0);
      heldValues.set(0);
    }).elseWhen(step, () => {
      secondOfPair.set(splits);
      valuesLeft.set(mux(endsSegment, io.segmentLength, valuesLeft.sub(mux(both, lit(length, 2), 1))));
      when(io.dense, () => {
        heldValues.set(mux(completesWord, 0, valueCount));
        held.set([wordValues[0]!, wordValues[1]!]);
        when(completesWord, () => base.set(base.add(1)));
      }).otherwise(() => {
        slot.set(mux(endsSegment, 1, afterBoth));
        entries.set(mux(endsSegment, 0, entriesAfter));
        zeros.set(mux(endsSegment, 0, zerosAfter));
        when(endsSegment, () => base.set(base.add(segmentWords)));
      });
      when(mux(io.dense, endsWindow, endsSegment), () => {
        closing.set(true);
        closingWindow.set(endsWindow);
        closingColumn.set(pair.column);
        closingEntries.set(entriesAfter);
        closingAt.set(base);
      });
    });

    function fitted(value: UIntVal): UIntVal {
      return value.width < pointer.width ? value.extend(pointer.width) : value.trunc(pointer.width);
    }
  });
});

function count(on: BoolVal, like: UIntVal): UIntVal {
  return on.asUInt().extend(like.width);
}
