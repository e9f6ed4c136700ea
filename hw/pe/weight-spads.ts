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
} from '../../gen/index.ts';
import { LapPointer, lapAdvanceBy, lapFollowing, lapFull } from './circular.ts';
import { IactJob, WeightJob } from './command.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { WeightAddresses, addressPlace } from './weight-addresses.ts';
import { WeightLoader } from './weight-loader.ts';

/**
 * Two pipeline stages. The first looks up where an iact's column starts and ends, and drops the iact if the column is empty; the
 * second reads the column's words, one a cycle without a gap between columns or tiles. A column can wait in between, so that
 * empty ones behind it go unnoticed. Uncompressed, columns are visited in order and are equally long, and the address SPad stays idle.
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
    dense: In(Bool),
    columns: In(UInt(widths.columns)),
    filters: In(UInt(widths.rows)),
    words: In(Stream(Bits(widths.word))),
    iact: In(Stream(IactJob(p))),
    /** The psums of the next window have no place yet. */
    blocked: In(Bool),
    /** In this cycle the last word of a window is read. */
    windowRead: Out(Bool),
    /** In the cycle before, a word was read: it, and its iact. */
    valid: Out(Bool),
    job: Out(WeightJob(p)),
    word: Out(Bits(widths.word)),
    /** The cycle before was the end of a window, with a word or without. */
    last: Out(Bool),
    /** Weights are held that have not met all their iacts, or an iact waits for some. */
    holds: Out(Bool),
    /** For the activity counters: a word is read; a column waits for psums; no column is there. */
    reads: Out(Bool),
    waits: Out(Bool),
    starves: Out(Bool),
    /** An iact waits for its tile to be loaded. */
    waitsWeight: Out(Bool),
  };
  return module(
    `WeightSpads${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth', 'psumDepth', 'dataBits')}`,
    ports,
    (io) => {
      const addressSpad = instance(WeightAddresses(p));
      const dataSpad = mem(Bits(widths.word), depth, { macro: true });

      // Tiles loaded and not yet read to their end, and not yet looked up to their end.
      const tilesHeld = reg(UInt(2), { reset: 0 });
      const tilesAhead = reg(UInt(2), { reset: 0 });
      // The set of addresses that loads.
      const loadSet = reg(Bool, { reset: false });
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
      loader.dense.set(io.dense);
      loader.columns.set(io.columns);
      loader.wordsPerColumn.set(wordsPerColumn);
      loader.tileFree.set(tilesHeld.ne(2));
      loader.dataFree.set(lapFull(writeAt, neededFrom).not());
      connect(loader.words, io.words);
      addressSpad.write.set(loader.writeAddresses);
      addressSpad.writeSet.set(loadSet);
      addressSpad.writeRow.set(loader.addressRow);
      addressSpad.ends.set(loader.columnEnds);
      const afterWrite = lapFollowing(writeAt, depth);
      when(loader.writeData, () => {
        dataSpad.write(writeAt.index, loader.data);
        writeAt.set(afterWrite);
      });

      // Look-up: from iact to column.
      const fetched = stage(mapStream(io.iact, ({ column, ...iact }) => ({ ...iact, ...addressPlace(p, column) })));
      const { data: iact } = fetched;
      const denseStart = reg(address, { reset: 0 });
      const denseEnd = denseStart.add(wordsPerColumn.extend(lookupWidth(p)).trunc(address.width));
      addressSpad.set.set(loadSet.xor(tilesAhead.bit(0)));
      addressSpad.row.set(iact.row);
      addressSpad.lane.set(iact.lane);
      const columnStart = mux(io.dense, denseStart, addressSpad.columnStart);
      const columnEnd = mux(io.dense, denseEnd, addressSpad.columnEnd);
      const words = columnEnd.sub(columnStart).extend(lookupWidth(p)).trunc(widths.columnWords);
      const columnWords = mux(iact.empty, 0, words);
      const empty = columnWords.eq(0);
      const dropped = empty.and(iact.last.not());
      const endsTile = iact.last.and(iact.lastWindow);
      // A tile is left only when it is loaded to its end: from there on the next one loads.
      const loaded = all(loader.addressed, endsTile.not(), empty.or(columnEnd.le(loader.wordsLoaded)));
      const present = tilesAhead.ne(0).or(loaded);
      fetched.ready.set(present.and(waitingValid.not().or(dropped)));
      io.waitsWeight.set(fetched.valid.and(present.not()));
      when(fetched.fire.and(io.dense), () => denseStart.set(mux(iact.last, 0, denseEnd)));
      const tileFound = fetched.fire.and(endsTile);
      const found = fetched.fire.and(dropped.not());
      // Either the tile that is read is looked up, or the one after it.
      const lookupStart = mux(tilesHeld.eq(tilesAhead), tileStart, nextTileStart);
      const foundColumn = {
        value: iact.value,
        at: lapAdvanceBy(lookupStart, columnStart.trunc(bitsFor(depth)), depth),
        words: columnWords,
        last: iact.last,
        lastWindow: iact.lastWindow,
      };

      // Read: one word a cycle.
      const advance = columnValid.and(io.blocked.not());
      const readsWord = advance.and(column.words.ne(0));
      const stays = columnValid.and(io.blocked.or(column.words.gt(1)));
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
      io.word.set(dataSpad.readSync(column.at.index, { enable: readsWord, underWrite: 'any' }));
      io.job.set(jobRead);
      const wordRead = regNext(readsWord, { reset: false });
      const windowEnded = regNext(windowRead, { reset: false });
      io.valid.set(wordRead);
      io.last.set(windowEnded);
      io.windowRead.set(windowRead);

      // Tiles come and go.
      const { closeTile } = loader;
      when(tileRead, () => {
        neededFrom.set(nextTileStart);
        tileStart.set(nextTileStart);
        nextTileStart.set(writeAt);
      });
      when(closeTile, () => loadSet.set(loadSet.not()));
      when(closeTile.and(tileRead.or(tilesHeld.eq(0))), () =>
        nextTileStart.set(mux(loader.writeData, afterWrite, writeAt)),
      );
      when(closeTile.ne(tileRead), () => tilesHeld.set(mux(closeTile, tilesHeld.add(1), tilesHeld.sub(1))));
      when(closeTile.ne(tileFound), () => tilesAhead.set(mux(closeTile, tilesAhead.add(1), tilesAhead.sub(1))));

      io.holds.set(any(tilesHeld.ne(0), loader.midTile, fetched.valid));
      io.reads.set(readsWord);
      io.waits.set(columnValid.and(io.blocked));
      io.starves.set(columnValid.not());
    },
  );
});

/** Wide enough for any address of a word, and any number of words of a column. */
function lookupWidth(p: PeParameters): number {
  const { weightAddress, columnWords } = widthsOf(p);
  return Math.max(weightAddress, columnWords);
}
