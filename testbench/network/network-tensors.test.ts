import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { type GoldenLayer, goldenNetwork } from '../../sim/network/golden-network.ts';
import type { Network } from '../../sim/network/network.ts';
import { type NetworkTensors, withTensors } from '../../sim/network/network-tensors.ts';
import { findNetwork, parseNetwork } from '../../sim/network/read-network.ts';
import { densityOf } from '../../sim/tensor/density.ts';
import { writeNpy } from '../../sim/tensor/npy.ts';
import { Random } from '../../sim/tensor/random.ts';
import { sharedData } from '../chip/shared-data.ts';
import { plainScale, plainSums } from './plain-network.ts';
import { tinyInception, tinyNetwork } from './tiny-network.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-tensors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nothing: NetworkTensors = {
  seed: 1,
  sparse: false,
  iacts: undefined,
  weights: undefined,
  bias: undefined,
  iactDensity: undefined,
  weightDensity: undefined,
  masks: undefined,
};

/** A file in the folder of the test. */
function put(name: string, contents: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  return path;
}

function putNpy(name: string, shape: readonly number[], data: Int8Array | Uint8Array | Int32Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeNpy(path, { shape, data }, name);
  return path;
}

/** Digits of a mask. */
function digits(length: number, density: number, label: string): string {
  const random = Random.stream(1, label);
  return Array.from({ length }, () => (random.fraction() < density ? '1' : '0')).join('');
}

function made(given: Partial<NetworkTensors>, json: unknown = tinyNetwork): Map<string, GoldenLayer> {
  const tensors = { ...nothing, ...given };
  const network = withTensors(parseNetwork(json, 'tiny.json'), tensors);
  const names = network.entries.map(({ name }) => name);
  const all = goldenNetwork(network, { seed: tensors.seed, sparse: tensors.sparse, psumBits: 20 }, names);
  return new Map(Array.from(all, (entry) => [entry.entry.name, entry as GoldenLayer]));
}

