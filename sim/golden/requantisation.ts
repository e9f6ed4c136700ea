import type { Layer } from '../layer/layer.ts';
import { biasShape, psumShape } from '../layer/shape.ts';
import { InputError } from '../errors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { expectTensor, zeros } from '../tensor/tensor.ts';

/**
 * The 8b outputs of a layer from its psums, in integers only:
 *
 *     acc  = psum + bias                                   exact, at most 33b
 *     oact = zeroPoint + floor(acc · multiplier / 2^shift + 1/2)
 *     oact clamped to [low, high]
 *
 * Ties round up, towards +∞, as hardware does it: add 2^(shift-1), then shift right arithmetically (shift 0 adds
 * nothing). High is 127 for int8, 255 for uint8; low is -128 or 0, or the zero point when there is a ReLU.
 *
 * @param psums [n, g·m, e, f]
 * @param bias [g·m]; none adds nothing
 * @returns [n, g·m, e, f], int8 or uint8 as `layer.output.signed` says
 * @throws InputError when the layer has no output, or a tensor does not fit it
 */
export function requantise(
  layer: Layer,
  psums: Tensor<Int32Array>,
  bias?: Tensor<Int32Array>,
): Tensor<Int8Array | Uint8Array> {
  const { output } = layer;
  if (output === undefined) {
    throw new InputError(
      `layer ${layer.name} has no "output", which says how psums become outputs: add it to the layer`,
    );
  }
  expectTensor(psums, 'int32', psumShape(layer), `the psums of layer ${layer.name}`);
  if (bias !== undefined) expectTensor(bias, 'int32', biasShape(layer), `the biases of layer ${layer.name}`);

  const [lowest, high] = output.signed ? [-128, 127] : [0, 255];
  const low = output.relu ? output.zeroPoint : lowest;
  const [images, channels, e, f] = psumShape(layer);
  const oacts = zeros(output.signed ? 'int8' : 'uint8', psums.shape);
  for (let n = 0; n < images; n++) {
    for (let channel = 0; channel < channels; channel++) {
      const multiplier = ofChannel(output.multiplier, channel);
      const shift = ofChannel(output.shift, channel);
      const start = (n * channels + channel) * e * f;
      for (let i = start; i < start + e * f; i++) {
        const acc = psums.data[i]! + (bias?.data[channel] ?? 0);
        const oact = output.zeroPoint + scale(acc, multiplier, shift);
        oacts.data[i] = Math.min(Math.max(oact, low), high);
      }
    }
  }
  return oacts;
}

function ofChannel(value: number | readonly number[], channel: number): number {
  return typeof value === 'number' ? value : value[channel]!;
}

/** `acc · multiplier / 2^shift`, rounded half up. In BigInt, because the product can have 64b. */
function scale(acc: number, multiplier: number, shift: number): number {
  const half = shift === 0 ? 0n : 1n << BigInt(shift - 1);
  return Number((BigInt(acc) * BigInt(multiplier) + half) >> BigInt(shift));
}
