/** The weight SPads: for each iact, the words of its column (J19 section IV-B). */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  Stream,
  UInt,
  all,
  any,
  bitsFor,
  connect,
  generator,
  instance,
  mapStream,
  mem,
  module,
  mux,
  reg,
  regNext,
  stage,
  when,
  wire,
} from '../../gen/index.ts';
import { LapPointer, lapAdvanceBy, lapFollowing, lapFull } from './circular.ts';
import { IactJob, WeightJob } from './command.ts';
import { fieldsIf } from './fields-if.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { type AddressPlace, WeightAddresses, addressPlace } from './weight-addresses.ts';
import { WeightLoader } from './weight-loader.ts';

/**
 * Two pipeline stages. The first looks up where an iact's column starts and ends, and drops the iact if the column is empty; the
 * second reads the column's words, one a cycle without a gap between columns or tiles. A column can wait in between, so that
 * empty ones behind it go unnoticed. Uncompressed, columns are visited in order and are equally long, and the address SPad stays idle;
 * a PE that reads nothing compressed has none.
 *
 * With one MAC, a word stays in the SPad's output register for two cycles, a weight each, and the next word is read in the second.
 * A second half without a weight, at the end of an odd column, takes none.
 *
 * Iacts need not wait for the whole tile: as words are loaded and used in the same order, the first window is worked on while
 * they come. The next tile loads while a tile is worked on: its addresses into the other set of the address SPad, its words
 * behind those of the tile, as far as the data SPad has room. In a tile's last window, every word is free once it is read. So
 * the data SPad is written and read in the same cycle, but never at the same address.
 */
