/** Fills the weight SPads from the link. */
import {
  Bits,
  Bool,
  In,
  Out,
  Stream,
  UInt,
  Vec,
  all,
  any,
  bitsFor,
  cat,
  generator,
  lit,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { fieldsIf } from './fields-if.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { ADDRESSES_PER_WORD, addressRows } from './weight-addresses.ts';

/**
 * Compressed, a tile comes as the end address of each column (three to a word) and then the words of two entries, as they
 * are stored. Uncompressed, it comes as `filters` values a column, padded to an even number, three to a word; they are stored
 * two to a word with counts of zero. A tile begins a word, and the next one follows at once.
 *
 * A word is looked at only in the cycle that takes it, and `ready` depends on registers alone: the same word may go to several
 * PEs at once, each of which waits for all of them.
 */
export const WeightLoader = generator(function WeightLoader(p: PeParameters) {
  const widths = widthsOf(p);
  const address = UInt(widths.weightAddress);
  const ports = {
    start: In(Bool),
    ...fieldsIf(p.sparse, { dense: In(Bool) }),
    columns: In(UInt(widths.columns)),
    wordsPerColumn: In(UInt(widths.columnWords)),
    words: In(Stream(Bits(widths.word))),
    /** Room for another tile, and for another word of the tile. */
    tileFree: In(Bool),
    dataFree: In(Bool),
    ...fieldsIf(p.sparse, {
      /** Three columns' ends, for columns 3 · `addressRow` and on. */
      writeAddresses: Out(Bool),
      addressRow: Out(UInt(bitsFor(addressRows(p)))),
      columnEnds: Out(Vec(ADDRESSES_PER_WORD, address)),
    }),
    writeData: Out(Bool),
    data: Out(Bits(2 * widths.stored)),
    /** The tile's last word, or its addresses if it has none, is written. */
    closeTile: Out(Bool),
    ...fieldsIf(p.sparse, {
      /** The columns' addresses are in their SPad, as far as there are any. */
      addressed: Out(Bool),
    }),
    /** Words of the tile that are in the data SPad. */
    wordsLoaded: Out(address),
    /** Some of the tile has come, and not all. */
    midTile: Out(Bool),
  };
  return module(
    `WeightLoader${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth', 'psumDepth', 'dataBits', 'sparse')}`,
    ports,
    ({ words, ...io }) => {
      // Columns whose addresses, or uncompressed whose values, have not all come. Words follow when there are none.
      const columnsLeft = reg(UInt(widths.columns), { reset: 1 });
      const addressRow = p.sparse ? reg(UInt(bitsFor(addressRows(p))), { reset: 0 }) : null;
      const wordsOfColumn = reg(UInt(widths.columnWords));
      const wordsLoaded = reg(address, { reset: 0 });
      const lastEnd = p.sparse ? reg(address) : null;
      const midTile = reg(Bool, { reset: false });
      // Uncompressed: which of three stored words comes next, and the values left over from the last word of the link.
      const phase = reg(UInt(2), { reset: 0 });
      const carried = reg(Bits(2 * p.dataBits));

      // Two words from the link hold six values, which are three stored words: the third is all of values left over.
      const fromCarried = p.sparse ? io.dense.and(phase.eq(2)) : phase.eq(2);

      const value = (index: number) => words.data.bits((index + 1) * p.dataBits - 1, index * p.dataBits);
      const carriedLow = carried.bits(p.dataBits - 1, 0);
      const carriedHigh = carried.bits(2 * p.dataBits - 1, p.dataBits);
      const low = mux(phase.eq(0), value(0), carriedLow);
      const high = mux(phase.eq(0), value(1), mux(phase.eq(1), value(0), carriedHigh));
      const lastWordOfColumn = wordsOfColumn.eq(1);

      io.wordsLoaded.set(wordsLoaded);
      io.midTile.set(midTile);
      const takePlain = () => {
        phase.set(phase.eq(2).mux(0, phase.add(1)));
        carried.set(cat(value(2), mux(phase.eq(0), value(2), value(1))));
        wordsOfColumn.set(mux(lastWordOfColumn, io.wordsPerColumn, wordsOfColumn.sub(1)));
        when(lastWordOfColumn, () => columnsLeft.set(columnsLeft.sub(1)));
      };
      const begin = () => {
        columnsLeft.set(io.columns);
        wordsOfColumn.set(io.wordsPerColumn);
        wordsLoaded.set(0);
        phase.set(0);
      };

      if (addressRow === null || lastEnd === null) {
        const room = io.tileFree.and(io.dataFree);
        words.ready.set(room.and(fromCarried.not()));
        const writeData = room.and(words.valid.or(fromCarried));
        const closes = all(writeData, lastWordOfColumn, columnsLeft.eq(1));
        io.writeData.set(writeData);
        io.data.set(cat(high, low));
        io.closeTile.set(closes);
        midTile.set(midTile.or(writeData).and(closes.not()));
        when(writeData, () => {
          wordsLoaded.set(wordsLoaded.add(1));
          takePlain();
        });
        when(io.start.or(closes), begin);
        return;
      }

      const addressing = columnsLeft.ne(0).and(io.dense.not());
      const loadsWords = columnsLeft.eq(0);
      const end = (index: number) => value(index).asUInt().trunc(widths.weightAddress);
      const lastOfColumns = mux(columnsLeft.eq(1), end(0), mux(columnsLeft.eq(2), end(1), end(2)));
      const lastAddresses = columnsLeft.le(ADDRESSES_PER_WORD);
      const noCount = lit(Bits(p.countBits), 0);

      const room = io.tileFree.and(io.dataFree.or(addressing));
      words.ready.set(room.and(fromCarried.not()));
      const acts = room.and(words.valid.or(fromCarried));
      const takeAddresses = acts.and(addressing);
      const writeData = acts.and(addressing.not());
      const closes = any(
        all(takeAddresses, lastAddresses, lastOfColumns.eq(0)),
        writeData.and(mux(io.dense, lastWordOfColumn.and(columnsLeft.eq(1)), wordsLoaded.add(1).eq(lastEnd))),
      );

      io.writeAddresses.set(takeAddresses);
      io.addressRow.set(addressRow);
      io.columnEnds.set([end(0), end(1), end(2)]);
      io.writeData.set(writeData);
      io.data.set(mux(io.dense, cat(noCount, high, noCount, low), words.data));
      io.closeTile.set(closes);
      io.addressed.set(loadsWords.or(io.dense));

      midTile.set(midTile.or(acts).and(closes.not()));
      when(takeAddresses, () => {
        columnsLeft.set(mux(lastAddresses, 0, columnsLeft.sub(ADDRESSES_PER_WORD)));
        addressRow.set(addressRow.add(1));
        lastEnd.set(lastOfColumns);
      });
      when(writeData, () => {
        wordsLoaded.set(wordsLoaded.add(1));
        when(io.dense, takePlain);
      });
      when(io.start.or(closes), () => {
        begin();
        addressRow.set(0);
      });
    },
  );
});
