import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { iactShape, weightShape } from '../../sim/layer/shape.ts';
import type { Mapping } from '../../sim/mapper/mapping.ts';
import { readNpy } from '../../sim/tensor/npy.ts';
import { full } from '../full.ts';
import { checkRun } from './check-run.ts';
import { digitOf, type IntegerLayer, integerOutputs, integerPsums, maxPool } from './integer-lenet.ts';
import { sharedData } from './shared-data.ts';

const folder = sharedData('lenet5');

/** 36 PEs, as in the preset lenet-36. */
const chip = chipLike({ clusterRows: 2, clusterColumns: 2, peRows: 3, peColumns: 3 });
/** The host pools behind the layers that say so. */
const layers: readonly (IntegerLayer & { readonly name: string; readonly pool?: true })[] = [
  { name: 'conv1', channels: 1, filters: 6, width: 28, size: 5, pool: true },
  { name: 'conv2', channels: 6, filters: 16, width: 12, size: 5, pool: true },
  { name: 'fc1', channels: 256, filters: 120, width: 1, size: 1 },
  { name: 'fc2', channels: 120, filters: 84, width: 1, size: 1 },
  { name: 'fc3', channels: 84, filters: 10, width: 1, size: 1 },
];
/** In the open, other accelerators with 36 PEs take five times as many. */
const CYCLES_OF_AN_IMAGE = 16_000;
const digits = full ? 100 : 10;

describe.skipIf(folder === undefined)('a trained, pruned LeNet-5 on a chip of 36 PEs', () => {
  /** Chosen with the first image, and kept. */
  const mappings = new Map<string, Mapping>();
  const cyclesOfLayers = new Map<string, number>();
  let open: OpenChip;
  beforeAll(async () => {
    open = await openChip(chip, { engine: full ? 'verilator' : 'builtin' });
  });
  afterAll(() => open.close());

  test(`${digits} digits, one by one: every psum and output, the labels, and the cycles`, () => {
    const images = readNpy(`${folder}/images.npy`, { dtype: 'uint8', shape: [200, 1, 28, 28], what: 'images' }).data;
    const labels = readNpy(`${folder}/labels.npy`, { dtype: 'uint8', shape: [200], what: 'labels' }).data;
    const cycles: number[] = [];
    let right = 0;
    for (let digit = 0; digit < digits; digit++) {
      const found = classify(images.slice(digit * 784, (digit + 1) * 784));
      expect(found.label).toBe(found.modelLabel);
      cycles.push(found.cycles);
      if (found.label === labels[digit]) right++;
    }
    const mean = (sum: number): number => Math.round(sum / digits);
    const parts = [...cyclesOfLayers].map(([name, sum]) => `${name} ${mean(sum)}`).join(', ');
    const all = cycles.reduce((sum, count) => sum + count, 0);
    console.log(
      `LeNet-5: ${right} of ${digits} digits right; cycles an image: ${mean(all)} (${parts}), at most ${Math.max(...cycles)}`,
    );
    expect(Math.max(...cycles)).toBeLessThanOrEqual(CYCLES_OF_AN_IMAGE);
    expect(right).toBeGreaterThanOrEqual(0.9 * digits);
  }, 600_000);

  /** The chip goes from layer to layer with what it gave itself; the integer model goes beside it. */
  function classify(image: Uint8Array): { label: number; modelLabel: number; cycles: number } {
    let iacts: Uint8Array | Int8Array = image;
    let wanted: ArrayLike<number> = image;
    let scores: Record<'chip' | 'model', ArrayLike<number>> = { chip: [], model: [] };
    let cycles = 0;
    for (const integerLayer of layers) {
      const { name, width, size, pool } = integerLayer;
      const layer = layerOf(integerLayer);
      const weights = readNpy(`${folder}/${name}.npy`, { dtype: 'int8', shape: weightShape(layer), what: name });
      const operands = { iacts: { shape: iactShape(layer), data: iacts }, weights };
      const mapping = mappings.get(name);
      const run = checkRun(open, chip, layer, operands, { psums: true, ...(mapping === undefined ? {} : { mapping }) });
      mappings.set(name, run.mapping);
      cycles += run.cycles;
      cyclesOfLayers.set(name, (cyclesOfLayers.get(name) ?? 0) + run.cycles);

      const psums = integerPsums(integerLayer, wanted, weights.data);
      expect([...run.psums!.data]).toEqual(psums);
      scores = { chip: run.psums!.data, model: psums };
      // The last layer has none.
      if (run.oacts === undefined) continue;
      const outputs = integerOutputs(psums);
      expect([...run.oacts.data]).toEqual(outputs);
      const made = width - size + 1;
      iacts = pool ? Int8Array.from(maxPool(run.oacts.data, made)) : (run.oacts.data as Int8Array);
      wanted = pool ? maxPool(outputs, made) : outputs;
    }
    return { label: digitOf(scores.chip), modelLabel: digitOf(scores.model), cycles };
  }
});

/** Images are uint8, all that layers give int8. Of the last layer the psums are wanted, which tell the digit. */
function layerOf({ name, channels, filters, width, size }: (typeof layers)[number]): Layer {
  const output = { relu: true, multiplier: 1, shift: 11, zeroPoint: 0, signed: true };
  return parseLayer(
    {
      c: channels,
      m: filters,
      h: width,
      w: width,
      r: size,
      s: size,
      iactSigned: name !== 'conv1',
      ...(name === 'fc3' ? {} : { output }),
    },
    name,
  );
}
