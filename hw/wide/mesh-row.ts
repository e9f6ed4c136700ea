/**
 * A row of clusters of a wide mesh, with its part of the layer's command and its lanes to the outside: all rows are alike, so that
 * a mesh of a thousand clusters is described by one row and the few vectors between rows.
 */
import {
  Bits,
  Bool,
  type BoolVal,
  cat,
  connect,
  generator,
  In,
  instance,
  mapStream,
  module,
  Out,
  pack,
  queue,
  reg,
  repeat,
  UInt,
  unpack,
  Vec,
  when,
  widthOf,
} from '../../gen/index.ts';
import { Cluster } from '../cluster.ts';
import { ClusterCommand, ClusterCommandLink, COMMAND_WORD_BITS, CommonCommand } from '../control/command.ts';
import { iactsFromLanes, LaneWord, windowsFromClusters, takers, weightsFromLanes } from '../control/lanes.ts';
import { connectSides } from '../noc/neighbours.ts';
import { someOf } from '../noc/switching.ts';
import { type ChipKey, chipSuffix, type ChipParameters, chipWidths } from '../parameters.ts';
import { StreamBus, streamsFrom, streamsInto } from './bus.ts';
import { connectRow, rowPorts } from './row-links.ts';

/** Clusters are numbered from the west; streams to and from the outside lane by lane. */
export const MeshRow = generator(function MeshRow(p: ChipParameters) {
  const counter = UInt(p.counterBits);
  const { word } = chipWidths(p);
  const laneWord = widthOf(LaneWord(p));
  const ports = {
    start: In(Bool),
    running: In(Bool),
    common: In(CommonCommand(p)),
    /** The words of the command that are for the clusters of this row and those before it, and on to the row before. */
    command: In(ClusterCommandLink),
    nextCommandWord: Out(Bits(COMMAND_WORD_BITS)),
    ...rowPorts(p),
    iact: In(StreamBus(p.iactLanes / p.clusterRows, word)),
    weight: In(StreamBus(p.weightLanes / p.clusterRows, word)),
    output: Out(StreamBus(p.outputLanes / p.clusterRows, laneWord)),
    /** All outputs of the row have left. */
    done: Out(Bool),
    atRest: Out(Bool),
    /** The counters of the row's clusters, in a queue. */
    shiftCounters: In(Bool),
    nextCounter: In(counter),
    firstCounter: Out(counter),
  };
  return module(`MeshRow${chipSuffix(p, ...(Object.keys(p) as ChipKey[]))}`, ports, (io) => {
    // Words of the command come in at the top and move down, and on to the row before: all rows hold one long register.
    const Own = Vec(p.clusterColumns, ClusterCommand(p));
    const bits = widthOf(Own);
    const held = reg(Bits(bits));
    when(io.command.shift, () => held.set(cat(io.command.word, held.bits(bits - 1, COMMAND_WORD_BITS))));
    io.nextCommandWord.set(held.bits(COMMAND_WORD_BITS - 1, 0));
    const own = unpack(Own, held.and(repeat(io.command.on.asBits(), bits)));

    const clusters = Array.from({ length: p.clusterColumns }, (_, column) =>
      instance(Cluster(p), { name: `cluster_${column}` }),
    );
    connectRow(p, clusters, io);
    clusters.forEach((cluster, column) => {
      connectSides(p, clusters, column);
      cluster.start.set(io.start);
      cluster.running.set(io.running);
      cluster.common.set(io.common);
      cluster.own.set(own[column]!);
      cluster.shiftCounters.set(io.shiftCounters);
      cluster.nextCounter.set(clusters[column + 1]?.firstCounter ?? io.nextCounter);
    });
    io.firstCounter.set(clusters[0]!.firstCounter);

    // Lanes.
    const active = takers(own);
    const iacts = { lanes: streamsFrom(io.iact), routers: clusters.flatMap((cluster) => cluster.iacts) };
    iactsFromLanes(p, { ...iacts, active: active.iacts }, io, io.common.iactBank);
    const weights = { lanes: streamsFrom(io.weight), routers: clusters.flatMap((cluster) => cluster.weights) };
    weightsFromLanes({ ...weights, active: active.weights }, io);
    const outputs = clusters.map((cluster) => cluster.outputs);
    const leaving: BoolVal[] = streamsInto(io.output).map((lane, index) => {
      const buffered = queue(windowsFromClusters(p, outputs, index), 2);
      connect(
        lane,
        mapStream(buffered, (data) => pack(data)),
      );
      return buffered.valid;
    });
    const finished = clusters.map(({ done }) => done).reduce((one, other) => one.and(other));
    io.done.set(finished.and(someOf(leaving).not()));
    io.atRest.set(clusters.map(({ atRest }) => atRest).reduce((one, other) => one.and(other)));
  });
});
