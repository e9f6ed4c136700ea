import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GoldenEntry, type GoldenLayer, goldenNetwork } from '../../sim/network/golden-network.ts';
import { findNetwork, parseNetwork } from '../../sim/network/read-network.ts';
import { densityOf } from '../../sim/tensor/density.ts';
import { writeNpy } from '../../sim/tensor/npy.ts';
import { plainScale, plainSums, plainWindows } from './plain-network.ts';
import { tinyInception, tinyNetwork } from './tiny-network.ts';

const settings = { seed: 5, sparse: false, psumBits: 20 };

function run(json: unknown, changes: Partial<typeof settings> = {}): Map<string, GoldenEntry> {
  const network = parseNetwork(json, 'tiny.json');
  const names = network.entries.map(({ name }) => name);
  const made = goldenNetwork(network, { ...settings, ...changes }, names);
  return new Map(Array.from(made, (entry) => [entry.entry.name, entry]));
}

const layer = (made: Map<string, GoldenEntry>, name: string): GoldenLayer => made.get(name) as GoldenLayer;
const numbers = (made: Map<string, GoldenEntry>, name: string): number[] => Array.from(made.get(name)!.outputs.data);

/** The outputs of a layer, from its inputs and what was chosen for it. */
function plainOutputs(made: Map<string, GoldenEntry>, name: string, inputs: readonly number[]): number[] {
  const { layer: shape, operands } = layer(made, name);
  const { multiplier, shift, relu, signed } = shape.output!;
  const sums = plainSums(shape, inputs, operands.weights.data, operands.bias?.data ?? []);
  const [low, high] = signed ? [-128, 127] : [0, 255];
  return plainScale(sums, multiplier as number, shift as number, relu ? 0 : low, high);
}

describe('a chain of layers and host operations', () => {
  test.each([1, 2, 3, 4])('is what a plain computation gives, seed %i', (seed) => {
    const made = run(tinyNetwork, { seed });
    const first = Array.from(layer(made, 'conv').operands.iacts.data);
    const conv = plainOutputs(made, 'conv', first);
    expect(numbers(made, 'conv')).toEqual(conv);
    const poolWindows = { size: [3, 3], stride: [2, 2], pad: [1, 0, 1, 1] };
    const pool = plainWindows(conv, [9, 8], poolWindows).map((window) => Math.max(...window));
    expect(numbers(made, 'pool')).toEqual(pool);
    const dw = plainOutputs(made, 'dw', pool);
    expect(numbers(made, 'dw')).toEqual(dw);
    const pw = plainOutputs(made, 'pw', dw);
    expect(numbers(made, 'pw')).toEqual(pw);
    expect(Math.min(...pw)).toBeLessThan(0);

    const sums = pool.map((value, i) => value + pw[i]!);
    const multiplier = Math.floor((255 * 65536) / Math.max(...sums));
    const sum = plainScale(sums, multiplier, 16, 0, 255);
    expect(numbers(made, 'sum')).toEqual(sum);
    const meanWindows = { size: [2, 2], stride: [2, 2], pad: [0, 0, 1, 0] };
    const mean = plainWindows(sum, [5, 4], meanWindows).map((window) =>
      Math.round(window.reduce((total, value) => total + value) / window.length),
    );
    expect(numbers(made, 'mean')).toEqual(mean);
    expect(made.get('flat')!.outputs.shape).toEqual([1, 36, 1, 1]);
    expect(numbers(made, 'fc')).toEqual(plainOutputs(made, 'fc', mean));
  });

  test.each([1, 2])('joins branches over their channels as a plain computation does, seed %i', (seed) => {
    const made = run(tinyInception, { seed });
    const stem = plainOutputs(made, 'stem', Array.from(layer(made, 'stem').operands.iacts.data));
    const windows = { size: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] };
    const pool = plainWindows(stem, [6, 5], windows).map((window) => Math.max(...window));
    const joined = [...plainOutputs(made, '1x1', stem), ...plainOutputs(made, '3x3', stem), ...pool];
    expect(made.get('joined')!.outputs.shape).toEqual([1, 9, 6, 5]);
    expect(numbers(made, 'joined')).toEqual(joined);
    expect(numbers(made, 'out')).toEqual(plainOutputs(made, 'out', joined));
  });

  test('is the same for the same seed, and another for another', () => {
    expect(run(tinyNetwork)).toEqual(run(tinyNetwork));
    expect(numbers(run(tinyNetwork), 'fc')).not.toEqual(numbers(run(tinyNetwork, { seed: 6 }), 'fc'));
  });

  test('makes only what is needed for the entries that are wanted', () => {
    const made = Array.from(
      goldenNetwork(parseNetwork(tinyNetwork, 't'), settings, ['sum']),
      ({ entry }) => entry.name,
    );
    expect(made).toEqual(['conv', 'pool', 'dw', 'pw', 'sum']);
    expect([...goldenNetwork(parseNetwork(tinyNetwork, 't'), settings, [])]).toEqual([]);
  });

  test('leaves the weights of a layer as they are whatever the others are like', () => {
    const changed = { ...tinyNetwork, layers: tinyNetwork.layers.toSpliced(6, 0, { op: 'flatten', name: 'more' }) };
    expect(layer(run(changed), 'fc').operands.weights).toEqual(layer(run(tinyNetwork), 'fc').operands.weights);
  });
});

