import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RouterMode } from '../../../hw/control/command.ts';
import { allows, type RouterModeName, type WeightPort, weightPorts } from '../../../hw/noc/routing.ts';
import { WeightRouter } from '../../../hw/noc/weight-router.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { StreamReceiver, StreamSender } from './stream-ends.ts';

const router = WeightRouter(eyerissV2Chip);
type Modes = Record<WeightPort, RouterModeName>;

function sourcesFor(modes: Modes, destination: WeightPort): WeightPort[] {
  return weightPorts.filter((source) => allows(modes[source], source, destination));
}

const consistentModes: Modes[] = RouterMode.members
  .flatMap((local) => RouterMode.members.map((side) => ({ local, side })))
  .filter((modes) => weightPorts.every((port) => sourcesFor(modes, port).length <= 1));

describe('WeightRouter', () => {
  let dut: Driver<typeof router.ports>;
  beforeAll(async () => {
    dut = await drive(router);
  });
  afterAll(() => dut.close());

  function exchange(modes: Modes, seed: number, count: number, stall: number) {
    dut.ports.modes.poke(modes);
    const random = Random.stream(seed, 'weight router');
    const senders = weightPorts.map((port, index) => {
      const silent = port === 'local' && modes.local === 'off';
      const words = Array.from({ length: silent ? 0 : count }, (_, word) => (index << 16) | word);
      return new StreamSender(dut.ports.from[port], words, random, stall);
    });
    const receivers = weightPorts.map((port) => new StreamReceiver(dut.ports.to[port], random, stall));
    for (let cycle = 0; senders.some((sender) => !sender.done); cycle++) {
      if (cycle > 40 * count) throw new Error(`${JSON.stringify(modes)}: words are left after ${cycle} cycles`);
      for (const end of [...receivers, ...senders]) end.drive();
      const { from, to, events } = dut.ports;
      expect(events.peek()).toEqual({
        injected: from.local.valid.peek() && from.local.ready.peek(),
        local: to.local.valid.peek() && to.local.ready.peek(),
        side: to.side.valid.peek() && to.side.ready.peek(),
      });
      for (const end of [...receivers, ...senders]) end.take();
    }
    return { senders, receivers };
  }

  test('in all modes that leave each destination one source, words arrive once and in order', () => {
    for (const [index, modes] of consistentModes.entries()) {
      for (const stall of [0, 0.5]) {
        const { senders, receivers } = exchange(modes, index, 50, stall);
        for (const [at, port] of weightPorts.entries()) {
          const [from] = sourcesFor(modes, port);
          const words = from === undefined ? [] : senders[weightPorts.indexOf(from)]!.beats;
          expect(receivers[at]!.received, `${port} of ${JSON.stringify(modes)}`).toEqual(words);
        }
      }
    }
    expect(consistentModes.length).toBe(9);
  });

  test('a multicast moves in one cycle for both; neither is held up by a source that is off', () => {
    const { modes, from, to } = dut.ports;
    modes.poke({ local: 'horizontal', side: 'off' });
    from.local.valid.poke(true);
    for (const [local, side] of [
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      to.local.ready.poke(local);
      to.side.ready.poke(side);
      expect(from.local.ready.peek()).toBe(local && side);
      // Each destination hears of the word when the other would take it.
      expect([to.local.valid.peek(), to.side.valid.peek()]).toEqual([side, local]);
      expect(from.side.ready.peek()).toBe(true);
    }
    modes.poke({ local: 'off', side: 'off' });
    expect([from.local.ready.peek(), from.side.ready.peek()]).toEqual([false, true]);
    expect([to.local.valid.peek(), to.side.valid.peek()]).toEqual([false, false]);
  });

  test('ready does not depend on valid', () => {
    const { from, to } = dut.ports;
    for (const modes of consistentModes) {
      dut.ports.modes.poke(modes);
      for (let bits = 0; bits < 4; bits++) {
        to.local.ready.poke((bits & 1) === 1);
        to.side.ready.poke(bits >= 2);
        const readies = [0, 1, 2, 3].map((valid) => {
          from.local.valid.poke((valid & 1) === 1);
          from.side.valid.poke(valid >= 2);
          return `${from.local.ready.peek()} ${from.side.ready.peek()}`;
        });
        expect(new Set(readies).size).toBe(1);
      }
    }
  });
});
