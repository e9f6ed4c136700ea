/** Chips whose PEs have one MAC, or read nothing compressed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChipParameters, eyerissV2Chip, peCount } from '../../hw/parameters.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { InputError } from '../../sim/errors.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import { failedChipChecks } from '../../sim/run/chip-checks.ts';
import { chipWork } from '../../sim/run/chip-work.ts';
import { densityOf } from '../../sim/tensor/density.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { checkRun } from './check-run.ts';

const pes = {
  'one MAC': { ...eyerissV2Chip.pe, macs: 1 },
  'one MAC, nothing compressed': { ...eyerissV2Chip.pe, macs: 1, sparse: false },
  'two MACs, nothing compressed': { ...eyerissV2Chip.pe, sparse: false },
} as const;

const clusters = {
  '1×1 clusters': { clusterRows: 1, clusterColumns: 1, peRows: 3, peColumns: 2 },
  '2×2 clusters': { clusterRows: 2, clusterColumns: 2, peRows: 2, peColumns: 2 },
} as const;

const output = { multiplier: 3, shift: 9, zeroPoint: 5, relu: false };
const layers = [
  { name: 'conv', c: 3, m: 9, h: 7, w: 8, r: 3, s: 3, pad: [1, 1, 1, 1], output },
  { name: 'stride', c: 2, m: 4, h: 9, w: 11, r: 3, s: 3, stride: [2, 2], pad: [1, 0, 1, 0], iactSigned: true },
  { name: 'pointwise', c: 20, m: 17, h: 3, w: 4, r: 1, s: 1, output },
  { name: 'depthwise', g: 6, c: 1, m: 1, h: 6, w: 6, r: 3, s: 3, pad: [1, 1, 1, 1], output },
  { name: 'fully connected', c: 50, m: 11, h: 1, w: 1, r: 1, s: 1 },
].map(({ name, ...dimensions }) => parseLayer(dimensions, name));

function operandsOf(layer: (typeof layers)[number], density: number) {
  return synthesiseOperands(layer, { seed: 3, iactDensity: density, weightDensity: density });
}

describe.each(Object.entries(pes))('%s', (_, pe) => {
  describe.each(Object.entries(clusters))('in %s', (_name, shape) => {
    const chip: ChipParameters = chipLike({ ...shape, pe });
    let open: OpenChip;

    beforeAll(async () => {
      open = await openChip(chip, { engine: 'builtin' });
    });
    afterAll(() => open.close());

    test.each(layers.map((layer) => [layer.name, layer] as const))('%s is exact', (_layerName, layer) => {
      for (const [density, stall] of [
        [0.6, 0],
        [1, 0.3],
      ] as const) {
        const operands = operandsOf(layer, density);
        const run = checkRun(open, chip, layer, operands, { psums: true, stall, seed: 2 });
        const work = chipWork(layer, operands, run.mapping, chip);
        const { counterBits } = chip;
        const { effectualMacs } = run.golden;
        // Among them: as many cycles on weights as these take.
        expect(failedChipChecks(run, { work, macsPerPe: pe.macs, effectualMacs, counterBits })).toEqual([]);
        expect(run.counters.total.peCompute * pe.macs).toBeGreaterThanOrEqual(run.counters.total.macs);
        expect(pe.sparse ? ['csc', 'dense'] : ['dense']).toContain(run.mapping.encoding);
      }
    });
  });
});

describe('the mapper', () => {
  const layer = layers[0]!;
  const operands = operandsOf(layer, 0.3);
  const shape = clusters['1×1 clusters'];

  test('refuses compressed data where PEs do not read them', () => {
    const chip = chipLike({ ...shape, pe: pes['two MACs, nothing compressed'] });
    const choose = () => chooseMapping(layer, operands.weights.data, 0.3, chip, { encoding: 'csc' });
    expect(choose).toThrow(InputError);
    expect(choose).toThrow(/layer conv: .*pe\.sparse is false: this PE reads uncompressed data only/);
  });

  test('so does a chip with a mapping that is given', async () => {
    const chip = chipLike({ ...shape, pe: pes['two MACs, nothing compressed'] });
    const { mapping } = chooseMapping(layer, operands.weights.data, 0.3, chip);
    const open = await openChip(chip, { engine: 'builtin' });
    try {
      expect(() => open.run(layer, operands, { mapping: { ...mapping, encoding: 'csc' } })).toThrow(/pe\.sparse/);
    } finally {
      open.close();
    }
  });

  test('expects about the cycles that one MAC takes', async () => {
    const wide = parseLayer({ c: 24, m: 24, h: 10, w: 10, r: 1, s: 1 }, 'wide');
    const { iacts, weights } = operandsOf(wide, 1);
    for (const pe of Object.values(pes)) {
      const chip = chipLike({ ...shape, pe });
      const { mapping, cost } = chooseMapping(wide, weights.data, densityOf(iacts.data), chip);
      const open = await openChip(chip, { engine: 'builtin' });
      const { cycles } = checkRun(open, chip, wide, { iacts, weights }, { mapping });
      open.close();
      expect(cost.cycles / cycles).toBeGreaterThan(0.8);
      expect(cost.cycles / cycles).toBeLessThan(1.2);
      expect(cycles).toBeGreaterThan((24 * 24 * 100) / (pe.macs * peCount(chip)));
    }
  });
});
