/** The iact data SPad of a PE that reads nothing compressed, and the walk of windows over it. */
import {
  Bits,
  Bool,
  Bundle,
  UInt,
  any,
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
import { IactLoader } from './iact-loader.ts';
import { iactSpadPorts } from './iact-spads.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/**
 * A circular buffer of plain values with the walk of `IactSpads`. All segments are equally long, so none needs an address: a value
 * is worked on as soon as it is there, and columns count up. Values of a window beyond its columns are passed over, one a cycle,
 * where no later window has them either; otherwise the next window begins at once.
 */
export const PlainIactSpads = generator(function PlainIactSpads(p: PeParameters) {
  const widths = widthsOf(p);
  const pointer = UInt(widths.iactAddress);
  const name = `PlainIactSpads${parameterSuffix(p, 'iactAddressDepth', 'iactDataDepth', 'weightAddressDepth', 'dataBits', 'loopBits')}`;
  return module(name, iactSpadPorts(p), ({ start, walk, words, job, holds }) => {
    const dataSpad = mem(Bits(widths.stored), p.iactDataDepth);

    // Where the walk stands: the value, its number in its segment and among the window's columns; the segment's number in the window
    // (from 1), and whether the next window begins behind it; and whether all columns of the window are passed.
    const at = reg(
      Bundle({
        entry: pointer,
        inSegment: pointer,
        column: UInt(widths.columns),
        segment: UInt(widths.segments),
        beforeNext: Bool,
        passed: Bool,
      }),
      { reset: { entry: 0, inSegment: 0, column: 0, segment: 1, beforeNext: true, passed: false } },
    );
    const windowsLeft = reg(UInt(p.loopBits));
    const rowsLeft = reg(UInt(p.loopBits));
    // The first value that is still needed: what is before it is free, and the next window starts there. Where the loader stands at
    // the same place, the SPad is full if it has been written since anything was freed, and empty if not.
    const oldest = reg(pointer, { reset: 0 });
    const written = reg(Bool, { reset: false });

    const loader = instance(IactLoader(p));
    loader.segmentLength.set(walk.segmentLength);
    connect(loader.words, words);
    const full = loader.dataAddress.eq(oldest).and(written);
    loader.dataFree.set(full.not());
    when(loader.writeData, () => dataSpad.write(loader.dataAddress, loader.entry));

    // The walk can stand at the loader's place with all values before it, or with none.
    const active = at.entry.ne(loader.dataAddress).or(full);
    const lastColumn = at.column.eq(walk.columns.sub(1));
    const lastWindow = windowsLeft.eq(1);
    const lastRow = rowsLeft.eq(1);
    job.valid.set(active.and(at.passed.not()));
    job.data.value.set(dataSpad.read(at.entry).asUInt());
    job.data.last.set(lastColumn);
    job.data.lastWindow.set(lastWindow.and(lastRow));
    holds.set(any(loader.dataAddress.ne(oldest), written, loader.midSegment, at.segment.ne(1)));

    // One step: a value read, or passed over.
    const step = active.and(job.ready.or(at.passed));
    const closes = at.inSegment.eq(walk.segmentLength.sub(1));
    const passed = at.passed.or(lastColumn);
    const lastUse = lastWindow.or(at.beforeNext);
    const ends = mux(lastUse, closes.and(at.segment.eq(walk.windowSegments)), passed);
    const frees = step.and(lastUse);
    const afterEntry = following(at.entry, p.iactDataDepth);

    when(step, () => {
      at.entry.set(mux(ends.and(lastUse.not()), oldest, afterEntry));
      at.inSegment.set(mux(closes, 0, at.inSegment.add(1)));
      at.column.set(at.column.add(1));
      at.passed.set(passed);
      when(closes, () => {
        at.segment.set(at.segment.add(1));
        at.beforeNext.set(at.beforeNext.and(at.segment.ne(walk.stepSegments)));
      });
      when(ends, () => {
        at.inSegment.set(0);
        at.column.set(0);
        at.segment.set(1);
        at.beforeNext.set(true);
        at.passed.set(false);
        windowsLeft.set(mux(lastWindow, walk.windows, windowsLeft.sub(1)));
        when(lastWindow, () => rowsLeft.set(mux(lastRow, walk.rows, rowsLeft.sub(1))));
      });
    });
    when(frees, () => oldest.set(afterEntry));
    written.set(loader.writeData.or(written.and(frees.not())));

    when(start, () => {
      windowsLeft.set(walk.windows);
      rowsLeft.set(walk.rows);
    });
  });
});
