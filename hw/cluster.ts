/** A cluster of the mesh (J19 section III-A, Fig 9): a PE cluster, a router cluster and a GLB cluster, with an output unit. */
import {
  all,
  Bits,
  Bool,
  type BoolVal,
  connect,
  generator,
  In,
  instance,
  module,
  Out,
  regNext,
  Stream,
  UInt,
  type UIntVal,
  Vec,
} from '../gen/index.ts';
import { ClusterCounters } from './control/cluster-counters.ts';
import { ClusterCommand, CommonCommand } from './control/command.ts';
import { countOf } from './count.ts';
import { GlbCluster } from './glb/glb-cluster.ts';
import { fromPort, neighbourPorts, toPort } from './noc/neighbours.ts';
import { RouterCluster } from './noc/router-cluster.ts';
import { sidesOf } from './noc/router-ports.ts';
import { someOf } from './noc/switching.ts';
import { wideSuffix } from './noc/wide.ts';
import { OutputUnit } from './output/output-unit.ts';
import { OutputWord } from './output/output-word.ts';
import { PeCluster } from './pe-cluster/pe-cluster.ts';
import { type ChipKey, chipSuffix, type ChipParameters, chipWidths } from './parameters.ts';

/** Parameters that say nothing about a single cluster: how many there are, and how they share the lanes to the outside. */
const ofTheMesh: ReadonlySet<string> = new Set([
  'clusterRows',
  'clusterColumns',
  'iactLanes',
  'weightLanes',
  'outputLanes',
]);

/** Links to neighbours are named for the side that they lead to; at the edges of the mesh they are tied off. */
export const Cluster = generator(function Cluster(p: ChipParameters) {
  const word = Stream(Bits(chipWidths(p).word));
  const counter = UInt(p.counterBits);
  const ports = {
    /** The layer starts in the next cycle. */
    start: In(Bool),
    /** The layer runs: what happens is counted. */
    running: In(Bool),
    common: In(CommonCommand(p)),
    own: In(ClusterCommand(p)),
    ...neighbourPorts(p),
    /** From outside, a stream for each router. */
    iacts: In(Vec(p.iactBanks, word)),
    weights: In(Vec(p.peRows, word)),
    outputs: Out(Stream(OutputWord(p))),
    /** All windows of the layer have left. */
    done: Out(Bool),
    /** Nothing of a tile is in any PE. */
    atRest: Out(Bool),
    /** The counters after the layer: see `ClusterCounters`. */
    shiftCounters: In(Bool),
    nextCounter: In(counter),
    firstCounter: Out(counter),
  };
  const keys = ['pe', ...Object.keys(p).filter((key) => key !== 'pe' && !ofTheMesh.has(key))] as ChipKey[];
  return module(`Cluster${chipSuffix(p, ...keys)}${wideSuffix(p)}`, ports, (io) => {
    const pes = instance(PeCluster(p));
    const routers = instance(RouterCluster(p));
    const glb = instance(GlbCluster(p));
    const output = instance(OutputUnit(p));

    // Command.
    const { iactRouters, weightRouters, psumRouter, chainFirst, chainLast, iactSource } = io.own;
    for (const block of [pes, glb, output]) block.start.set(io.start);
    pes.command.set(io.common.pe);
    pes.peSelect.set(io.common.peSelect);
    routers.command.set({ iactRouters, weightRouters, psumRouter });
    glb.iactCommand.set(io.common.iactBank);
    glb.psumCommand.set(io.common.psumBank);
    glb.chainFirst.set(chainFirst);
    glb.chainLast.set(chainLast);
    glb.iactSource.set(iactSource);
    output.enabled.set(chainLast);
    output.command.set(io.common.output);

    // Neighbours.
    connect(routers.fromNorth, io.fromNorth);
    connect(io.toNorth, routers.toNorth);
    connect(routers.fromSouth, io.fromSouth);
    connect(io.toSouth, routers.toSouth);
    for (const side of sidesOf(p)) {
      connect(routers[fromPort[side]]!, io[fromPort[side]]!);
      connect(io[toPort[side]]!, routers[toPort[side]]!);
    }

    // Data.
    connect(glb.iactWords, io.iacts);
    connect(routers.fromGlb, { iact: glb.iactLinks, weight: io.weights, psum: glb.psumsToArray });
    connect(glb.psumsFromArray, routers.toGlb.psum);
    connect(pes.iact, routers.toPes.iact);
    connect(pes.weight, routers.toPes.weight);
    connect(pes.psumIn, routers.toPes.psum);
    connect(routers.fromPes.psum, pes.psumOut);
    connect(output.parameters, pes.parameters);
    connect(output.psums, glb.finalPsums);
    connect(io.outputs, output.out);
    io.done.set(output.done);
    io.atRest.set(pes.idle);

    // Counters. What is counted goes through a register first, as it has done already where PEs and routers tell of it.
    const counters = instance(ClusterCounters(p));
    const amount = (conditions: readonly BoolVal[]): UIntVal => regNext(countOf(conditions), { reset: 0 });
    const flag = (condition: BoolVal): BoolVal => regNext(condition, { reset: false });
    const { compute, load, waitPsum, waitIact, drain, windowEnd, mac0, mac1 } = pes.events;
    const iactsMissing = flag(
      all(someOf(io.iacts.map(({ ready }) => ready)), someOf(io.iacts.map(({ valid }) => valid)).not()),
    );
    const fedHere = someOf(weightRouters.map(({ local }) => local.ne('off')));
    const weightsMissing = flag(all(fedHere, someOf(io.weights.map(({ valid }) => valid)).not()));
    const { iact, weight, psum } = routers.events;
    counters.amounts.set({
      peCompute: compute,
      peLoad: load,
      peWaitPsum: waitPsum,
      peWaitIact: waitIact,
      peDrain: drain,
      peWindowEnd: p.pe.sparse ? windowEnd : 0,
      macs: p.pe.macs === 1 ? mac0 : mac0.addFull(mac1),
      iactBankWrites: amount(glb.iactEvents.map(({ writes }) => writes)),
      iactBankReads: amount(glb.iactEvents.map(({ reads }) => reads)),
      psumBankWrites: amount(glb.psumEvents.map(({ writes }) => writes)),
      psumBankReads: amount(glb.psumEvents.map(({ reads }) => reads)),
      iactInjected: iact.injected,
      iactLocal: iact.local,
      iactNorth: iact.north,
      iactSouth: iact.south,
      iactSide: iact.side,
      weightLocal: weight.local,
      weightSide: weight.side,
      psumBank: psum.bank,
      psumPe: psum.pe,
      psumSouth: psum.south,
      iactIn: amount(io.iacts.map(({ fire }) => fire)),
      weightIn: weight.injected,
      outputPsums: regNext(output.events.psums, { reset: 0 }),
      outputs: regNext(output.events.oacts, { reset: 0 }),
      outputWords: amount([output.events.words]),
      stallWeight: load.ne(0).and(weightsMissing).asUInt(),
      stallIact: waitIact.ne(0).and(iactsMissing).asUInt(),
      stallOutput: amount([output.events.stalls]),
    });
    counters.counting.set(flag(io.running));
    counters.shift.set(io.shiftCounters);
    counters.next.set(io.nextCounter);
    io.firstCounter.set(counters.first);
  });
});
