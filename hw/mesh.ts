/**
 * The hierarchical mesh (J19 section III-B, Fig 9), of one or two columns: clusters in rows and columns, each linked with its
 * neighbours. Wider ones are made of rows: see `wide/mesh-row.ts`.
 */
import { Bits, Bool, connect, generator, In, instance, module, Out, Stream, UInt, Vec } from '../gen/index.ts';
import { Cluster } from './cluster.ts';
import { ClusterCommand, CommonCommand } from './control/command.ts';
import { connectNeighbours } from './noc/neighbours.ts';
import { OutputWord } from './output/output-word.ts';
import { clusterCount, type ChipKey, chipSuffix, type ChipParameters, chipWidths } from './parameters.ts';

/**
 * All clusters, numbered row by row, from the north. A cluster's links lead to the one above, the one below and the other one of its
 * row. Streams from and to the outside are numbered cluster by cluster.
 */
export const Mesh = generator(function Mesh(p: ChipParameters) {
  const clusterTotal = clusterCount(p);
  const word = Stream(Bits(chipWidths(p).word));
  const ports = {
    start: In(Bool),
    running: In(Bool),
    common: In(CommonCommand(p)),
    own: In(Vec(clusterTotal, ClusterCommand(p))),
    iacts: In(Vec(clusterTotal * p.iactBanks, word)),
    weights: In(Vec(clusterTotal * p.peRows, word)),
    outputs: Out(Vec(clusterTotal, Stream(OutputWord(p)))),
    /** All clusters are done, or at rest. */
    done: Out(Bool),
    atRest: Out(Bool),
    /** The counters of all clusters, in a queue. */
    shiftCounters: In(Bool),
    firstCounter: Out(UInt(p.counterBits)),
  };
  const keys = Object.keys(p).filter((key) => !key.endsWith('Lanes')) as ChipKey[];
  return module(`Mesh${chipSuffix(p, ...keys)}`, ports, (io) => {
    // Not an array of one signal for all: words pass through several clusters within a cycle, and would seem to go round in it.
    const clusters = Array.from({ length: clusterTotal }, (_, index) => {
      const [row, column] = [Math.floor(index / p.clusterColumns), index % p.clusterColumns];
      return instance(Cluster(p), { name: `cluster_${row}_${column}` });
    });
    connectNeighbours(p, clusters);
    clusters.forEach((cluster, index) => {
      cluster.start.set(io.start);
      cluster.running.set(io.running);
      cluster.common.set(io.common);
      cluster.own.set(io.own[index]!);
      cluster.iacts.forEach((iacts, router) => connect(iacts, io.iacts[index * p.iactBanks + router]!));
      cluster.weights.forEach((weights, router) => connect(weights, io.weights[index * p.peRows + router]!));
      connect(io.outputs[index]!, cluster.outputs);
      cluster.shiftCounters.set(io.shiftCounters);
      cluster.nextCounter.set(clusters[index + 1]?.firstCounter ?? 0);
    });
    io.done.set(clusters.map(({ done }) => done).reduce((one, other) => one.and(other)));
    io.atRest.set(clusters.map(({ atRest }) => atRest).reduce((one, other) => one.and(other)));
    io.firstCounter.set(clusters[0]!.firstCounter);
  });
});
