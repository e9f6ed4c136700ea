import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { convolve } from '../../sim/golden/convolution.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import type { Tensor } from '../../sim/tensor/tensor.ts';
import { tfjsConvolution } from './tfjs-oracle.ts';

/** The same tensor with 1 for every non-zero. */
function mask(tensor: Tensor): Tensor {
  return { shape: tensor.shape, data: tensor.data.map((value) => (value === 0 ? 0 : 1)) };
}

function greatest(tensor: Tensor): number {
  return Math.max(...tensor.data.map(Math.abs));
}

interface Operands {
  readonly iacts: Tensor;
  readonly weights: Tensor;
}

interface Result {
  readonly psums: number[];
  readonly overflows: number;
  readonly effectualMacs: number;
}

function golden(layer: Layer, { iacts, weights }: Operands): Result {
  const { psums, overflows, effectualMacs } = convolve(layer, iacts, weights, 32);
  return { psums: Array.from(psums.data), overflows, effectualMacs };
}

/** The same from TensorFlow.js. Convolving the masks counts the effectual MACs of every output. */
function tfjs(layer: Layer, { iacts, weights }: Operands): Result {
  // Every partial sum, in whatever order, is then a whole number that float32 holds exactly.
  expect(layer.c * layer.r * layer.s * greatest(iacts) * greatest(weights)).toBeLessThan(2 ** 24);
  return {
    psums: tfjsConvolution(layer, iacts, weights),
    overflows: 0,
    effectualMacs: tfjsConvolution(layer, mask(iacts), mask(weights)).reduce((total, count) => total + count, 0),
  };
}

describe('convolve gives what TensorFlow.js gives', () => {
  const cases: Record<string, object> = {
    '1×1': { m: 13, c: 17, h: 9, w: 7, r: 1, s: 1 },
    '3×3, stride 1, same padding': { m: 8, c: 5, h: 10, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1] },
    '3×3, stride 2': { m: 6, c: 7, h: 13, w: 12, r: 3, s: 3, stride: [2, 2] },
    '5×5': { m: 6, c: 4, h: 12, w: 12, r: 5, s: 5 },
    '11×11, stride 4': { m: 5, c: 3, h: 43, w: 39, r: 11, s: 11, stride: [4, 4] },
    depthwise: { g: 12, m: 1, c: 1, h: 9, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1] },
    'depthwise, stride 2, three filters a channel': { g: 5, m: 3, c: 1, h: 8, w: 9, r: 3, s: 3, stride: [2, 2] },
    grouped: { g: 3, m: 4, c: 5, h: 7, w: 7, r: 3, s: 3 },
    'fully connected, 1×1 input': { m: 30, c: 200, h: 1, w: 1, r: 1, s: 1 },
    'fully connected, kernel as large as the input': { m: 21, c: 16, h: 4, w: 5, r: 4, s: 5 },
    'batch 2, signed': { n: 2, m: 5, c: 6, h: 6, w: 8, r: 3, s: 3, iactSigned: true },
    'batch 3, grouped, signed': { n: 3, g: 2, m: 3, c: 3, h: 5, w: 5, r: 2, s: 2, iactSigned: true },
    'asymmetric stride': { m: 4, c: 3, h: 11, w: 12, r: 3, s: 3, stride: [1, 3] },
    'asymmetric padding': { m: 4, c: 3, h: 6, w: 7, r: 3, s: 4, pad: [2, 0, 1, 3] },
    'asymmetric in everything': { n: 2, g: 2, m: 3, c: 2, h: 9, w: 5, r: 4, s: 2, stride: [3, 2], pad: [0, 3, 2, 1] },
    'padding wider than the kernel': { m: 2, c: 2, h: 2, w: 2, r: 2, s: 2, pad: [3, 3, 3, 3] },
    'a kernel that fits only with padding': { m: 2, c: 2, h: 2, w: 1, r: 4, s: 3, pad: [1, 1, 1, 1] },
  };
  it.each(Object.entries(cases))('%s', (name, json) => {
    const layer = parseLayer(json, name);
    for (const density of [0.5, 1]) {
      const operands = synthesiseOperands(layer, { seed: 1, iactDensity: density, weightDensity: density });
      expect(golden(layer, operands)).toEqual(tfjs(layer, operands));
    }
  });

  it('any shape', () => {
    const small = fc.integer({ min: 1, max: 4 });
    const padding = fc.integer({ min: 0, max: 3 });
    const shape = fc
      .record({
        n: fc.integer({ min: 1, max: 2 }),
        g: small,
        m: small,
        c: small,
        r: small,
        s: small,
        iactSigned: fc.boolean(),
        stride: fc.tuple(small, small),
        pad: fc.tuple(padding, padding, padding, padding),
        more: fc.tuple(fc.nat(6), fc.nat(6)),
      })
      .map(({ more, ...json }) => {
        const [top, left, bottom, right] = json.pad;
        const h = Math.max(1, json.r - top - bottom) + more[0];
        const w = Math.max(1, json.s - left - right) + more[1];
        return parseLayer({ ...json, h, w }, 'any shape');
      });
    const density = fc.constantFrom(0, 0.1, 0.5, 0.9, 1);
    const how = fc.record({ seed: fc.nat(), iactDensity: density, weightDensity: density });
    fc.assert(
      fc.property(shape, how, (layer, how) => {
        const operands = synthesiseOperands(layer, how);
        expect(golden(layer, operands)).toEqual(tfjs(layer, operands));
      }),
      { numRuns: 150 },
    );
  });
});

