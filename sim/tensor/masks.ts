import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { iactShape, weightShape } from '../layer/shape.ts';
import { readUserFile } from '../user-file.ts';
import type { Random } from './random.ts';
import { nonZero, seededStream } from './synthetic.ts';
import type { Tensor } from './tensor.ts';
import { zeros } from './tensor.ts';

// A mask is a text file of the digits 0 and 1, one per element, 1 where the element is not zero: the places of real
// sparsity without the values. White space between the digits does not count.

/**
 * Iacts that are non-zero where the mask says, with values from the seed.
 *
 * @param path mask in the order [y][x][channel], the channel varying fastest
 * @param layer of batch size 1
 * @returns [1, g·c, h, w], uint8 or int8 as the layer asks
 * @throws InputError when the mask does not fit the layer
 */
export function maskedIacts(path: string, layer: Layer, seed: number): Tensor<Int8Array | Uint8Array> {
  if (layer.n !== 1) throw new InputError(`${path}: a mask is of one image, but layer ${layer.name} has n ${layer.n}`);
  const [, channels, height, width] = iactShape(layer);
  const plane = height * width;
  const what = `iacts of layer ${layer.name}: ${height}×${width}×${channels}`;
  const mask = readMask(path, plane * channels, what);
  const dtype = layer.iactSigned ? 'int8' : 'uint8';
  // The tensor has the channel outermost, the mask innermost.
  const isNonZero = (i: number) => mask[(i % plane) * channels + Math.floor(i / plane)]!;
  const iacts = zeros(dtype, iactShape(layer));
  fill(iacts, isNonZero, seededStream(seed, 'iacts'));
  return iacts;
}

/**
 * Weights that are non-zero where the mask says, with values from the seed.
 *
 * @param path mask in the order [filter][channel], the channel varying fastest
 * @param layer with a 1×1 kernel
 * @returns [g·m, c, 1, 1]
 * @throws InputError when the mask does not fit the layer
 */
export function maskedWeights(path: string, layer: Layer, seed: number): Tensor<Int8Array> {
  if (layer.r !== 1 || layer.s !== 1) {
    throw new InputError(
      `${path}: a weight mask needs a 1×1 kernel, but layer ${layer.name} has ${layer.r}×${layer.s}`,
    );
  }
  const [filters, channels] = weightShape(layer);
  const what = `weights of layer ${layer.name}: ${filters}×${channels}`;
  const mask = readMask(path, filters * channels, what);
  const weights = zeros('int8', weightShape(layer));
  fill(weights, (i) => mask[i]!, seededStream(seed, 'weights'));
  return weights;
}

function fill(tensor: Tensor<Int8Array | Uint8Array>, isNonZero: (element: number) => boolean, random: Random): void {
  const dtype = tensor.data instanceof Int8Array ? 'int8' : 'uint8';
  for (let i = 0; i < tensor.data.length; i++) {
    if (isNonZero(i)) tensor.data[i] = nonZero(random, dtype);
  }
}

/** The digits of a mask file, of which there must be `length`. */
function readMask(path: string, length: number, what: string): boolean[] {
  const digits = readUserFile(path, 'mask').toString('latin1').replace(/\s/g, '');
  const wrong = digits.search(/[^01]/);
  if (wrong >= 0) {
    throw new InputError(`${path}: digit ${wrong + 1} is ${JSON.stringify(digits[wrong])}: a mask has only 0 and 1`);
  }
  if (digits.length !== length) {
    throw new InputError(`${path}: the mask has ${digits.length} digits: expected ${length} for the ${what}`);
  }
  return Array.from(digits, (digit) => digit === '1');
}
