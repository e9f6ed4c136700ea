/** Which tile of filters each column is at, and which tiles' parameters are there. */
import {
  Bool,
  type BoolVal,
  In,
  Out,
  UInt,
  Vec,
  all,
  assert,
  bitsFor,
  generator,
  implies,
  lit,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { tableDepth } from './parameter-table.ts';

/**
 * Columns change their filters each in its own time. A tile is open as long as some column has windows of it to come; a column can
 * be up to two tiles ahead of the oldest open one. Parameters of a tile are loaded when there is room: for the oldest open tile and,
 * where the halves of the table are large enough, for the next. Without outputs there are no parameters, and nothing waits for any.
 */
export const TileTurns = generator(function TileTurns(p: ChipParameters) {
  const command = OutputCommand(p).fields;
  const ports = {
    start: In(Bool),
    oacts: In(Bool),
    filters: In(command.filters),
    ownColumns: In(Bool),
    tiles: In(command.tiles),
    /** A column takes the last psums of a tile. */
    finishes: In(Vec(p.peColumns, Bool)),
    /** A tile's last parameters are taken. */
    loaded: In(Bool),
    /** Parameters may be loaded, into this half of the table. */
    room: Out(Bool),
    loadHalf: Out(Bool),
    /** What a column needs for its tile is there, in this half. */
    open: Out(Vec(p.peColumns, Bool)),
    half: Out(Vec(p.peColumns, Bool)),
    /** All columns have taken the last psums of all tiles. */
    done: Out(Bool),
  };
  return module(`TileTurns${chipSuffix(p, 'pe.psumDepth', 'peColumns', 'outputChannels')}`, ports, (io) => {
    const tilesLeft = reg(command.tiles, { reset: 0 });
    // From the oldest open tile on: tiles loaded, and tiles that each column has finished; its half of the table.
    const loadedTiles = reg(UInt(2), { reset: 0 });
    const ahead = reg(Vec(p.peColumns, UInt(2)), { reset: 0 });
    const oldestHalf = reg(Bool, { reset: false });

    const pairs = io.filters.add(1).shr(1);
    const columns = mux(io.ownColumns, lit(UInt(bitsFor(p.peColumns + 1)), p.peColumns), 1);
    const half = Math.floor(tableDepth(p) / 2);
    const tilePairs = pairs.mul(columns);
    const fits = (room: number): BoolVal => tilePairs.le(Math.min(room, 2 ** tilePairs.width - 1));
    const bothFit = fits(half);
    assert(implies(io.loaded, fits(tableDepth(p))), 'the parameters of a tile fit the table');

    const lastTile = tilesLeft.eq(1);
    const roomForNext = all(bothFit, loadedTiles.eq(1), lastTile.not());
    io.room.set(all(io.oacts, tilesLeft.ne(0), loadedTiles.eq(0).or(roomForNext)));
    io.loadHalf.set(bothFit.and(oldestHalf.ne(loadedTiles.bit(0))));

    const available = mux(io.oacts, loadedTiles, 2);
    const closes = ahead.map((tiles): BoolVal => tiles.ne(0)).reduce((one, other) => one.and(other));
    const count = (on: BoolVal) => on.asUInt().extend(2);
    ahead.forEach((tiles, column) => {
      io.open[column]!.set(tiles.lt(available));
      io.half[column]!.set(bothFit.and(oldestHalf.ne(tiles.bit(0))));
      tiles.set(tiles.add(count(io.finishes[column]!)).sub(count(closes)));
    });
    loadedTiles.set(loadedTiles.add(count(io.loaded)).sub(count(closes.and(io.oacts))));
    when(closes, () => {
      tilesLeft.set(tilesLeft.sub(1));
      oldestHalf.set(oldestHalf.not());
    });
    io.done.set(tilesLeft.eq(0));

    when(io.start, () => {
      tilesLeft.set(io.tiles);
      loadedTiles.set(0);
      ahead.set(ahead.map(() => 0));
      oldestHalf.set(false);
    });
  });
});
