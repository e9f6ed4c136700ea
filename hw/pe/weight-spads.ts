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
  channel,
  connect,
  generator,
  instance,
  mem,
  module,
  mux,
  queue,
  reg,
  stage,
  when,
} from '../../gen/index.ts';
import { LapPointer, lapAdvanceBy, lapFollowing, lapFull } from './circular.ts';
import { IactJob, WeightJob } from './command.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { WeightAddresses } from './weight-addresses.ts';
import { WeightLoader } from './weight-loader.ts';

/** Columns looked up and not yet read: an iact with an empty column goes unnoticed while there is one in here. */
const COLUMNS_AHEAD = 2;

/**
 * Two pipeline stages and a short queue between them. The first looks up where an iact's column starts and ends, and drops the
 * iact if the column is empty; the second reads the column's words, one a cycle without a gap between columns or tiles.
 * Uncompressed, columns are visited in order and are equally long, and the address SPad stays idle.
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
  const length = UInt(widths.columnWords);
  const Column = Bundle({ value: UInt(p.dataBits), start: address, length, last: Bool, lastWindow: Bool });
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
    /** The word read in the cycle before, with its iact. */
    valid: Out(Bool),
    job: Out(WeightJob(p)),
    word: Out(Bits(widths.word)),
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
      // Where the next word goes, the tile that is read starts, and the one after it does.
      const writeAt = reg(LapPointer(depth), { reset: { index: 0, lap: false } });
      const tileStart = reg(LapPointer(depth), { reset: { index: 0, lap: false } });
      const nextTileStart = reg(LapPointer(depth));
      // Of the column that is read: the next word, and how many are left; and whether what is before that word is free.
      const readAt = reg(LapPointer(depth));
      const wordsLeft = reg(length, { reset: 0 });
      const frees = reg(Bool, { reset: false });

      const wordsPerColumn = io.filters.add(1).shr(1).trunc(widths.columnWords);
      const loader = instance(WeightLoader(p));
      loader.start.set(io.start);
      loader.dense.set(io.dense);
      loader.columns.set(io.columns);
      loader.wordsPerColumn.set(wordsPerColumn);
      loader.tileFree.set(tilesHeld.ne(2));
      loader.dataFree.set(lapFull(writeAt, mux(frees, readAt, tileStart)).not());
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
      const fetched = stage(io.iact);
      const { data: iact } = fetched;
      const denseStart = reg(address, { reset: 0 });
      const denseEnd = denseStart.add(wordsPerColumn.extend(lookupWidth(p)).trunc(address.width));
      addressSpad.set.set(loadSet.xor(tilesAhead.bit(0)));
      addressSpad.column.set(iact.column);
      const columnStart = mux(io.dense, denseStart, addressSpad.columnStart);
      const columnEnd = mux(io.dense, denseEnd, addressSpad.columnEnd);
      const words = columnEnd.sub(columnStart).extend(lookupWidth(p)).trunc(length.width);
      const columnWords = mux(iact.empty, 0, words);
      const empty = columnWords.eq(0);
      const dropped = empty.and(iact.last.not());
      const endsTile = iact.last.and(iact.lastWindow);
      // A tile is left only when it is loaded to its end: from there on the next one loads.
      const loaded = all(loader.addressed, endsTile.not(), empty.or(columnEnd.le(loader.wordsLoaded)));
      const present = tilesAhead.ne(0).or(loaded);

      const found = channel(Column);
      found.valid.set(all(fetched.valid, present, dropped.not()));
      found.data.set({
        value: iact.value,
        start: columnStart,
        length: columnWords,
        last: iact.last,
        lastWindow: iact.lastWindow,
      });
      fetched.ready.set(present.and(found.ready.or(dropped)));
      io.waitsWeight.set(fetched.valid.and(present.not()));
      when(fetched.fire, () => denseStart.set(mux(iact.last, 0, denseEnd)));
      const tileFound = fetched.fire.and(endsTile);

      // Read: one word a cycle.
      const column = queue(found, COLUMNS_AHEAD);
      const midColumn = wordsLeft.ne(0);
      const columnAt = lapAdvanceBy(tileStart, column.data.start.trunc(bitsFor(depth)), depth);
      const wordAt = mux(midColumn, readAt, columnAt);
      const left = mux(midColumn, wordsLeft, column.data.length);
      const lastWord = left.le(1);
      const hasWord = left.ne(0);
      const advance = column.valid.and(io.blocked.not());
      const readsWord = advance.and(hasWord);
      const tileRead = all(advance, lastWord, column.data.last, column.data.lastWindow);

      column.ready.set(advance.and(lastWord));
      when(advance, () => wordsLeft.set(mux(lastWord, 0, left.sub(1))));
      when(readsWord, () => {
        readAt.set(lapFollowing(wordAt, depth));
        frees.set(column.data.lastWindow);
      });
      io.word.set(dataSpad.readSync(wordAt.index, { enable: readsWord, underWrite: 'any' }));

      const advanced = reg(Bool, { reset: false });
      const jobRead = reg(WeightJob(p));
      advanced.set(advance);
      when(advance, () =>
        jobRead.set({
          value: column.data.value,
          first: midColumn.not(),
          last: column.data.last.and(lastWord),
          empty: hasWord.not(),
        }),
      );
      io.valid.set(advanced);
      io.job.set(jobRead);
      io.windowRead.set(all(advance, lastWord, column.data.last));

      // Tiles come and go.
      const { closeTile } = loader;
      when(tileRead, () => {
        frees.set(false);
        tileStart.set(nextTileStart);
        nextTileStart.set(writeAt);
      });
      when(closeTile, () => loadSet.set(loadSet.not()));
      when(closeTile.and(tileRead.or(tilesHeld.eq(0))), () =>
        nextTileStart.set(mux(loader.writeData, afterWrite, writeAt)),
      );
      when(closeTile.ne(tileRead), () => tilesHeld.set(mux(closeTile, tilesHeld.add(1), tilesHeld.sub(1))));
      when(closeTile.ne(tileFound), () => tilesAhead.set(mux(closeTile, tilesAhead.add(1), tilesAhead.sub(1))));

      io.holds.set(any(tilesHeld.ne(0), loader.atStart.not(), fetched.valid));
      io.reads.set(readsWord);
      io.waits.set(column.valid.and(io.blocked));
      io.starves.set(column.valid.not());
    },
  );
});

/** Wide enough for any address of a word, and any number of words of a column. */
function lookupWidth(p: PeParameters): number {
  const { weightAddress, columnWords } = widthsOf(p);
  return Math.max(weightAddress, columnWords);
}
