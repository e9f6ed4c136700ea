import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RouterMode } from '../../../hw/control/command.ts';
import { forPorts, type OfPorts, type WeightPort, weightPortsOf } from '../../../hw/noc/router-ports.ts';
import { allows, type RouterModeName } from '../../../hw/noc/routing.ts';
import { WeightRouter } from '../../../hw/noc/weight-router.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { StreamReceiver, StreamSender } from './stream-ends.ts';

type Modes = OfPorts<WeightPort, RouterModeName>;

/** Every way to set the modes of so many ports. */
function allModes(ports: readonly WeightPort[]): Modes[] {
  let all: Partial<Record<WeightPort, RouterModeName>>[] = [{}];
  for (const port of ports)
    all = all.flatMap((modes) => RouterMode.members.map((mode) => ({ ...modes, [port]: mode })));
  return all as Modes[];
}

describe.each([
  { clusterColumns: 2, consistent: 9 },
  { clusterColumns: 4, consistent: 13 },
])('WeightRouter of a mesh of $clusterColumns columns', ({ clusterColumns, consistent }) => {
  const router = WeightRouter({ ...eyerissV2Chip, clusterColumns });
  const weightPorts = weightPortsOf({ clusterColumns });
  const sourcesFor = (modes: Modes, destination: WeightPort): WeightPort[] =>
    weightPorts.filter((source) => allows(modes[source]!, source, destination));
  const consistentModes = allModes(weightPorts).filter((modes) =>
    weightPorts.every((port) => sourcesFor(modes, port).length <= 1),
  );

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
      return new StreamSender(dut.ports.from[port]!, words, random, stall);
    });
    const receivers = weightPorts.map((port) => new StreamReceiver(dut.ports.to[port]!, random, stall));
    for (let cycle = 0; senders.some((sender) => !sender.done); cycle++) {
      if (cycle > 40 * count) throw new Error(`${JSON.stringify(modes)}: words are left after ${cycle} cycles`);
      for (const end of [...receivers, ...senders]) end.drive();
      const { from, to, events } = dut.ports;
      expect(events.peek()).toEqual({
        injected: from.local.valid.peek() && from.local.ready.peek(),
        ...forPorts(weightPorts, (port) => to[port]!.valid.peek() && to[port]!.ready.peek()),
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
    expect(consistentModes.length).toBe(consistent);
  });

  test('a multicast moves in one cycle for all; nobody is held up by a source that is off', () => {
    const { modes, from, to } = dut.ports;
    const off = forPorts(weightPorts, () => 'off' as const);
    const neighbours = weightPorts.filter((port) => port !== 'local');
    modes.poke({ ...off, local: 'horizontal' });
    from.local.valid.poke(true);
    for (let bits = 0; bits < 2 ** weightPorts.length; bits++) {
      const free = (port: WeightPort): boolean => ((bits >> weightPorts.indexOf(port)) & 1) === 1;
      for (const port of weightPorts) to[port]!.ready.poke(free(port));
      expect(from.local.ready.peek()).toBe(weightPorts.every(free));
      // Each destination hears of the word when the others would take it.
      for (const port of weightPorts)
        expect(to[port]!.valid.peek()).toBe(weightPorts.every((other) => other === port || free(other)));
      for (const port of neighbours) expect(from[port]!.ready.peek()).toBe(true);
    }
    modes.poke(off);
    for (const port of weightPorts) {
      expect(from[port]!.ready.peek()).toBe(port !== 'local');
      expect(to[port]!.valid.peek()).toBe(false);
    }
  });

  test('ready does not depend on valid', () => {
    const { from, to } = dut.ports;
    for (const modes of consistentModes) {
      dut.ports.modes.poke(modes);
      for (let bits = 0; bits < 2 ** weightPorts.length; bits++) {
        weightPorts.forEach((port, at) => to[port]!.ready.poke(((bits >> at) & 1) === 1));
        const readies = Array.from({ length: 2 ** weightPorts.length }, (_, valid) => {
          weightPorts.forEach((port, at) => from[port]!.valid.poke(((valid >> at) & 1) === 1));
          return weightPorts.map((port) => from[port]!.ready.peek()).join(' ');
        });
        expect(new Set(readies).size).toBe(1);
      }
    }
  });
});
