/** The processing element (J19 section IV, Fig 15): SPads, CSC decode, two MACs or one, and their control. */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  SInt,
  Stream,
  Vec,
  all,
  any,
  connect,
  generator,
  instance,
  module,
} from '../../gen/index.ts';
import { PeCommand } from './command.ts';
import { fieldsIf } from './fields-if.ts';
import { IactSpads } from './iact-spads.ts';
import { MacLanes } from './mac-lanes.ts';
import { type PeParameters, checkPeParameters, eyerissV2Pe, parameterSuffix, widthsOf } from './parameters.ts';
import { PlainIactSpads } from './plain-iact-spads.ts';
import { PsumSpad } from './psum-spad.ts';
import { WeightSpads } from './weight-spads.ts';

/** What the PE does in a cycle: of the first six, exactly one unless it is idle. */
export function PeActivity(p: PeParameters) {
  return Bundle({
    /** Nothing can be read before more weights are loaded. */
    load: Bool,
    /** A word of weights is read; with one MAC, a weight of it. */
    compute: Bool,
    /** All windows of all tiles that are here are read, and their last psums are on their way out. */
    drain: Bool,
    /** A column is ready, but both psum banks are taken. */
    waitPsum: Bool,
    /** No column is there: iacts have not come, or their columns are empty. */
    waitIact: Bool,
    /** A window ends without a non-zero to carry its end: it had compressed iacts. */
    ...fieldsIf(p.sparse, { windowEnd: Bool }),
    /** Each MAC: a product of two non-zeros. */
    mac0: Bool,
    ...fieldsIf(p.macs === 2, { mac1: Bool }),
  });
}

/**
 * Works on tile after tile as their data come: takes the weights of a tile, then window after window of iacts, and gives
 * `filters` psums for each, two a cycle, in order. The next tile's weights and iacts load, windows accumulate and psums drain
 * at the same time, and nothing waits between tiles but for its own data.
 *
 * `start` comes for a cycle while the PE is idle, and sets it up for the command; words come in later cycles. The command
 * stays until the PE is idle again, and how many tiles there are is for those to know who send them.
 *
 * An iact passes these stages: fetch from the iact SPads; column look-up; weight word read; multiply; accumulate.
 */
export const Pe = generator(function Pe(p: PeParameters = eyerissV2Pe) {
  const problems = checkPeParameters(p);
  if (problems.length > 0) throw new RangeError(`these parameters make no PE:\n  ${problems.join('\n  ')}`);
  const widths = widthsOf(p);
  const Pair = Vec(2, SInt(p.psumBits));
  const ports = {
    start: In(Bool),
    command: In(PeCommand(p)),
    iact: In(Stream(Bits(widths.word))),
    weight: In(Stream(Bits(widths.word))),
    psumIn: In(Stream(Pair)),
    psumOut: Out(Stream(Pair)),
    activity: Out(PeActivity(p)),
    /** Nothing is inside: no part of a tile, no iact, no psum. */
    idle: Out(Bool),
  };
  const name = `Pe${parameterSuffix(p, ...(Object.keys(p) as (keyof PeParameters)[]))}`;
  return module(name, ports, ({ start, command, iact, weight, psumIn, psumOut, activity, idle }) => {
    const iactSpads = p.sparse ? instance(IactSpads(p)) : instance(PlainIactSpads(p));
    const weightSpads = instance(WeightSpads(p));
    const macLanes = instance(MacLanes(p));
    const psumSpad = instance(PsumSpad(p));

    // Data.
    connect(iactSpads.words, iact);
    connect(weightSpads.words, weight);
    connect(weightSpads.iact, iactSpads.job);
    macLanes.valid.set(weightSpads.valid);
    macLanes.job.set(weightSpads.job);
    macLanes.word.set(weightSpads.word);
    macLanes.last.set(weightSpads.last);
    psumSpad.products.set(macLanes.products);
    connect(psumSpad.psumIn, psumIn);
    connect(psumOut, psumSpad.psumOut);

    // Control.
    const { iactSigned, filters, accumulate, ...walk } = command;
    iactSpads.start.set(start);
    iactSpads.walk.set(walk);
    weightSpads.start.set(start);
    if (p.sparse) weightSpads.dense.set(command.dense);
    weightSpads.columns.set(command.columns);
    weightSpads.filters.set(filters);
    weightSpads.blocked.set(psumSpad.blocked);
    macLanes.iactSigned.set(iactSigned);
    psumSpad.filters.set(filters);
    psumSpad.accumulate.set(accumulate);
    psumSpad.windowRead.set(weightSpads.windowRead);
    psumSpad.windowDone.set(macLanes.windowDone);

    // Activity.
    const { starves, reads, waits, waitsWeight } = weightSpads;
    // Nothing to read because the weights aren't there yet, or because no work is left.
    const unloaded = waitsWeight.or(weightSpads.holds.not().and(iactSpads.holds));
    const nothing = any(weightSpads.holds, iactSpads.holds).not();
    activity.load.set(starves.and(unloaded));
    activity.compute.set(reads);
    activity.drain.set(nothing.and(psumSpad.holds));
    activity.waitPsum.set(waits);
    activity.waitIact.set(all(starves, waitsWeight.not(), weightSpads.holds));
    if (p.sparse) activity.windowEnd.set(all(starves.not(), reads.not(), waits.not()));
    activity.mac0.set(macLanes.products.first.enable);
    if (p.macs === 2) activity.mac1.set(macLanes.products.second.enable);
    idle.set(nothing.and(psumSpad.holds.not()));
  });
});
