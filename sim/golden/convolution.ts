import type { Layer } from '../layer/layer.ts';
import { iactShape, macs, outputShape, psumShape, weightShape } from '../layer/shape.ts';
import type { Tensor, TensorData } from '../tensor/tensor.ts';
import { expectTensor, zeros } from '../tensor/tensor.ts';
import { wrapPsum } from './psum.ts';

/** What a layer gives, and what it takes. */
export interface Convolution {
  /** [n, g·m, e, f], wrapped to the width of the psums. */
  readonly psums: Tensor<Int32Array>;
  /** Outputs whose exact sum does not fit the width of the psums. */
  readonly overflows: number;
  /** Nominal multiply-accumulates, those with padding and with zeros included. */
  readonly macs: number;
  /** Multiply-accumulates with both operands non-zero. Those with padding never are. */
  readonly effectualMacs: number;
}

/**
 * The convolution of a layer, which the hardware must match bit for bit. Padding is zeros; bias is not part of it.
 *
 * Sums are kept exact, in doubles: |iact · weight| is at most 2^15, and no layer file has a filter of 2^38 weights, so
 * they stay below 2^53. Only the finished sum is wrapped to `psumBits`.
 *
 * @param iacts [n, g·c, h, w], uint8, or int8 when the layer's iacts are signed
 * @param weights [g·m, c, r, s], int8
 * @param psumBits width of the psums, 1 to 32
 * @throws InputError when a tensor does not fit the layer
 * @throws RangeError when psumBits is out of range
 */
export function convolve(layer: Layer, iacts: Tensor, weights: Tensor, psumBits: number): Convolution {
  expectTensor(iacts, layer.iactSigned ? 'int8' : 'uint8', iactShape(layer), `the iacts of layer ${layer.name}`);
  expectTensor(weights, 'int8', weightShape(layer), `the weights of layer ${layer.name}`);
  if (!Number.isInteger(psumBits) || psumBits < 1 || psumBits > 32) {
    throw new RangeError(`psumBits is ${psumBits}: expected a whole number from 1 to 32`);
  }

  const { e, f } = outputShape(layer);
  const psums = zeros('int32', psumShape(layer));
  let overflows = 0;
  let effectualMacs = 0;
  for (let n = 0; n < layer.n; n++) {
    for (let g = 0; g < layer.g; g++) {
      for (let m = 0; m < layer.m; m++) {
        const sums = new Float64Array(e * f);
        effectualMacs += convolvePlane(layer, iacts.data, weights.data, { n, g, m }, sums);
        const start = ((n * layer.g + g) * layer.m + m) * e * f;
        sums.forEach((sum, i) => {
          const psum = wrapPsum(sum, psumBits);
          if (psum !== sum) overflows++;
          psums.data[start + i] = psum;
        });
      }
    }
  }
  return { psums, overflows, macs: macs(layer), effectualMacs };
}

/**
 * Adds one output channel of one image, [e, f], to `sums`: every weight of the filter in turn meets every iact that
 * it lies on as the filter moves over the image.
 *
 * @param at image, group, and filter within the group
 * @returns the number of effectual MACs
 */
function convolvePlane(
  layer: Layer,
  iacts: TensorData,
  weights: TensorData,
  at: { n: number; g: number; m: number },
  sums: Float64Array,
): number {
  const { h, w } = layer;
  const { e, f } = outputShape(layer);
  const [strideY, strideX] = layer.stride;
  const [padTop, padLeft] = layer.pad;
  let effectualMacs = 0;
  for (let c = 0; c < layer.c; c++) {
    const channel = ((at.n * layer.g + at.g) * layer.c + c) * h * w;
    const kernel = ((at.g * layer.m + at.m) * layer.c + c) * layer.r * layer.s;
    for (let r = 0; r < layer.r; r++) {
      const rows = insideInput(r - padTop, strideY, h, e);
      for (let s = 0; s < layer.s; s++) {
        const weight = weights[kernel + r * layer.s + s]!;
        if (weight === 0) continue;
        const columns = insideInput(s - padLeft, strideX, w, f);
        for (let y = rows.first; y <= rows.last; y++) {
          const row = channel + (y * strideY + r - padTop) * w;
          for (let x = columns.first; x <= columns.last; x++) {
            const iact = iacts[row + x * strideX + s - padLeft]!;
            if (iact === 0) continue;
            sums[y * f + x]! += iact * weight;
            effectualMacs++;
          }
        }
      }
    }
  }
  return effectualMacs;
}

/**
 * The outputs, of `outputs` in all, for which a row or column of the kernel lies on the input, and not on the padding:
 * those from first to last have 0 <= output · stride + offset < size.
 */
function insideInput(offset: number, stride: number, size: number, outputs: number): { first: number; last: number } {
  return {
    first: Math.max(0, Math.ceil(-offset / stride)),
    last: Math.min(outputs - 1, Math.floor((size - 1 - offset) / stride)),
  };
}
