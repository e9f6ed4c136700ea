/** Which tile of filters each column is at, and which tiles' parameters are there. */
import { all, any, Bool, generator, In, lit, module, mux, Out, reg, UInt, Vec, when } from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';

/**
 * Columns change their filters each in its own time. A tile is open as long as some column has windows of it to come; a column can
 * be up to two tiles ahead of the oldest open one. Parameters of a tile are loaded when there is room: for the oldest open tile and,
 * where the halves of the table are large enough, for the next. Without outputs there are no parameters, and nothing waits for any.
 */
export const TileTurns = generator(function TileTurns(p: ChipParameters) {
  const command = OutputCommand(p).fields;
  const columns = UInt(p.peColumns);
  const ports = {
    start: In(Bool),
    oacts: In(Bool),
    tableHalves: In(Bool),
    tiles: In(command.tiles),
    /** A bit for each column: the one whose psums may be taken, and whether they are the last ones of its tile. */
    turn: In(columns),
    finishes: In(Bool),
    /** A tile's last parameters are taken. */
    loaded: In(Bool),
    /** Parameters may be loaded, into this half of the table. */
    room: Out(Bool),
    loadHalf: Out(Bool),
    /** What a column needs for its tile is there; for the one whose turn it is, in this half. */
    open: Out(columns),
    half: Out(Bool),
    /** All columns have taken the last psums of all tiles. */
    done: Out(Bool),
  };
  return module(`TileTurns${chipSuffix(p, 'pe.psumDepth', 'peColumns')}`, ports, (io) => {
    const tilesLeft = reg(command.tiles, { reset: 0 });
    // Whether the parameters of the oldest open tile are loaded, and of the next; without outputs both count as loaded.
    const loaded = reg(Vec(2, Bool), { reset: 0 });
    // The columns that have finished the oldest open tile, and the next.
    const finished = reg(Vec(2, columns), { reset: 0 });
    const oldestHalf = reg(Bool, { reset: false });
    const [loadedOldest, loadedNext] = [loaded[0]!, loaded[1]!];
    const [finishedOldest, finishedNext] = [finished[0]!, finished[1]!];

    const none = lit(columns, 0);
    const closes = finishedOldest.andReduce();
    const finishing = mux(io.finishes, io.turn, none);
    const oldest = mux(closes, finishedNext, finishedOldest);
    finished.set([oldest.or(finishing), mux(closes, none, finishedNext).or(oldest.and(finishing))]);
    const frees = closes.and(io.oacts);
    const isLoaded = mux(frees, loadedNext, loadedOldest);
    loaded.set([isLoaded.or(io.loaded), all(loadedNext, frees.not()).or(all(isLoaded, io.loaded))]);
    when(closes, () => {
      tilesLeft.set(tilesLeft.sub(1));
      oldestHalf.set(oldestHalf.not());
    });
    io.done.set(tilesLeft.eq(0));

    const roomForNext = all(io.tableHalves, loadedNext.not(), tilesLeft.ne(1));
    io.room.set(all(tilesLeft.ne(0), any(loadedOldest.not(), roomForNext)));
    io.loadHalf.set(io.tableHalves.and(oldestHalf.ne(loadedOldest)));
    io.open.set(mux(loadedNext, finishedNext.not(), mux(loadedOldest, finishedOldest.not(), none)));
    const inNext = finishedOldest.and(finishedNext.not()).and(io.turn).orReduce();
    io.half.set(io.tableHalves.and(oldestHalf.ne(inNext)));

    when(io.start, () => {
      tilesLeft.set(io.tiles);
      loaded.set([io.oacts.not(), io.oacts.not()]);
      finished.set([0, 0]);
      oldestHalf.set(false);
    });
  });
});
