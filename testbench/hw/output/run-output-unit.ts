import { expect } from 'vitest';
import type { OutputUnit } from '../../../hw/output/output-unit.ts';
import { twoTilesFit } from '../../../hw/output/parameter-table.ts';
import type { ChipParameters } from '../../../hw/parameters.ts';
import type { Driver } from '../../../sim/driver/index.ts';
import type { Command, OutputLayer, Word } from './output-layer.ts';

export type UnitDriver = Driver<ReturnType<typeof OutputUnit>['ports']>;

/** A unit, and the chip that it is of. */
export interface UnitUnderTest {
  readonly dut: UnitDriver;
  readonly chip: ChipParameters;
}

/** What a unit is told. */
export function commandFor(chip: ChipParameters, { filters, ...command }: Command) {
  const tableHalves = twoTilesFit(chip, filters, command.ownColumns);
  return { ...command, lastFilter: filters - 1, tableHalves };
}

/** Who acts in a cycle: what is not said acts always. */
export interface Pace {
  readonly psums?: (column: number, cycle: number) => boolean;
  readonly parameters?: (cycle: number) => boolean;
  readonly out?: (cycle: number) => boolean;
  readonly maxCycles?: number;
}

export interface UnitRun {
  readonly words: Word[];
  readonly cycles: number;
  readonly events: { psums: number; oacts: number; words: number; stalls: number };
}

/** Runs a layer from `start` until `done`, and checks the rules of the streams as it goes. */
export function runOutputUnit({ dut, chip }: UnitUnderTest, layer: OutputLayer, pace: Pace = {}): UnitRun {
  const { ports } = dut;
  ports.enabled.poke(true);
  ports.command.poke(commandFor(chip, layer.command));
  ports.start.poke(true);
  expect(ports.done.peek()).toBe(false);
  dut.step();
  ports.start.poke(false);

  const senders = layer.psums.map((windows, column) => {
    const beats = windows.flatMap((window) =>
      Array.from({ length: Math.ceil(window.length / 2) }, (_, beat): [number, number] => [
        window[2 * beat]!,
        window[2 * beat + 1] ?? -77_777,
      ]),
    );
    return { stream: ports.psums[column]!, beats, next: 0, offered: false, acts: pace.psums?.bind(null, column) };
  });
  const parameters = { stream: ports.parameters, beats: layer.parameterWords, next: 0, offered: false };
  const all = [...senders, { ...parameters, acts: pace.parameters }];
  const total = layer.expected.flat(2).length;

  const words: Word[] = [];
  const events = { psums: 0, oacts: 0, words: 0, stalls: 0 };
  let waiting: Word | undefined;
  let cycle = 0;
  for (; ; cycle++) {
    if (cycle === (pace.maxCycles ?? 200_000))
      throw new Error(`hangs: ${words.length} of ${total} words, ${all.map(({ next }) => next).join(' ')} beats sent`);
    for (const sender of all) {
      if (sender.offered || sender.next === sender.beats.length || sender.acts?.(cycle) === false) continue;
      sender.offered = true;
      sender.stream.valid.poke(true);
      sender.stream.data.poke(sender.beats[sender.next]! as never);
    }
    const ready = pace.out?.(cycle) ?? true;
    ports.out.ready.poke(ready);

    const word = ports.out.valid.peek() ? (ports.out.data.peek() as Word) : undefined;
    if (waiting !== undefined) expect(word).toEqual(waiting);
    if (ports.done.peek()) break;
    waiting = ready ? undefined : word;
    if (ready && word !== undefined) words.push(word);
    const taken = all.filter(({ offered, stream }) => offered && stream.ready.peek());
    const seen = ports.events.peek();
    events.psums += seen.psums;
    events.oacts += seen.oacts;
    events.words += Number(seen.words);
    events.stalls += Number(seen.stalls);
    dut.step();
    for (const sender of taken) {
      sender.next++;
      sender.offered = false;
      sender.stream.valid.poke(false);
    }
  }
  for (const { next, beats } of all) expect(next).toBe(beats.length);
  ports.out.ready.poke(false);
  return { words, cycles: cycle, events };
}

/** Checks that the words of a window come together, and that each column's are those of its windows in order. */
export function checkWords(words: readonly Word[], layer: OutputLayer): void {
  const next = layer.expected.map(() => 0);
  for (let at = 0; at < words.length;) {
    const { column } = words[at]!;
    const window = layer.expected[column]?.[next[column]!++];
    if (window === undefined) throw new Error(`word ${at} is of a window of column ${column} too many`);
    expect(words.slice(at, at + window.length)).toEqual(window);
    at += window.length;
  }
  expect(next).toEqual(layer.expected.map((windows) => windows.length));
}

/** Runs a layer, and checks everything of it. */
export function checkLayer(unit: UnitUnderTest, layer: OutputLayer, pace: Pace = {}): UnitRun {
  const run = runOutputUnit(unit, layer, pace);
  checkWords(run.words, layer);
  const outputs = layer.psums.flat(2).length;
  expect(run.events).toMatchObject({
    psums: outputs,
    oacts: layer.command.oacts ? outputs : 0,
    words: layer.expected.flat(2).length,
  });
  return run;
}
