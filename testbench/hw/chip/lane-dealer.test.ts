import { describe, expect, test } from 'vitest';
import { Bits, Bool, In, module, Out, Stream, UInt, Vec, connect } from '../../../gen/index.ts';
import { dealIacts, dealWeights } from '../../../hw/control/lane-dealer.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { packWeightHeader } from '../../../hw/pe-cluster/weight-packet.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { exchange } from '../../../sim/driver/exchange.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { linkWords } from '../pe/link-words.ts';

const word = Stream(Bits(24));

/** A dealer for `routers` routers, with what it is told as ports. */
function dealer(kind: 'iact' | 'weight', routers: number) {
  const ports = {
    start: In(Bool),
    active: In(Vec(routers, Bool)),
    dense: In(Bool),
    segmentWords: In(UInt(4)),
    lane: In(word),
    dealt: Out(Vec(routers, word)),
  };
  return module(`Dealer_${kind}_${routers}`, ports, ({ start, active, dense, segmentWords, lane, dealt }) => {
    const dealing = { start, active: [...active] };
    const shape = { dense, segmentWords };
    const routed = kind === 'iact' ? dealIacts(eyerissV2Chip, lane, dealing, shape) : dealWeights(lane, dealing);
    dealt.forEach((sink, index) => connect(sink, routed[index]!));
  });
}

interface Packet {
  readonly words: readonly number[];
  /** It belongs to the turn of the next packet. */
  readonly again?: boolean;
}

/** What each router should get: the packets in turn. */
function dealtTo(packets: readonly Packet[], active: readonly boolean[]): number[][] {
  const order = active.flatMap((on, index) => (on ? [index] : []));
  const dealt = active.map((): number[] => []);
  let turn = 0;
  for (const { words, again = false } of packets) {
    dealt[order[turn % order.length]!]!.push(...words);
    if (!again) turn++;
  }
  return dealt;
}

interface Trial {
  readonly kind: 'iact' | 'weight';
  readonly active: readonly boolean[];
  readonly packets: readonly Packet[];
  readonly dense?: boolean;
  readonly segmentWords?: number;
  readonly stall?: number;
  readonly seed?: number;
}

/** Sends packets down a lane, twice with a start between, and compares what the routers get. */
async function check({ kind, active, packets, dense = false, segmentWords = 1, stall = 0, seed = 1 }: Trial) {
  const dut = await drive(dealer(kind, active.length), { engine: 'builtin' });
  try {
    dut.ports.active.poke([...active]);
    dut.ports.dense.poke(dense);
    dut.ports.segmentWords.poke(segmentWords);
    for (const round of [packets, packets.toReversed()]) {
      dut.ports.start.poke(true);
      dut.step();
      dut.ports.start.poke(false);
      const expected = dealtTo(round, active);
      const lane = round.flatMap(({ words }) => words).map((data) => ({ data }));
      const counts = expected.map((words, index) => [`dealt_${index}`, words.length] as const);
      const got = exchange(dut.simulation, dut.simulation.design, {
        send: { lane },
        expect: Object.fromEntries(counts),
        stall,
        seed,
        maxCycles: 100 * lane.length + 100,
      });
      expect(active.map((_, index) => got[`dealt_${index}`]!.map(({ data }) => data))).toEqual(expected);
    }
  } finally {
    dut.close();
  }
}

/** A segment of so many entries, none of them zero, in words. */
function segment(entries: number, fill: number): Packet {
  const values = [entries, ...Array.from({ length: entries }, (_, index) => 256 + ((fill + index) % 255) + 1)];
  return { words: [...linkWords(values, 12, 2)] };
}

function packet(words: number, fill: number, output = false): Packet {
  const header = packWeightHeader({ columns: output ? 0 : 0xf, output, words });
  return { words: [header, ...Array.from({ length: words }, (_, index) => fill * 1000 + index)], again: output };
}

describe('iacts of a lane', () => {
  test('go segment by segment to the active routers', async () => {
    const packets = [0, 1, 2, 3, 15, 0, 0, 7].map((entries, index) => segment(entries, index));
    await check({ kind: 'iact', active: [true, true, true], packets });
    await check({ kind: 'iact', active: [false, true, false, true], packets });
    await check({ kind: 'iact', active: [false, false, true], packets });
  });

  test.each([1, 2, 5, 15])('uncompressed, in segments of %i words', async (segmentWords) => {
    const packets = Array.from({ length: 9 }, (_, index) => ({
      words: Array.from({ length: segmentWords }, (__, at) => index * 16 + at),
    }));
    await check({ kind: 'iact', active: [true, false, true], packets, dense: true, segmentWords });
  });

  test('in random segments to random routers, with random stalls', async () => {
    const random = Random.stream(7, 'iact-lanes');
    for (let round = 0; round < 12; round++) {
      const active = Array.from({ length: random.integer(2, 9) }, () => random.fraction() < 0.6);
      active[random.integer(0, active.length - 1)] = true;
      const packets = Array.from({ length: 40 }, (_, index) => segment(random.integer(0, 15), index));
      await check({ kind: 'iact', active, packets, stall: [0, 0.3, 0.8][round % 3]!, seed: round + 1 });
    }
  });
});

describe('weights of a lane', () => {
  test('go packet by packet, parameters with the tile behind them', async () => {
    const packets = [packet(3, 1), packet(6, 2, true), packet(3, 3, true), packet(1, 4), packet(2, 5), packet(9, 6)];
    await check({ kind: 'weight', active: [true, true], packets });
    await check({ kind: 'weight', active: [false, true, true, false, true], packets });
  });

  test('a packet of no words is a turn', async () => {
    await check({ kind: 'weight', active: [true, true], packets: [packet(0, 1), packet(2, 2), packet(0, 3)] });
  });

  test('in random packets to random routers, with random stalls', async () => {
    const random = Random.stream(8, 'weight-lanes');
    for (let round = 0; round < 12; round++) {
      const active = Array.from({ length: random.integer(2, 48) }, () => random.fraction() < 0.6);
      active[random.integer(0, active.length - 1)] = true;
      const packets = Array.from({ length: 60 }, (_, index) =>
        packet(random.integer(0, 12), index, index < 59 && random.fraction() < 0.2),
      );
      await check({ kind: 'weight', active, packets, stall: [0, 0.3, 0.8][round % 3]!, seed: round + 1 });
    }
  });
});

test('a lane whose routers are all inactive takes nothing', async () => {
  const dut = await drive(dealer('weight', 3), { engine: 'builtin' });
  dut.ports.active.poke([false, false, false]);
  dut.ports.start.poke(true);
  dut.step();
  dut.ports.start.poke(false);
  for (const router of dut.ports.dealt) router.ready.poke(true);
  dut.ports.lane.valid.poke(true);
  dut.step(3);
  expect(dut.ports.lane.ready.peek()).toBe(false);
  expect(dut.ports.dealt.map(({ valid }) => valid.peek())).toEqual([false, false, false]);
  dut.close();
});
