/** The weight address and data SPads: for each iact, the words of its column (J19 section IV-B). */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  Stream,
  UInt,
  Vec,
  all,
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
import { IactJob, WeightJob } from './command.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { ADDRESSES_PER_WORD, WeightLoader } from './weight-loader.ts';

/** Columns looked up and not yet read: an iact with an empty column goes unnoticed while there is one in here. */
const COLUMNS_AHEAD = 2;

/**
 * Two pipeline stages and a short queue between them. The first looks up where an iact's column starts and ends, and drops the
 * iact if the column is empty; the second reads the column's words, one a cycle without a gap between columns. The address
 * SPad holds the end of each column only: a column starts where the one before it ends, and the first at 0. Uncompressed,
 * columns are visited in order and are equally long, and the address SPad stays idle.
 *
 * Iacts need not wait for the whole tile: as words are loaded and used in the same order, the first window is worked on while
 * they come. For that, the data SPad is written and read in the same cycle.
 */
export const WeightSpads = generator(function WeightSpads(p: PeParameters) {
  const widths = widthsOf(p);
  const address = UInt(widths.weightAddress);
  const Column = Bundle({ value: UInt(p.dataBits), start: address, end: address, last: Bool, empty: Bool });
  const ports = {
    start: In(Bool),
    dense: In(Bool),
    columns: In(UInt(widths.columns)),
    filters: In(UInt(widths.rows)),
    words: In(Stream(Bits(widths.word))),
    /** The columns of the tile are known: iacts may come, and wait for their words where they must. */
    addressed: Out(Bool),
    /** The weights of the tile are all there. */
    loaded: Out(Bool),
    iact: In(Stream(IactJob(p))),
    /** The psums of the next window have no place yet. */
    blocked: In(Bool),
    /** In this cycle the last word of a window is read. */
    windowRead: Out(Bool),
    /** The word read in the cycle before, with its iact. */
    valid: Out(Bool),
    job: Out(WeightJob(p)),
    word: Out(Bits(widths.word)),
    /** For the activity counters: a word is read; a column waits for psums; no column is there. */
    reads: Out(Bool),
    waits: Out(Bool),
    starves: Out(Bool),
    /** An iact waits for the words of its column to be loaded. */
    waitsWeight: Out(Bool),
  };
  return module(
    `WeightSpads${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth', 'psumDepth', 'dataBits')}`,
    ports,
    (io) => {
      const addressSpad = reg(Vec(p.weightAddressDepth, address));
      const dataSpad = mem(Bits(widths.word), p.weightDataDepth);

      const wordsPerColumn = io.filters.add(1).shr(1).extend(widths.rows);
      const loader = instance(WeightLoader(p));
      loader.start.set(io.start);
      loader.dense.set(io.dense);
      loader.columns.set(io.columns);
      loader.wordsPerColumn.set(wordsPerColumn);
      connect(loader.words, io.words);
      io.addressed.set(loader.addressed);
      io.loaded.set(loader.done);
      const dataAddressBits = bitsFor(p.weightDataDepth);
      // Each address is always loaded from the same place of a word, so it needs no multiplexer on its way in.
      addressSpad.forEach((word, column) => {
        const row = Math.floor(column / ADDRESSES_PER_WORD);
        when(loader.writeAddresses.and(loader.addressRow.eq(row)), () =>
          word.set(loader.columnEnds[column % ADDRESSES_PER_WORD]!),
        );
      });
      when(loader.writeData, () => dataSpad.write(loader.dataAddress.trunc(dataAddressBits), loader.data));

      // Look-up: from iact to column.
      const fetched = stage(io.iact);
      const denseStart = reg(address, { reset: 0 });
      const denseEnd = denseStart.add(
        wordsPerColumn.extend(Math.max(widths.weightAddress, widths.rows)).trunc(widths.weightAddress),
      );
      const previousColumn = fetched.data.column.sub(1);
      const sparseStart = mux(fetched.data.column.eq(0), 0, addressSpad.at(previousColumn));
      const columnStart = mux(io.dense, denseStart, sparseStart);
      const columnEnd = mux(io.dense, denseEnd, addressSpad.at(fetched.data.column));
      const empty = fetched.data.empty.or(columnStart.eq(columnEnd));
      const dropped = empty.and(fetched.data.last.not());
      const present = empty.or(columnEnd.le(loader.wordsLoaded));

      const found = channel(Column);
      found.valid.set(all(fetched.valid, present, dropped.not()));
      found.data.set({ value: fetched.data.value, start: columnStart, end: columnEnd, last: fetched.data.last, empty });
      fetched.ready.set(present.and(found.ready.or(dropped)));
      io.waitsWeight.set(fetched.valid.and(present.not()));
      when(fetched.fire, () => denseStart.set(mux(fetched.data.last, 0, denseEnd)));

      // Read: one word a cycle.
      const column = queue(found, COLUMNS_AHEAD);
      const midColumn = reg(Bool, { reset: false });
      const nextAddress = reg(address);
      const wordAddress = mux(midColumn, nextAddress, column.data.start);
      const lastWord = column.data.empty.or(wordAddress.add(1).eq(column.data.end));
      const advance = column.valid.and(io.blocked.not());
      const readsWord = advance.and(column.data.empty.not());

      column.ready.set(advance.and(lastWord));
      when(advance, () => {
        midColumn.set(lastWord.not());
        nextAddress.set(wordAddress.add(1));
      });
      const wordRead = dataSpad.readSync(wordAddress.trunc(dataAddressBits), { enable: readsWord });
      io.word.set(wordRead);

      const advanced = reg(Bool, { reset: false });
      const jobRead = reg(WeightJob(p));
      advanced.set(advance);
      when(advance, () =>
        jobRead.set({
          value: column.data.value,
          first: midColumn.not(),
          last: column.data.last.and(lastWord),
          empty: column.data.empty,
        }),
      );
      io.valid.set(advanced);
      io.job.set(jobRead);
      io.windowRead.set(all(advance, lastWord, column.data.last));
      io.reads.set(readsWord);
      io.waits.set(column.valid.and(io.blocked));
      io.starves.set(column.valid.not());
    },
  );
});
