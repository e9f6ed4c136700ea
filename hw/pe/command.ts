/** What a PE is told before a tile, and the shape of the iacts that follows from it. */
import { Bool, Bundle, UInt } from '../../gen/index.ts';
import { type PeParameters, widthsOf } from './parameters.ts';

/**
 * The walk over the iacts. They come as segments of `segmentLength` iacts (C0·U in the paper). A window is
 * `windowSegments` of them, of which the first `columns` iacts count; the next window starts `stepSegments` later. After
 * `windows` windows (F outputs) the row ends: nothing is kept, and the next of `rows` rows starts anew.
 */
export function IactWalk(p: PeParameters) {
  const widths = widthsOf(p);
  return Bundle({
    dense: Bool,
    columns: UInt(widths.columns),
    segmentLength: UInt(widths.iactAddress),
    windowSegments: UInt(widths.segments),
    stepSegments: UInt(widths.segments),
    windows: UInt(p.loopBits),
    rows: UInt(p.loopBits),
    /** Segments that will arrive in all. */
    segments: UInt(widths.segmentCount),
  });
}

/** One tile: weights once, then windows of iacts, `filters` psums each. */
export function PeCommand(p: PeParameters) {
  return Bundle({
    ...IactWalk(p).fields,
    iactSigned: Bool,
    /** M0: rows of the weights, psums of a window. */
    filters: UInt(widthsOf(p).rows),
    /** Whether each psum leaves with the one from below added; without it, psumIn is not read. */
    accumulate: Bool,
  });
}

/** A non-zero iact on its way to the weights. With `empty` it is only the end of a window: value and column mean nothing. */
export function IactJob(p: PeParameters) {
  return Bundle({ value: UInt(p.dataBits), column: UInt(widthsOf(p).column), last: Bool, empty: Bool });
}

/** A word of two weights for one iact, as it leaves the weight data SPad. */
export function WeightJob(p: PeParameters) {
  return Bundle({ value: UInt(p.dataBits), first: Bool, last: Bool, empty: Bool });
}
