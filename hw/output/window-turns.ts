/** Takes the psums of the columns in turn, a window at a time. */
import {
  Bool,
  In,
  Out,
  UInt,
  type UIntVal,
  Vec,
  bitsFor,
  generator,
  mem,
  module,
  mux,
  pack,
  reg,
  when,
} from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
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
  const ports = {
    start: In(Bool),
    filters: In(command.filters),
    windows: In(command.windows),
    /** A column's psums are there, and may be taken. */
    requests: In(Vec(p.peColumns, Bool)),
    /** The psums of the chosen column are taken. */
    take: In(Bool),
    active: Out(Bool),
    column: Out(column),
    /** Number of these two psums in their window. */
    pair: Out(pair),
    lastPair: Out(Bool),
    /** Of two psums, only the first counts. */
    single: Out(Bool),
    /** The last window of a column's tile is taken completely. */
    finishes: Out(Vec(p.peColumns, Bool)),
  };
  return module(`WindowTurns${chipSuffix(p, 'pe.psumDepth', 'peColumns')}`, ports, (io) => {
    const midWindow = reg(Bool, { reset: false });
    const current = reg(column, { reset: 0 });
    const currentPair = reg(pair, { reset: 0 });
    // The first window of a tile takes its number from the command.
    const midTile = reg(Vec(p.peColumns, Bool), { reset: 0 });
    const windowsLeft = mem(command.windows, 2 ** column.width);

    // The first request after the current column, going round.
    let chosen: UIntVal = current;
    for (let index = p.peColumns - 1; index >= 0; index--) chosen = mux(io.requests[index]!, index, chosen);
    for (let index = p.peColumns - 1; index > 0; index--)
      chosen = mux(io.requests[index]!.and(current.lt(index)), index, chosen);
    const turn = mux(midWindow, current, chosen).named('turn');
    const anyRequest = pack(io.requests).orReduce();

    const lastPair = currentPair.eq(io.filters.sub(1).shr(1).trunc(pair.width));
    io.active.set(mux(midWindow, io.requests.at(current), anyRequest));
    io.column.set(turn);
    io.pair.set(currentPair);
    io.lastPair.set(lastPair);
    io.single.set(lastPair.and(io.filters.bit(0)));

    const left = mux(midTile.at(turn), windowsLeft.read(turn), io.windows);
    const lastWindow = left.eq(1);
    const leaves = io.take.and(lastPair);
    io.finishes.forEach((finish, index) => finish.set(leaves.and(lastWindow).and(turn.eq(index))));

    when(leaves, () => windowsLeft.write(turn, left.sub(1)));
    when(io.start, () => {
      midWindow.set(false);
      currentPair.set(0);
      midTile.set(midTile.map(() => false));
    }).elseWhen(io.take, () => {
      midWindow.set(lastPair.not());
      current.set(turn);
      currentPair.set(mux(lastPair, 0, currentPair.add(1)));
      when(lastPair, () => midTile.at(turn).set(lastWindow.not()));
    });
  });
});
