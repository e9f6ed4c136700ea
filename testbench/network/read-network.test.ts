import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { InputError } from '../../sim/errors.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { macs, weightShape } from '../../sim/layer/shape.ts';
import { layersOf } from '../../sim/network/network.ts';
import { findNetwork, libraryNetworks, parseNetwork } from '../../sim/network/read-network.ts';
import { elementCount } from '../../sim/tensor/tensor.ts';
import { blocksOf } from '../docs/snippets.ts';
import { alexNet, mobileNet } from '../mapper/networks.ts';
import { tinyNetwork } from './tiny-network.ts';

describe('the networks that come with Saccade', () => {
  test('are these, each named as its file', () => {
    expect(libraryNetworks()).toEqual([
      'alexnet',
      'googlenet',
      'mobilenet-v1-0.5-128',
      'mobilenet-v1-1.0-224',
      'vgg16',
    ]);
    for (const name of libraryNetworks()) expect(findNetwork(name).name).toBe(name);
  });

  // MACs as the papers give them; of VGG-16, 15.35 G in convolutions and 123.6 M in the rest.
  test.each([
    ['mobilenet-v1-0.5-128', 28, 49_160_192],
    ['alexnet', 8, 724_406_816],
    ['vgg16', 16, 15_470_264_320],
  ])('%s has %i layers and %i MACs', (name, count, nominal) => {
    const layers = layersOf(findNetwork(name));
    expect(layers).toHaveLength(count);
    expect(layers.reduce((sum, { layer }) => sum + macs(layer), 0)).toBe(nominal);
    for (const { prunedWeightDensity } of layers) expect(prunedWeightDensity).toBeGreaterThan(0);
  });

  // MACs and weights as the papers' tables give them: of MobileNet 568.7 M and 4.2 M, of GoogLeNet 1.58 G; with the 8,280 biases,
  // GoogLeNet's are the 6,998,552 parameters of Caffe's model without auxiliary classifiers.
  test.each([
    ['mobilenet-v1-1.0-224', 28, 568_740_352, 4_209_088],
    ['googlenet', 58, 1_582_671_872, 6_998_552 - 8_280],
  ])('%s has %i layers, %i MACs and %i weights', (name, count, nominal, parameters) => {
    const layers = layersOf(findNetwork(name));
    expect(layers).toHaveLength(count);
    expect(layers.reduce((sum, { layer }) => sum + macs(layer), 0)).toBe(nominal);
    expect(layers.reduce((sum, { layer }) => sum + elementCount(weightShape(layer)), 0)).toBe(parameters);
  });

  // Output channels and MACs in millions of each module, as Szegedy et al. (CVPR 2015) have them in Table 1; only 5a, of which
  // the table says 54 and 1072 k parameters, does not follow from the table's own sizes, which give 51 and 1042 k, rounded down.
  test.each([
    ['3a', [256, 28], 128],
    ['3b', [480, 28], 304],
    ['4a', [512, 14], 73],
    ['4b', [512, 14], 87],
    ['4c', [512, 14], 99],
    ['4d', [528, 14], 118],
    ['4e', [832, 14], 169],
    ['5a', [832, 7], 51],
    ['5b', [1024, 7], 70],
  ])('inception %s of googlenet gives %j, with %i M MACs', (module, [channels, size], millions) => {
    const network = findNetwork('googlenet');
    const parts = layersOf(network).filter(({ name }) => name.startsWith(`${module}-`));
    expect(parts).toHaveLength(6);
    expect(Math.floor(parts.reduce((sum, { layer }) => sum + macs(layer), 0) / 1e6)).toBe(millions);
    const joined = network.entries.find(({ name }) => name === module)!;
    expect(joined.op).toBe('concat');
    expect(joined.outputs.shape).toEqual([1, channels, size, size]);
  });

  test('mobilenet-v1-1.0-224 has twice the channels of mobilenet-v1-0.5-128, on sides of 7/4', () => {
    const small = layersOf(findNetwork('mobilenet-v1-0.5-128'));
    for (const [index, { layer, outputs }] of layersOf(findNetwork('mobilenet-v1-1.0-224')).entries()) {
      const { layer: other, outputs: otherOutputs } = small[index]!;
      const last = index === small.length - 1;
      expect(outputs.shape[1]).toBe((last ? 1 : 2) * otherOutputs.shape[1]);
      expect(outputs.shape[2]).toBe(last ? 1 : (otherOutputs.shape[2] * 7) / 4);
      expect([layer.r, layer.stride, layer.pad]).toEqual([other.r, other.stride, other.pad]);
    }
  });

  test.each([
    ['mobilenet-v1-0.5-128', mobileNet],
    ['alexnet', alexNet],
  ])('%s has the shapes of the layers that the chip was measured with', (name, known) => {
    const shape = ({ layer }: { layer: Layer }) => ({ ...layer, output: undefined });
    expect(layersOf(findNetwork(name)).map(shape)).toEqual(known.map(shape));
  });

  test('a name that is nearly one is answered with it', () => {
    expect(() => findNetwork('alexnt')).toThrow(
      new InputError(
        'alexnt: there is no such network file, and no such network in the library: did you mean "alexnet"?',
      ),
    );
  });
});

