import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { convolve } from '../../sim/golden/convolution.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { weightShape } from '../../sim/layer/shape.ts';
import { runOnPe } from '../../sim/pe/run-on-pe.ts';
import { maskedIacts, maskedWeights } from '../../sim/tensor/masks.ts';
import { readNpy } from '../../sim/tensor/npy.ts';
import { type Tensor, zeros } from '../../sim/tensor/tensor.ts';
import { full } from '../full.ts';

const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const skipped: string[] = [];

/** Whether the folder is there; where it isn't, the tests of it are skipped, and the reason is told. */
function present(folder: string): boolean {
  const is = existsSync(`${data}${folder}`);
  if (!is) skipped.push(`skipped: no ${data}${folder}`);
  return is;
}

afterAll(() => {
  for (const message of skipped) console.warn(message);
});

const digits = full ? 200 : 20;

describe.skipIf(!present('lenet5'))('a trained, pruned LeNet-5 on the PE', () => {
  test(`conv1 and conv2 on ${digits} digits, bit for bit`, async () => {
    const all = read('images', 'uint8', [200, 1, 28, 28]);
    const images = { shape: [digits, 1, 28, 28], data: all.data.slice(0, digits * 28 * 28) };
    const pooled = maxPool(await run('conv1', images, { m: 6, c: 1, h: 28, w: 28, r: 5, s: 5 }));
    expect(pooled.shape).toEqual([digits, 6, 12, 12]);
    const features = maxPool(await run('conv2', pooled, { m: 16, c: 6, h: 12, w: 12, r: 5, s: 5 }));
    expect(features.shape).toEqual([digits, 16, 4, 4]);
    // Features that told nothing apart would be exact too.
    expect(new Set(features.data).size).toBeGreaterThan(20);
  });
});

function read<T extends 'int8' | 'uint8'>(name: string, dtype: T, shape: number[]) {
  return readNpy(`${data}lenet5/${name}.npy`, { dtype, shape, what: name });
}

/** A layer on the PE and by the golden model, then requantised as the network was trained. */
async function run(
  name: string,
  iacts: Tensor<Int8Array | Uint8Array>,
  shape: Pick<Layer, 'm' | 'c' | 'h' | 'w' | 'r' | 's'>,
): Promise<Tensor<Int8Array | Uint8Array>> {
  const output = { relu: true, shift: 11, signed: true };
  const layer = parseLayer({ ...shape, n: digits, iactSigned: name !== 'conv1', output }, name);
  const weights = read(name, 'int8', weightShape(layer));
  const golden = convolve(layer, iacts, weights, eyerissV2Pe.psumBits);
  const { psums, activity } = await runOnPe(layer, iacts, weights, eyerissV2Pe);
  expect(Buffer.compare(Buffer.from(psums.data.buffer), Buffer.from(golden.psums.data.buffer))).toBe(0);
  expect(activity.mac0 + activity.mac1).toBe(golden.effectualMacs);
  expect(golden.overflows).toBe(0);
  return requantise(layer, psums);
}

/** 2×2, stride 2. */
function maxPool({ shape, data: values }: Tensor): Tensor<Int8Array> {
  const [n, c, h, w] = shape as [number, number, number, number];
  const pooled = zeros('int8', [n, c, h / 2, w / 2]);
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = 0; y < h / 2; y++) {
      for (let x = 0; x < w / 2; x++) {
        const corner = (plane * h + 2 * y) * w + 2 * x;
        const square = [corner, corner + 1, corner + w, corner + w + 1].map((at) => values[at]!);
        pooled.data[(plane * (h / 2) + y) * (w / 2) + x] = Math.max(...square);
      }
    }
  }
  return pooled;
}

// Shapes and effectual MACs as published with Sparseloop's validation of the Eyeriss v2 PE (MICRO 2022).
const masked = [
  { name: 'L07', c: 64, m: 64, h: 32, effectual: 1_702_140 },
  ...(full ? [{ name: 'L27', c: 512, m: 512, h: 4, effectual: 775_316 }] : []),
];

describe.skipIf(!present('sparse-mobilenet'))('layers of a pruned MobileNet v1 0.5/128 on the PE', () => {
  test.each(masked)('$name: every psum, and $effectual MACs', async ({ name, c, m, h, effectual }) => {
    const layer = parseLayer({ c, m, h, w: h, r: 1, s: 1 }, name);
    const iacts = maskedIacts(`${data}sparse-mobilenet/${name}_iacts.txt`, layer, 1);
    const weights = maskedWeights(`${data}sparse-mobilenet/${name}_weights.txt`, layer, 1);
    const golden = convolve(layer, iacts, weights, eyerissV2Pe.psumBits);
    const { psums, activity } = await runOnPe(layer, iacts, weights, eyerissV2Pe);
    expect(Buffer.compare(Buffer.from(psums.data.buffer), Buffer.from(golden.psums.data.buffer))).toBe(0);
    expect(activity.mac0 + activity.mac1).toBe(effectual);
  });
});
