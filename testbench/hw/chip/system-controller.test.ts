import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DataType } from '../../../gen/index.ts';
import { LayerCommand } from '../../../hw/control/command.ts';
import {
  chipCounters,
  clusterCounters,
  COUNTER_SETTLE_CYCLES,
  counterWordCount,
} from '../../../hw/control/counters.ts';
import { SystemController } from '../../../hw/control/system-controller.ts';
import { type LayerCommandValue, packCommand } from '../../../sim/chip/command-words.ts';
import { chipLike } from '../../../sim/config/chip-like.ts';
import { drive, type Driver } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';

const chip = chipLike({ clusterRows: 2, clusterColumns: 1, peRows: 2, peColumns: 3, iactBanks: 2 });
const clusters = 2;
const controller = SystemController(chip);

/** The command of clusters that do nothing. */
const allOff = Array.from({ length: clusters }, () => ({
  iactRouters: Array.from({ length: 2 }, () => ({ local: 'off', north: 'off', south: 'off', side: 'off' })),
  weightRouters: Array.from({ length: 2 }, () => ({ local: 'off', side: 'off' })),
  psumRouter: { bank: 'none', pe: 'none', north: 'none' },
  chainFirst: false,
  chainLast: false,
  iactSource: false,
}));

/** A value of a type, each part of it drawn. */
function draw(type: DataType, random: Random): unknown {
  switch (type.kind) {
    case 'bundle':
      return Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, draw(field, random)]));
    case 'vec':
      return Array.from({ length: type.length }, () => draw(type.element, random));
    case 'bool':
      return random.fraction() < 0.5;
    case 'enum':
      return type.members[random.integer(0, type.members.length - 1)];
    case 'sint':
      return random.integer(-(2 ** (type.width - 1)), 2 ** (type.width - 1) - 1);
    default:
      return random.integer(0, 2 ** Math.min(type.width, 31) - 1);
  }
}

describe('the system controller', () => {
  let dut: Driver<typeof controller.ports>;
  let cycle: number;
  let random: Random;

  beforeEach(async () => {
    dut = await drive(controller, { engine: 'builtin' });
    cycle = 0;
    random = Random.stream(3, 'controller');
  });
  afterEach(() => dut.close());

  function step(cycles = 1): void {
    dut.step(cycles);
    cycle += cycles;
  }

  /** Sends a command, a word in each cycle or with pauses; the cycle of the first word. */
  function load(words: Iterable<number>, stall = 0): number {
    let first = -1;
    for (const word of words) {
      while (random.fraction() < stall) step();
      dut.ports.command.data.poke(word);
      dut.ports.command.valid.poke(true);
      expect(dut.ports.command.ready.peek()).toBe(true);
      expect(dut.ports.start.peek()).toBe(false);
      expect(dut.ports.layer.peek().clusters).toEqual(allOff);
      if (first < 0) first = cycle;
      step();
      dut.ports.command.valid.poke(false);
      dut.ports.command.data.poke(0);
    }
    return first;
  }

  /** Takes the words of the counters, the clusters' from a queue as long as theirs. */
  function readCounters(standing: readonly number[], stall = 0): number[] {
    const queue = [...standing];
    const words: number[] = [];
    for (let guard = 0; dut.ports.counters.valid.peek(); guard++) {
      expect(guard).toBeLessThan(10_000);
      const ready = random.fraction() >= stall;
      dut.ports.counters.ready.poke(ready);
      dut.ports.counter.poke(queue[0] ?? 0);
      expect(dut.ports.nextCounter.peek()).toBe(ready);
      if (ready) {
        words.push(dut.ports.counters.data.peek());
        queue.shift();
      }
      step();
    }
    dut.ports.counters.ready.poke(false);
    return words;
  }

  test.each([0, 0.5])('runs layer after layer, pauses in %f of the cycles', async (stall) => {
    for (let layer = 0; layer < 4; layer++) {
      const command = draw(LayerCommand(chip), random) as LayerCommandValue;
      const words = packCommand(chip, command);
      expect(dut.ports.busy.peek()).toBe(false);
      const first = load(words, stall);
      expect(dut.ports.busy.peek()).toBe(true);

      // The start, one cycle; then the layer runs.
      expect(dut.ports.layer.peek()).toEqual(command);
      expect([dut.ports.start.peek(), dut.ports.running.peek()]).toEqual([true, false]);
      expect(dut.ports.command.ready.peek()).toBe(false);
      const started = cycle;
      step();
      const runs = random.integer(0, 30);
      for (let index = 0; index <= runs; index++) {
        expect([dut.ports.start.peek(), dut.ports.running.peek()]).toEqual([false, true]);
        expect(dut.ports.layer.peek()).toEqual(command);
        // That the array rests says nothing while outputs are missing.
        dut.ports.atRest.poke(index % 2 === 0);
        step();
      }
      dut.ports.outputsDone.poke(true);
      const lastOutput = cycle - 1;
      dut.ports.atRest.poke(false);
      const tail = random.integer(0, 5);
      step(tail);
      expect(dut.ports.running.peek()).toBe(true);
      dut.ports.atRest.poke(true);
      step();
      expect([dut.ports.running.peek(), dut.ports.counters.valid.peek()]).toEqual([false, false]);
      dut.ports.outputsDone.poke(false);
      dut.ports.atRest.poke(false);
      step(COUNTER_SETTLE_CYCLES - 1);
      expect(dut.ports.counters.valid.peek()).toBe(false);
      step();

      const standing = Array.from({ length: clusters * clusterCounters.length }, (_, index) => layer * 1000 + index);
      const counters = readCounters(standing, stall);
      expect(counters).toHaveLength(counterWordCount(clusters));
      const ofChip = [lastOutput - first + 1, started - first + 1, tail + 1];
      expect(counters).toEqual([...ofChip, ...standing]);
      expect(ofChip).toHaveLength(chipCounters.length);
      expect(dut.ports.layer.peek().clusters).toEqual(allOff);
    }
  });

  test('takes no word of the next command before the counters have left', () => {
    load(packCommand(chip, draw(LayerCommand(chip), random) as LayerCommandValue));
    dut.ports.command.valid.poke(true);
    dut.ports.outputsDone.poke(true);
    dut.ports.atRest.poke(true);
    for (let waiting = 0; waiting < 20 + COUNTER_SETTLE_CYCLES; waiting++) {
      expect(dut.ports.command.ready.peek()).toBe(false);
      step();
    }
    expect(readCounters([])).toHaveLength(counterWordCount(clusters));
    expect(dut.ports.command.ready.peek()).toBe(true);
  });
});
