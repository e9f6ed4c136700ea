import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { convolve } from '../../sim/golden/convolution.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { maskedIacts, maskedWeights } from '../../sim/tensor/masks.ts';

const data = fileURLToPath(new URL('../../../shared/data/sparse-mobilenet/', import.meta.url));

// Effectual MACs as published with Sparseloop's validation of the Eyeriss v2 PE (MICRO 2022).
describe.skipIf(!existsSync(data))('effectual MACs of a pruned MobileNet v1 0.5/128', () => {
  it.each([
    { layer: 'L07', c: 64, m: 64, h: 32, effectual: 1_702_140 },
    { layer: 'L09', c: 64, m: 128, h: 16, effectual: 1_499_682 },
    { layer: 'L19', c: 256, m: 256, h: 8, effectual: 1_457_458 },
    { layer: 'L21', c: 256, m: 256, h: 8, effectual: 1_677_684 },
    { layer: 'L27', c: 512, m: 512, h: 4, effectual: 775_316 },
  ])('$layer: $effectual', ({ layer: name, c, m, h, effectual }) => {
    const layer = parseLayer({ m, c, h, w: h, r: 1, s: 1 }, name);
    const iacts = maskedIacts(`${data}${name}_iacts.txt`, layer, 1);
    const weights = maskedWeights(`${data}${name}_weights.txt`, layer, 1);
    const { effectualMacs, macs } = convolve(layer, iacts, weights, 20);
    expect(effectualMacs).toBe(effectual);
    expect(macs).toBe(m * c * h * h);
  });
});