export const WeightSpads = generator(function WeightSpads(p: PeParameters) {
  const widths = widthsOf(p);
  const depth = p.weightDataDepth;
  const address = UInt(widths.weightAddress);
  const Column = Bundle({
    value: UInt(p.dataBits),
    /** Its first word, and how many it has; of the column that is read, the next word, and how many are left. */
    at: LapPointer(depth),
    words: UInt(widths.columnWords),
    last: Bool,
    lastWindow: Bool,
  });
  const ports = {
    start: In(Bool),
    ...fieldsIf(p.sparse, { dense: In(Bool) }),
    columns: In(UInt(widths.columns)),
    filters: In(UInt(widths.rows)),
    words: In(Stream(Bits(widths.word))),
    iact: In(Stream(IactJob(p))),
    /** The psums of the next window have no place yet. */
    blocked: In(Bool),
    /** In this cycle the last word of a window is read. */
    windowRead: Out(Bool),
    /** In the cycle before, a word was read: it, and its iact. With one MAC, its halves one after the other. */
    valid: Out(Bool),
    job: Out(WeightJob(p)),
    word: Out(Bits(p.macs * widths.stored)),
    /** The cycle before was the end of a window, with a word or without. */
    last: Out(Bool),
    /** Weights are held that have not met all their iacts, or an iact waits for some. */
    holds: Out(Bool),
    /** For the activity counters: a word is read, or with one MAC half a word; a column waits for psums; no column is there. */
    reads: Out(Bool),
    waits: Out(Bool),
    starves: Out(Bool),
    /** An iact waits for its tile to be loaded. */
    waitsWeight: Out(Bool),
  };
  return module(
    `WeightSpads${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth', 'psumDepth', 'dataBits', 'macs', 'sparse')}`,
    ports,
    (io) => {
      const addressSpad = p.sparse ? instance(WeightAddresses(p)) : null;
      const dataSpad = mem(Bits(2 * widths.stored), depth, { macro: true });

      // Tiles loaded and not yet read to their end, and not yet looked up to their end.
      const tilesHeld = reg(UInt(2), { reset: 0 });
      const tilesAhead = reg(UInt(2), { reset: 0 });
      // The set of addresses that loads.
      const loadSet = p.sparse ? reg(Bool, { reset: false }) : null;
      // Where the next word goes, the tile that is read starts, and the one after it does. What is before `neededFrom` is free.
      const writeAt = reg(LapPointer(depth), { reset: { index: 0, lap: false } });
      const tileStart = reg(LapPointer(depth), { reset: { index: 0, lap: false } });
      const nextTileStart = reg(LapPointer(depth));
      const neededFrom = reg(LapPointer(depth), { reset: { index: 0, lap: false } });
      // The column that is read, and whether its first word comes next; and one that waits behind it.
      const column = reg(Column);
      const columnValid = reg(Bool, { reset: false });
      const untouched = reg(Bool);
      const waiting = reg(Column);
      const waitingValid = reg(Bool, { reset: false });

      const wordsPerColumn = io.filters.add(1).shr(1).trunc(widths.columnWords);
      const loader = instance(WeightLoader(p));
      loader.start.set(io.start);
      if (p.sparse) loader.dense.set(io.dense);
      loader.columns.set(io.columns);
      loader.wordsPerColumn.set(wordsPerColumn);
      loader.tileFree.set(tilesHeld.ne(2));
      loader.dataFree.set(lapFull(writeAt, neededFrom).not());
      connect(loader.words, io.words);
      const afterWrite = lapFollowing(writeAt, depth);
      when(loader.writeData, () => {
        dataSpad.write(writeAt.index, loader.data);
        writeAt.set(afterWrite);
      });

      // Look-up: from iact to column.
      const fetched = stage(
        mapStream(io.iact, ({ column, ...iact }) => ({
          ...iact,
          ...(p.sparse ? addressPlace(p, column) : ({} as AddressPlace)),
        })),
      );
      const { data: iact } = fetched;
      const denseStart = reg(address, { reset: 0 });
      const denseEnd = denseStart.add(wordsPerColumn.extend(lookupWidth(p)).trunc(address.width));
      if (addressSpad !== null && loadSet !== null) {
        addressSpad.write.set(loader.writeAddresses);
        addressSpad.writeSet.set(loadSet);
        addressSpad.writeRow.set(loader.addressRow);
        addressSpad.ends.set(loader.columnEnds);
        addressSpad.set.set(loadSet.xor(tilesAhead.bit(0)));
        addressSpad.row.set(iact.row);
        addressSpad.lane.set(iact.lane);
      }
      const columnStart = addressSpad === null ? denseStart : mux(io.dense, denseStart, addressSpad.columnStart);
      const columnEnd = addressSpad === null ? denseEnd : mux(io.dense, denseEnd, addressSpad.columnEnd);
      const words = p.sparse
        ? columnEnd.sub(columnStart).extend(lookupWidth(p)).trunc(widths.columnWords)
        : wordsPerColumn;
      const columnWords = p.sparse ? mux(iact.empty, 0, words) : words;
      const empty = p.sparse ? columnWords.eq(0) : null;
      const dropped = empty === null ? null : empty.and(iact.last.not());
      const endsTile = iact.last.and(iact.lastWindow);
      // A tile is left only when it is loaded to its end: from there on the next one loads.
      const loaded =
        empty === null
          ? endsTile.not().and(columnEnd.le(loader.wordsLoaded))
          : all(loader.addressed, endsTile.not(), empty.or(columnEnd.le(loader.wordsLoaded)));
      const present = tilesAhead.ne(0).or(loaded);
      fetched.ready.set(present.and(dropped === null ? waitingValid.not() : waitingValid.not().or(dropped)));
      io.waitsWeight.set(fetched.valid.and(present.not()));
      when(p.sparse ? fetched.fire.and(io.dense) : fetched.fire, () => denseStart.set(mux(iact.last, 0, denseEnd)));
      const tileFound = fetched.fire.and(endsTile);
      const found = dropped === null ? fetched.fire : fetched.fire.and(dropped.not());
      // Either the tile that is read is looked up, or the one after it.
      const lookupStart = mux(tilesHeld.eq(tilesAhead), tileStart, nextTileStart);
      const foundColumn = {
        value: iact.value,
        at: lapAdvanceBy(lookupStart, columnStart.trunc(bitsFor(depth)), depth),
        words: columnWords,
        last: iact.last,
        lastWindow: iact.lastWindow,
      };

      // Read: one word a cycle, unless the one before has a second half for the only MAC.
      const halves = p.macs === 1 ? { holds: wire(Bool), second: reg(Bool, { reset: false }) } : null;
      const blocked = halves === null ? io.blocked : io.blocked.or(halves.holds);
      const advance = columnValid.and(blocked.not());
      const readsWord = p.sparse ? advance.and(column.words.ne(0)) : advance;
      const stays = columnValid.and(blocked.or(column.words.gt(1)));
      const windowRead = all(columnValid, stays.not(), column.last);
      const tileRead = windowRead.and(column.lastWindow);
      const afterRead = lapFollowing(column.at, depth);

      const comes = waitingValid.or(found);
      columnValid.set(stays.or(comes));
      waitingValid.set(stays.and(comes));
      when(comes.and(stays.not()), () => {
        column.set(mux(waitingValid, waiting, foundColumn));
        untouched.set(true);
      }).elseWhen(readsWord, () => {
        column.at.set(afterRead);
        column.words.set(column.words.sub(1));
        untouched.set(false);
      });
      when(found, () => waiting.set(foundColumn));

      const jobRead = reg(WeightJob(p));
      when(readsWord, () => {
        jobRead.set({ value: column.value, first: untouched });
        when(column.lastWindow, () => neededFrom.set(afterRead));
      });
      const readData = () => dataSpad.readSync(column.at.index, { enable: readsWord, underWrite: 'any' });
      const wordRead = regNext(readsWord, { reset: false });
      if (halves === null) {
        const windowEnded = regNext(windowRead, { reset: false });
        io.word.set(readData());
        io.job.set(jobRead);
        io.valid.set(wordRead);
        io.last.set(windowEnded);
      } else {
        const { holds, second } = halves;
        const word = readData();
        const lower = word.bits(widths.stored - 1, 0);
        const upper = word.bits(2 * widths.stored - 1, widths.stored);
        // The last word of an odd column has one weight: uncompressed the number of filters says so, compressed the word itself.
        const columnEnded = reg(Bool);
        when(readsWord, () => columnEnded.set(column.words.eq(1)));
        const oddFilters = columnEnded.and(io.filters.bit(0));
        const single = p.sparse ? mux(io.dense, oddFilters, upper.asUInt().eq(0)) : oddFilters;
        const windowEnded = reg(Bool, { reset: false });
        holds.set(wordRead.and(single.not()));
        second.set(holds);
        windowEnded.set(windowRead.or(windowEnded.and(holds)));
        io.word.set(mux(second, upper, lower));
        io.job.set({ value: jobRead.value, first: jobRead.first.and(second.not()) });
        io.valid.set(wordRead.or(second));
        io.last.set(windowEnded.and(holds.not()));
      }
      io.windowRead.set(windowRead);

      // Tiles come and go.
      const { closeTile } = loader;
      when(tileRead, () => {
        neededFrom.set(nextTileStart);
        tileStart.set(nextTileStart);
        nextTileStart.set(writeAt);
      });
      if (loadSet !== null) when(closeTile, () => loadSet.set(loadSet.not()));
      when(closeTile.and(tileRead.or(tilesHeld.eq(0))), () =>
        nextTileStart.set(mux(loader.writeData, afterWrite, writeAt)),
      );
      when(closeTile.ne(tileRead), () => tilesHeld.set(mux(closeTile, tilesHeld.add(1), tilesHeld.sub(1))));
      when(closeTile.ne(tileFound), () => tilesAhead.set(mux(closeTile, tilesAhead.add(1), tilesAhead.sub(1))));

      const holdsTile = () => any(tilesHeld.ne(0), loader.midTile, fetched.valid);
      const works = halves === null ? readsWord : readsWord.or(halves.holds);
      io.holds.set(halves === null ? holdsTile() : holdsTile().or(halves.holds));
      io.reads.set(works);
      io.waits.set(halves === null ? columnValid.and(io.blocked) : all(columnValid, io.blocked, works.not()));
      io.starves.set(halves === null ? columnValid.not() : columnValid.or(works).not());
    },
  );
});

/** Wide enough for any address of a word, and any number of words of a column. */
function lookupWidth(p: PeParameters): number {
  const { weightAddress, columnWords } = widthsOf(p);
  return Math.max(weightAddress, columnWords);
}
