/** From psums to outputs: the last stop before psums leave the chip. */
import {
  Bits,
  Bool,
  type BoolVal,
  Bundle,
  In,
  Out,
  Stream,
  UInt,
  type UIntVal,
  Vec,
  all,
  any,
  cat,
  channel,
  connect,
  generator,
  instance,
  lit,
  module,
  mux,
  pack,
  reg,
  stage,
  wire,
  when,
} from '../../gen/index.ts';
import { OutputCommand } from '../control/command.ts';
import { PsumLink, PsumPair } from '../noc/links.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { CscEncoder } from './csc-encoder.ts';
import { OutputWord } from './output-word.ts';
import { ParameterTable } from './parameter-table.ts';
import { Requantiser, REQUANTISER_STAGES } from './requantiser.ts';
import { TileTurns } from './tile-turns.ts';
import { WindowTurns } from './window-turns.ts';

/** What happens in a cycle, for the counters. */
export const OutputUnitEvents = Bundle({
  /** Psums taken from the columns, and outputs made: up to two. */
  psums: UInt(2),
  oacts: UInt(2),
  /** A word leaves. */
  words: Bool,
  /** A word waits for the outside. */
  stalls: Bool,
});

/**
 * Takes the last psums of every PE column, a window at a time, two psums a cycle, and gives them as they are, or requantised and
 * compressed, or both: see `OutputWord`. A layer ends when `tiles` · `windows` windows of every column have left. A unit that is not
 * `enabled` gets no psums, and is done at once.
 *
 * A pair of psums is taken while the parameters of its channels are read, requantised in three stages, and encoded. The pair waits in
 * the first register until its raw psums have left, if they are asked for; each window's raw psums leave before its outputs do,
 * which all find room in the encoder.
 */
