/** The activity counters of a cluster. */
import { Bool, Bundle, generator, In, module, mux, Out, reg, UInt, type UIntType, when } from '../../gen/index.ts';
import { Count } from '../count.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { clusterCounters, type ClusterCounterName } from './counters.ts';

/** What each counter grows by in a cycle. */
export function CounterAmounts(p: ChipParameters) {
  const pes = p.peRows * p.peColumns;
  const most: Record<ClusterCounterName, number> = {
    peCompute: pes,
    peLoad: pes,
    peWaitPsum: pes,
    peWaitIact: pes,
    peDrain: pes,
    peWindowEnd: pes,
    macs: 2 * pes,
    iactBankWrites: p.iactBanks,
    iactBankReads: p.iactBanks,
    psumBankWrites: p.peColumns,
    psumBankReads: p.peColumns,
    iactInjected: p.iactBanks,
    iactLocal: p.iactBanks,
    iactNorth: p.iactBanks,
    iactSouth: p.iactBanks,
    iactSide: p.iactBanks,
    weightLocal: p.peRows,
    weightSide: p.peRows,
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
 * A register for each counter of the table. While `counting`, they grow, up to their highest value. After the layer they stand in
 * a queue, this cluster's before those of the next: `first` is the one at its head, and `shift` moves all up by one, `next` being
 * the last. When all have left, all are zero.
 */
export const ClusterCounters = generator(function ClusterCounters(p: ChipParameters) {
  const counter = UInt(p.counterBits);
  const ports = {
    amounts: In(CounterAmounts(p)),
    counting: In(Bool),
    shift: In(Bool),
    next: In(counter),
    first: Out(counter),
  };
  const name = `ClusterCounters${chipSuffix(p, 'peRows', 'peColumns', 'iactBanks', 'counterBits')}`;
  return module(name, ports, ({ amounts, counting, shift, next, first }) => {
    const highest = 2 ** p.counterBits - 1;
    const counters = clusterCounters.map((info) => ({ info, value: reg(counter, { reset: 0 }).named(info.name) }));
    first.set(counters[0]!.value);
    counters.forEach(({ info, value }, index) => {
      const grown = value.addFull(amounts[info.name]);
      when(counting, () => {
        value.set(mux(grown.bit(p.counterBits), highest, grown.trunc(p.counterBits)));
      }).elseWhen(shift, () => value.set(counters[index + 1]?.value ?? next));
    });
  });
});
