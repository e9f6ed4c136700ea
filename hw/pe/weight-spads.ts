/** The weight address and data SPads: for each iact, the words of its column (J19 section IV-B). */
import { Bits, Bool, Bundle, In, Out, Stream, UInt, all, bitsFor, channel, generator, instance, mem, module, mux, queue, reg, stage, when } from '../../gen/index.ts';
import { IactJob, WeightJob } from './command.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { WeightLoader } from './weight-loader.ts';

/** Columns looked up and not yet read: an iact with an empty column goes unnoticed while there is one in here. */
const COLUMNS_AHEAD = 2;

/**
 * Two pipeline stages and a short queue between them. The first looks up where an iact's column starts and ends, and drops the
 * iact if the column is empty; the second reads the column's words, one a cycle without a gap between columns. The address
 * SPad holds the end of each column only: a column starts where the one before it ends, and the first at 0. Uncompressed,
 * columns are visited in order and are equally long, and the address SPad stays idle.
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
  };
  return module(`WeightSpads${parameterSuffix(p, 'weightAddressDepth', 'weightDataDepth', 'psumDepth', 'dataBits')}`, ports, (io) => {
    const addressSpad = mem(address, p.weightAddressDepth);
    const dataSpad = mem(Bits(widths.word), p.weightDataDepth);

    const wordsPerColumn = io.filters.add(1).shr(1).extend(widths.rows);
    const loader = instance(WeightLoader(p));
    loader.start.set(io.start);
    loader.dense.set(io.dense);
    loader.columns.set(io.columns);
    loader.wordsPerColumn.set(wordsPerColumn);
    loader.words.valid.set(io.words.valid);
    loader.words.data.set(io.words.data);
    io.words.ready.set(loader.words.ready);
    io.loaded.set(loader.done);
    const dataAddressBits = bitsFor(p.weightDataDepth);
    when(loader.writeAddress, () => addressSpad.write(loader.column, loader.columnEnd));
    when(loader.writeData, () => dataSpad.write(loader.dataAddress.trunc(dataAddressBits), loader.data));

    // Look-up: from iact to column.
    const iact = stage(IactJob(p), io.iact);
    const denseStart = reg(address, { reset: 0 });
    const denseEnd = denseStart.add(wordsPerColumn.extend(Math.max(widths.weightAddress, widths.rows)).trunc(widths.weightAddress));
    const previousColumn = iact.data.column.sub(1);
    const sparseStart = mux(iact.data.column.eq(0), 0, addressSpad.read(previousColumn));
    const columnStart = mux(io.dense, denseStart, sparseStart);
    const columnEnd = mux(io.dense, denseEnd, addressSpad.read(iact.data.column));
    const empty = iact.data.empty.or(columnStart.eq(columnEnd));
    const dropped = empty.and(iact.data.last.not());

    const found = channel(Column);
    found.valid.set(iact.valid.and(dropped.not()));
    found.data.set({ value: iact.data.value, start: columnStart, end: columnEnd, last: iact.data.last, empty });
    iact.ready.set(found.ready.or(dropped));
    when(iact.fire, () => denseStart.set(mux(iact.data.last, 0, denseEnd)));

    // Read: one word a cycle.
    const column = queue(Column, found, COLUMNS_AHEAD);
    const midColumn = reg(Bool, { reset: false });
    const nextAddress = reg(address);
    const here = mux(midColumn, nextAddress, column.data.start);
    const lastWord = column.data.empty.or(here.add(1).eq(column.data.end));
    const advance = column.valid.and(io.blocked.not());
    const readsWord = advance.and(column.data.empty.not());

    column.ready.set(advance.and(lastWord));
    when(advance, () => {
      midColumn.set(lastWord.not());
      nextAddress.set(here.add(1));
    });
    const wordRead = dataSpad.readSync(here.trunc(dataAddressBits), { enable: readsWord });
    io.word.set(wordRead);

    const advanced = reg(Bool, { reset: false });
    const jobRead = reg(WeightJob(p));
    advanced.set(advance);
    when(advance, () =>
      jobRead.set({ value: column.data.value, first: midColumn.not(), last: column.data.last.and(lastWord), empty: column.data.empty }),
    );
    io.valid.set(advanced);
    io.job.set(jobRead);
    io.windowRead.set(all(advance, lastWord, column.data.last));
    io.reads.set(readsWord);
    io.waits.set(column.valid.and(io.blocked));
    io.starves.set(column.valid.not());
  });
});
