/** The PE cluster (J19 section III-A): rows of PEs that share weights, columns of PEs that add up psums, and any iact for any PE. */
import {
  assert,
  type BitsVal,
  Bool,
  Bundle,
  cat,
  connect,
  generator,
  In,
  instance,
  lit,
  module,
  mux,
  Out,
  regNext,
  UInt,
  type UIntVal,
  Vec,
  when,
} from '../../gen/index.ts';
import { PeSelect } from '../control/command.ts';
import { Count, countOf } from '../count.ts';
import { IactLink, PsumLink, WeightLink } from '../noc/links.ts';
import { chipSuffix, type ChipParameters, chipWidths } from '../parameters.ts';
import { PeCommand } from '../pe/command.ts';
import { Pe, PeActivity } from '../pe/pe.ts';
import { IactPort } from './iact-port.ts';
import { WeightRow } from './weight-row.ts';

type Activity = keyof ReturnType<typeof PeActivity>['fields'];

function activitiesOf(p: ChipParameters): Activity[] {
  return Object.keys(PeActivity(p.pe).fields) as Activity[];
}

/** How many PEs of a cluster did what in a cycle: a number for each field of `PeActivity`. */
export function PeClusterEvents(p: ChipParameters) {
  const count = Count(p.peRows * p.peColumns);
  return Bundle(
    Object.fromEntries(activitiesOf(p).map((activity) => [activity, count])) as Record<Activity, typeof count>,
  );
}

/**
 * P·Q PEs. Each listens to one slot of one iact router, whichever the command says, so a word of a slot goes to all PEs that
 * listen, and waits until they all have room. Weights go along a row, psums up a column: in at the bottom PE, out at the top one.
 * `parameters` are what the weights of the top row bring for the output unit. `events` come a cycle late.
 */
export const PeCluster = generator(function PeCluster(p: ChipParameters) {
  const [rows, columns] = [p.peRows, p.peColumns];
  const ports = {
    start: In(Bool),
    command: In(PeCommand(p.pe)),
    peSelect: In(Vec(rows * columns, PeSelect(p))),
    iact: In(Vec(p.iactBanks, IactLink(p))),
    weight: In(Vec(rows, WeightLink(p))),
    psumIn: In(Vec(columns, PsumLink(p))),
    psumOut: Out(Vec(columns, PsumLink(p))),
    parameters: Out(WeightLink(p)),
    idle: Out(Bool),
    events: Out(PeClusterEvents(p)),
  };
  const name = `PeCluster${chipSuffix(p, 'pe', 'peRows', 'peColumns', 'iactBanks', 'iactQueueDepth')}`;
  return module(name, ports, (io) => {
    const places = Array.from({ length: rows * columns }, (_, index) => ({
      row: Math.floor(index / columns),
      column: index % columns,
    }));
    const pes = places.map(({ row, column }) => instance(Pe(p.pe), { name: `pe_${row}_${column}` }));
    const queues = places.map(({ row, column }) => instance(IactPort(p), { name: `iactPort_${row}_${column}` }));
    for (const pe of pes) {
      pe.start.set(io.start);
      pe.command.set(io.command);
    }

    // Iacts: each PE has the number of its slot among all slots of all routers.
    const slotBits = chipWidths(p).column;
    const slots = 2 ** (slotBits + chipWidths(p).router);
    const enables = packSlots(
      io.iact.map(({ enable }) => enable),
      2 ** slotBits,
      slots,
    );
    const stalls = pes.map((pe, index) => {
      const queue = queues[index]!;
      const { router, slot } = io.peSelect[index]!;
      const listens = cat(router, slot).asUInt();
      queue.enable.set(enables.at(listens));
      queue.data.set(
        io.iact.map(({ data }) => data).reduce((others, data, bank) => mux(router.eq(bank), data, others)),
      );
      connect(pe.iact, queue.words);
      return mux(queue.ready, 0, lit(UInt(slots), 1).shiftLeft(listens));
    });
    const stalled = stalls.reduce((one, other) => one.or(other));
    io.iact.forEach(({ ready }, bank) => {
      const lowest = bank * 2 ** slotBits;
      ready.set(stalled.bits(lowest + columns - 1, lowest).not());
    });

    // Weights along the rows.
    for (let row = 0; row < rows; row++) {
      const weights = instance(WeightRow(p, { output: row === 0 }), { name: `weightRow_${row}` });
      connect(weights.words, io.weight[row]!);
      for (let column = 0; column < columns; column++)
        connect(pes[row * columns + column]!.weight, weights.takers[column]!);
      if (row === 0) connect(io.parameters, weights.takers[columns]!);
    }

    // Psums up the columns.
    for (const [index, { row, column }] of places.entries()) {
      const below = row === rows - 1 ? io.psumIn[column]! : pes[index + columns]!.psumOut;
      connect(pes[index]!.psumIn, below);
    }
    io.psumOut.forEach((out, column) => connect(out, pes[column]!.psumOut));

    const idle = pes.map((pe) => pe.idle).reduce((one, other) => one.and(other));
    io.idle.set(idle);
    const waiting = queues.map((queue) => queue.words.valid).reduce((one, other) => one.or(other));
    when(io.start, () => assert(idle.and(waiting.not()), 'a layer starts when the last one is done'));

    const counts = activitiesOf(p).map((activity) => [activity, countOf(pes.map((pe) => pe.activity[activity]))]);
    const worked = regNext(Object.fromEntries(counts) as Record<Activity, UIntVal>, { reset: 0 });
    io.events.set(worked);
  });
});

/** The bits of some slots side by side, `perGroup` places to each group, `places` in all. */
function packSlots(groups: readonly BitsVal[], perGroup: number, places: number): UIntVal {
  const padded = groups.map((slots) => slots.asUInt().extend(perGroup));
  const [first, ...rest] = padded.toReversed();
  return cat(first!, ...rest)
    .asUInt()
    .extend(places);
}
