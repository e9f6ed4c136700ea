/** The activity counters of a cluster. */
import {
  bitsFor,
  Bool,
  Bundle,
  generator,
  In,
  mem,
  module,
  mux,
  Out,
  reg,
  UInt,
  type UIntType,
  when,
} from '../../gen/index.ts';
import { Count } from '../count.ts';
import { sidesOf } from '../noc/router-ports.ts';
import { wideSuffix } from '../noc/wide.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { clusterCounters, type ClusterCounterName } from './counters.ts';

/** What each counter grows by in a cycle. */
export function CounterAmounts(p: ChipParameters) {
  const pes = p.peRows * p.peColumns;
  const sides = sidesOf(p).length;
  const most: Record<ClusterCounterName, number> = {
    peCompute: pes,
    peLoad: pes,
    peWaitPsum: pes,
    peWaitIact: pes,
    peDrain: pes,
    peWindowEnd: pes,
    macs: p.pe.macs * pes,
    iactBankWrites: p.iactBanks,
    iactBankReads: p.iactBanks,
    psumBankWrites: p.peColumns,
    psumBankReads: p.peColumns,
    iactInjected: p.iactBanks,
    iactLocal: p.iactBanks,
    iactNorth: p.iactBanks,
    iactSouth: p.iactBanks,
    iactSide: sides * p.iactBanks,
    weightLocal: p.peRows,
    weightSide: sides * p.peRows,
    psumBank: p.peColumns,
    psumPe: p.peColumns,
    psumSouth: p.peColumns,
    iactIn: p.iactBanks,
    weightIn: p.peRows,
    outputPsums: 2,
    outputs: 2,
    outputWords: 1,
    stallWeight: 1,
    stallIact: 1,
    stallOutput: 1,
  };
  const fields = Object.entries(most).map(([name, count]) => [name, Count(count)]);
  return Bundle(Object.fromEntries(fields) as Record<ClusterCounterName, UIntType>);
}

/**
 * A word of an SRAM for each counter of the table, and a short register that gathers what has not got there yet. The counters
 * take turns: while it is `counting`, in each cycle one of them is read, added to, and written back, up to its highest value.
 *
 * After the layer the words stand in a queue, this cluster's before those of the next: `first` is the one at its head, and `shift`
 * moves all up by one, `next` being the last. That is so from `COUNTER_SETTLE_CYCLES` after the last cycle that counts; until then
 * the turns go on to the last counter. When all words have left, all are zero.
 */
export const ClusterCounters = generator(function ClusterCounters(p: ChipParameters) {
  const counter = UInt(p.counterBits);
  const Amounts = CounterAmounts(p);
  const ports = {
    amounts: In(Amounts),
    counting: In(Bool),
    shift: In(Bool),
    next: In(counter),
    first: Out(counter),
  };
  const name = `ClusterCounters${chipSuffix(p, 'pe.macs', 'peRows', 'peColumns', 'iactBanks', 'counterBits')}${wideSuffix(p)}`;
  return module(name, ports, ({ amounts, counting, shift, next, first }) => {
    const count = clusterCounters.length;
    const sram = mem(counter, count, { macro: true });
    // Whose turn it is. Its word was read in the cycle before.
    const turn = reg(UInt(bitsFor(count)), { reset: 0 });
    const sweeping = reg(Bool, { reset: false });
    // Nothing has been written yet: what the SRAM gives is no number.
    const blank = reg(Bool, { reset: true });

    // From one turn to the next, a counter grows by its amount as often as there are counters.
    const gathered = clusterCounters.map((info) => {
      const { width } = Amounts.fields[info.name];
      return { info, value: reg(UInt(width + bitsFor(count)), { reset: 0 }).named(info.name) };
    });
    const gatheredBits = Math.max(...gathered.map(({ value }) => value.width));
    const added = gathered
      .map(({ value }, index) => mux(turn.eq(index), value, 0).extend(gatheredBits))
      .reduce((one, other) => one.or(other));

    const sweeps = counting.or(sweeping);
    const moves = sweeps.or(shift);
    const atEnd = turn.eq(count - 1);
    const following = mux(atEnd, 0, turn.add(1));
    const word = sram.readSync(following, { enable: moves, underWrite: 'any' });
    const sumBits = Math.max(p.counterBits, gatheredBits) + 1;
    const sum = mux(blank, 0, word).extend(sumBits).add(added.extend(sumBits));
    const highest = 2 ** p.counterBits - 1;
    const total = mux(sum.gt(highest), highest, sum.trunc(p.counterBits));
    first.set(total);

    sweeping.set(sweeps.and(atEnd.not()));
    when(moves, () => {
      sram.write(turn, mux(sweeps, total, next));
      turn.set(following);
      when(atEnd, () => blank.set(false));
    });
    gathered.forEach(({ info, value }, index) => {
      const left = mux(moves.and(turn.eq(index)), 0, value);
      value.set(left.add(mux(counting, amounts[info.name], 0).extend(value.width)));
    });
  });
});
