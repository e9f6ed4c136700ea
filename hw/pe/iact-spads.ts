/** The iact address and data SPads, and the walk of windows over them (J19 section IV-B). */
import {
  Bits,
  Bool,
  type BoolVal,
  In,
  Out,
  Stream,
  UInt,
  type UIntVal,
  all,
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
import { advanceBy, distance, following } from './circular.ts';
import { IactJob, IactWalk } from './command.ts';
import { CscDecode } from './csc-decode.ts';
import { IactLoader } from './iact-loader.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/**
 * Both SPads are circular buffers: a window's segments lie one after the other, and each entry is freed as soon as the last
 * window that needs it has read it, so that the next segments load while this window is worked on. Rows follow rows, and tiles
 * tiles, without a gap: the segments of the next load as those of the last window are freed.
 *
 * The address SPad holds end addresses modulo the depth of the data SPad; a segment starts where the one before it ends. Equal
 * start and end mean an empty segment, so a segment must be shorter than the data SPad: the mapper cuts a window that fills
 * the whole SPad into two segments. Uncompressed, every segment is `segmentLength` long and the address SPad stays idle.
 */
export const IactSpads = generator(function IactSpads(p: PeParameters) {
  const widths = widthsOf(p);
  const pointer = UInt(widths.iactAddress);
  const slot = UInt(bitsFor(p.iactAddressDepth));
  const amount = UInt(widths.segments);
  // Any column, and beyond the end of the SPad as far as an entry's count can point.
  const position = UInt(bitsFor(Math.max(p.iactDataDepth, p.weightAddressDepth) + 2 ** p.countBits + 1));
  const ports = {
    start: In(Bool),
    walk: In(IactWalk(p)),
    words: In(Stream(Bits(widths.word))),
    job: Out(Stream(IactJob(p))),
    /** Segments are held, or a window has been begun. */
    holds: Out(Bool),
  };
  const name = `IactSpads${parameterSuffix(p, 'iactAddressDepth', 'iactDataDepth', 'weightAddressDepth', 'dataBits', 'loopBits')}`;
  return module(name, ports, ({ start, walk, words, job, holds }) => {
    const addressSpad = mem(pointer, p.iactAddressDepth);
    const dataSpad = mem(Bits(widths.entry), p.iactDataDepth);

    // Where the walk stands: entry, segment, window, row.
    const here = reg(pointer, { reset: 0 });
    const segmentSlot = reg(slot, { reset: 0 });
    const segment = reg(amount, { reset: 0 });
    const segmentOrigin = reg(position, { reset: 0 });
    const atOrigin = reg(Bool, { reset: true });
    const denseEnd = reg(pointer);
    const windowsLeft = reg(UInt(p.loopBits));
    const rowsLeft = reg(UInt(p.loopBits));
    // Where the next window starts.
    const resumeAt = reg(pointer);
    const resumeSlot = reg(slot);
    // What is held: entries, segments, and complete segments from the walk's own on.
    const entriesHeld = reg(UInt(bitsFor(p.iactDataDepth + 1)), { reset: 0 });
    const segmentsHeld = reg(amount, { reset: 0 });
    const segmentsAhead = reg(amount, { reset: 0 });

    const loader = instance(IactLoader(p));
    loader.start.set(start);
    loader.dense.set(walk.dense);
    loader.segmentLength.set(walk.segmentLength);
    connect(loader.words, words);
    loader.dataFree.set(entriesHeld.ne(p.iactDataDepth));
    loader.addressFree.set(segmentsHeld.ne(p.iactAddressDepth));
    when(loader.writeData, () => dataSpad.write(loader.dataAddress, loader.entry));
    when(loader.openSegment.and(walk.dense.not()), () => addressSpad.write(loader.segmentAddress, loader.segmentEnd));

    // The entry at hand.
    const segmentEnd = mux(walk.dense, denseEnd, addressSpad.read(segmentSlot));
    const entry = dataSpad.read(here);
    const decode = instance(CscDecode({ lanes: 1, countBits: p.countBits, positionBits: position.width }));
    decode.first.set(atOrigin);
    decode.origin.set(segmentOrigin);
    decode.counts[0]!.set(entry.bits(widths.entry - 1, p.dataBits).asUInt());
    const column = decode.positions[0]!;

    const active = segmentsAhead.ne(0);
    const exhausted = here.eq(segmentEnd);
    const outside = column.ge(walk.columns.extend(position.width));
    const present = exhausted.or(outside).not();
    const lastSegment = segment.eq(walk.windowSegments.sub(1));
    const afterHere = following(here, p.iactDataDepth);
    const lastColumn = column.add(1).eq(walk.columns.extend(position.width));
    // Nothing more of this segment belongs to the window.
    const leaves = any(present.not(), afterHere.eq(segmentEnd), lastColumn);

    job.valid.set(active.and(present.or(lastSegment)));
    job.data.value.set(entry.bits(p.dataBits - 1, 0).asUInt());
    job.data.column.set(column.trunc(widths.column));
    job.data.empty.set(present.not());
    job.data.last.set(lastSegment.and(leaves));
    const lastWindow = windowsLeft.eq(1);
    const lastRow = rowsLeft.eq(1);
    job.data.lastWindow.set(lastWindow.and(lastRow));
    holds.set(segmentsHeld.ne(0).or(segment.ne(0)));

    // One step: an entry read, or the rest of the segment skipped.
    const step = active.and(job.ready.or(present.or(lastSegment).not()));
    const leaveSegment = step.and(leaves);
    const leaveWindow = leaveSegment.and(lastSegment);
    const lastUse = lastWindow.or(segment.lt(walk.stepSegments));
    const overlap = walk.windowSegments.sub(walk.stepSegments);
    const goBack = all(leaveWindow, lastWindow.not(), overlap.ne(0));
    const stepped = mux(leaves, segmentEnd, afterHere);
    const nextHere = mux(goBack, resumeAt, stepped);
    const nextSlot = mux(goBack, resumeSlot, following(segmentSlot, p.iactAddressDepth));
    decode.advance.set(step);

    when(start, () => {
      here.set(0);
      denseEnd.set(walk.segmentLength);
      windowsLeft.set(walk.windows);
      rowsLeft.set(walk.rows);
    }).elseWhen(step, () => {
      here.set(nextHere);
      atOrigin.set(leaveSegment);
      when(leaveSegment, () => {
        segmentSlot.set(nextSlot);
        segment.set(segment.add(1));
        segmentOrigin.set(segmentOrigin.add(walk.segmentLength.extend(position.width)));
        denseEnd.set(advanceBy(nextHere, walk.segmentLength, p.iactDataDepth));
        when(segment.add(1).eq(walk.stepSegments), () => {
          resumeAt.set(stepped);
          resumeSlot.set(following(segmentSlot, p.iactAddressDepth));
        });
      });
      when(leaveWindow, () => {
        segment.set(0);
        segmentOrigin.set(0);
        windowsLeft.set(mux(lastWindow, walk.windows, windowsLeft.sub(1)));
        when(lastWindow, () => rowsLeft.set(mux(lastRow, walk.rows, rowsLeft.sub(1))));
      });
    });

    // One or none, as wide as the counter that it changes.
    const count = (on: BoolVal, counter: UIntVal): UIntVal => on.asUInt().extend(counter.width);
    const freed = mux(leaves, distance(here, segmentEnd, p.iactDataDepth), 1);
    const released = mux(step.and(lastUse), freed.extend(entriesHeld.width), 0);
    entriesHeld.set(entriesHeld.add(count(loader.writeData, entriesHeld)).sub(released));
    segmentsHeld.set(
      segmentsHeld.add(count(loader.openSegment, segmentsHeld)).sub(count(leaveSegment.and(lastUse), segmentsHeld)),
    );
    const kept = mux(goBack, overlap, 0);
    segmentsAhead.set(
      segmentsAhead.add(count(loader.closeSegment, segmentsAhead)).sub(count(leaveSegment, segmentsAhead)).add(kept),
    );
  });
});