describe('a network file', () => {
  test('says where each entry takes its inputs from, by default from the one before', () => {
    const { entries, input } = parseNetwork(tinyNetwork, 'dir/tiny.json');
    expect(entries.map(({ name, from }) => `${name}<${from.join()}`)).toEqual([
      'conv<input',
      'pool<conv',
      'dw<pool',
      'pw<dw',
      'sum<pool,pw',
      'mean<sum',
      'flat<mean',
      'fc<flat',
    ]);
    expect(input).toEqual({ density: 0.9, shape: [1, 3, 9, 8], signed: false });
    expect(entries.at(-1)!.outputs).toEqual({ shape: [1, 7, 1, 1], signed: true });
  });

  const conv = { name: 'a', m: 4, c: 2, h: 6, w: 6, r: 3, s: 3 };
  const next = { name: 'b', m: 4, c: 4, h: 4, w: 4, r: 1, s: 1 };
  const output = { relu: true };
  const pool = { op: 'max-pool', name: 'p', size: [2, 2] };
  test.each<[string, unknown, string]>([
    ['no object', [], 'net.json: expected a JSON object that describes a network'],
    ['no layers', {}, 'net.json: "layers" is missing: expected a list of layers'],
    ['an empty list', { layers: [] }, 'net.json: "layers" is []: expected at least one layer'],
    ['an unknown key', { layers: [conv], size: 3 }, 'net.json: unknown key "size"'],
    ['a layer that is none', { layers: [{ ...conv, m: 0 }] }, 'net.json: a: "m" is 0: expected a whole number from 1'],
    ['an unknown key of a layer', { layers: [{ ...conv, q: 1 }] }, 'net.json: a: unknown key "q"'],
    [
      'a density beyond 1',
      { layers: [{ ...conv, weightDensity: 2 }] },
      '"weightDensity" is 2: expected a number from 0 to 1',
    ],
    ['an unknown operation', { layers: [conv, { op: 'norm' }] }, '"op" is "norm": expected one of layer, max-pool'],
    ['a name twice', { layers: [conv, { ...next, name: 'a' }] }, 'entry 2 has a name that is taken already'],
    ['the name of the input', { layers: [{ ...conv, name: 'input' }] }, 'a name that is taken already'],
    [
      'inputs of another shape',
      { layers: [conv, { ...next, c: 5 }] },
      'b: takes uint8 [1, 5, 4, 4], but "a" gives uint8 [1, 4, 4, 4]',
    ],
    [
      'inputs of another sign',
      { layers: [{ ...conv, activation: 'none' }, next] },
      'b: takes uint8 [1, 4, 4, 4], but "a" gives int8',
    ],
    [
      'a source that is nowhere',
      {
        layers: [
          { ...conv, name: 'first' },
          { ...next, from: 'frist' },
        ],
      },
      'b: takes its inputs from "frist", and no entry before it has that name; did you mean "first"?',
    ],
    [
      'a source that comes later',
      { layers: [conv, { ...next, from: 'q' }, { ...next, name: 'q' }] },
      'no entry before it',
    ],
    ['pooling first', { layers: [pool, conv] }, 'p: the first entry is to be a layer'],
    [
      'a window beyond the input',
      { layers: [conv, { ...pool, size: [5, 5] }] },
      'the window of 5×5 is larger than the padded input of 4×4',
    ],
    [
      'windows beside the input',
      { layers: [conv, { ...pool, pad: [2, 0, 0, 0] }] },
      '"pad" is [2,0,0,0]: expected less than "size" [2,2]',
    ],
    [
      'a sum of one',
      { layers: [conv, { op: 'add', from: ['a'] }] },
      '"from" is ["a"]: expected the names of two entries',
    ],
    [
      'a sum of two shapes',
      { layers: [conv, { ...next, m: 3 }, { op: 'add', name: 's', from: ['a', 'b'] }] },
      's: takes uint8 [1, 4, 4, 4], but "b" gives uint8 [1, 3, 4, 4]',
    ],
    [
      'a join of one',
      { layers: [conv, { op: 'concat', from: ['a'] }] },
      '"from" is ["a"]: expected the names of at least two entries',
    ],
    [
      'a join of two sizes',
      { layers: [conv, { ...pool, stride: [1, 1] }, { op: 'concat', name: 'j', from: ['a', 'p'] }] },
      'j: takes uint8 [1, 4, 4, 4], but "p" gives uint8 [1, 4, 3, 3]',
    ],
    [
      'a join of two types',
      { layers: [conv, { ...next, activation: 'none' }, { op: 'concat', name: 'j', from: ['a', 'b'] }] },
      'j: takes uint8 [1, 4, 4, 4], but "b" gives int8 [1, 4, 4, 4]',
    ],
    [
      'a join with what is not there',
      { layers: [conv, { op: 'concat', name: 'j', from: ['a', 'input2'] }] },
      'takes its inputs from "input2"',
    ],
    [
      'half a scale',
      { layers: [conv, { op: 'add', from: ['a', 'a'], shift: 3 }] },
      '"multipliers" and "shift" belong together',
    ],
    [
      'a density of given outputs',
      { layers: [{ ...conv, output, outputDensity: 0.5 }] },
      '"outputDensity" is reached by choosing how psums',
    ],
    [
      'a density without a ReLU',
      { layers: [{ ...conv, activation: 'none', outputDensity: 0.5 }] },
      'but "activation" is "none"',
    ],
    ['a density with a bias', { layers: [{ ...conv, bias: 'b.npy', outputDensity: 0.5 }] }, 'but "bias" names a file'],
    [
      'an activation of given outputs',
      { layers: [{ ...conv, output, activation: 'relu' }] },
      '"activation" is for outputs that are chosen',
    ],
    [
      'a density behind a pooling that nobody reaches',
      {
        layers: [
          { ...conv, output },
          { ...pool, outputDensity: 0.5 },
        ],
      },
      '"a" must be a layer with a ReLU',
    ],
    [
      'two densities',
      {
        layers: [
          { ...conv, outputDensity: 0.4 },
          { ...pool, outputDensity: 0.5 },
        ],
      },
      '"a" must be a layer with a ReLU',
    ],
  ])('with %s is refused', (_what, json, message) => {
    let said = 'accepted';
    try {
      parseNetwork(json, 'net.json');
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      said = error.message;
    }
    expect(said).toContain(message);
  });
});

describe("the README's network file", () => {
  test('is one that is taken', () => {
    const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
    const block = blocksOf(readme).find(({ language, text }) => language === 'js' && text.includes('"layers"'))!;
    const network = parseNetwork(JSON.parse(block.text), 'README.md');
    expect(network.entries.map(({ name }) => name)).toEqual(['conv1', 'pool1', 'conv2', 'sum', 'mean', 'fc']);
  });
});
