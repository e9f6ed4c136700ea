import { describe, expect, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { full } from '../full.ts';
import { type LayerCase, checkLayer } from './check-layer.ts';
import { Numbers } from './numbers.ts';

const layers: Record<string, LayerCase> = {
  '1×1': { layer: { c: 20, m: 24, h: 5, w: 6 } },
  '1×1, one value': { layer: {}, density: [1, 1] },
  '3×3, padded': { layer: { c: 5, m: 7, h: 8, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1] } },
  '3×3, stride 2': { layer: { c: 4, m: 9, h: 9, w: 11, r: 3, s: 3, stride: [2, 2], pad: [0, 0, 1, 1] } },
  '5×5': { layer: { c: 3, m: 6, h: 12, w: 12, r: 5, s: 5 } },
  '7×7, stride 2': { layer: { c: 3, m: 5, h: 13, w: 12, r: 7, s: 7, stride: [2, 2], pad: [3, 3, 2, 2] } },
  '11×11, stride 4': { layer: { c: 3, m: 8, h: 19, w: 23, r: 11, s: 11, stride: [4, 4] }, density: [1, 0.8] },
  '1×5': { layer: { c: 4, m: 4, h: 3, w: 11, r: 1, s: 5 } },
  '5×1': { layer: { c: 4, m: 4, h: 11, w: 3, r: 5, s: 1 } },
  depthwise: { layer: { g: 9, h: 7, w: 6, r: 3, s: 3, pad: [1, 1, 1, 1] } },
  'depthwise, stride 2': { layer: { g: 6, h: 8, w: 8, r: 3, s: 3, stride: [2, 2], pad: [0, 0, 1, 1] } },
  'of four groups': { layer: { g: 4, c: 3, m: 5, h: 6, w: 6, r: 3, s: 3 } },
  'fully connected': { layer: { c: 70, m: 41 } },
  'fully connected, over a plane': { layer: { c: 9, m: 35, h: 4, w: 3, r: 4, s: 3 } },
  'of a batch of three': { layer: { n: 3, c: 6, m: 5, h: 5, w: 4, r: 2, s: 2 } },
  'of signed iacts': { layer: { c: 9, m: 10, h: 5, w: 5, r: 3, s: 3, iactSigned: true, pad: [1, 1, 1, 1] } },
  'of uneven padding': { layer: { c: 3, m: 4, h: 5, w: 4, r: 3, s: 3, pad: [2, 0, 1, 2] } },
  'of rows and columns of outputs in the padding alone': {
    layer: { c: 2, m: 3, h: 2, w: 3, r: 2, s: 2, pad: [4, 3, 5, 6] },
  },
  'of prime sizes': { layer: { c: 17, m: 37, h: 5, w: 3, r: 3, s: 2 } },
  'of zero iacts': { layer: { c: 8, m: 8, h: 4, w: 4, r: 3, s: 3 }, density: [0, 0.5] },
  'of zero weights': { layer: { c: 8, m: 40, h: 4, w: 4, r: 3, s: 3 }, density: [0.5, 0] },
  'without zeros': { layer: { c: 8, m: 33, h: 5, w: 5, r: 3, s: 3 }, density: [1, 1] },
  'of few weights in long columns': { layer: { c: 16, m: 64, h: 4, w: 4 }, density: [0.7, 0.04] },
  'with sums beyond 20 bits': { layer: { c: 64, m: 6, h: 4, w: 4, r: 3, s: 3 }, density: [1, 1] },
  'of unequal strides': { layer: { c: 3, m: 4, h: 11, w: 12, r: 3, s: 4, stride: [4, 3] } },
  'of strides beyond the kernel': {
    layer: { c: 5, m: 4, h: 10, w: 11, r: 1, s: 2, stride: [2, 3], pad: [1, 0, 0, 1] },
  },
  'of a kernel as wide as the weight SPad': { layer: { m: 5, h: 2, w: 20, r: 2, s: 16 } },
  'of a kernel wider than the SPads': { layer: { c: 2, m: 3, h: 3, w: 24, r: 2, s: 19, pad: [0, 3, 0, 2] } },
  'of a wide kernel and stride': { layer: { c: 2, m: 3, h: 1, w: 40, r: 1, s: 23, stride: [1, 5] } },
};

