import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { InputError } from '../../sim/errors.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { weightShape } from '../../sim/layer/shape.ts';
import { mappingFault } from '../../sim/mapper/fits.ts';
import { across } from '../../sim/mapper/mapping.ts';
import { chooseMapping, type MappingOptions } from '../../sim/mapper/search.ts';
import { synthesise } from '../../sim/tensor/synthetic.ts';
import { anyLayer } from './layers.ts';
import { alexNet, leNet, mobileNet, others } from './networks.ts';

function weightsOf(layer: Layer, density: number): Int8Array {
  return synthesise({ dtype: 'int8', shape: weightShape(layer), density, seed: 1, label: 'weights' }).data;
}

function choose(layer: Layer, weights: number, iacts: number, options?: MappingOptions, chip = eyerissV2Chip) {
  return chooseMapping(layer, weightsOf(layer, weights), iacts, chip, options);
}

/** A chip of 36 PEs. */
const smallChip: ChipParameters = {
  ...eyerissV2Chip,
  clusterRows: 2,
  peColumns: 3,
  iactLanes: 12,
  weightLanes: 12,
  outputLanes: 4,
};

describe('the mapper', () => {
  test('has a mapping for every layer of a contract', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(anyLayer({ elements: 2 ** 16, most: 512 }), fc.constantFrom(0, 0.1, 0.5, 1), (layer, density) => {
        const weights = weightsOf(layer, density);
        const { loops, cost } = chooseMapping(layer, weights, 0.5, eyerissV2Chip);
        expect(mappingFault(loops, weights)).toBeUndefined();
        expect(cost.cycles).toBeGreaterThan(0);
        const parts = (Object.values(cost.parts) as number[]).reduce((sum, part) => sum + part, 0);
        expect(parts / cost.cycles).toBeCloseTo(1, 6);
      }),
      { numRuns: process.env['SACCADE_FULL'] === undefined ? 300 : 1500, seed: 11 },
    );
  });

  test('has one on the smallest of chips', { timeout: 120_000 }, () => {
    const one = { clusterRows: 1, clusterColumns: 1, peRows: 1, peColumns: 1, iactBanks: 1 };
    const chip: ChipParameters = {
      ...eyerissV2Chip,
      ...one,
      iactLanes: 1,
      weightLanes: 1,
      outputLanes: 1,
      iactBankWords: 16,
    };
    fc.assert(
      fc.property(anyLayer({ elements: 2 ** 14 }), (layer) => {
        const weights = weightsOf(layer, 0.5);
        expect(mappingFault(chooseMapping(layer, weights, 0.5, chip).loops, weights)).toBeUndefined();
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  test('says the same twice', () => {
    const { layer, weights, iacts } = mobileNet[8]!;
    const [first, second] = [choose(layer, weights, iacts), choose(layer, weights, iacts)];
    expect(second.mapping).toEqual(first.mapping);
    expect(second.explain).toEqual(first.explain);
    expect(second.considered).toBe(first.considered);
  });

  test.each([
    ['kernels wider than the SPads', { m: 2, c: 2, h: 40, w: 300, r: 2, s: 256 }],
    ['strides wider than the kernel', { m: 2, c: 2, h: 900, w: 900, r: 2, s: 3, stride: [7, 700] }],
    ['huge batches', { n: 65536, m: 1, c: 1, h: 1, w: 1, r: 1, s: 1 }],
    ['huge batches of huge numbers of groups', { n: 4096, g: 65536, m: 1, c: 1, h: 1, w: 1, r: 1, s: 1 }],
    ['long lines', { m: 1, c: 1, h: 1, w: 65536, r: 1, s: 1 }],
    ['large pictures', { m: 1, c: 1, h: 16384, w: 16384, r: 1, s: 1 }],
    ['many channels', { m: 1, c: 65536, h: 1, w: 1, r: 1, s: 1 }],
    ['many filters', { m: 65536, c: 1, h: 1, w: 1, r: 1, s: 1 }],
    ['padding and hardly anything else', { m: 3, c: 3, h: 1, w: 1, r: 3, s: 3, pad: [40, 40, 40, 40] }],
  ])('copes with %s', (_, shape) => {
    const layer = parseLayer(shape, 'l');
    const weights = weightsOf(layer, 0.7);
    expect(mappingFault(chooseMapping(layer, weights, 0.5, eyerissV2Chip).loops, weights)).toBeUndefined();
  });

  test('uses what sparse weights leave free', () => {
    const { layer } = alexNet[4]!;
    const dense = choose(layer, 1, 1).mapping;
    const sparse = choose(layer, 0.2, 0.4).mapping;
    expect(sparse.encoding).toBe('csc');
    expect(sparse.filters * sparse.channels * sparse.kernelColumns).toBeGreaterThan(
      dense.filters * dense.channels * dense.kernelColumns,
    );
  });

  test('flattens fully connected layers and bundles depthwise ones', () => {
    expect(choose(leNet[2]!.layer, 1, 0.5).mapping.flatten).toBe(true);
    expect(choose(mobileNet[19]!.layer, 0.95, 0.5).mapping.bundle).toBeGreaterThan(1);
  });

  test('keeps what is fixed', () => {
    const { layer } = mobileNet[6]!;
    const vertical = { groups: 1, positions: 2, filters: 4, chain: 1 };
    const fixed = {
      filters: 8,
      channels: 8,
      vertical,
      horizontal: across('filters', 2),
      iacts: 'own',
      replay: false,
      windows: 8,
    } as const;
    expect(choose(layer, 0.5, 0.7, { fixed }).mapping).toMatchObject(fixed);
    expect(choose(layer, 0.5, 0.7, { encoding: 'dense' }).mapping.encoding).toBe('dense');
  });

  test('names the limit when what is fixed cannot run', () => {
    const { layer } = mobileNet[6]!;
    expect(() => choose(layer, 1, 1, { fixed: { filters: 64 } })).toThrow(InputError);
    expect(() => choose(layer, 1, 1, { fixed: { filters: 64 } })).toThrow(
      /pe\.psumDepth allows 32|pe\.weightDataDepth allows 96/,
    );
    expect(() =>
      choose(layer, 1, 1, { fixed: { windows: 32, iacts: 'own', channels: 16, columns: 'positions' } }),
    ).toThrow(/iactBankWords = 512/);
    expect(() => choose(layer, 1, 1, { fixed: { channels: 17 } })).toThrow(/17 channels/);
  });

  test('takes a limited off-chip bandwidth into account', () => {
    const { layer, weights, iacts } = alexNet[7]!;
    const free = choose(layer, weights, iacts);
    const slow = choose(layer, weights, iacts, { bandwidth: 16 });
    expect(slow.cost.cycles).toBeGreaterThan(free.cost.cycles);
    expect(slow.cost.parts.offChip).toBeGreaterThan(0);
  });

  test('explains itself', () => {
    const { layer, weights, iacts } = mobileNet[26]!;
    const lines = choose(layer, weights, iacts).explain;
    expect(lines.some((line) => line.startsWith('* '))).toBe(true);
    expect(lines.join('\n')).toMatch(/parallel-for PE row < 3: parts of the reduction/);
    expect(lines.join('\n')).toMatch(/expected: \d+ cycles: compute/);
  });
});

describe('expected cycles', () => {
  const pointwise = ['L07', 'L09', 'L19', 'L21', 'L27'];
  test.each(mobileNet.filter(({ layer }) => pointwise.includes(layer.name)))(
    'of pointwise $layer.name are within 1.6 times the effectual MACs',
    ({ layer, weights, iacts, effectual }) => {
      expect(choose(layer, weights, iacts).cost.cycles).toBeLessThan((1.6 * effectual!) / 384);
    },
  );

  test('of a depthwise layer are within 1.6 times its MACs', () => {
    const { layer } = mobileNet[19]!;
    expect(choose(layer, 0.95, 0.5).cost.cycles).toBeLessThan((1.6 * 147456) / 192);
  });

  test('count a word for each psum that leaves, and for two outputs', () => {
    const shape = { m: 64, c: 4, h: 32, w: 32, r: 1, s: 1 };
    const chip = { ...smallChip, clusterRows: 1, clusterColumns: 1, iactLanes: 3, weightLanes: 3, outputLanes: 1 };
    const raw = choose(parseLayer(shape, 'raw'), 1, 1, {}, chip).cost;
    expect(raw.cycles).toBeGreaterThan(64 * 32 * 32);
    expect(raw.parts.output).toBeGreaterThan(0.2 * raw.cycles);
    const output = { relu: true, multiplier: 1, shift: 8, zeroPoint: 0, signed: false };
    expect(choose(parseLayer({ ...shape, output }, 'made'), 1, 1, {}, chip).cost.cycles).toBeLessThan(
      (2 / 3) * raw.cycles,
    );
  });

  test('of LeNet-5 on 36 PEs are within 16,000', () => {
    const cycles = leNet.map(({ layer, weights, iacts }) => choose(layer, weights, iacts, {}, smallChip).cost.cycles);
    expect(cycles.reduce((sum, each) => sum + each, 0)).toBeLessThan(16_000);
  });

  test.each([alexNet[5]!, alexNet[1]!, others[7]!])('of $layer.name are found in time', ({ layer, weights, iacts }) => {
    const data = weightsOf(layer, weights);
    const before = process.cpuUsage().user;
    chooseMapping(layer, data, iacts, eyerissV2Chip);
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(5); // about 1 s on a machine of one's own
  });
});
