import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { presets } from '../../sim/config/config.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { full } from '../full.ts';
import { checkRun } from './check-run.ts';

const output = { multiplier: 3, shift: 9, relu: true };
const layers = {
  convolution: { m: 12, c: 5, h: 7, w: 9, r: 3, s: 3, stride: [2, 1], pad: [1, 1, 1, 1], output },
  pointwise: { m: 20, c: 17, h: 5, w: 6, r: 1, s: 1, output },
  depthwise: { g: 14, m: 1, c: 1, h: 6, w: 6, r: 3, s: 3, pad: [1, 1, 1, 1], output },
  'fully connected': { m: 30, c: 40, h: 1, w: 1, r: 1, s: 1, output },
};

const pes = { peRows: 2, peColumns: 2, iactBanks: 2 };
const chips = {
  '3×3 clusters': chipLike({ clusterRows: 3, clusterColumns: 3, ...pes }),
  '2×4 clusters, lanes shared': chipLike({
    clusterRows: 2,
    clusterColumns: 4,
    ...pes,
    iactLanes: 4,
    weightLanes: 2,
    outputLanes: 4,
  }),
  '1×4 clusters': chipLike({ clusterRows: 1, clusterColumns: 4, ...pes }),
};

describe.each(Object.entries(chips))('a mesh of %s', (_, chip) => {
  let open: OpenChip;
  beforeAll(async () => {
    open = await openChip(chip, { engine: 'builtin' });
  });
  afterAll(() => open.close());

  // One after the other on the same chip: what a layer leaves behind would spoil the next.
  describe.each(Object.entries(layers))('%s', (name, shape) => {
    const layer = parseLayer(shape, name);
    const operands = synthesiseOperands(layer, { seed: 5, iactDensity: 0.6, weightDensity: 0.5 });

    it.each([0, 0.4])('has right outputs, with stalls of all streams %s', (stall) => {
      const { counters } = checkRun(open, chip, layer, operands, { psums: true, stall, seed: 3 });
      expect(counters.total.outputPsums).toBeGreaterThan(0);
    });
  });
});

describe.runIf(full)('a mesh of 1024 PEs', () => {
  const { chip } = presets['scale-1024'] as { chip: ReturnType<typeof chipLike> };

  it('runs a small layer', { timeout: 3_600_000 }, async () => {
    const layer = parseLayer({ m: 32, c: 16, h: 8, w: 8, r: 3, s: 3, pad: [1, 1, 1, 1], output }, 'small');
    const operands = synthesiseOperands(layer, { seed: 1, iactDensity: 0.6, weightDensity: 0.5 });
    const open = await openChip(chip, { engine: 'builtin' });
    try {
      checkRun(open, chip, layer, operands, { psums: true });
    } finally {
      open.close();
    }
  });
});
