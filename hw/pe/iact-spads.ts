/** The iact address and data SPads, and the walk of windows over them (J19 section IV-B). */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  Stream,
  UInt,
  any,
  bitsFor,
  connect,
  generator,
  instance,
  mem,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { following } from './circular.ts';
import { IactJob, IactWalk } from './command.ts';
import { CscDecode } from './csc-decode.ts';
import { IactLoader } from './iact-loader.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/** What goes in and out of the iact SPads, of whichever kind. */
export function iactSpadPorts(p: PeParameters) {
  return {
    start: In(Bool),
    walk: In(IactWalk(p)),
    words: In(Stream(Bits(widthsOf(p).word))),
    job: Out(Stream(IactJob(p))),
    /** Segments are held, or a window has been begun. */
    holds: Out(Bool),
  };
}

/**
 * Both SPads are circular buffers: a window's segments lie one after the other, and each entry is freed as soon as the last
 * window that needs it has read it, so that the next segments load while this window is worked on. Rows follow rows, and tiles
 * tiles, without a gap: the segments of the next load as those of the last window are freed.
 *
 * The address SPad holds end addresses modulo the depth of the data SPad; a segment starts where the one before it ends. Equal
 * start and end mean an empty segment, so a segment must be shorter than the data SPad: the mapper cuts a window that fills
 * the whole SPad into two segments. Uncompressed, every segment is `segmentLength` long.
 */
export const IactSpads = generator(function IactSpads(p: PeParameters) {
  const widths = widthsOf(p);
  const pointer = UInt(widths.iactAddress);
  const slot = UInt(bitsFor(p.iactAddressDepth));
  const amount = UInt(widths.segments);
  // Any column, and beyond the end of the SPad as far as an entry's count can point.
  const position = UInt(bitsFor(Math.max(p.iactDataDepth, p.weightAddressDepth) + 2 ** p.countBits + 1));
  const name = `IactSpads${parameterSuffix(p, 'iactAddressDepth', 'iactDataDepth', 'weightAddressDepth', 'dataBits', 'loopBits')}`;
  return module(name, iactSpadPorts(p), ({ start, walk, words, job, holds }) => {
    const addressSpad = mem(pointer, p.iactAddressDepth);
    const dataSpad = mem(Bits(widths.entry), p.iactDataDepth);

    // Where the walk stands: the entry; its segment's place in the address SPad, number in the window (from 1), first column, and
    // whether the next window begins behind it; and whether the entry is the segment's first.
    const at = reg(Bundle({ entry: pointer, slot, segment: amount, origin: position, beforeNext: Bool, opens: Bool }), {
      reset: { entry: 0, slot: 0, segment: 1, origin: 0, beforeNext: true, opens: true },
    });
    const windowsLeft = reg(UInt(p.loopBits));
    const rowsLeft = reg(UInt(p.loopBits));
    // The first entry and the first segment that are still needed: what is before them is free, and the next window starts there.
    // Where the loader stands at the same place, the SPad is full if that has been written since anything was freed, and empty
    // if not.
    const oldest = reg(Bundle({ entry: pointer, slot }), { reset: { entry: 0, slot: 0 } });
    const entryWritten = reg(Bool, { reset: false });
    const segmentWritten = reg(Bool, { reset: false });

    const loader = instance(IactLoader(p));
    loader.dense.set(walk.dense);
    loader.segmentLength.set(walk.segmentLength);
    connect(loader.words, words);
    const slotsMeet = loader.segmentAddress.eq(oldest.slot);
    const slotsFull = slotsMeet.and(segmentWritten);
    loader.dataFree.set(loader.dataAddress.eq(oldest.entry).and(entryWritten).not());
    loader.addressFree.set(slotsFull.not());
    when(loader.writeData, () => dataSpad.write(loader.dataAddress, loader.entry));
    when(loader.openSegment, () => addressSpad.write(loader.segmentAddress, loader.segmentEnd));

    // The entry at hand.
    const segmentEnd = addressSpad.read(at.slot);
    const entry = dataSpad.read(at.entry);
    const decode = instance(CscDecode({ lanes: 1, countBits: p.countBits, positionBits: position.width }));
    decode.first.set(at.opens);
    decode.origin.set(at.origin);
    decode.counts[0]!.set(entry.bits(widths.entry - 1, p.dataBits).asUInt());
    const column = decode.positions[0]!;

    // The walk can stand at the loader's place with all segments before it, or with none.
    const active = at.slot.ne(loader.segmentAddress).or(slotsFull);
    const columns = walk.columns.extend(position.width);
    const exhausted = at.entry.eq(segmentEnd);
    const present = exhausted.or(column.ge(columns)).not();
    const lastSegment = at.segment.eq(walk.windowSegments);
    const afterEntry = following(at.entry, p.iactDataDepth);
    // Nothing more of this segment belongs to the window.
    const leaves = any(exhausted, afterEntry.eq(segmentEnd), decode.next.ge(columns));
    const offers = present.or(lastSegment);

    job.valid.set(active.and(offers));
    job.data.value.set(entry.bits(p.dataBits - 1, 0).asUInt());
    job.data.column.set(column.trunc(widths.column));
    job.data.empty.set(present.not());
    job.data.last.set(lastSegment.and(leaves));
    const lastWindow = windowsLeft.eq(1);
    const lastRow = rowsLeft.eq(1);
    job.data.lastWindow.set(lastWindow.and(lastRow));
    holds.set(any(slotsMeet.not(), segmentWritten, loader.midSegment, at.segment.ne(1)));

    // One step: an entry read, or the rest of the segment skipped.
    const step = active.and(job.ready.or(offers.not()));
    const leaveSegment = step.and(leaves);
    const lastUse = lastWindow.or(at.beforeNext);
    const frees = step.and(lastUse);
    const stepped = mux(leaves, segmentEnd, afterEntry);
    const nextSlot = following(at.slot, p.iactAddressDepth);
    decode.advance.set(step);

    when(step, () => {
      at.entry.set(stepped);
      at.opens.set(leaves);
      when(leaves, () => {
        at.slot.set(nextSlot);
        at.segment.set(at.segment.add(1));
        at.origin.set(at.origin.add(walk.segmentLength.extend(position.width)));
        at.beforeNext.set(at.beforeNext.and(at.segment.ne(walk.stepSegments)));
        when(lastSegment, () => {
          at.segment.set(1);
          at.origin.set(0);
          at.beforeNext.set(true);
          when(lastUse.not(), () => {
            at.entry.set(oldest.entry);
            at.slot.set(oldest.slot);
          });
        });
      });
    });
    when(frees, () => {
      oldest.entry.set(stepped);
      when(leaves, () => oldest.slot.set(nextSlot));
    });
    entryWritten.set(loader.writeData.or(entryWritten.and(frees.and(exhausted.not()).not())));
    segmentWritten.set(loader.closeSegment.or(segmentWritten.and(frees.and(leaves).not())));

    when(leaveSegment.and(lastSegment), () => {
      windowsLeft.set(mux(lastWindow, walk.windows, windowsLeft.sub(1)));
      when(lastWindow, () => rowsLeft.set(mux(lastRow, walk.rows, rowsLeft.sub(1))));
    });
    when(start, () => {
      windowsLeft.set(walk.windows);
      rowsLeft.set(walk.rows);
    });
  });
});
