/** What leaves an output unit. */
import { Bits, Bool, Bundle, UInt } from '../../gen/index.ts';
import { chipWidths, type ChipParameters } from '../parameters.ts';

/**
 * A word of the outputs. The words of a window come together, in this order:
 *
 * 1. where the command asks for `psums`: each psum of the window in a word of its own, in the order of the filters, sign-extended
 *    (`psum` is true);
 * 2. where it asks for `oacts`: the window's outputs as segments of `segmentLength`, in the format of the iact link (`psum` is
 *    false). Compressed, a segment is its number of entries and its entries, two to a word; uncompressed, its values, three to a
 *    word. Each segment starts with a word of its own; what is left of its last one is zeros.
 *
 * Windows of a column come in their order; those of different columns come in any order.
 */
export function OutputWord(p: ChipParameters) {
  return Bundle({
    data: Bits(chipWidths(p).word),
    /** The PE column that the window comes from. */
    column: UInt(chipWidths(p).column),
    /** A psum, not a part of a segment. */
    psum: Bool,
    /** The last word of a window. */
    last: Bool,
  });
}