describe('what a network says', () => {
  test('outputs that are given are used as they are', () => {
    const output = { relu: true, multiplier: 3, shift: 9, zeroPoint: 0, signed: false };
    const [conv, ...others] = tinyNetwork.layers.filter(({ name }) => name === 'conv' || name === 'dw');
    const dw = { ...others[0]!, h: 9, w: 8 };
    const made = run({ layers: [{ ...conv, output }, dw] });
    expect(layer(made, 'conv').layer.output).toEqual(output);
    expect(layer(made, 'conv').operands.bias).toBeUndefined();
    expect(numbers(made, 'conv')).toEqual(
      plainOutputs(made, 'conv', Array.from(layer(made, 'conv').operands.iacts.data)),
    );
  });

  test('--sparse takes the densities of pruned weights, where there are any', () => {
    const [dense, sparse] = [run(tinyNetwork), run(tinyNetwork, { sparse: true })];
    const density = (made: Map<string, GoldenEntry>, name: string) =>
      densityOf(layer(made, name).operands.weights.data);
    expect(density(dense, 'conv')).toBe(1);
    expect(density(sparse, 'conv')).toBeGreaterThan(0.35);
    expect(density(sparse, 'conv')).toBeLessThan(0.65);
    expect(density(sparse, 'fc')).toBe(1);
  });

  describe('files', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'saccade-network-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test('take the place of synthetic tensors', () => {
      const input = { shape: [1, 2, 2, 2], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
      const weights = { shape: [2, 2, 1, 1], data: Int8Array.of(1, -1, 0, 2) };
      const bias = { shape: [2], data: Int32Array.of(100, -3) };
      for (const [name, tensor] of Object.entries({ input, weights, bias })) {
        writeNpy(join(folder, `${name}.npy`), tensor, name);
      }
      const one = { m: 2, c: 2, h: 2, w: 2, r: 1, s: 1, weights: 'weights.npy', bias: 'bias.npy' };
      const network = parseNetwork({ input: { file: 'input.npy' }, layers: [one] }, join(folder, 'net.json'));
      const [made] = [...goldenNetwork(network, settings, ['layer1'])] as [GoldenLayer];
      expect(Array.from(made.golden.psums.data)).toEqual([-4, -4, -4, -4, 10, 12, 14, 16]);
      expect(made.operands.bias).toEqual(bias);
      // 96 is the largest, and becomes 255.
      expect(Math.max(...made.outputs.data)).toBe(255);
      expect(made.operands.sources).toEqual({
        iacts: { file: join(folder, 'input.npy') },
        weights: { file: join(folder, 'weights.npy') },
        bias: { file: join(folder, 'bias.npy') },
      });
    });
  });
});

describe('MobileNet v1 0.5/128', () => {
  test('has the densities of its file, uses 8 bits, and wraps no psum', () => {
    const network = findNetwork('mobilenet-v1-0.5-128');
    const names = network.entries.slice(0, 12).map(({ name }) => name);
    for (const made of goldenNetwork(network, { ...settings, sparse: true }, names)) {
      const { entry, operands, golden, outputs } = made as GoldenLayer;
      expect(Math.abs(densityOf(outputs.data) - entry.outputDensity!)).toBeLessThan(0.01);
      expect(Math.abs(densityOf(operands.weights.data) - entry.prunedWeightDensity!)).toBeLessThan(0.04);
      expect(outputs.data).toContain(255);
      expect(golden.overflows).toBe(0);
    }
  });
});
