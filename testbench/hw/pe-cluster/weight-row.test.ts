import { afterEach, describe, expect, test } from 'vitest';
import { packWeightHeader } from '../../../hw/pe-cluster/weight-packet.ts';
import { WeightRow } from '../../../hw/pe-cluster/weight-row.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { StreamReceiver, StreamSender } from '../noc/stream-ends.ts';

interface Packet {
  readonly columns: number;
  readonly output: boolean;
  readonly dealt?: boolean;
  readonly words: readonly number[];
}

describe('WeightRow', () => {
  let dut: Driver<ReturnType<typeof WeightRow>['ports']>;
  afterEach(() => dut.close());

  /** Sends packets and gives what each taker got, in how many cycles. */
  function send(packets: readonly Packet[], { stall = 0, seed = 1 } = {}) {
    const random = Random.stream(seed, 'weight row');
    const words = packets.flatMap((packet) => [
      packWeightHeader({ ...packet, words: packet.words.length }),
      ...packet.words,
    ]);
    const sender = new StreamSender<number>(dut.ports.words, words, random, stall);
    const receivers = dut.ports.takers.map((taker) => new StreamReceiver(taker, random, stall));
    let cycles = 0;
    for (; !sender.done; cycles++) {
      if (cycles > 40 * words.length) throw new Error('words are left');
      for (const end of [...receivers, sender]) end.drive();
      for (const end of [...receivers, sender]) end.take();
      dut.step();
    }
    return { received: receivers.map(({ received }) => received), cycles };
  }

  function expected(packets: readonly Packet[], taker: number, columns: number): number[] {
    const takes = ({ columns: mask, output }: Packet) => (taker === columns ? output : ((mask >> taker) & 1) === 1);
    return packets.filter(takes).flatMap(({ words }) => words);
  }

  test.each([
    [4, true],
    [4, false],
    [3, true],
    [1, true],
    [1, false],
    [8, true],
  ])('%i columns, output unit %s: packets to every mask, of every length, with stalls', async (columns, output) => {
    dut = await drive(WeightRow({ ...eyerissV2Chip, peColumns: columns }, { output }));
    const random = Random.stream(columns, 'packets');
    const packets = Array.from({ length: 2 ** (columns + Number(output)) }, (_, mask): Packet => {
      const length = [0, 1, 2, random.integer(3, 9)][random.integer(0, 3)]!;
      return {
        columns: mask % 2 ** columns,
        output: mask >= 2 ** columns,
        words: Array.from({ length }, () => random.integer(0, 2 ** 24 - 1)),
      };
    });
    for (const stall of [0, 0.15, 0.3]) {
      const { received, cycles } = send(packets, { stall, seed: columns });
      received.forEach((words, taker) => expect(words).toEqual(expected(packets, taker, columns)));
      const least = packets.reduce((sum, { words }) => sum + 1 + words.length, 0);
      expect(stall === 0 ? cycles : least).toBe(least);
    }
  });

  test.each([
    [4, true],
    [3, false],
    [1, true],
  ])(
    '%i columns, output unit %s: dealt words go to the columns in turn, between other packets',
    async (columns, output) => {
      dut = await drive(WeightRow({ ...eyerissV2Chip, peColumns: columns }, { output }));
      const all = 2 ** columns - 1;
      const words = (count: number, from: number) => Array.from({ length: count }, (_, word) => from + word);
      const packets = [
        { columns: all, output: false, dealt: true, words: words(3 * columns, 100) },
        { columns: 1, output, words: words(2, 200) },
        // The next one begins with the first column again, wherever the last one ended.
        { columns: all, output: false, dealt: true, words: words(columns + 1, 300) },
        { columns: all, output: false, dealt: true, words: words(2 * columns, 400) },
        { columns: all, output: false, words: words(2, 500) },
      ];
      const inTurn = (column: number, all: readonly number[]) => all.filter((_, word) => word % columns === column);
      for (const stall of [0, 0.3]) {
        const { received, cycles } = send(packets, { stall, seed: columns });
        for (let column = 0; column < columns; column++) {
          expect(received[column]).toEqual([
            ...inTurn(column, packets[0]!.words),
            ...(column === 0 ? packets[1]!.words : []),
            ...inTurn(column, packets[2]!.words),
            ...inTurn(column, packets[3]!.words),
            ...packets[4]!.words,
          ]);
        }
        expect(received.slice(columns)).toEqual(output ? [packets[1]!.words] : []);
        const least = packets.reduce((sum, packet) => sum + 1 + packet.words.length, 0);
        expect(stall === 0 ? cycles : least).toBe(least);
      }
    },
  );

  test('a dealt word waits for its own column alone', async () => {
    dut = await drive(WeightRow(eyerissV2Chip, { output: true }));
    dut.ports.words.valid.poke(true);
    dut.ports.words.data.poke(packWeightHeader({ columns: 0b1111, output: false, dealt: true, words: 4 }));
    dut.step();
    for (let column = 0; column < 4; column++) {
      dut.ports.takers.forEach((taker, index) => taker.ready.poke(index !== column));
      expect(dut.ports.words.ready.peek()).toBe(false);
      dut.ports.takers.forEach((taker, index) => taker.ready.poke(index === column));
      expect(dut.ports.words.ready.peek()).toBe(true);
      expect(dut.ports.takers.map((taker) => taker.valid.peek())).toEqual([0, 1, 2, 3, 4].map((at) => at === column));
      dut.step();
    }
  });

  test('a long packet, and after it one of no words and one for nobody', async () => {
    dut = await drive(WeightRow(eyerissV2Chip, { output: true }));
    const packets = [
      { columns: 0b0101, output: true, words: Array.from({ length: 4095 }, (_, word) => word * 4096) },
      { columns: 0b1111, output: false, words: [] },
      { columns: 0, output: false, words: [1, 2, 3] },
      { columns: 0b1000, output: false, words: [4] },
    ];
    const { received, cycles } = send(packets);
    expect(received).toEqual([packets[0]!.words, [], packets[0]!.words, [4], packets[0]!.words]);
    expect(cycles).toBe(4095 + 3 + 1 + 4);
  });

  test('a word waits for all of its takers and for nobody else; each hears of it when the others are ready', async () => {
    dut = await drive(WeightRow(eyerissV2Chip, { output: true }));
    dut.ports.words.valid.poke(true);
    dut.ports.words.data.poke(packWeightHeader({ columns: 0b0110, output: false, words: 2 }));
    expect(dut.ports.words.ready.peek()).toBe(true);
    dut.step();
    for (const [ready, isReady, valid] of [
      [0b00000, false, 0b00000],
      [0b00010, false, 0b00100],
      [0b00100, false, 0b00010],
      [0b00110, true, 0b00110],
    ] as const) {
      dut.ports.takers.forEach((taker, index) => taker.ready.poke(((ready >> index) & 1) === 1));
      dut.ports.words.valid.poke(true);
      expect(dut.ports.words.ready.peek()).toBe(isReady);
      const valids = dut.ports.takers.map((taker) => Number(taker.valid.peek()));
      expect(valids.reduce((mask, on, index) => mask | (on << index), 0)).toBe(valid);
      dut.ports.words.valid.poke(false);
      expect(dut.ports.words.ready.peek()).toBe(isReady);
    }
  });

  test('a packet for an output unit that is not there ends a simulation', async () => {
    dut = await drive(WeightRow(eyerissV2Chip, { output: false }));
    expect(() => send([{ columns: 1, output: true, words: [1] }])).toThrow('a packet for the output unit comes');
  });
});
