import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { iactShape, weightShape } from '../layer/shape.ts';
import { readUserFile } from '../user-file.ts';
import type { Random } from './random.ts';
import { nonZero, seededStream } from './synthetic.ts';
import type { Tensor } from './tensor.ts';
import { elementCount, zeros } from './tensor.ts';

// A mask is a text file of the digits 0 and 1, one per element, 1 where the element is not zero: the places of real
// sparsity without the values. White space between the digits does not count.

/**
 * Where iacts are non-zero.
 *
 * @param path mask in the order [y][x][channel], the channel varying fastest
 * @param layer of batch size 1
 * @returns [1, g·c, h, w], as 1 and 0
 * @throws InputError when the mask does not fit the layer
 */
export function iactMask(path: string, layer: Layer): Uint8Array {
  if (layer.n !== 1) throw new InputError(`${path}: a mask is of one image, but layer ${layer.name} has n ${layer.n}`);
  const [, channels, height, width] = iactShape(layer);
  const plane = height * width;
  const what = `iacts of layer ${layer.name}: ${height}×${width}×${channels}`;
  const mask = readMask(path, plane * channels, what);
  // The tensor has the channel outermost, the mask innermost.
  return mask.map((_, i) => mask[(i % plane) * channels + Math.floor(i / plane)]!);
}

/**
 * Where weights are non-zero.
 *
 * @param path mask in the order [filter][channel], the channel varying fastest; of a depthwise layer, [channel][r][s]
 * @param layer with a 1×1 kernel, or with one channel a filter: the order of others is not known
 * @returns [g·m, c, r, s], as 1 and 0
 * @throws InputError when the mask does not fit the layer
 */
export function weightMask(path: string, layer: Layer): Uint8Array {
  const { name, c, r, s } = layer;
  if (c !== 1 && (r !== 1 || s !== 1)) {
    throw new InputError(
      `${path}: a weight mask needs a 1×1 kernel, or filters of one channel, but layer ${name} has ${r}×${s} and ${c} channels`,
    );
  }
  const shape = weightShape(layer);
  const what = `weights of layer ${name}: ${shape.slice(0, c === 1 ? 4 : 2).join('×')}`;
  return readMask(path, elementCount(shape), what);
}

/** Iacts that are non-zero where their mask says, with values from the stream that seed and label name; else as `iactMask`. */
export function maskedIacts(path: string, layer: Layer, seed: number, label = 'iacts'): Tensor<Int8Array | Uint8Array> {
  const iacts = zeros(layer.iactSigned ? 'int8' : 'uint8', iactShape(layer));
  fill(iacts, iactMask(path, layer), seededStream(seed, label));
  return iacts;
}

/** Weights that are non-zero where their mask says, with values from the seed; else as `weightMask`. */
export function maskedWeights(path: string, layer: Layer, seed: number): Tensor<Int8Array> {
  const weights = zeros('int8', weightShape(layer));
  fill(weights, weightMask(path, layer), seededStream(seed, 'weights'));
  return weights;
}

function fill({ data }: Tensor<Int8Array | Uint8Array>, mask: Uint8Array, random: Random): void {
  const dtype = data instanceof Int8Array ? 'int8' : 'uint8';
  for (let i = 0; i < data.length; i++) if (mask[i] === 1) data[i] = nonZero(random, dtype);
}

/** The digits of a mask file, of which there must be `length`. */
function readMask(path: string, length: number, what: string): Uint8Array {
  const digits = readUserFile(path, 'mask').toString('latin1').replace(/\s/g, '');
  const wrong = digits.search(/[^01]/);
  if (wrong >= 0) {
    throw new InputError(`${path}: digit ${wrong + 1} is ${JSON.stringify(digits[wrong])}: a mask has only 0 and 1`);
  }
  if (digits.length !== length) {
    throw new InputError(`${path}: the mask has ${digits.length} digits: expected ${length} for the ${what}`);
  }
  return Uint8Array.from(digits, Number);
}
