/** Keeps what the output channels are requantised with. */
import {
  Bits,
  Bool,
  In,
  Out,
  Stream,
  UInt,
  type UIntVal,
  Vec,
  assert,
  bitsFor,
  cat,
  generator,
  implies,
  lit,
  mem,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { widthsOf } from '../pe/parameters.ts';
import { ChannelParameters } from './requantiser.ts';

/** Words of the parameter stream for each channel. */
export const WORDS_PER_CHANNEL = 3;

/** Channels of each parity that fit the table. */
export function tableDepth(p: ChipParameters): number {
  return p.outputChannels / 2;
}

/** Whether each half of the table has room for a tile's channels: of all columns, where they have their own. */
export function twoTilesFit(p: ChipParameters, filters: number, ownColumns: boolean): boolean {
  return Math.ceil(filters / 2) * (ownColumns ? p.peColumns : 1) <= Math.floor(tableDepth(p) / 2);
}

/**
 * Two SRAMs, for even and for odd filters, each with a registered read port and a write port. Each has two halves, which tiles of
 * filters take in turn where two fit; otherwise a tile begins at the first word.
 *
 * Parameters come as three words a channel: `bias[23:0]`; `{multiplier[15:0], bias[31:24]}`; `{000, shift[4:0], 0,
 * multiplier[30:16]}`. The channels of a tile come in the order of the filters, with `ownColumns` those of column 0 first.
 */
export const ParameterTable = generator(function ParameterTable(p: ChipParameters) {
  const { word, column } = chipWidths(p);
  const rows = UInt(widthsOf(p.pe).rows);
  const depth = tableDepth(p);
  const address = UInt(bitsFor(depth));
  const ports = {
    start: In(Bool),
    lastFilter: In(rows),
    ownColumns: In(Bool),
    words: In(Stream(Bits(word))),
    /** There is room for a tile, in this half. */
    room: In(Bool),
    loadHalf: In(Bool),
    /** The last word of a tile is taken. */
    loaded: Out(Bool),
    /** Two channels to read, by half, column and number of the pair; they are there in the next cycle, and stay. */
    read: In(Bool),
    readHalf: In(Bool),
    column: In(UInt(column)),
    pair: In(UInt(bitsFor(p.pe.psumDepth / 2))),
    channels: Out(Vec(2, ChannelParameters)),
  };
  const name = `ParameterTable${chipSuffix(p, 'pe.psumDepth', 'peColumns', 'outputChannels')}`;
  return module(name, ports, (io) => {
    const srams = [0, 1].map(() => mem(ChannelParameters, depth, { macro: true }));
    const inHalf = (half: typeof io.readHalf, place: UIntVal): UIntVal =>
      mux(half, place.add(Math.floor(depth / 2)), place);
    const fitted = (value: UIntVal): UIntVal =>
      value.width < address.width ? value.extend(address.width) : value.trunc(address.width);

    // Load.
    const part = reg(UInt(2), { reset: 0 });
    const first = reg(Bits(word));
    const second = reg(Bits(word));
    const filter = reg(rows, { reset: 0 });
    const loadColumn = reg(UInt(column), { reset: 0 });
    const loadPair = reg(address, { reset: 0 });

    const data = io.words.data;
    const channel = {
      bias: cat(second.bits(7, 0), first).asSInt(),
      multiplier: cat(data.bits(14, 0), second.bits(23, 8)).asUInt(),
      shift: data.bits(20, 16).asUInt(),
    };
    const taken = io.words.fire;
    const writes = taken.and(part.eq(WORDS_PER_CHANNEL - 1));
    const lastFilter = filter.eq(io.lastFilter);
    const lastColumn = io.ownColumns.not().or(loadColumn.eq(p.peColumns - 1));
    const loaded = writes.and(lastFilter).and(lastColumn);
    const odd = filter.bit(0);
    const loadAddress = inHalf(io.loadHalf, loadPair);
    io.words.ready.set(io.room);
    io.loaded.set(loaded);
    const pairs = io.lastFilter.shr(1).add(1);
    const tilePairs = pairs.mul(mux(io.ownColumns, lit(UInt(bitsFor(p.peColumns + 1)), p.peColumns), 1));
    assert(
      implies(loaded, tilePairs.le(Math.min(depth, 2 ** tilePairs.width - 1))),
      'the parameters of a tile fit the table',
    );
    when(writes.and(odd.not()), () => srams[0]!.write(loadAddress, channel));
    when(writes.and(odd), () => srams[1]!.write(loadAddress, channel));

    when(io.start, () => {
      part.set(0);
      filter.set(0);
      loadColumn.set(0);
      loadPair.set(0);
    }).elseWhen(taken, () => {
      part.set(mux(writes, 0, part.add(1)));
      when(part.eq(0), () => first.set(data)).elseWhen(part.eq(1), () => second.set(data));
      when(writes, () => {
        filter.set(mux(lastFilter, 0, filter.add(1)));
        when(odd.or(lastFilter), () => loadPair.set(mux(loaded, 0, loadPair.add(1))));
        when(lastFilter, () => loadColumn.set(mux(loaded, 0, loadColumn.add(1))));
      });
    });

    // Read.
    const place = mux(io.ownColumns, io.column.mul(pairs), 0);
    const readAddress = inHalf(io.readHalf, fitted(place).add(fitted(io.pair)));
    srams.forEach((sram, lane) =>
      io.channels[lane]!.set(sram.readSync(readAddress, { enable: io.read, underWrite: 'any' })),
    );
    const clash = readAddress.eq(loadAddress);
    assert(implies(io.read.and(writes), clash.not()), 'a word is not read while it is written');
  });
});
