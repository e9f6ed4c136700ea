/** The whole chip (J19 section III): the mesh, the system controller, and the lanes to the outside. */
import {
  arbitrate,
  Bits,
  type BitsType,
  Bool,
  type BoolVal,
  Bundle,
  bitsFor,
  connect,
  generator,
  haltWhen,
  In,
  instance,
  lit,
  mapStream,
  module,
  Out,
  queue,
  stage,
  Stream,
  type StreamSink,
  type StreamSource,
  UInt,
  Vec,
} from '../gen/index.ts';
import { COUNTER_WORD_BITS } from './control/counters.ts';
import { type Dealing, dealIacts, dealWeights } from './control/lane-dealer.ts';
import { COMMAND_WORD_BITS, SystemController } from './control/system-controller.ts';
import { Mesh } from './mesh.ts';
import { someOf } from './noc/switching.ts';
import { OutputWord } from './output/output-word.ts';
import {
  checkChipParameters,
  clusterCount,
  type ChipKey,
  chipSuffix,
  type ChipParameters,
  chipWidths,
  eyerissV2Chip,
} from './parameters.ts';

/** A word of an output lane: one of the clusters that share the lane, counted from the first of them, and what it says. */
export function LaneWord(p: ChipParameters) {
  const sharing = clusterCount(p) / p.outputLanes;
  return Bundle({ cluster: UInt(bitsFor(Math.max(2, sharing))), ...OutputWord(p).fields });
}

/**
 * One layer after the other: a command, then the words of the layer on all lanes, in whatever order they are taken. When all its
 * outputs have left, the counters come, and the next command may be sent.
 *
 * Lanes have a register at the boundary, so that no output depends on an input within a cycle.
 */
export const Chip = generator(function Chip(p: ChipParameters = eyerissV2Chip) {
  const problems = checkChipParameters(p);
  if (problems.length > 0) throw new RangeError(`these parameters make no chip:\n  ${problems.join('\n  ')}`);
  const word = Stream(Bits(chipWidths(p).word));
  const ports = {
    command: In(Stream(UInt(COMMAND_WORD_BITS))),
    iact: In(Vec(p.iactLanes, word)),
    weight: In(Vec(p.weightLanes, word)),
    output: Out(Vec(p.outputLanes, Stream(LaneWord(p)))),
    counters: Out(Stream(UInt(COUNTER_WORD_BITS))),
    /** From the first word of a command to the last word of the counters. */
    busy: Out(Bool),
  };
  return module(`Chip${chipSuffix(p, ...(Object.keys(p) as ChipKey[]))}`, ports, (io) => {
    const controller = instance(SystemController(p));
    const mesh = instance(Mesh(p));
    const { clusters, ...common } = controller.layer;
    connect(controller.command, io.command);
    connect(io.counters, controller.counters);
    io.busy.set(controller.busy);
    mesh.start.set(controller.start);
    mesh.running.set(controller.running);
    mesh.common.set(common);
    mesh.own.set(clusters);

    // In: what comes before the layer runs waits at the boundary. A lane serves the routers of its number, or of its share of numbers.
    const deal = (
      lanes: readonly StreamSource<BitsType>[],
      routers: readonly StreamSink<BitsType>[],
      active: readonly BoolVal[],
      dealt: (lane: StreamSource<BitsType>, dealing: Dealing) => StreamSource<BitsType>[],
    ): void => {
      const share = routers.length / lanes.length;
      lanes.forEach((lane, index) => {
        const [from, to] = [index * share, (index + 1) * share];
        const admitted = haltWhen(stage(lane), controller.running.not());
        const streams =
          share === 1 ? [admitted] : dealt(admitted, { start: controller.start, active: active.slice(from, to) });
        routers.slice(from, to).forEach((router, number) => connect(router, streams[number]!));
      });
    };
    const takesIacts = clusters.flatMap(({ iactSource, iactRouters }) =>
      iactRouters.map(({ local }) => iactSource.and(local.ne('off'))),
    );
    const takesWeights = clusters.flatMap(({ weightRouters }) => weightRouters.map(({ local }) => local.ne('off')));
    deal(io.iact, mesh.iacts, takesIacts, (lane, dealing) => dealIacts(p, lane, dealing, common.iactBank));
    deal(io.weight, mesh.weights, takesWeights, dealWeights);

    // Out: window by window of the clusters that share a lane.
    const sharing = clusterCount(p) / p.outputLanes;
    const leaving = io.output.map((lane, index) => {
      const sources = mesh.outputs
        .slice(index * sharing, (index + 1) * sharing)
        .map((source, number) =>
          mapStream(source, (data) => ({ cluster: lit(LaneWord(p).fields.cluster, number), ...data })),
        );
      const buffered = queue(arbitrate(sources, { until: ({ last }) => last }), 2);
      connect(lane, buffered);
      return buffered.valid;
    });
    controller.outputsDone.set(mesh.done.and(someOf(leaving).not()));
    controller.atRest.set(mesh.atRest);

    // Counters.
    mesh.shiftCounters.set(controller.nextCounter);
    controller.counter.set(mesh.firstCounter);
  });
});
