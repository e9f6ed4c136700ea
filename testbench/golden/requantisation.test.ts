import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';

const shape = { m: 2, c: 1, h: 1, w: 3, r: 1, s: 1 }; // psums [1, 2, 1, 3]
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

function requantised(output: object, psums: number[], bias?: number[]): number[] {
  const oacts = requantise(
    parseLayer({ ...shape, output }, 'layer.json'),
    { shape: [1, 2, 1, 3], data: Int32Array.from(psums) },
    bias && { shape: [2], data: Int32Array.from(bias) },
  );
  expect(oacts.shape).toEqual([1, 2, 1, 3]);
  return Array.from(oacts.data);
}

/** The nearest whole number to a fraction, the greater one when two are as near: by quotient and remainder. */
function nearest(numerator: bigint, denominator: bigint): bigint {
  const remainder = ((numerator % denominator) + denominator) % denominator;
  const below = (numerator - remainder) / denominator;
  return 2n * remainder >= denominator ? below + 1n : below;
}

describe('requantise', () => {
  it('is the nearest whole number of the exact fraction, clamped', () => {
    const scale = fc.oneof(
      fc.record({ multiplier: fc.integer({ min: 0, max: 2 ** 31 - 1 }), shift: fc.nat(31) }),
      fc.record({ multiplier: fc.nat(9), shift: fc.nat(4) }), // ties
    );
    const psum = fc.oneof(int32, fc.integer({ min: -300, max: 300 }));
    fc.assert(
      fc.property(
        ...([scale, scale, fc.array(psum, { minLength: 6, maxLength: 6 }), psum, psum] as const),
        ...([fc.boolean(), fc.boolean(), fc.nat(255)] as const),
        (scale0, scale1, psums, bias0, bias1, relu, signed, zero) => {
          const [min, max] = signed ? [-128, 127] : [0, 255];
          const zeroPoint = zero + min;
          const multiplier = [scale0.multiplier, scale1.multiplier];
          const shift = [scale0.shift, scale1.shift];
          const expected = psums.map((value, i) => {
            const channel = i < 3 ? 0 : 1;
            const acc = BigInt(value) + BigInt(channel === 0 ? bias0 : bias1);
            const oact = BigInt(zeroPoint) + nearest(acc * BigInt(multiplier[channel]!), 2n ** BigInt(shift[channel]!));
            const low = relu ? zeroPoint : min;
            return oact < low ? low : oact > max ? max : Number(oact);
          });
          expect(requantised({ relu, signed, zeroPoint, multiplier, shift }, psums, [bias0, bias1])).toEqual(expected);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('rounds ties up, towards plus infinity', () => {
    expect(requantised({ signed: true, shift: 2 }, [-6, -2, 2, 6, -7, -5])).toEqual([-1, 0, 1, 2, -2, -1]);
  });

  it('neither rounds nor shifts at shift 0', () => {
    expect(requantised({ signed: true }, [-129, -128, -1, 0, 127, 128])).toEqual([-128, -128, -1, 0, 127, 127]);
  });

  it('adds the bias of each channel without wrapping', () => {
    const greatest = 2 ** 31 - 1;
    const output = { multiplier: greatest, shift: 31 };
    expect(requantised(output, [greatest, 0, 5, -(2 ** 31), 0, 5], [greatest, -(2 ** 31)])).toEqual([
      255, 255, 255, 0, 0, 0,
    ]);
  });

  it('clamps a ReLU at the zero point', () => {
    const output = { relu: true, zeroPoint: 10 };
    expect(requantised(output, [-200, -1, 0, 1, 245, 246])).toEqual([10, 10, 10, 11, 255, 255]);
  });

  it("does LeNet-5's clamp((psum + 1024) >> 11, 0, 127)", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -500_000, max: 500_000 }), { minLength: 6, maxLength: 6 }), (psums) => {
        const expected = psums.map((psum) => Math.min(Math.max((psum + 1024) >> 11, 0), 127));
        expect(requantised({ relu: true, shift: 11, signed: true }, psums)).toEqual(expected);
      }),
    );
  });

  it('refuses a layer without output', () => {
    const layer = parseLayer(shape, 'layer.json');
    expect(() => requantise(layer, { shape: [1, 2, 1, 3], data: new Int32Array(6) })).toThrow(
      new InputError('layer layer has no "output", which says how psums become outputs: add it to the layer'),
    );
  });

  it('refuses biases of another shape', () => {
    expect(() => requantised({}, [0, 0, 0, 0, 0, 0], [1, 2, 3])).toThrow(
      new InputError('the biases of layer layer have 3 elements: expected 2, as their shape int32 [2] says'),
    );
  });
});
