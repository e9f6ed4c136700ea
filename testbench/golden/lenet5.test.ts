import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { convolve } from '../../sim/golden/convolution.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { weightShape } from '../../sim/layer/shape.ts';
import { readNpy } from '../../sim/tensor/npy.ts';
import type { Tensor } from '../../sim/tensor/tensor.ts';
import { zeros } from '../../sim/tensor/tensor.ts';

const data = fileURLToPath(new URL('../../../shared/data/lenet5/', import.meta.url));
const digits = 200;

describe.skipIf(!existsSync(data))('a trained, pruned LeNet-5', () => {
  it('reads handwritten digits', () => {
    const images = read('images', 'uint8', [digits, 1, 28, 28]);
    const labels = read('labels', 'uint8', [digits]);

    const pooled1 = maxPool(run('conv1', images, { m: 6, c: 1, h: 28, w: 28, r: 5, s: 5 }));
    const pooled2 = maxPool(run('conv2', pooled1, { m: 16, c: 6, h: 12, w: 12, r: 5, s: 5 }));
    const flat = { shape: [digits, 256, 1, 1], data: pooled2.data };
    const fc1 = run('fc1', flat, { m: 120, c: 256, h: 1, w: 1, r: 1, s: 1 });
    const fc2 = run('fc2', fc1, { m: 84, c: 120, h: 1, w: 1, r: 1, s: 1 });
    const scores = run('fc3', fc2, { m: 10, c: 84, h: 1, w: 1, r: 1, s: 1 });

    const right = Array.from(labels.data).filter((label, i) => {
      const ofDigit = scores.data.slice(i * 10, i * 10 + 10);
      return ofDigit.indexOf(Math.max(...ofDigit)) === label;
    });

    expect(right.length).toBeGreaterThanOrEqual(190);
  });
});

function read<T extends 'int8' | 'uint8'>(name: string, dtype: T, shape: number[]) {
  return readNpy(`${data}${name}.npy`, { dtype, shape, what: name });
}

/** One layer on all digits, requantised as the network was trained: clamp((psum + 1024) >> 11, 0, 127). */
function run(name: string, iacts: Tensor, shape: Pick<Layer, 'm' | 'c' | 'h' | 'w' | 'r' | 's'>): Tensor {
  const output = { relu: true, shift: 11, signed: true };
  const layer = parseLayer({ ...shape, n: digits, iactSigned: name !== 'conv1', output }, name);
  const { psums, overflows } = convolve(layer, iacts, read(name, 'int8', weightShape(layer)), 20);
  expect(overflows).toBe(0);
  return requantise(layer, psums);
}

/** 2×2, stride 2. */
function maxPool(tensor: Tensor): Tensor<Int8Array> {
  const [n, c, h, w] = tensor.shape as [number, number, number, number];
  const pooled = zeros('int8', [n, c, h / 2, w / 2]);
  pooled.data.forEach((_, i) => {
    const x = i % (w / 2);
    const y = Math.floor(i / (w / 2)); // over all planes, which have an even number of rows
    const corner = 2 * y * w + 2 * x;
    pooled.data[i] = Math.max(...[0, 1, w, w + 1].map((offset) => tensor.data[corner + offset]!));
  });
  return pooled;
}