describe('psums', () => {
  const pair = parseLayer({ m: 1, c: 2, h: 1, w: 1, r: 1, s: 1 }, 'pair');

  function sumOf(iacts: number[], weights: number[], psumBits: number) {
    return convolve(
      pair,
      { shape: [1, 2, 1, 1], data: Uint8Array.from(iacts) },
      { shape: [1, 2, 1, 1], data: Int8Array.from(weights) },
      psumBits,
    );
  }

  it.each([
    // 255·127 = 32385 and 255·-128 = -32640; 16b hold -32768 to 32767
    { iacts: [255, 191], weights: [127, 2], sum: 32767, wraps: 0 },
    { iacts: [255, 128], weights: [127, 3], sum: 32769 - 65536, wraps: 1 },
    { iacts: [255, 128], weights: [-128, -1], sum: -32768, wraps: 0 },
    { iacts: [255, 129], weights: [-128, -1], sum: -32769 + 65536, wraps: 1 },
    { iacts: [255, 255], weights: [-128, -128], sum: -65280 + 65536, wraps: 1 },
  ])('of 16b: $iacts · $weights is $sum', ({ iacts, weights, sum, wraps }) => {
    const { psums, overflows } = sumOf(iacts, weights, 16);
    expect(Array.from(psums.data)).toEqual([sum]);
    expect(overflows).toBe(wraps);
  });

  it('count an overflow for the finished sum only, not on the way to it', () => {
    expect(sumOf([255, 255], [127, -127], 8)).toMatchObject({ overflows: 0, effectualMacs: 2 });
  });

  it('wrap more than once around', () => {
    const { psums, overflows } = sumOf([255, 255], [127, 127], 8); // 64770 = 253·256 + 2
    expect(Array.from(psums.data)).toEqual([2]);
    expect(overflows).toBe(1);
  });

  it('count every output that overflows', () => {
    const layer = parseLayer({ m: 2, c: 1, h: 2, w: 2, r: 1, s: 1 }, 'four');
    const iacts = { shape: [1, 1, 2, 2], data: Uint8Array.from([1, 2, 3, 0]) };
    const weights = { shape: [2, 1, 1, 1], data: Int8Array.from([3, -4]) };
    const { psums, overflows, macs, effectualMacs } = convolve(layer, iacts, weights, 4);
    expect(Array.from(psums.data)).toEqual([3, 6, 9 - 16, 0, -4, -8, -12 + 16, 0]);
    expect(overflows).toBe(2);
    expect(macs).toBe(8);
    expect(effectualMacs).toBe(6);
  });
});

describe('convolve refuses', () => {
  const layer = parseLayer({ m: 3, c: 2, h: 4, w: 4, r: 3, s: 3 }, 'small.json');
  const iacts = { shape: [1, 2, 4, 4], data: new Uint8Array(32) };
  const weights = { shape: [3, 2, 3, 3], data: new Int8Array(54) };

  it('signed iacts where the layer has unsigned ones', () => {
    const signed = { ...iacts, data: new Int8Array(32) };
    expect(() => convolve(layer, signed, weights, 20)).toThrow(
      new InputError('the iacts of layer small are int8 [1, 2, 4, 4]: expected uint8 [1, 2, 4, 4]'),
    );
  });

  it('weights of another shape', () => {
    const other = { ...weights, shape: [2, 3, 3, 3] };
    expect(() => convolve(layer, iacts, other, 20)).toThrow(
      new InputError('the weights of layer small are int8 [2, 3, 3, 3]: expected int8 [3, 2, 3, 3]'),
    );
  });

  it.each([0, 33, 20.5])('psums of %f bits', (psumBits) => {
    expect(() => convolve(layer, iacts, weights, psumBits)).toThrow(
      new RangeError(`psumBits is ${psumBits}: expected a whole number from 1 to 32`),
    );
  });

  it('a tensor with fewer elements than its shape says', () => {
    const short = { ...weights, data: new Int8Array(53) };
    expect(() => convolve(layer, iacts, short, 20)).toThrow(
      new InputError('the weights of layer small have 53 elements: expected 54, as their shape int8 [3, 2, 3, 3] says'),
    );
  });
});
