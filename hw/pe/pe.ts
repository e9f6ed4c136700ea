/** The processing element (J19 section IV, Fig 15): SPads, CSC decode, two MACs, and their control. */
import {
  Bits,
  Bool,
  Bundle,
  In,
  Out,
  SInt,
  Stream,
  UInt,
  Vec,
  all,
  connect,
  generator,
  instance,
  module,
  reg,
  when,
} from '../../gen/index.ts';
import { PeCommand } from './command.ts';
import { IactSpads } from './iact-spads.ts';
import { MacLanes } from './mac-lanes.ts';
import { type PeParameters, checkPeParameters, eyerissV2Pe, parameterSuffix, widthsOf } from './parameters.ts';
import { PsumSpad } from './psum-spad.ts';
import { WeightSpads } from './weight-spads.ts';

/** What the PE does in a cycle: of the first six, exactly one while a command is worked on. */
export const PeActivity = Bundle({
  /** Nothing can be read before more weights are loaded. */
  load: Bool,
  /** A word of weights is read. */
  compute: Bool,
  /** All words are read, and the last psums are on their way out. */
  drain: Bool,
  /** A column is ready, but both psum banks are taken. */
  waitPsum: Bool,
  /** No column is there: iacts have not come, or their columns are empty. */
  waitIact: Bool,
  /** A window ends without a non-zero to carry its end. */
  windowEnd: Bool,
  /** Each MAC: a product of two non-zeros. */
  mac0: Bool,
  mac1: Bool,
});

/**
 * Runs one command at a time: takes the weights of a tile, then window after window of iacts, and gives `filters` psums for
 * each, two a cycle, in order. Iacts load, windows accumulate and psums drain at the same time.
 *
 * An iact passes these stages: fetch from the iact SPads; column look-up; weight word read; multiply; accumulate.
 */
export const Pe = generator(function Pe(p: PeParameters = eyerissV2Pe) {
  const problems = checkPeParameters(p);
  if (problems.length > 0) throw new RangeError(`these parameters make no PE:\n  ${problems.join('\n  ')}`);
  const widths = widthsOf(p);
  const Pair = Vec(2, SInt(p.psumBits));
  const ports = {
    command: In(Stream(PeCommand(p))),
    iact: In(Stream(Bits(widths.word))),
    weight: In(Stream(Bits(widths.word))),
    psumIn: In(Stream(Pair)),
    psumOut: Out(Stream(Pair)),
    activity: Out(PeActivity),
  };
  const name = `Pe${parameterSuffix(p, ...(Object.keys(p) as (keyof PeParameters)[]))}`;
  return module(name, ports, ({ command, iact, weight, psumIn, psumOut, activity }) => {
    const busy = reg(Bool, { reset: false });
    const start = reg(Bool, { reset: false });
    const tile = reg(PeCommand(p));
    // Windows between the iact SPads and the last of their psums.
    const windowsInside = reg(UInt(4), { reset: 0 });

    const iactSpads = instance(IactSpads(p));
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
    psumSpad.products.set(macLanes.products);
    connect(psumSpad.psumIn, psumIn);
    connect(psumOut, psumSpad.psumOut);

    // Control.
    const running = all(busy, start.not(), weightSpads.addressed);
    const finished = all(running, weightSpads.loaded, iactSpads.done, windowsInside.eq(0));
    command.ready.set(busy.not().and(psumSpad.ready));
    start.set(command.fire);
    when(command.fire, () => {
      busy.set(true);
      tile.set(command.data);
    }).elseWhen(finished, () => busy.set(false));

    const { iactSigned, filters, accumulate, ...walk } = tile;
    iactSpads.start.set(start);
    iactSpads.walk.set(walk);
    iactSpads.enable.set(running);
    weightSpads.start.set(start);
    weightSpads.dense.set(tile.dense);
    weightSpads.columns.set(tile.columns);
    weightSpads.filters.set(filters);
    weightSpads.blocked.set(psumSpad.blocked);
    macLanes.iactSigned.set(iactSigned);
    psumSpad.filters.set(filters);
    psumSpad.accumulate.set(accumulate);
    psumSpad.windowRead.set(weightSpads.windowRead);
    psumSpad.windowDone.set(macLanes.windowDone);

    const enters = iactSpads.job.fire.and(iactSpads.job.data.last);
    const count = (on: typeof enters) => on.asUInt().extend(4);
    windowsInside.set(windowsInside.add(count(enters)).sub(count(psumSpad.released)));

    // Activity.
    const starves = running.and(weightSpads.starves);
    // Nothing to read because the weights aren't there yet, or because all windows have been read.
    const unloaded = weightSpads.waitsWeight.or(iactSpads.done.and(weightSpads.loaded.not()));
    const reading = running.and(weightSpads.starves.not());
    activity.set({
      load: busy.and(running.not()).or(starves.and(unloaded)),
      compute: reading.and(weightSpads.reads),
      drain: all(starves, unloaded.not(), iactSpads.done),
      waitPsum: reading.and(weightSpads.waits),
      waitIact: all(starves, unloaded.not(), iactSpads.done.not()),
      windowEnd: all(reading, weightSpads.reads.not(), weightSpads.waits.not()),
      mac0: macLanes.products[0]!.enable,
      mac1: macLanes.products[1]!.enable,
    });
  });
});
