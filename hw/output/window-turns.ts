/** Takes the psums of the columns in turn, a window at a time. */
import { Bool, bitsFor, generator, In, mem, module, mux, Out, reg, UInt, when } from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
import { bitsAbove, indexOf, nextAfter } from '../noc/one-hot.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';

/**
 * Chooses a column that has psums to give, and stays with it until its window is complete: once the first psums of a window are
 * there the others follow without any help from outside, so that nothing waits in a circle. The next column after it that has
 * psums is the next. Counts the windows that each column has left until its filters change.
 */
export const WindowTurns = generator(function WindowTurns(p: ChipParameters) {
  const command = OutputCommand(p).fields;
  const column = UInt(chipWidths(p).column);
  const pair = UInt(bitsFor(p.pe.psumDepth / 2));
  const columns = UInt(p.peColumns);
  const ports = {
    start: In(Bool),
    lastFilter: In(command.lastFilter),
    windows: In(command.windows),
    /** A bit for each column: its psums are there, and may be taken. */
    requests: In(columns),
    /** The psums of the chosen column are taken. */
    take: In(Bool),
    active: Out(Bool),
    /** The chosen column, as a bit and as a number. */
    turn: Out(columns),
    column: Out(column),
    /** Number of these two psums in their window. */
    pair: Out(pair),
    lastPair: Out(Bool),
    /** Of two psums, only the first counts. */
    single: Out(Bool),
    /** The last window of the chosen column's tile is taken completely. */
    finishes: Out(Bool),
  };
  return module(`WindowTurns${chipSuffix(p, 'pe.psumDepth', 'peColumns')}`, ports, (io) => {
    const midWindow = reg(Bool, { reset: false });
    const current = reg(columns, { reset: 1 });
    const currentPair = reg(pair, { reset: 0 });
    // The first window of a tile takes its number from the command.
    const midTile = reg(columns, { reset: 0 });
    const windowsLeft = mem(command.windows, 2 ** column.width);

    const turn = mux(midWindow, current, nextAfter(bitsAbove(current), io.requests));
    const turnColumn = indexOf(turn, column.width);
    const lastPair = currentPair.eq(io.lastFilter.shr(1).trunc(pair.width));
    io.active.set(turn.and(io.requests).orReduce());
    io.turn.set(turn);
    io.column.set(turnColumn);
    io.pair.set(currentPair);
    io.lastPair.set(lastPair);
    io.single.set(lastPair.and(io.lastFilter.bit(0).not()));

    const left = mux(midTile.and(turn).orReduce(), windowsLeft.read(turnColumn), io.windows);
    const lastWindow = left.eq(1);
    const leaves = io.take.and(lastPair);
    io.finishes.set(leaves.and(lastWindow));

    when(leaves, () => {
      windowsLeft.write(turnColumn, left.sub(1));
      midTile.set(mux(lastWindow, midTile.and(turn.not()), midTile.or(turn)));
    });
    when(io.take, () => {
      midWindow.set(lastPair.not());
      current.set(turn);
      currentPair.set(mux(lastPair, 0, currentPair.add(1)));
    });
    when(io.start, () => {
      midWindow.set(false);
      currentPair.set(0);
      midTile.set(0);
    });
  });
});