const refused = (given: Partial<NetworkTensors>, json: unknown = tinyNetwork): string => {
  try {
    withTensors(parseNetwork(json, 'tiny.json'), { ...nothing, ...given });
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return 'accepted';
};

const places = (data: ArrayLike<number>): string => Array.from(data, (value) => (value === 0 ? '0' : '1')).join('');

describe('masks', () => {
  // dw takes 6 channels of 5×4; pw the same, and has 6 filters.
  const dwIacts = digits(120, 0.6, 'dw iacts');
  const dwWeights = digits(54, 0.7, 'dw weights');
  const pwIacts = digits(120, 0.4, 'pw iacts');
  const pwWeights = digits(36, 0.5, 'pw weights');
  const putAll = () => {
    put('masks/dw_iacts.txt', dwIacts);
    put('masks/dw_weights.txt', dwWeights);
    put('masks/pw_iacts.txt', pwIacts);
    put('masks/pw_weights.txt', pwWeights);
    return join(folder, 'masks');
  };
  /** [y][x][c] as [c][y][x]. */
  const outermost = (mask: string): string =>
    Array.from({ length: 120 }, (_, i) => mask[(i % 20) * 6 + Math.floor(i / 20)]).join('');

  test('say where tensors are not zero; other layers are as without them', () => {
    const [plain, masked] = [made({}), made({ masks: putAll() })];
    for (const [name, iacts, weights] of [
      ['dw', dwIacts, dwWeights],
      ['pw', pwIacts, pwWeights],
    ] as const) {
      const { operands, golden, outputs } = masked.get(name)!;
      expect(places(operands.iacts.data)).toBe(outermost(iacts));
      expect(places(operands.weights.data)).toBe(weights);
      expect(operands.sources).toMatchObject({
        iacts: { mask: join(folder, 'masks', `${name}_iacts.txt`), seed: 1 },
        weights: { mask: join(folder, 'masks', `${name}_weights.txt`), seed: 1 },
      });
      expect(golden.overflows).toBe(0);
      expect(outputs).not.toEqual(plain.get(name)!.outputs);
    }
    expect(masked.get('conv')).toEqual(plain.get('conv'));
    expect(masked.get('fc')!.operands.iacts).not.toEqual(plain.get('fc')!.operands.iacts);
    expect(masked.get('fc')!.operands.sources.iacts).toEqual({ made: 'outputs of flat' });
  });

  test('cut the chain before their layer, and its outputs go on', () => {
    const masked = made({ masks: putAll() });
    const { layer, operands, outputs } = masked.get('pw')!;
    const sums = plainSums(layer, operands.iacts.data, operands.weights.data, operands.bias!.data);
    const { multiplier, shift } = layer.output!;
    expect(Array.from(outputs.data)).toEqual(plainScale(sums, multiplier as number, shift as number, -128, 127));
    const sum = masked.get('sum')!.outputs.data;
    const [pool, pw] = [masked.get('pool')!.outputs.data, outputs.data];
    // The sum takes what the pooling gives, which no mask touches, and what the masked layer gives.
    const both = Array.from(pool, (value, i) => value + pw[i]!);
    expect(sum[both.indexOf(Math.max(...both))]).toBe(255);
    const network = withTensors(parseNetwork(tinyNetwork, 't'), { ...nothing, masks: join(folder, 'masks') });
    const needed = goldenNetwork(network, { seed: 1, sparse: false, psumBits: 20 }, ['pw']);
    expect(Array.from(needed, ({ entry }) => entry.name)).toEqual(['pw']);
  });

  test('give other values for another seed, at the same places', () => {
    const masks = putAll();
    const [one, other] = [made({ masks }), made({ masks, seed: 2 })].map((all) => all.get('pw')!.operands);
    expect(one!.iacts).not.toEqual(other!.iacts);
    expect(one!.weights).not.toEqual(other!.weights);
    expect(places(one!.iacts.data)).toBe(places(other!.iacts.data));
    // Layers have streams of their own.
    const dw = made({ masks }).get('dw')!.operands;
    const firsts = [one!, dw].map(({ iacts }) =>
      iacts.data
        .filter((value) => value !== 0)
        .slice(0, 8)
        .join(),
    );
    expect(firsts[0]).not.toBe(firsts[1]);
  });

  test('that do not belong to the network are refused, with the file', () => {
    const masks = putAll();
    expect(refused({ masks: join(folder, 'none') })).toMatch(/none: cannot read the folder of masks: no such file/);
    expect(refused({ masks: put('file', '') })).toMatch(/file: cannot read the folder of masks: it is a file; name/);
    mkdirSync(join(folder, 'empty'));
    expect(refused({ masks: join(folder, 'empty') })).toMatch(
      /empty: no masks of a layer of network tiny in it: expected files such as conv_iacts\.txt and conv_weights\.txt/,
    );
    put('masks/convv_iacts.txt', '');
    expect(refused({ masks })).toMatch(/convv_iacts\.txt: network tiny has no layer "convv": did you mean "conv"\?/);
    rmSync(join(masks, 'convv_iacts.txt'));
    put('masks/pw_iacts.txt', pwIacts.slice(1));
    expect(refused({ masks })).toMatch(
      /pw_iacts\.txt: the mask has 119 digits: expected 120 for the iacts of layer pw/,
    );
    put('masks/pw_iacts.txt', pwIacts.replace('1', '2'));
    expect(refused({ masks })).toMatch(/pw_iacts\.txt: digit \d+ is "2"/);
    put('masks/pw_iacts.txt', pwIacts);
    put('masks/dw_weights.txt', '1');
    expect(refused({ masks })).toMatch(/dw_weights\.txt: the mask has 1 digits: expected 54 .* of layer dw: 6×1×3×3/);
    rmSync(join(masks, 'dw_weights.txt'));
    expect(refused({ masks })).toMatch(/there is dw_iacts\.txt, but no dw_weights\.txt: expected both, or none/);
    rmSync(join(masks, 'dw_iacts.txt'));
    put('masks/conv_iacts.txt', digits(216, 1, ''));
    put('masks/conv_weights.txt', digits(162, 1, ''));
    expect(refused({ masks })).toMatch(
      /conv_weights\.txt: a weight mask needs a 1×1 kernel, .* layer conv has 3×3 and 3/,
    );
  });

  test('are refused where something else gives the same tensor', () => {
    const masks = putAll();
    putNpy('weights/pw.npy', [6, 6, 1, 1], new Int8Array(36));
    expect(refused({ masks, weights: join(folder, 'weights') })).toMatch(
      /pw_weights\.txt: a mask makes weights for layer pw, and .*pw\.npy has them already/,
    );
    const one = { layers: [{ name: 'pw', m: 6, c: 6, h: 5, w: 4, r: 1, s: 1 }] };
    rmSync(join(masks, 'dw_iacts.txt'));
    rmSync(join(masks, 'dw_weights.txt'));
    expect(refused({ masks, iacts: 'i.npy' }, one)).toMatch(
      /i\.npy: --iacts is the input .* a mask gives the iacts of pw/,
    );
    expect(refused({ masks, iacts: 'i.npy' })).toBe('accepted');
  });

  const real = sharedData('sparse-mobilenet');
  // Effectual MACs as published with Sparseloop's validation of the Eyeriss v2 PE (MICRO 2022).
  test.skipIf(real === undefined).each([
    ['L07', 1_702_140],
    ['L09', 1_499_682],
    ['L19', 1_457_458],
    ['L21', 1_677_684],
    ['L27', 775_316],
  ])('of a pruned MobileNet: %s has %i effectual MACs, and wraps no psum', (name, effectual) => {
    const network: Network = withTensors(findNetwork('mobilenet-v1-0.5-128'), {
      ...nothing,
      masks: real,
      sparse: true,
    });
    const [layer] = goldenNetwork(network, { seed: 1, sparse: true, psumBits: 20 }, [name]) as Iterable<GoldenLayer>;
    expect(layer!.golden).toMatchObject({ effectualMacs: effectual, overflows: 0 });
    expect(Math.abs(densityOf(layer!.outputs.data) - (layer!.entry.outputDensity ?? 0.5))).toBeLessThan(0.3);
  });
});

describe('files', () => {
  test('of weights and biases are taken by the names of layers', () => {
    const weights = Int8Array.from({ length: 36 }, (_, i) => (i % 5) - 2);
    putNpy('weights/pw.npy', [6, 6, 1, 1], weights);
    const bias = Int32Array.from({ length: 6 }, (_, i) => 1000 * i);
    putNpy('bias/dw.npy', [6], bias);
    put('bias/notes.txt', 'what else lies there does not matter');
    const all = made({ weights: join(folder, 'weights'), bias: join(folder, 'bias') });
    expect(all.get('pw')!.operands.weights.data).toEqual(weights);
    expect(all.get('pw')!.operands.sources.weights).toEqual({ file: join(folder, 'weights', 'pw.npy') });
    const dw = all.get('dw')!;
    expect(dw.operands.bias!.data).toEqual(bias);
    const sums = plainSums(dw.layer, dw.operands.iacts.data, dw.operands.weights.data, bias);
    const { multiplier, shift } = dw.layer.output!;
    expect(Array.from(dw.outputs.data)).toEqual(plainScale(sums, multiplier as number, shift as number, 0, 255));
    expect(all.get('conv')).toEqual(made({}).get('conv'));
  });

  test('of biases take the place of a density, that behind a pooling, too', () => {
    putNpy('bias/conv.npy', [6], new Int32Array(6));
    const all = made({ bias: join(folder, 'bias') });
    expect(all.get('conv')!.operands.sources.bias).toEqual({ file: join(folder, 'bias', 'conv.npy') });
    expect(all.get('conv')!.operands.bias!.data).toEqual(new Int32Array(6));
    expect(all.get('pool')!.entry).not.toHaveProperty('outputDensity');
    expect(made({}).get('pool')!.entry).toHaveProperty('outputDensity', 0.7);
  });

  test('of a layer with a slash in its name lie in a folder', () => {
    const json = {
      layers: [
        { name: 'a/1x1', m: 1, c: 2, h: 1, w: 1, r: 1, s: 1 },
        { m: 1, c: 1, h: 1, w: 1, r: 1, s: 1 },
      ],
    };
    putNpy('weights/a/1x1.npy', [1, 2, 1, 1], Int8Array.of(3, 4));
    expect(made({ weights: join(folder, 'weights') }, json).get('a/1x1')!.operands.weights.data).toEqual(
      Int8Array.of(3, 4),
    );
  });

  test('alone are for the only layer, and the input', () => {
    const json = {
      input: { file: 'own.npy' },
      layers: [{ name: 'pw', m: 2, c: 2, h: 1, w: 2, r: 1, s: 1, activation: 'none' }],
    };
    const iacts = putNpy('i.npy', [1, 2, 1, 2], Uint8Array.of(1, 2, 3, 4));
    const weights = putNpy('w.npy', [2, 2, 1, 1], Int8Array.of(1, 1, -1, 2));
    const bias = putNpy('b.npy', [2], Int32Array.of(5, 6));
    const { golden, operands } = made({ iacts, weights, bias }, json).get('pw')!;
    expect(Array.from(golden.psums.data)).toEqual([4, 6, 5, 6]);
    expect(Array.from(operands.bias!.data)).toEqual([5, 6]);
    expect(operands.sources.iacts).toEqual({ file: iacts });
  });

  test('that do not belong to the network are refused', () => {
    const file = putNpy('w/convv.npy', [1], new Int8Array(1));
    expect(refused({ weights: join(folder, 'w') })).toMatch(
      /convv\.npy: network tiny has no layer "convv": did you mean "conv"/,
    );
    expect(refused({ bias: file })).toMatch(
      /convv\.npy: it is a file, and network tiny has 4 layers: for their biases, name a folder with LAYER\.npy files/,
    );
    expect(refused({ weights: join(folder, 'none') })).toMatch(/cannot read the folder of weights: no such file/);
  });
});

describe('densities', () => {
  test('take the place of those of the network', () => {
    const all = made({ iactDensity: 0.3, weightDensity: 0.25 });
    expect(densityOf(all.get('conv')!.operands.iacts.data)).toBeCloseTo(0.3, 1);
    expect(densityOf(all.get('fc')!.operands.weights.data)).toBeCloseTo(0.25, 1);
    expect(all.get('conv')!.operands.sources.iacts).toEqual({ seed: 1, density: 0.3 });
    const json = { input: { file: 'own.npy' }, layers: tinyNetwork.layers };
    expect(made({ iactDensity: 0 }, json).get('conv')!.golden.effectualMacs).toBe(0);
  });

  test('of pruned weights are refused where there are none', () => {
    expect(refused({ sparse: true }, tinyInception)).toMatch(
      /inception: --sparse is for networks .* "prunedWeightDensity"/,
    );
    expect(refused({ sparse: true })).toBe('accepted');
  });
});
