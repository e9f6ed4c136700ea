import { afterEach, describe, expect, test } from 'vitest';
import { IactPort } from '../../../hw/pe-cluster/iact-port.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';

describe('IactPort', () => {
  let dut: Driver<ReturnType<typeof IactPort>['ports']>;
  afterEach(() => dut.close());

  test.each([3, 4, 5, 8])(
    'depth %i: words leave in order, from senders that decide at once and a cycle ahead',
    async (depth) => {
      dut = await drive(IactPort({ ...eyerissV2Chip, iactQueueDepth: depth }));
      const random = Random.stream(depth, 'iact port');
      const sent: number[] = [];
      const received: number[] = [];
      let onItsWay = false;
      let most = 0;
      for (let cycle = 0; cycle < 3000; cycle++) {
        const busy = Math.floor(cycle / 500) % 2 === 0;
        const decides = dut.ports.ready.peek() && random.fraction() < (busy ? 0.95 : 0.4);
        const late = cycle % 1000 < 700;
        // One that decided a cycle ago sends now, whatever `ready` says.
        const sends = onItsWay || (decides && !late);
        onItsWay = decides && late;
        dut.ports.enable.poke(sends);
        const word = random.integer(0, 2 ** 24 - 1);
        dut.ports.data.poke(word);
        if (sends) sent.push(word);
        const takes = random.fraction() < (busy ? 0.3 : 0.9);
        dut.ports.words.ready.poke(takes);
        if (takes && dut.ports.words.valid.peek()) received.push(Number(dut.ports.words.data.peek()));
        dut.step();
        most = Math.max(most, sent.length - received.length);
      }
      expect(received).toEqual(sent.slice(0, received.length));
      expect(received.length).toBeGreaterThan(500);
      expect(most).toBe(depth);
    },
  );

  test('ready says that there is room for two, whatever happens in the cycle', async () => {
    dut = await drive(IactPort(eyerissV2Chip));
    dut.ports.enable.poke(true);
    const readies: boolean[] = [];
    for (let words = 0; words < 4; words++) {
      dut.ports.words.ready.poke(false);
      readies.push(dut.ports.ready.peek());
      dut.ports.words.ready.poke(true);
      expect(dut.ports.ready.peek()).toBe(readies.at(-1));
      dut.ports.words.ready.poke(false);
      dut.step();
    }
    expect(readies).toEqual([true, true, true, false]);
    expect(dut.ports.words.valid.peek()).toBe(true);
    expect(() => dut.step()).toThrow('a word comes that has no room');
  });

  test('a word a cycle passes through', async () => {
    dut = await drive(IactPort(eyerissV2Chip));
    dut.ports.enable.poke(true);
    dut.ports.words.ready.poke(true);
    dut.ports.data.poke(99);
    dut.step();
    for (let word = 100; word < 120; word++) {
      dut.ports.data.poke(word);
      expect([dut.ports.ready.peek(), dut.ports.words.valid.peek()]).toEqual([true, true]);
      expect(dut.ports.words.data.peek()).toBe(word - 1);
      dut.step();
    }
  });
});
