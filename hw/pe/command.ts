/** What a PE is told for a layer, and what passes from one of its blocks to the next. */
import { Bool, Bundle, UInt } from '../../gen/index.ts';
import { fieldsIf } from './fields-if.ts';
import { type PeParameters, widthsOf } from './parameters.ts';

/**
 * The walk over the iacts. They come as segments of `segmentLength` iacts (C0·U in the paper). A window is
 * `windowSegments` of them, of which the first `columns` iacts count; the next window starts `stepSegments` later. After
 * `windows` windows (F outputs) the row ends: nothing is kept, and the next row starts anew. After `rows` rows the tile ends:
 * the next row meets the weights of the next tile.
 */
export function IactWalk(p: PeParameters) {
  const widths = widthsOf(p);
  return Bundle({
    ...fieldsIf(p.sparse, {
      /** Iacts and weights are uncompressed. */
      dense: Bool,
    }),
    /** Columns of a weight tile: the iacts of a window that count, C0·S. */
    columns: UInt(widths.columns),
    /** Iacts of a segment. */
    segmentLength: UInt(widths.iactAddress),
    /** Segments of a window. */
    windowSegments: UInt(widths.segments),
    /** Segments from a window to the next one. */
    stepSegments: UInt(widths.segments),
    /** Windows of a row. */
    windows: UInt(p.loopBits),
    /** Rows of a tile. */
    rows: UInt(p.loopBits),
  });
}

/**
 * One layer's work: for each tile its weights once, then windows of iacts, `filters` psums each. It stays as it is from before
 * `start` until the layer is done; how many tiles there are is known only to those who send them.
 */
export function PeCommand(p: PeParameters) {
  return Bundle({
    ...IactWalk(p).fields,
    /** Iacts are signed. */
    iactSigned: Bool,
    /** M0: rows of the weights, psums of a window. */
    filters: UInt(widthsOf(p).rows),
    /** Whether each psum leaves with the one from below added; without it, psumIn is not read. */
    accumulate: Bool,
  });
}

/**
 * A non-zero iact on its way to the weights. With `empty` it is only the end of a window: value and column mean nothing.
 * The last one of the last window of a tile ends the tile. Uncompressed iacts alone come without gaps, so column follows column.
 */
export function IactJob(p: PeParameters) {
  return Bundle({
    value: UInt(p.dataBits),
    ...fieldsIf(p.sparse, { column: UInt(widthsOf(p).column) }),
    last: Bool,
    lastWindow: Bool,
    ...fieldsIf(p.sparse, { empty: Bool }),
  });
}

/** What weights are for, as they leave the weight data SPad: an iact, and whether they are its column's first. */
export function WeightJob(p: PeParameters) {
  return Bundle({ value: UInt(p.dataBits), first: Bool });
}
