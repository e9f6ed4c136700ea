import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import type { Operands } from '../../sim/chip/chip-program.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { weightShape } from '../../sim/layer/shape.ts';
import { maskedIacts, maskedWeights } from '../../sim/tensor/masks.ts';
import { Random } from '../../sim/tensor/random.ts';
import { nonZero } from '../../sim/tensor/synthetic.ts';
import type { Tensor } from '../../sim/tensor/tensor.ts';
import { full } from '../full.ts';
import { checkRun, type CheckedRun } from './check-run.ts';
import { CycleTable, idealCycles } from './cycle-table.ts';
import { sharedData } from './shared-data.ts';

// Shapes and effectual MACs as published with Sparseloop's validation of the Eyeriss v2 PE (MICRO 2022).
const pointwise = [
  { name: 'L07', c: 64, m: 64, size: 32, effectual: 1_702_140 },
  { name: 'L09', c: 64, m: 128, size: 16, effectual: 1_499_682 },
  { name: 'L19', c: 256, m: 256, size: 8, effectual: 1_457_458 },
  { name: 'L21', c: 256, m: 256, size: 8, effectual: 1_677_684 },
  { name: 'L27', c: 512, m: 512, size: 4, effectual: 775_316 },
];

const folder = sharedData('sparse-mobilenet');
const mask = (name: string): string => `${folder}/${name}.txt`;
/** Of the ideal cycles, at most. */
const MOST = 1.6;
const output = { relu: true, multiplier: 1 << 20, shift: 31 };

function pointwiseLayer({ name, c, m, size }: (typeof pointwise)[number]): { layer: Layer; operands: Operands } {
  const layer = parseLayer({ c, m, h: size, w: size, r: 1, s: 1, output }, name);
  const iacts = maskedIacts(mask(`${name}_iacts`), layer, 1);
  return { layer, operands: { iacts, weights: maskedWeights(mask(`${name}_weights`), layer, 1) } };
}

/** Weights [channel][y][x], non-zero where the mask says. */
function depthwiseLayer(name: string, g: number, size: number): { layer: Layer; operands: Operands } {
  const layer = parseLayer({ g, m: 1, c: 1, h: size, w: size, r: 3, s: 3, pad: [1, 1, 1, 1], output }, name);
  const random = Random.stream(1, name);
  const digits = readFileSync(mask(`${name}_weights`), 'latin1').replace(/\s/g, '');
  expect(digits).toHaveLength(g * 9);
  const weights = Int8Array.from(digits, (digit) => (digit === '1' ? nonZero(random, 'int8') : 0));
  const iacts = maskedIacts(mask(`${name}_iacts`), layer, 1);
  return { layer, operands: { iacts, weights: { shape: weightShape(layer), data: weights } } };
}

describe.skipIf(folder === undefined || !full)(
  'layers of a pruned MobileNet v1 0.5/128 on the chip of the paper',
  () => {
    const table = new CycleTable(eyerissV2Chip);
    let open: OpenChip;
    beforeAll(async () => {
      // With its checks the chip is simulated many times slower; random layers have them, on this chip and on small ones.
      open = await openChip(eyerissV2Chip, { checks: false });
    });
    afterAll(() => {
      open.close();
      table.print();
    });

    /** Psums in a run of their own: the cycles are those of a layer that only gives its outputs. */
    function runLayer({ layer, operands }: { layer: Layer; operands: Operands }): CheckedRun {
      checkRun(open, eyerissV2Chip, layer, operands, { psums: true });
      const run = checkRun(open, eyerissV2Chip, layer, operands);
      table.add(layer.name, layer, run);
      expect(run.cycles).toBeLessThanOrEqual(MOST * idealCycles(layer, run, eyerissV2Chip));
      return run;
    }

    test.each(pointwise)('$name: every psum and every output, and $effectual MACs', (entry) => {
      const run = runLayer(pointwiseLayer(entry));
      expect(run.golden.effectualMacs).toBe(entry.effectual);
      expect(run.counters.total.macs).toBe(entry.effectual);
    });

    test('L20, depthwise: every psum and every output', () => {
      runLayer(depthwiseLayer('L20', 256, 8));
    });
  },
);

describe.skipIf(folder === undefined)('a part of a layer of a pruned MobileNet v1 0.5/128 on 2×2 clusters', () => {
  test('L19: every psum and every output of 48 filters on 2 rows of 64 channels, and no MAC but the effectual ones', async () => {
    const chip = chipLike({ clusterRows: 2, clusterColumns: 2 });
    const whole = pointwiseLayer(pointwise[2]!);
    const layer = parseLayer({ c: 64, m: 48, h: 2, w: 8, r: 1, s: 1, output }, 'part of L19');
    const cut = <T extends Int8Array | Uint8Array>(
      { data: values, shape }: Tensor<T>,
      [n, c, h, w]: readonly [number, number, number, number],
    ): Tensor<T> => {
      const [, channels, height, width] = shape as [number, number, number, number];
      const at = (i: number): number => {
        const [x, y, channel] = [i % w, Math.floor(i / w) % h, Math.floor(i / w / h) % c];
        return ((Math.floor(i / w / h / c) * channels + channel) * height + y) * width + x;
      };
      const part = values.slice(0, n * c * h * w) as T;
      part.forEach((_, i) => (part[i] = values[at(i)]!));
      return { shape: [n, c, h, w], data: part };
    };
    const operands = {
      iacts: cut(whole.operands.iacts, [1, 64, 2, 8]),
      weights: cut(whole.operands.weights, [48, 64, 1, 1]),
    };
    const open = await openChip(chip, { engine: 'builtin' });
    const run = checkRun(open, chip, layer, operands, { psums: true });
    open.close();
    expect(run.counters.total.macs).toBe(run.golden.effectualMacs);
  });
});