export const OutputUnit = generator(function OutputUnit(p: ChipParameters) {
  const { word, column } = chipWidths(p);
  const Tag = Bundle({ column: UInt(column), single: Bool, last: Bool });
  const ports = {
    start: In(Bool),
    enabled: In(Bool),
    command: In(OutputCommand(p)),
    psums: In(Vec(p.peColumns, PsumLink(p))),
    parameters: In(Stream(Bits(word))),
    out: Out(Stream(OutputWord(p))),
    /** Everything has left. */
    done: Out(Bool),
    events: Out(OutputUnitEvents),
  };
  const name = `OutputUnit${chipSuffix(p, 'pe.psumDepth', 'pe.psumBits', 'peColumns', 'outputChannels')}`;
  return module(name, ports, ({ start, enabled, command, psums, parameters, out, done, events }) => {
    const windowTurns = instance(WindowTurns(p));
    const tileTurns = instance(TileTurns(p));
    const table = instance(ParameterTable(p));
    const lanes = [0, 1].map((lane) => instance(Requantiser(p), { name: `lane_${lane}` }));
    const encoder = instance(CscEncoder(p));

    // Whose turn it is.
    const { turn, column: turnColumn } = windowTurns;
    windowTurns.start.set(start);
    windowTurns.lastFilter.set(command.lastFilter);
    windowTurns.windows.set(command.windows);
    tileTurns.start.set(start);
    tileTurns.oacts.set(command.oacts);
    tileTurns.tableHalves.set(command.tableHalves);
    tileTurns.turn.set(turn);
    tileTurns.tiles.set(mux(enabled, command.tiles, 0));
    tileTurns.finishes.set(windowTurns.finishes);
    tileTurns.loaded.set(table.loaded);

    // A pair of psums, taken while its parameters are read.
    const held = reg(Bool, { reset: false });
    const pair = reg(PsumPair(p));
    const tag = reg(Tag);
    const passes = wire(Bool);
    const offered = wire(Vec(p.peColumns, PsumPair(p)));
    const room = held.not().or(passes);
    const takes = windowTurns.active.and(room);
    psums.forEach((column, index) => {
      offered[index]!.set(column.data);
      column.ready.set(takes.and(turn.bit(index)));
    });
    windowTurns.requests.set(
      pack(psums.map(({ valid }) => valid))
        .asUInt()
        .and(tileTurns.open),
    );
    windowTurns.take.set(takes);
    when(takes, () => {
      pair.set(offered.at(turnColumn));
      tag.set({ column: turnColumn, single: windowTurns.single, last: windowTurns.lastPair });
    });
    when(takes, () => held.set(true)).elseWhen(passes, () => held.set(false));

    table.start.set(start);
    table.lastFilter.set(command.lastFilter);
    table.ownColumns.set(command.ownColumns);
    connect(table.words, parameters);
    table.room.set(tileTurns.room);
    table.loadHalf.set(tileTurns.loadHalf);
    table.read.set(takes.and(command.oacts));
    table.readHalf.set(tileTurns.half);
    table.column.set(turnColumn);
    table.pair.set(windowTurns.pair);

    // Two lanes of requantisation, whose stages move on together, whenever the last one is free.
    const full = reg(Vec(REQUANTISER_STAGES, Bool), { reset: 0 });
    const tags = reg(Vec(REQUANTISER_STAGES, Tag));
    const lastStage = REQUANTISER_STAGES - 1;
    const made = tags[lastStage]!;
    const rawGone = wire(Bool);
    const moves = full[lastStage]!.not().or(encoder.outputs.ready);
    const before = [all(held, command.oacts, rawGone), ...full.slice(0, lastStage)];
    when(moves, () => {
      full.set(before);
      tags.set([tag, ...tags.slice(0, lastStage)]);
    });
    passes.set(all(held, rawGone, any(command.oacts.not(), moves)));
    lanes.forEach((lane, index) => {
      lane.load.set(before.map((holds) => holds.and(moves)));
      lane.psum.set(pair[index]!);
      lane.channel.set(table.channels[index]!);
      lane.range.set({ zeroPoint: command.zeroPoint, low: command.low, high: command.high });
    });

    encoder.start.set(start);
    encoder.dense.set(command.dense);
    encoder.segmentLength.set(command.segmentLength);
    encoder.outputs.valid.set(full[lastStage]!);
    encoder.outputs.data.set({ values: [lanes[0]!.value, lanes[1]!.value], ...made });

    // Raw psums, one after the other, and the words of the outputs.
    const atSecond = reg(Bool, { reset: false });
    const bothGone = reg(Bool, { reset: false });
    const outputsTurn = reg(Bool, { reset: false });
    const leaving = channel(OutputWord(p));
    const rawLast = atSecond.or(tag.single);
    const selectsOutputs = mux(command.psums, command.oacts.and(outputsTurn), true);
    const raw = all(held, command.psums, bothGone.not());
    const rawLeaves = all(raw, selectsOutputs.not(), leaving.ready);
    rawGone.set(any(command.psums.not(), bothGone, rawLeaves.and(rawLast)));
    when(passes, () => {
      atSecond.set(false);
      bothGone.set(false);
    }).elseWhen(rawLeaves, () => {
      atSecond.set(rawLast.not());
      bothGone.set(rawLast);
    });

    const psum = mux(atSecond, pair[1]!, pair[0]!).extend(word).asBits();
    leaving.valid.set(mux(selectsOutputs, encoder.words.valid, raw));
    leaving.data.set(
      mux(
        selectsOutputs,
        { ...encoder.words.data, psum: lit(Bool, false) },
        { data: psum, column: tag.column, psum: true, last: all(tag.last, rawLast, command.oacts.not()) },
      ),
    );
    encoder.words.ready.set(selectsOutputs.and(leaving.ready));
    when(start, () => outputsTurn.set(false))
      .elseWhen(all(rawLeaves, rawLast, tag.last), () => outputsTurn.set(true))
      .elseWhen(encoder.words.fire.and(encoder.words.data.last), () => outputsTurn.set(false));
    const outlet = stage(leaving);
    connect(out, outlet);

    const inside = [held, ...full, encoder.busy, outlet.valid].reduce((one, other) => one.or(other));
    done.set(enabled.not().or(all(tileTurns.done, inside.not(), start.not())));
    events.set({
      psums: pairs(takes, windowTurns.single),
      oacts: pairs(encoder.outputs.fire, made.single),
      words: out.fire,
      stalls: outlet.valid.and(out.ready.not()),
    });
  });
});

/** How many of a pair count: none, one, or two. */
function pairs(on: BoolVal, single: BoolVal): UIntVal {
  return cat(on.and(single.not()), on.and(single)).asUInt();
}
