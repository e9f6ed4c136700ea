/** Sends words from all local sources of a mesh of routers, and collects what arrives, with random stalls everywhere. */
import { clusterCount, type ChipParameters } from '../../../hw/parameters.ts';
import type { RouterClusterCommand } from '../../../hw/noc/router-cluster.ts';
import type { Driver, HostDrive } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { IactReceiver, IactSender, type IactWord } from './iact-ends.ts';
import type { RouterMesh } from './router-mesh.ts';
import { StreamReceiver, StreamSender } from './stream-ends.ts';

export type RouterCommand = HostDrive<ReturnType<typeof RouterClusterCommand>>;

/** What the local sources send, by cluster and router. */
export interface Traffic {
  readonly iact: readonly (readonly (readonly IactWord[])[])[];
  readonly weight: readonly (readonly (readonly number[])[])[];
  /** From the banks. What arrives at a column of PEs comes out of it with 1 added. */
  readonly psum: readonly (readonly (readonly number[][])[])[];
}

export interface Arrivals {
  /** By cluster, router and slot. */
  readonly iact: number[][][][];
  readonly weight: number[][][];
  /** In the banks. */
  readonly psum: number[][][][];
  /** What the routers counted, over all clusters. */
  readonly events: Record<string, number>;
}

/** Cycles without an arrival after which nothing more is on its way. */
const QUIET = 30;

export function sendThrough(
  dut: Driver<ReturnType<typeof RouterMesh>['ports']>,
  p: ChipParameters,
  commands: readonly RouterCommand[],
  traffic: Traffic,
  { seed, stall }: { seed: number; stall: number },
): Arrivals {
  const random = Random.stream(seed, 'mesh');
  const { fromGlb, toGlb, fromPes, toPes, events } = dut.ports;
  const clusters = Array.from({ length: clusterCount(p) }, (_, index) => index);
  dut.ports.commands.poke(commands);

  const iactSenders = clusters.flatMap((c) =>
    fromGlb[c]!.iact.map((link, r) => {
      const late = random.fraction() < 0.5;
      return new IactSender(link, [traffic.iact[c]![r]!], random, { stall, late });
    }),
  );
  const iacts = clusters.map((c) => toPes[c]!.iact.map((link) => new IactReceiver(link, p.peColumns, random, stall)));
  const weightSenders = clusters.flatMap((c) =>
    fromGlb[c]!.weight.map((link, r) => new StreamSender(link, traffic.weight[c]![r]!, random, stall)),
  );
  const weights = clusters.map((c) => toPes[c]!.weight.map((link) => new StreamReceiver(link, random, stall)));
  const bankSenders = clusters.flatMap((c) =>
    fromGlb[c]!.psum.map((link, r) => new StreamSender(link, traffic.psum[c]![r]!, random, stall)),
  );
  const banks = clusters.map((c) => toGlb[c]!.psum.map((link) => new StreamReceiver(link, random, stall)));
  const columns = clusters.flatMap((c) =>
    toPes[c]!.psum.map((link, r) => {
      const sums: number[][] = [];
      const bottom = new StreamReceiver(link, random, stall);
      return { sums, bottom, top: new StreamSender(fromPes[c]!.psum[r]!, sums, random, stall) };
    }),
  );

  const senders = [...iactSenders, ...weightSenders, ...bankSenders, ...columns.map(({ top }) => top)];
  const receivers = [...iacts, ...weights, ...banks].flat().concat(columns.map(({ bottom }) => bottom));
  const counted: Record<string, number> = {};
  const limit = 200 * Math.max(...senders.map((sender) => ('words' in sender ? sender.words : sender.beats).length));
  let arrived = 0;
  for (let cycle = 0, quiet = 0; quiet < QUIET; cycle++, quiet++) {
    if (cycle > limit) throw new Error(`words are on their way after ${cycle} cycles`);
    for (const receiver of receivers) receiver.drive();
    for (const sender of senders) sender.drive();
    for (const receiver of receivers) receiver.take();
    for (const sender of senders) if ('take' in sender) sender.take();
    for (const { sums, bottom } of columns)
      for (const pair of bottom.received.slice(sums.length)) sums.push(pair.map((psum) => Number(psum) + 1));
    for (const cluster of events.peek())
      for (const [network, of] of Object.entries(cluster))
        for (const [event, count] of Object.entries(of)) {
          const name = `${network} ${event}`;
          counted[name] = (counted[name] ?? 0) + Number(count);
        }
    dut.step();
    const total = receivers.reduce((sum, receiver) => sum + receiver.count, 0);
    if (total !== arrived || senders.some(({ done }) => !done)) quiet = 0;
    arrived = total;
  }
  return {
    iact: iacts.map((cluster) => cluster.map(({ received }) => received)),
    weight: weights.map((cluster) => cluster.map(({ received }) => received.map(Number))),
    psum: banks.map((cluster) => cluster.map(({ received }) => received.map((pair) => pair.map(Number)))),
    events: counted,
  };
}
