import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { macs } from '../../sim/layer/shape.ts';
import { findLayer, libraryLayers } from '../../sim/layer/library.ts';

describe('the layer library', () => {
  it('has valid layers, each named as its file', () => {
    expect(libraryLayers()).toContain('mobilenet-conv4-pw');
    for (const name of libraryLayers()) expect(findLayer(name).name).toBe(name);
  });

  // Multiply-accumulates as the papers give them.
  it.each([
    { name: 'mobilenet-conv1', nominal: 1_769_472 },
    { name: 'mobilenet-conv4-dw', nominal: 589_824 },
    { name: 'mobilenet-conv4-pw', nominal: 4_194_304 },
    { name: 'alexnet-conv1', nominal: 105_415_200 },
  ])('has $name with $nominal MACs', ({ name, nominal }) => {
    expect(macs(findLayer(name))).toBe(nominal);
  });

  it('comes after files', () => {
    const path = fileURLToPath(new URL('../../sim/layer/library/lenet5-conv1.json', import.meta.url));
    expect(findLayer(path)).toEqual(findLayer('lenet5-conv1'));
  });

  it('suggests the name that was meant', () => {
    expect(() => findLayer('mobilenet-conv4pw')).toThrow(
      new InputError(
        'mobilenet-conv4pw: there is no such layer file, and no such layer in the library: ' +
          'did you mean "mobilenet-conv4-pw"?',
      ),
    );
  });

  it('lists its names when none is near', () => {
    expect(() => findLayer('x.json')).toThrow(/^x\.json: .*: the library has alexnet-conv1, .*mobilenet-conv4-pw$/);
  });
});
