import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { chooseOutput, type WantedOutput } from '../../sim/network/choose-output.ts';
import { averagePool } from '../../sim/network/host-operations.ts';
import { densityOf } from '../../sim/tensor/density.ts';
import { Random } from '../../sim/tensor/random.ts';
import type { Tensor } from '../../sim/tensor/tensor.ts';

const drawn = { seed: 1, label: 'outputs' };

/** A layer with psums of this shape, and psums between -most and most. */
function psumsOf(channels: number, size: number, most: number, seed: number) {
  const random = Random.stream(seed, 'psums');
  const layer = parseLayer({ m: channels, c: 1, h: size, w: size, r: 1, s: 1 }, 'l.json');
  const data = Int32Array.from({ length: channels * size * size }, () => random.integer(-most, most));
  return { layer, psums: { shape: [1, channels, size, size], data } };
}

function outputsOf(layer: Layer, psums: Tensor<Int32Array>, wanted: WantedOutput) {
  const { output, bias } = chooseOutput(psums, wanted, drawn);
  return requantise({ ...layer, output }, psums, bias);
}

describe('a density that is wanted', () => {
  test('is reached, for psums of any size, and outputs use 8 bits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 40 }),
        fc.integer({ min: 3, max: 12 }),
        fc.integer({ min: 300, max: 500_000 }),
        fc.double({ min: 0.15, max: 0.9, noNaN: true }),
        fc.integer(),
        (channels, size, most, density, seed) => {
          const { layer, psums } = psumsOf(channels, size, most, seed);
          const outputs = outputsOf(layer, psums, { activation: 'relu', density });
          // Each channel has a whole number of non-zeros, and equal psums go together.
          expect(Math.abs(densityOf(outputs.data) - density)).toBeLessThan(0.6 / (size * size) + 0.02);
          expect(Math.max(...outputs.data)).toBe(255);
        },
      ),
      { numRuns: 50, seed: 1 },
    );
  });

  test.each([0, 1])('of %i is all or nothing', (density) => {
    const { layer, psums } = psumsOf(5, 6, 1000, 2);
    expect(densityOf(outputsOf(layer, psums, { activation: 'relu', density }).data)).toBe(density);
  });

  test('differs widely between channels', () => {
    const { layer, psums } = psumsOf(200, 10, 30_000, 3);
    const { data } = outputsOf(layer, psums, { activation: 'relu', density: 0.6 });
    const shares = Array.from({ length: 200 }, (_, channel) =>
      densityOf(data.subarray(100 * channel, 100 * (channel + 1))),
    );
    const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - 0.6) ** 2, 0) / 200);
    // 0.36 to 0.40 on the masks of the pruned MobileNet; chance alone would give 0.05.
    expect(deviation).toBeGreaterThan(0.3);
    expect(deviation).toBeLessThan(0.45);
  });

  test('is reached by all channels together where each has one value', () => {
    const { layer, psums } = psumsOf(1000, 1, 30_000, 4);
    const { bias } = chooseOutput(psums, { activation: 'relu', density: 0.3 }, drawn);
    expect(new Set(bias.data).size).toBe(1);
    expect(densityOf(outputsOf(layer, psums, { activation: 'relu', density: 0.3 }).data)).toBeCloseTo(0.3, 2);
  });

  test('is reached behind pooling', () => {
    const { layer, psums } = psumsOf(64, 4, 30_000, 5);
    const behind = (outputs: Parameters<typeof averagePool>[0]) =>
      averagePool(outputs, { size: [4, 4], stride: [4, 4], pad: [0, 0, 0, 0] });
    const outputs = outputsOf(layer, psums, { activation: 'relu', density: 0.5, behind });
    expect(Math.abs(densityOf(behind(outputs).data) - 0.5)).toBeLessThan(0.03);
    expect(densityOf(outputs.data)).toBeLessThan(0.4);
  });

  test('is not to be had from psums that are all the same, and nothing breaks', () => {
    const { layer, psums } = psumsOf(3, 4, 0, 6);
    const { data } = outputsOf(layer, psums, { activation: 'relu', density: 0.5 });
    for (const channel of [0, 1, 2]) expect(new Set(data.subarray(16 * channel, 16 * (channel + 1))).size).toBe(1);
  });
});

describe('without a density', () => {
  test('no bias is added, and outputs use the whole range', () => {
    const { layer, psums } = psumsOf(8, 12, 4000, 7);
    const { bias } = chooseOutput(psums, { activation: 'none' }, drawn);
    expect(bias.data.every((value) => value === 0)).toBe(true);
    const signed = outputsOf(layer, psums, { activation: 'none' });
    expect([Math.min(...signed.data), Math.max(...signed.data)].map(Math.abs).every((end) => end >= 126)).toBe(true);
    const relu = outputsOf(layer, psums, { activation: 'relu' });
    expect([Math.min(...relu.data), Math.max(...relu.data)]).toEqual([0, 255]);
  });

  test('at most a thousandth of the outputs is cut off', () => {
    const { layer, psums } = psumsOf(10, 40, 4000, 8);
    psums.data.set([400_000, 300_000]);
    const { data } = outputsOf(layer, psums, { activation: 'relu' });
    expect(data.filter((value) => value === 255).length).toBeLessThan(40);
    expect(data.filter((value) => value > 128).length).toBeGreaterThan(3000);
  });

  test.each([0, -5])('psums that are all %i give zeros', (value) => {
    const { layer, psums } = psumsOf(2, 3, 0, 9);
    psums.data.fill(value);
    expect(Array.from(outputsOf(layer, psums, { activation: 'relu' }).data)).toEqual(new Array(18).fill(0));
  });
});
