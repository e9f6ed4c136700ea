import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { Requantiser, REQUANTISER_STAGES } from '../../../hw/output/requantiser.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { type Driver, drive } from '../../../sim/driver/index.ts';
import { requantise } from '../../../sim/golden/requantisation.ts';
import { parseLayer } from '../../../sim/layer/read-layer.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { full } from '../../full.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { type Channel, type Range, requantised } from './requantised.ts';

const int8: Range = { zeroPoint: 0, low: -128, high: 127 };
const uint8: Range = { zeroPoint: 0, low: 0, high: 255 };

const widths = [20, 32, 17].map((psumBits) => ({
  psumBits,
  module: Requantiser({ ...eyerissV2Chip, pe: { ...eyerissV2Chip.pe, psumBits } }),
}));

describe.each(widths)('Requantiser of $psumBits-bit psums', ({ psumBits, module }) => {
  const least = -(2 ** (psumBits - 1));
  const greatest = 2 ** (psumBits - 1) - 1;
  let dut: Driver<(typeof module)['ports']>;

  beforeAll(async () => {
    dut = await drive(module);
  });
  afterAll(() => dut.close());

  type Case = readonly [psum: number, channel: Channel];

  /** Outputs of one psum after the other, a psum a cycle. */
  function outputsOf(cases: readonly Case[], range: Range): number[] {
    const { load, psum, channel, value } = dut.ports;
    dut.ports.range.poke(range);
    load.poke([true, true, true]);
    const outputs: number[] = [];
    for (let cycle = 0; cycle < cases.length + REQUANTISER_STAGES; cycle++) {
      const given = cases[cycle];
      if (given !== undefined) {
        psum.poke(given[0]);
        channel.poke(given[1]);
      }
      if (cycle >= REQUANTISER_STAGES) outputs.push(value.peek());
      dut.step();
    }
    return outputs;
  }

  function check(cases: readonly Case[], range: Range): void {
    const outputs = outputsOf(cases, range);
    const wrong = cases
      .map(([psum, channel], index) => ({ psum, channel, range, output: outputs[index]! }))
      .filter(({ psum, channel, output }) => output !== (requantised(psum, channel, range) & 255));
    expect(wrong.slice(0, 3)).toEqual([]);
  }

  /** Ranges as layers have them, and the most extreme ones that the ports can carry. */
  const ranges: Range[] = [
    int8,
    uint8,
    { ...int8, low: 0 },
    { zeroPoint: -128, low: -128, high: 127 },
    { zeroPoint: 127, low: 127, high: 127 },
    { zeroPoint: 255, low: 0, high: 255 },
    { zeroPoint: 128, low: 128, high: 255 },
    { zeroPoint: -256, low: -256, high: 255 },
    { zeroPoint: 255, low: -256, high: 255 },
    { zeroPoint: -3, low: -100, high: 101 },
  ];

  const powers = Array.from({ length: 32 }, (_, bits) => 2 ** bits);
  const near = (values: readonly number[], low: number, high: number): number[] => [
    ...new Set(
      values.flatMap((value) => [value - 1, value, value + 1]).filter((value) => value >= low && value <= high),
    ),
  ];

  test('corners: every shift by the extremes of psum, bias and multiplier', () => {
    const psums = [least, least + 1, -1, 0, 1, greatest - 1, greatest];
    const biases = [-(2 ** 31), -(2 ** 31) + 1, -(2 ** 20), -(2 ** 19), -1, 0, 1, 2 ** 19, 2 ** 20, 2 ** 31 - 1];
    const multipliers = [0, 1, 2, 3, 2 ** 19, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 2 ** 30, 2 ** 31 - 2, 2 ** 31 - 1];
    const cases = powers.flatMap((_, shift) =>
      multipliers.flatMap((multiplier) =>
        biases.flatMap((bias) => psums.map((psum): Case => [psum, { bias, multiplier, shift }])),
      ),
    );
    for (const range of ranges) check(cases, range);
  });

  test('accumulators and multipliers about every power of two', () => {
    const accs = near([...powers, ...powers.map((power) => -power)], -(2 ** 31), 2 ** 31 - 1);
    const multipliers = near(powers, 0, 2 ** 31 - 1);
    const random = Random.stream(1, 'shifts');
    const cases = accs.flatMap((bias) =>
      multipliers.flatMap((multiplier) =>
        [31, random.integer(0, 30)].map((shift): Case => [0, { bias, multiplier, shift }]),
      ),
    );
    check(cases, int8);
    check(cases, { zeroPoint: -256, low: -256, high: 255 });
  });

  test('ties go up', () => {
    // acc · 2^(k-1) / 2^k is a half for every odd acc.
    const cases = powers
      .slice(1)
      .flatMap((_, index) =>
        Array.from({ length: 64 }, (_unused, at): Case => [
          at - 32,
          { bias: 0, multiplier: 2 ** index, shift: index + 1 },
        ]),
      )
      .filter(([, { multiplier }]) => multiplier < 2 ** 31);
    check(cases, int8);
    expect(
      outputsOf(
        [-3, -1, 1, 3].map((psum): Case => [psum, { bias: 0, multiplier: 1, shift: 1 }]),
        int8,
      ),
    ).toEqual([-1, 0, 1, 2].map((value) => value & 255));
  });

  test('both sides of each limit', () => {
    for (const { zeroPoint, low, high } of ranges) {
      const random = Random.stream(zeroPoint + 300, 'limits');
      const cases = Array.from({ length: 4000 }, (): Case => {
        const shift = random.integer(0, 31);
        const multiplier = random.integer(1, 2 ** random.integer(1, 31) - 1);
        const target = (random.fraction() < 0.5 ? low : high) - zeroPoint;
        const acc =
          Math.round(((target + random.integer(-2, 2) / 2) * 2 ** shift) / multiplier) + random.integer(-1, 1);
        const psum = random.integer(least, greatest);
        const bias = Math.min(Math.max(acc - psum, -(2 ** 31)), 2 ** 31 - 1);
        return [psum, { bias, multiplier, shift }];
      });
      check(cases, { zeroPoint, low, high });
    }
  });

  test('random numbers of random sizes', () => {
    const random = Random.stream(psumBits, 'numbers');
    const sized = (bits: number): number => {
      const size = 2 ** random.integer(0, bits);
      return random.integer(-size, size - 1);
    };
    const rounds = full ? 500 : 30;
    for (let round = 0; round < rounds; round++) {
      const [one, other] = [random.integer(-256, 255), random.integer(-256, 255)];
      const range = {
        zeroPoint: random.integer(-256, 255),
        low: Math.min(one, other),
        high: Math.max(one, other),
      };
      const cases = Array.from({ length: 4000 }, (): Case => {
        const multiplier = random.integer(0, 2 ** random.integer(0, 31) - 1);
        return [sized(psumBits - 1), { bias: sized(31), multiplier, shift: random.integer(0, 31) }];
      });
      check(cases, round < rounds / 2 ? range : ranges[round % ranges.length]!);
    }
  });

  test('what a layer of the golden model gives', () => {
    const random = Random.stream(7, 'layer');
    for (const [signed, relu, zeroPoint] of [
      [true, true, -5],
      [false, false, 128],
      [true, false, 127],
      [false, true, 0],
    ] as const) {
      const m = 50;
      const channels = Array.from({ length: m }, () => ({
        bias: random.integer(-300_000, 300_000),
        multiplier: random.integer(2 ** 17, 2 ** 24),
        shift: 31,
      }));
      const output = {
        signed,
        relu,
        zeroPoint,
        multiplier: channels.map(({ multiplier }) => multiplier),
        shift: channels.map(({ shift }) => shift),
      };
      const layer = parseLayer({ m, c: 1, h: 1, w: 20, r: 1, s: 1, output }, 'layer.json');
      const psums = Int32Array.from({ length: m * 20 }, () => random.integer(-300_000, 300_000) % 2 ** (psumBits - 1));
      const bias = { shape: [m], data: Int32Array.from(channels, (channel) => channel.bias) };
      const oacts = requantise(layer, { shape: [1, m, 1, 20], data: psums }, bias);
      const [lowest, high] = signed ? [-128, 127] : [0, 255];
      const cases = Array.from(psums, (psum, index): Case => [psum, channels[Math.floor(index / 20)]!]);
      expect(outputsOf(cases, { zeroPoint, low: relu ? zeroPoint : lowest, high })).toEqual(
        Array.from(oacts.data, (value) => value & 255),
      );
    }
  });

  test('each stage keeps what it holds until the next load', () => {
    const random = Random.stream(3, 'loads');
    const idle: Case = [0, { bias: 0, multiplier: 0, shift: 0 }];
    outputsOf([idle], int8);
    const pipeline = Array.from({ length: REQUANTISER_STAGES }, () => idle);
    for (let cycle = 0; cycle < 2000; cycle++) {
      const given: Case = [
        random.integer(-1000, 1000),
        { bias: random.integer(-9, 9), multiplier: random.integer(1, 99), shift: 9 },
      ];
      const load = pipeline.map(() => random.fraction() < 0.6);
      dut.ports.psum.poke(given[0]);
      dut.ports.channel.poke(given[1]);
      dut.ports.load.poke(load);
      dut.step();
      const before = [given, ...pipeline];
      load.forEach((loads, stage) => {
        if (loads) pipeline[stage] = before[stage]!;
      });
      expect(dut.ports.value.peek()).toBe(requantised(...pipeline[REQUANTISER_STAGES - 1]!, int8) & 255);
    }
  });
});

describe('the Verilog of Requantiser', () => {
  const design = emitVerilog(widths[0]!.module);

  test('passes lint', () => expect(verilatorLint(design)).toBe(''));
  test.skipIf(!hasIcarus)('passes Icarus', () => expect(icarusComplaints(design)).toBe(''));
  test.skipIf(!hasYosys)('passes Yosys', () => expect(yosysComplaints(design)).toBe(''));
});
