import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RouterMode } from '../../../hw/control/command.ts';
import { IactRouter } from '../../../hw/noc/iact-router.ts';
import { forPorts, iactPortsOf, isSide, type OfPorts, type RouterPort } from '../../../hw/noc/router-ports.ts';
import { allows, type RouterModeName } from '../../../hw/noc/routing.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { IactReceiver, IactSender, randomWords, wordsBySlot } from './iact-ends.ts';

const slots = eyerissV2Chip.peColumns;
type Modes = OfPorts<RouterPort, RouterModeName>;

/** Every way to set the modes of so many ports. */
function allModes(ports: readonly RouterPort[]): Modes[] {
  let all: Partial<Record<RouterPort, RouterModeName>>[] = [{}];
  for (const port of ports)
    all = all.flatMap((modes) => RouterMode.members.map((mode) => ({ ...modes, [port]: mode })));
  return all as Modes[];
}

describe.each([
  { clusterColumns: 2, consistent: 17 },
  { clusterColumns: 3, consistent: 21 },
])('IactRouter of a mesh of $clusterColumns columns', ({ clusterColumns, consistent }) => {
  const router = IactRouter({ ...eyerissV2Chip, clusterColumns });
  const iactPorts = iactPortsOf({ clusterColumns });
  const sourcesFor = (modes: Modes, destination: RouterPort): RouterPort[] =>
    iactPorts.filter((source) => allows(modes[source]!, source, destination));
  // Those in which no destination has two sources.
  const consistentModes = allModes(iactPorts).filter((modes) =>
    iactPorts.every((port) => sourcesFor(modes, port).length <= 1),
  );

  let dut: Driver<typeof router.ports>;
  beforeAll(async () => {
    dut = await drive(router);
  });
  afterAll(() => dut.close());

  /** Sends words from all sources, those that are off too, and gives the receivers. */
  function exchange(modes: Modes, { seed = 1, count = 12, senders = 0.3, receivers = 0.5 } = {}) {
    dut.ports.modes.poke(modes);
    const random = Random.stream(seed, 'iact router');
    const sources = iactPorts.map((port, index) => {
      const silent = port === 'local' && modes.local === 'off';
      const words = randomWords(random, { count: silent ? 0 : count, source: index, slots });
      const late = random.fraction() < 0.5;
      return { port, sender: new IactSender(dut.ports.from[port]!, [words], random, { stall: senders, late }) };
    });
    const destinations = iactPorts.map((port) => ({
      port,
      receiver: new IactReceiver(dut.ports.to[port]!, slots, random, receivers),
    }));
    for (let cycle = 0; sources.some(({ sender }) => !sender.done); cycle++) {
      if (cycle > 40 * count) throw new Error(`${JSON.stringify(modes)}: words are left after ${cycle} cycles`);
      for (const { receiver } of destinations) receiver.drive();
      for (const { sender } of sources) sender.drive();
      for (const { receiver } of destinations) receiver.take();
      const events = dut.ports.events.peek();
      for (const port of iactPorts) expect(events[port]).toBe(dut.ports.to[port]!.enable.peek() !== 0);
      expect(events.injected).toBe(dut.ports.from.local.enable.peek() !== 0);
    }
    return { sources, destinations };
  }

  test('in all modes that leave each destination one source, every word gets to all its slots, once and in order', () => {
    let tried = 0;
    for (const modes of consistentModes) {
      const { sources, destinations } = exchange(modes, { seed: tried++ });
      for (const { port, receiver } of destinations) {
        const [from] = sourcesFor(modes, port);
        const words = sources.find((source) => source.port === from)?.sender.words ?? [];
        expect(receiver.received, `${port} of ${JSON.stringify(modes)}`).toEqual(wordsBySlot(words, slots));
      }
    }
    expect(tried).toBe(consistent);
  });

  test('sources that are off: a neighbour is never held up, the bank is never ready', () => {
    dut.ports.modes.poke(forPorts(iactPorts, () => 'off' as const));
    for (const port of iactPorts) dut.ports.to[port]!.ready.poke(0);
    for (const port of iactPorts) expect(dut.ports.from[port]!.ready.peek()).toBe(port === 'local' ? 0 : 15);
  });

  test('ready is that of the destinations in the mode, slot by slot, and of no other', () => {
    const random = Random.stream(3, 'ready');
    for (const mode of RouterMode.members) {
      for (let round = 0; round < 30; round++) {
        dut.ports.modes.poke(forPorts(iactPorts, () => mode));
        const readies = Object.fromEntries(iactPorts.map((port) => [port, random.integer(0, 15)]));
        for (const port of iactPorts) dut.ports.to[port]!.ready.poke(readies[port]!);
        for (const port of iactPorts) {
          const reached = iactPorts.filter((destination) => allows(mode, port, destination));
          const ready = reached.reduce((slot, destination) => slot & readies[destination]!, 15);
          expect(dut.ports.from[port]!.ready.peek()).toBe(mode === 'off' && port === 'local' ? 0 : ready);
        }
      }
    }
  });

  test('a slot that is not ready holds up no other', () => {
    dut.ports.modes.poke({ ...forPorts(iactPorts, () => 'off' as const), local: 'broadcast' });
    for (const port of iactPorts) dut.ports.to[port]!.ready.poke(15);
    const side = iactPorts.findLast(isSide)!;
    dut.ports.to[side]!.ready.poke(0b1011);
    dut.ports.to.north.ready.poke(0b1110);
    expect(dut.ports.from.local.ready.peek()).toBe(0b1010);
    dut.ports.from.local.enable.poke(0b1000);
    dut.ports.from.local.data.poke(0xabcdef);
    for (const port of iactPorts) {
      expect(dut.ports.to[port]!.enable.peek()).toBe(0b1000);
      expect(dut.ports.to[port]!.data.peek()).toBe(0xabcdef);
    }
  });
});
