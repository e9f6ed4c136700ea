import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PsumTarget } from '../../../hw/control/command.ts';
import { PsumRouter } from '../../../hw/noc/psum-router.ts';
import {
  type PsumDestination,
  psumDestinations,
  type PsumSource,
  psumSources,
  psumsReach,
  type PsumTargetName,
} from '../../../hw/noc/routing.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { StreamReceiver, StreamSender } from './stream-ends.ts';

const router = PsumRouter(eyerissV2Chip);
type Targets = Record<PsumSource, PsumTargetName>;

function sourcesFor(targets: Targets, destination: PsumDestination): PsumSource[] {
  return psumSources.filter((source) => psumsReach(targets[source], source, destination));
}

/** Every way to set the targets in which no destination has two sources. */
const consistentTargets: Targets[] = PsumTarget.members
  .flatMap((bank) => PsumTarget.members.flatMap((pe) => PsumTarget.members.map((north) => ({ bank, pe, north }))))
  .filter((targets) => targets.bank !== 'bank' && targets.pe !== 'pe')
  .filter((targets) => psumDestinations.every((port) => sourcesFor(targets, port).length <= 1));

describe('PsumRouter', () => {
  let dut: Driver<typeof router.ports>;
  beforeAll(async () => {
    dut = await drive(router);
  });
  afterAll(() => dut.close());

  test('with all targets that leave each destination one source, psums arrive once and in order', () => {
    for (const [index, targets] of consistentTargets.entries()) {
      dut.ports.targets.poke(targets);
      const random = Random.stream(index, 'psum router');
      const senders = psumSources.map((port, source) => {
        const count = targets[port] === 'none' ? 0 : 40;
        const pairs = Array.from({ length: count }, (_, pair) => [source * 1000 + pair, -pair - 1]);
        return new StreamSender(dut.ports.from[port], pairs, random, 0.3);
      });
      const receivers = psumDestinations.map((port) => new StreamReceiver(dut.ports.to[port], random, 0.4));
      for (let cycle = 0; senders.some((sender) => !sender.done); cycle++) {
        if (cycle > 2000) throw new Error(`${JSON.stringify(targets)}: psums are left after ${cycle} cycles`);
        for (const end of [...receivers, ...senders]) end.drive();
        const events = dut.ports.events.peek();
        for (const port of psumDestinations) {
          const { valid, ready } = dut.ports.to[port];
          expect(events[port]).toBe(valid.peek() && ready.peek());
        }
        for (const end of [...receivers, ...senders]) end.take();
      }
      for (const [at, port] of psumDestinations.entries()) {
        const [from] = sourcesFor(targets, port);
        const pairs = from === undefined ? [] : senders[psumSources.indexOf(from)]!.beats;
        expect(receivers[at]!.received, `${port} of ${JSON.stringify(targets)}`).toEqual(pairs);
      }
    }
    expect(consistentTargets.length).toBe(22);
  });

  test('a source without a target waits, and offers nothing', () => {
    const { targets, from, to } = dut.ports;
    targets.poke({ bank: 'none', pe: 'none', north: 'none' });
    for (const port of psumDestinations) to[port].ready.poke(true);
    for (const port of psumSources) from[port].valid.poke(true);
    for (const port of psumSources) expect(from[port].ready.peek()).toBe(false);
    for (const port of psumDestinations) expect(to[port].valid.peek()).toBe(false);
  });
});