/** What the mapper would not choose. */
const mapped: Record<string, LayerCase> = {
  '16 channels, two segments a step': { layer: { c: 16, m: 10, h: 4, w: 5 }, mapping: mapping(10, 16, 1) },
  '15 channels': { layer: { c: 30, m: 12, h: 4, w: 5 }, mapping: mapping(12, 15, 1) },
  '8 channels by 2 columns': { layer: { c: 8, m: 12, h: 4, w: 7, r: 2, s: 2 }, mapping: mapping(12, 8, 2) },
  '8 channels by 2 columns, stride 2': {
    layer: { c: 8, m: 12, h: 4, w: 9, r: 2, s: 2, stride: [1, 2] },
    mapping: mapping(12, 8, 2),
  },
  'one channel at a time': { layer: { c: 5, m: 6, h: 5, w: 5, r: 3, s: 3 }, mapping: mapping(6, 1, 3) },
  'one kernel column at a time': {
    layer: { c: 5, m: 6, h: 5, w: 9, r: 3, s: 5, stride: [1, 2] },
    mapping: mapping(6, 5, 1),
  },
  'a kernel cut unevenly': {
    layer: { c: 3, m: 6, h: 4, w: 9, r: 2, s: 5, pad: [0, 2, 0, 2] },
    mapping: mapping(6, 3, 3),
  },
  'tiles narrower than the stride': {
    layer: { c: 3, m: 6, h: 6, w: 24, r: 2, s: 11, stride: [1, 4] },
    mapping: mapping(6, 3, 2),
  },
  'tiles wider than the stride, and no multiple of it': {
    layer: { c: 3, m: 6, h: 6, w: 25, r: 2, s: 11, stride: [1, 2], pad: [0, 1, 0, 4] },
    mapping: mapping(6, 2, 5),
  },
  'one filter at a time': { layer: { c: 6, m: 5, h: 4, w: 4, r: 2, s: 2 }, mapping: mapping(1, 4, 2) },
  '17 filters at a time, then 1': { layer: { c: 6, m: 35, h: 3, w: 4 }, mapping: mapping(17, 6, 1) },
  '32 filters by 6 columns': { layer: { c: 12, m: 64, h: 3, w: 4 }, density: [0.8, 1], mapping: mapping(32, 6, 1) },
  'all 192 weights, ragged behind': {
    layer: { c: 25, m: 33, h: 3, w: 4 },
    density: [0.8, 1],
    mapping: mapping(16, 12, 1),
  },
};

function mapping(filters: number, channels: number, kernelColumns: number) {
  return { filters, channels, kernelColumns, encoding: 'csc' as const };
}

describe('the PE of Eyeriss v2 runs a layer', () => {
  test.each(Object.keys(layers))('%s', async (name) => {
    const what = layers[name]!;
    const chosen = await checkLayer(name, eyerissV2Pe, what);
    const other = chosen.mapping.encoding === 'csc' ? 'dense' : 'csc';
    const stalled = await checkLayer(name, eyerissV2Pe, { ...what, encoding: other, stall: 0.3, seed: 7 });
    expect(stalled.mapping.encoding).toBe(other);
  });

  test.each(Object.keys(mapped))('cut so: %s', async (name) => {
    const what = mapped[name]!;
    const { mapping: size } = await checkLayer(name, eyerissV2Pe, { ...what, stall: 0.2, seed: 3 });
    expect(size).toEqual(what.mapping);
    await checkLayer(name, eyerissV2Pe, { ...what, mapping: { ...what.mapping!, encoding: 'dense' } });
  });

  test.each([0.65, 0.7, 0.75, 0.8])('whose weights, %f of them, just fit or just do not', async (density) => {
    for (const operandSeed of [1, 2]) {
      const layer = { c: 32, m: 32, h: 2, w: 9 };
      await checkLayer('just', eyerissV2Pe, { layer, density: [0.6, density], operandSeed, encoding: 'csc' });
    }
  });

  const seeds = Array.from({ length: full ? 400 : 16 }, (_, index) => index + 1);

  test.each(seeds)('at random, number %i', async (seed) => {
    await checkLayer(`random-${seed}`, eyerissV2Pe, randomCase(seed));
  });
});

function randomCase(seed: number): LayerCase {
  const numbers = new Numbers(1000 + seed);
  const oneOf = <T>(...choices: T[]): T => choices[numbers.integer(0, choices.length - 1)]!;
  const kernel = (): number => oneOf(1, 1, 2, 3, 3, 5, 7, numbers.integer(1, 11));
  const [r, s] = [kernel(), kernel()];
  const [top, left, bottom, right] = [0, 0, 0, 0].map(() => oneOf(0, 0, 1, 2, 3)) as [number, number, number, number];
  const depthwise = numbers.integer(0, 4) === 0;
  const layer: Partial<Layer> = {
    n: oneOf(1, 1, 2),
    g: depthwise ? numbers.integer(1, 8) : oneOf(1, 1, 2, 3),
    c: depthwise ? 1 : numbers.integer(1, r * s > 16 ? 5 : 24),
    m: depthwise ? 1 : numbers.integer(1, r * s > 16 ? 9 : 40),
    h: Math.max(1, r - top - bottom) + numbers.integer(0, 6),
    w: Math.max(1, s - left - right) + numbers.integer(0, 9),
    r,
    s,
    stride: [numbers.integer(1, 4), numbers.integer(1, 4)],
    pad: [top, left, bottom, right],
    iactSigned: numbers.integer(0, 1) === 1,
  };
  const density = (): number => oneOf(0, 0.1, 0.3, 0.5, 0.8, 1);
  const encoding = oneOf('csc', 'dense', undefined);
  return {
    layer,
    density: [density(), density()],
    operandSeed: seed,
    ...(encoding === undefined ? {} : { encoding }),
    stall: oneOf(0, 0, 0.2, 0.6),
    seed,
  };
}
