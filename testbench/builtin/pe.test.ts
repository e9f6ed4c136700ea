import { describe, expect, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { checkLayer, type LayerCase } from '../pe/check-layer.ts';

const layers: Record<string, LayerCase> = {
  '1×1': { layer: { c: 20, m: 24, h: 5, w: 6 } },
  '3×3, padded, of signed iacts': {
    layer: { c: 5, m: 7, h: 8, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1], iactSigned: true },
  },
  'dense, depthwise, stride 2': {
    layer: { g: 6, h: 8, w: 8, r: 3, s: 3, stride: [2, 2], pad: [0, 0, 1, 1] },
    encoding: 'dense',
  },
  'under random stalls': { layer: { c: 17, m: 37, h: 5, w: 3, r: 3, s: 2 }, stall: 0.3, seed: 5 },
};

describe('a layer on the PE takes the same on both engines', () => {
  test.each(Object.entries(layers))('%s', async (name, what) => {
    const { simulationSeconds: _fast, ...builtin } = await checkLayer(name, eyerissV2Pe, {
      ...what,
      engine: 'builtin',
    });
    const { simulationSeconds: _slow, ...verilator } = await checkLayer(name, eyerissV2Pe, {
      ...what,
      engine: 'verilator',
    });
    expect(builtin).toEqual(verilator);
  });
});
