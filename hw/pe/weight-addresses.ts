/** The weight address SPad: where the columns of two tiles end (J19 section IV-B). */
import {
  Bool,
  In,
  Out,
  UInt,
  type UIntVal,
  Vec,
  bitsFor,
  cat,
  generator,
  lit,
  mem,
  module,
  mux,
  when,
} from '../../gen/index.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/** Column addresses to a word of the link. */
export const ADDRESSES_PER_WORD = 3;

/** Words of the link that the addresses of a tile take at most. */
export function addressRows(p: PeParameters): number {
  return Math.ceil(p.weightAddressDepth / ADDRESSES_PER_WORD);
}

/**
 * Holds the end of each column, relative to its tile: a column starts where the one before it ends, and the first at 0. The
 * addresses of the next tile load into the other of two sets while a tile is worked on. As a word of the link brings three,
 * there are three memories of every third address, with one write port each.
 */
export const WeightAddresses = generator(function WeightAddresses(p: PeParameters) {
  const widths = widthsOf(p);
  const address = UInt(widths.weightAddress);
  const rows = addressRows(p);
  const row = UInt(bitsFor(rows));
  const ports = {
    /** The ends of columns 3 · `writeRow` and on. */
    write: In(Bool),
    writeSet: In(Bool),
    writeRow: In(row),
    ends: In(Vec(ADDRESSES_PER_WORD, address)),
    /** A column, and where it starts and ends. */
    set: In(Bool),
    column: In(UInt(widths.column)),
    columnStart: Out(address),
    columnEnd: Out(address),
  };
  return module(`WeightAddresses${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth')}`, ports, (io) => {
    // The sets lie side by side, so that no word is left unused.
    const wordOf = (set: typeof io.set, index: UIntVal): UIntVal =>
      rows === 1 ? set.asUInt() : cat(index, set).asUInt();
    const lanes = [0, 1, 2].map(() => mem(address, 2 * rows));
    when(io.write, () => lanes.forEach((lane, index) => lane.write(wordOf(io.writeSet, io.writeRow), io.ends[index]!)));

    // column = 3 · index + lane; as 4 = 3 + 1, the lower bits of the lane are those of column + index.
    const { factor, shift } = thirdOf(p.weightAddressDepth);
    const index = io.column
      .mul(lit(UInt(bitsFor(factor + 1)), factor))
      .shr(shift)
      .trunc(row.width);
    const lane = io.column
      .extend(row.width + 2)
      .add(index.extend(row.width + 2))
      .trunc(2);
    const ends = lanes.map((each) => each.read(wordOf(io.set, index)));
    const before = lanes[2]!.read(wordOf(io.set, index.sub(1)));
    io.columnEnd.set(mux(lane.eq(0), ends[0]!, mux(lane.eq(1), ends[1]!, ends[2]!)));
    io.columnStart.set(mux(lane.eq(0), mux(io.column.eq(0), 0, before), mux(lane.eq(1), ends[0]!, ends[1]!)));
  });
});

/** Multiplication and shift that divide every column number by three, rounding down. */
function thirdOf(columns: number): { factor: number; shift: number } {
  for (let shift = 1; ; shift++) {
    const factor = Math.ceil(2 ** shift / 3);
    const exact = (column: number): boolean => Math.floor((column * factor) / 2 ** shift) === Math.floor(column / 3);
    if (Array.from({ length: columns }, (_, column) => column).every(exact)) return { factor, shift };
  }
}
