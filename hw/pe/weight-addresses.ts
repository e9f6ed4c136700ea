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

/** Where a column's end stands in the address SPad: the word, and which of its three addresses. */
export interface AddressPlace {
  readonly row: UIntVal;
  readonly lane: UIntVal;
}

/** The place of a column's end. */
export function addressPlace(p: PeParameters, column: UIntVal): AddressPlace {
  const width = bitsFor(addressRows(p));
  // column = 3 · row + lane; as 4 = 3 + 1, the lower bits of the lane are those of column + row.
  const { factor, shift } = thirdOf(p.weightAddressDepth);
  const row = column
    .mul(lit(UInt(bitsFor(factor + 1)), factor))
    .shr(shift)
    .trunc(width);
  const lane = column
    .extend(width + 2)
    .add(row.extend(width + 2))
    .trunc(2);
  return { row, lane };
}

/**
 * Holds the end of each column, relative to its tile: a column starts where the one before it ends, and the first at 0. The
 * addresses of the next tile load into the other of two sets while a tile is worked on. A word of the SPad holds three, as one of
 * the link brings them.
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
    /** A column's place, and where it starts and ends. */
    set: In(Bool),
    row: In(row),
    lane: In(UInt(2)),
    columnStart: Out(address),
    columnEnd: Out(address),
  };
  return module(`WeightAddresses${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth')}`, ports, (io) => {
    // The sets lie side by side, so that no word is left unused.
    const wordOf = (set: typeof io.set, index: UIntVal): UIntVal =>
      rows === 1 ? set.asUInt() : cat(index, set).asUInt();
    const words = mem(Vec(ADDRESSES_PER_WORD, address), 2 * rows);
    when(io.write, () => words.write(wordOf(io.writeSet, io.writeRow), io.ends));

    const [first, second, third] = words.read(wordOf(io.set, io.row));
    const before = words.read(wordOf(io.set, io.row.sub(1)))[ADDRESSES_PER_WORD - 1]!;
    const start = mux(io.row.eq(0), 0, before);
    io.columnStart.set(choice(io.lane, [start, first!, second!]));
    io.columnEnd.set(choice(io.lane, [first!, second!, third!]));
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

/** The one of three that a number from 0 to 2 says. */
function choice<T extends UIntVal>(lane: UIntVal, [zero, one, two]: readonly [T, T, T]): T {
  return mux(lane.bit(1), two, mux(lane.bit(0), one, zero)) as T;
}
