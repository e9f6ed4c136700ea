import { describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { synthesise, synthesiseOperands } from '../../sim/tensor/synthetic.ts';

const what = { shape: [100, 200], seed: 7, label: 'iacts' };

function nonZeros(data: ArrayLike<number>): number[] {
  return Array.from(data).filter((value) => value !== 0);
}

describe('synthesise', () => {
  it.each([0.01, 0.3, 0.5, 0.728, 0.99])('makes the share %f of the elements non-zero', (density) => {
    const count = nonZeros(synthesise({ ...what, dtype: 'uint8', density }).data).length;
    const deviation = Math.sqrt(20_000 * density * (1 - density));
    expect(Math.abs(count - 20_000 * density)).toBeLessThan(4 * deviation);
  });

  it('makes none non-zero at density 0, all at density 1', () => {
    expect(nonZeros(synthesise({ ...what, dtype: 'int8', density: 0 }).data)).toHaveLength(0);
    expect(nonZeros(synthesise({ ...what, dtype: 'int8', density: 1 }).data)).toHaveLength(20_000);
  });

  it('draws every non-zero value of the type', () => {
    const uint8 = new Set(synthesise({ ...what, dtype: 'uint8', density: 1 }).data);
    expect([uint8.size, Math.min(...uint8), Math.max(...uint8)]).toEqual([255, 1, 255]);
    const int8 = new Set(synthesise({ ...what, dtype: 'int8', density: 1 }).data);
    expect([int8.size, Math.min(...int8), Math.max(...int8)]).toEqual([255, -128, 127]);
  });

  it('stays the same from version to version', () => {
    const { data } = synthesise({ dtype: 'int8', shape: [8], density: 0.5, seed: 1, label: 'weights' });
    expect(Array.from(data)).toEqual([88, -60, 0, 111, 0, 0, 0, 0]);
  });

  it('gives a layer its types, its shapes, and independent streams', () => {
    const layer = parseLayer({ n: 2, g: 3, m: 4, c: 5, h: 6, w: 7, r: 1, s: 2 }, 'layer');
    const { iacts, weights } = synthesiseOperands(layer, { seed: 1, iactDensity: 1, weightDensity: 1 });
    expect(iacts.shape).toEqual([2, 15, 6, 7]);
    expect(iacts.data).toBeInstanceOf(Uint8Array);
    expect(weights.shape).toEqual([12, 5, 1, 2]);
    expect(weights.data).toBeInstanceOf(Int8Array);
    const signed = synthesiseOperands({ ...layer, iactSigned: true }, { seed: 1, iactDensity: 1, weightDensity: 1 });
    expect(signed.iacts.data).toBeInstanceOf(Int8Array);
    expect(Array.from(signed.iacts.data.slice(0, 20))).not.toEqual(Array.from(weights.data.slice(0, 20)));
  });

  it.each([-0.1, 1.01, Number.NaN])('refuses the density %f', (density) => {
    expect(() => synthesise({ ...what, dtype: 'int8', density })).toThrow(
      new InputError(`the density of the iacts is ${density}: expected a number from 0 to 1`),
    );
  });

  it('refuses a seed that is no whole number', () => {
    expect(() => synthesise({ ...what, dtype: 'int8', density: 1, seed: 0.5 })).toThrow(
      new InputError('the seed is 0.5: expected a whole number within ±9007199254740991'),
    );
  });
});
