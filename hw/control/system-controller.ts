/** The system controller: takes a layer's command, starts it, sees its end, and sends what was counted (J19 section III-D). */
import {
  all,
  Bits,
  bitsFor,
  Bool,
  cat,
  fsm,
  generator,
  In,
  module,
  Out,
  type Port,
  reg,
  repeat,
  Stream,
  UInt,
  type UIntVal,
  unpack,
  when,
  widthOf,
} from '../../gen/index.ts';
import { isWide } from '../noc/wide.ts';
import { chipSuffix, clusterCount, type ChipParameters } from '../parameters.ts';
import { ClusterCommandLink, COMMAND_WORD_BITS, ControllerCommand, LayerCommand } from './command.ts';
import { chipCounters, COUNTER_SETTLE_CYCLES, COUNTER_WORD_BITS, counterWordCount } from './counters.ts';

/**
 * One layer after the other: loads the command, gives `start` for a cycle, and lets words in from outside while the layer runs. The
 * layer is over when all its outputs have left and nothing of its input is on the way any more: what is late is not taken for the
 * next layer's. Then the counters leave, and the next command may come.
 */
export const SystemController = generator(function SystemController(p: ChipParameters) {
  const ports = {
    command: In(Stream(UInt(COMMAND_WORD_BITS))),
    /** The command as it is; but outside of the layer everything in the clusters is off, whatever words pass through. */
    layer: Out(ControllerCommand(p)),
    ...rowsPort(p),
    /** The layer starts in the next cycle. */
    start: Out(Bool),
    /** Words from outside are taken, and what happens is counted. */
    running: Out(Bool),
    /** The last output word has been taken. */
    outputsDone: In(Bool),
    /** Nothing is on the way in the array. */
    atRest: In(Bool),
    /** The clusters' counters stand in a queue: the first of them, and on to the next. */
    counter: In(UInt(p.counterBits)),
    nextCounter: Out(Bool),
    counters: Out(Stream(UInt(COUNTER_WORD_BITS))),
    busy: Out(Bool),
  };
  return module(`SystemController${chipSuffix(p, ...everyKey(p))}`, ports, (io) => {
    const commandBits = widthOf(LayerCommand(p));
    const commandWords = Math.ceil(commandBits / COMMAND_WORD_BITS);
    const clusterBits = widthOf(LayerCommand(p).fields.clusters);
    // Words come in at the top and move down, so that the first one ends at the bottom, or, in a wide mesh, in the first row.
    const layer = reg(Bits(commandWords * COMMAND_WORD_BITS - (isWide(p) ? clusterBits : 0)));
    const counterWords = counterWordCount(clusterCount(p));
    // Counts the words of the command, then cycles until the counters stand, then their words.
    const word = reg(UInt(bitsFor(Math.max(commandWords, counterWords))), { reset: 0 });
    const chip = chipCounters.map(({ name }) => reg(UInt(COUNTER_WORD_BITS), { reset: 0 }).named(name));
    const [cycles, commandCycles, tailCycles] = chip as [(typeof chip)[0], (typeof chip)[0], (typeof chip)[0]];
    const afterWord = (count: number): UIntVal => word.eq(count - 1).mux(0, word.add(1));

    const load = (): void => {
      layer.set(cat(io.command.data, layer.bits(layer.width - 1, COMMAND_WORD_BITS)));
      word.set(afterWord(commandWords));
    };
    const control = fsm({
      Idle(go) {
        when(io.command.valid, () => {
          load();
          cycles.set(1);
          go('Load');
        });
      },
      Load(go) {
        cycles.set(cycles.add(1));
        when(io.command.valid, () => {
          load();
          when(word.eq(commandWords - 1), () => go('Start'));
        });
      },
      Start(go) {
        cycles.set(cycles.add(1));
        commandCycles.set(cycles.add(1));
        go('Run');
      },
      Run(go) {
        when(io.outputsDone, () => tailCycles.set(tailCycles.add(1))).otherwise(() => cycles.set(cycles.add(1)));
        when(io.outputsDone.and(io.atRest), () => go('Settle'));
      },
      // What happened in the last cycle gets to the counters.
      Settle(go) {
        word.set(afterWord(COUNTER_SETTLE_CYCLES));
        when(word.eq(COUNTER_SETTLE_CYCLES - 1), () => go('Report'));
      },
      Report(go) {
        when(io.counters.ready, () => {
          cycles.set(commandCycles);
          commandCycles.set(tailCycles);
          tailCycles.set(io.counter.extend(COUNTER_WORD_BITS));
          word.set(afterWord(counterWords));
          when(word.eq(counterWords - 1), () => go('Idle'));
        });
      },
    });
    // The clusters' part lies at the bottom. Its zeros are all that is off.
    if (isWide(p)) {
      io.layer.set(unpack(ControllerCommand(p), layer.bits(commandBits - clusterBits - 1, 0)));
      const word = layer.bits(COMMAND_WORD_BITS - 1, 0);
      io.clusterCommand!.set({ word, shift: io.command.fire, on: control.is('Start', 'Run') });
    } else {
      const commonPart = layer.bits(commandBits - 1, clusterBits);
      const clusterPart = layer.bits(clusterBits - 1, 0).and(repeat(control.is('Start', 'Run').asBits(), clusterBits));
      io.layer.set(unpack(ControllerCommand(p), cat(commonPart, clusterPart)));
    }
    io.command.ready.set(control.is('Idle', 'Load'));
    io.start.set(control.is('Start'));
    io.running.set(control.is('Run'));
    io.counters.valid.set(control.is('Report'));
    io.counters.data.set(cycles);
    io.nextCounter.set(all(control.is('Report'), io.counters.ready));
    io.busy.set(control.is('Idle').not());
  });
});

/** To the rows of a wide mesh, the last first. */
function rowsPort(p: ChipParameters): { readonly clusterCommand?: Port<'output', typeof ClusterCommandLink> } {
  return isWide(p) ? { clusterCommand: Out(ClusterCommandLink) } : {};
}

function everyKey(p: ChipParameters): (keyof ChipParameters)[] {
  return Object.keys(p) as (keyof ChipParameters)[];
}
