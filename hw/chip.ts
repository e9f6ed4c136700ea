/** The whole chip (J19 section III): the mesh, the system controller, and the lanes to the outside. */
import {
  Bits,
  Bool,
  connect,
  generator,
  In,
  type Inside,
  instance,
  mapStream,
  module,
  Out,
  type Outside,
  queue,
  Stream,
  UInt,
  unpack,
  Vec,
} from '../gen/index.ts';
import { COMMAND_WORD_BITS } from './control/command.ts';
import { COUNTER_WORD_BITS } from './control/counters.ts';
import { iactsFromLanes, LaneWord, windowsFromClusters, takers, weightsFromLanes } from './control/lanes.ts';
import { SystemController } from './control/system-controller.ts';
import { Mesh } from './mesh.ts';
import { someOf } from './noc/switching.ts';
import { isWide } from './noc/wide.ts';
import {
  checkChipParameters,
  type ChipKey,
  chipSuffix,
  type ChipParameters,
  chipWidths,
  eyerissV2Chip,
} from './parameters.ts';
import { streamsFrom, streamsInto } from './wide/bus.ts';
import { everyRow, meshRows } from './wide/mesh-rows.ts';

function chipPorts(p: ChipParameters) {
  const word = Stream(Bits(chipWidths(p).word));
  return {
    command: In(Stream(UInt(COMMAND_WORD_BITS))),
    iact: In(Vec(p.iactLanes, word)),
    weight: In(Vec(p.weightLanes, word)),
    output: Out(Vec(p.outputLanes, Stream(LaneWord(p)))),
    counters: Out(Stream(UInt(COUNTER_WORD_BITS))),
    /** From the first word of a command to the last word of the counters. */
    busy: Out(Bool),
  };
}

type ChipIo = Inside<ReturnType<typeof chipPorts>>;
type Controller = Outside<ReturnType<typeof SystemController>['ports']>;

/**
 * One layer after the other: a command, then the words of the layer on all lanes, in whatever order they are taken. When all its
 * outputs have left, the counters come, and the next command may be sent.
 *
 * Lanes have a register at the boundary, so that no output depends on an input within a cycle.
 */
export const Chip = generator(function Chip(p: ChipParameters = eyerissV2Chip) {
  const problems = checkChipParameters(p);
  if (problems.length > 0) throw new RangeError(`these parameters make no chip:\n  ${problems.join('\n  ')}`);
  return module(`Chip${chipSuffix(p, ...(Object.keys(p) as ChipKey[]))}`, chipPorts(p), (io) => {
    const controller = instance(SystemController(p));
    connect(controller.command, io.command);
    connect(io.counters, controller.counters);
    io.busy.set(controller.busy);
    if (isWide(p)) addRows(p, io, controller);
    else addMesh(p, io, controller);
  });
});

function addMesh(p: ChipParameters, io: ChipIo, controller: Controller): void {
  const mesh = instance(Mesh(p));
  const { clusters, ...common } = controller.layer;
  mesh.start.set(controller.start);
  mesh.running.set(controller.running);
  mesh.common.set(common);
  mesh.own.set(clusters!);

  const active = takers(clusters!);
  iactsFromLanes(p, { lanes: io.iact, routers: mesh.iacts, active: active.iacts }, controller, common.iactBank);
  weightsFromLanes({ lanes: io.weight, routers: mesh.weights, active: active.weights }, controller);
  const leaving = io.output.map((lane, index) => {
    const buffered = queue(windowsFromClusters(p, mesh.outputs, index), 2);
    connect(lane, buffered);
    return buffered.valid;
  });
  controller.outputsDone.set(mesh.done.and(someOf(leaving).not()));
  controller.atRest.set(mesh.atRest);

  // Counters.
  mesh.shiftCounters.set(controller.nextCounter);
  controller.counter.set(mesh.firstCounter);
}

/** Where the mesh has more than two columns: row by row, each with lanes of its own. */
function addRows(p: ChipParameters, io: ChipIo, controller: Controller): void {
  const { clusters: _none, ...common } = controller.layer;
  const { shift, on, word } = controller.clusterCommand!;
  const rows = meshRows(p);
  rows.forEach((row, index) => {
    row.start.set(controller.start);
    row.running.set(controller.running);
    row.common.set(common);
    row.command.set({ shift, on, word: rows[index + 1]?.nextCommandWord ?? word });
    const laneOf = <T>(lanes: readonly T[], lane: number): T => lanes[(index * lanes.length) / p.clusterRows + lane]!;
    streamsInto(row.iact).forEach((bus, lane) => connect(bus, laneOf(io.iact, lane)));
    streamsInto(row.weight).forEach((bus, lane) => connect(bus, laneOf(io.weight, lane)));
    streamsFrom(row.output).forEach((bus, lane) =>
      connect(
        laneOf(io.output, lane),
        mapStream(bus, (data) => unpack(LaneWord(p), data)),
      ),
    );
    row.shiftCounters.set(controller.nextCounter);
  });
  controller.outputsDone.set(everyRow(rows.map(({ done }) => done)));
  controller.atRest.set(everyRow(rows.map(({ atRest }) => atRest)));
  controller.counter.set(rows[0]!.firstCounter);
}
