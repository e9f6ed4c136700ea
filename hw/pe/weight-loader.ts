/** Fills the weight SPads from the link. */
import {
  Bits,
  Bool,
  In,
  Out,
  Stream,
  UInt,
  Vec,
  bitsFor,
  cat,
  generator,
  lit,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/** Column addresses to a word of the link. */
export const ADDRESSES_PER_WORD = 3;

/**
 * Compressed, a tile comes as the end address of each column (three to a word) and then the words of two entries, as they
 * are stored. Uncompressed, it comes as `filters` values a column, padded to an even number, three to a word; they are stored
 * two to a word with counts of zero.
 */
export const WeightLoader = generator(function WeightLoader(p: PeParameters) {
  const widths = widthsOf(p);
  const address = UInt(widths.weightAddress);
  const addressRowBits = bitsFor(Math.ceil(p.weightAddressDepth / ADDRESSES_PER_WORD));
  const ports = {
    start: In(Bool),
    dense: In(Bool),
    columns: In(UInt(widths.columns)),
    wordsPerColumn: In(UInt(widths.rows)),
    words: In(Stream(Bits(widths.word))),
    /** Three columns' ends, for columns 3 · `addressRow` and on. */
    writeAddresses: Out(Bool),
    addressRow: Out(UInt(addressRowBits)),
    columnEnds: Out(Vec(ADDRESSES_PER_WORD, address)),
    writeData: Out(Bool),
    dataAddress: Out(UInt(widths.weightAddress)),
    data: Out(Bits(widths.word)),
    /** The columns' addresses are in their SPad, as far as there are any. */
    addressed: Out(Bool),
    /** Words that are in the data SPad: all below this address. */
    wordsLoaded: Out(address),
    /** Everything is in the SPads. */
    done: Out(Bool),
  };
  return module(
    `WeightLoader${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth', 'psumDepth', 'dataBits')}`,
    ports,
    (io) => {
      const columnsLeft = reg(UInt(widths.columns), { reset: 0 });
      const addressRow = reg(UInt(addressRowBits), { reset: 0 });
      const wordsOfColumn = reg(UInt(widths.rows));
      const nextAddress = reg(address, { reset: 0 });
      const lastEnd = reg(address, { reset: 0 });
      // Uncompressed: which of three stored words comes next, and the value left over from the last word of the link.
      const phase = reg(UInt(2), { reset: 0 });
      const carried = reg(Bits(p.dataBits));

      const loadsAddresses = columnsLeft.ne(0).and(io.dense.not());
      const loadsDense = columnsLeft.ne(0).and(io.dense);
      const loadsWords = columnsLeft.eq(0).and(nextAddress.ne(lastEnd));

      // Two words from the link hold six values, which are three stored words: the second needs the value left over from the first.
      const value = (index: number) => io.words.data.bits((index + 1) * p.dataBits - 1, index * p.dataBits);
      const end = (index: number) => value(index).asUInt().trunc(widths.weightAddress);
      const lastOfColumns = mux(columnsLeft.eq(1), end(0), mux(columnsLeft.eq(2), end(1), end(2)));
      const columnsAfter = mux(columnsLeft.gt(ADDRESSES_PER_WORD), columnsLeft.sub(ADDRESSES_PER_WORD), 0);
      const low = mux(phase.eq(0), value(0), mux(phase.eq(1), carried, value(1)));
      const high = mux(phase.eq(0), value(1), mux(phase.eq(1), value(0), value(2)));
      const noCount = lit(Bits(p.countBits), 0);
      const lastWordOfColumn = wordsOfColumn.eq(1);
      const lastDense = lastWordOfColumn.and(columnsLeft.eq(1));
      const takeAddresses = loadsAddresses.and(io.words.valid);
      const takeDense = loadsDense.and(io.words.valid);
      const takeWord = loadsWords.and(io.words.valid);

      io.words.ready.set(mux(loadsDense, phase.ne(1).or(lastDense), loadsAddresses.or(loadsWords)));
      io.writeAddresses.set(takeAddresses);
      io.addressRow.set(addressRow);
      io.columnEnds.set([end(0), end(1), end(2)]);
      io.writeData.set(takeDense.or(takeWord));
      io.dataAddress.set(nextAddress);
      io.data.set(mux(loadsDense, cat(noCount, high, noCount, low), io.words.data));
      io.addressed.set(loadsAddresses.not());
      io.wordsLoaded.set(nextAddress);
      io.done.set(columnsLeft.eq(0).and(nextAddress.eq(lastEnd)));

      when(io.start, () => {
        columnsLeft.set(io.columns);
        addressRow.set(0);
        wordsOfColumn.set(io.wordsPerColumn);
        nextAddress.set(0);
        lastEnd.set(0);
        phase.set(0);
      }).otherwise(() => {
        when(takeAddresses, () => {
          columnsLeft.set(columnsAfter);
          addressRow.set(addressRow.add(1));
          lastEnd.set(lastOfColumns);
        });
        when(takeDense, () => {
          phase.set(phase.eq(2).mux(0, phase.add(1)));
          carried.set(value(2));
          wordsOfColumn.set(mux(lastWordOfColumn, io.wordsPerColumn, wordsOfColumn.sub(1)));
          nextAddress.set(nextAddress.add(1));
          lastEnd.set(nextAddress.add(1));
          when(lastWordOfColumn, () => columnsLeft.set(columnsLeft.sub(1)));
        });
        when(takeWord, () => nextAddress.set(nextAddress.add(1)));
      });
    },
  );
});
