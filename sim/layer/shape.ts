import type { Layer } from './layer.ts';

/** Height e and width f of the output, for any stride and padding. */
export function outputShape(layer: Layer): { e: number; f: number } {
  const [top, left, bottom, right] = layer.pad;
  const [strideY, strideX] = layer.stride;
  return {
    e: Math.floor((layer.h + top + bottom - layer.r) / strideY) + 1,
    f: Math.floor((layer.w + left + right - layer.s) / strideX) + 1,
  };
}

/** Shape of the iacts: [n, g·c, h, w]. */
export function iactShape(layer: Layer): [number, number, number, number] {
  return [layer.n, layer.g * layer.c, layer.h, layer.w];
}

/** Shape of the weights: [g·m, c, r, s]. */
export function weightShape(layer: Layer): [number, number, number, number] {
  return [layer.g * layer.m, layer.c, layer.r, layer.s];
}

/** Shape of the bias: [g·m]. */
export function biasShape(layer: Layer): [number] {
  return [layer.g * layer.m];
}

/** Shape of the psums and of the oacts: [n, g·m, e, f]. */
export function psumShape(layer: Layer): [number, number, number, number] {
  const { e, f } = outputShape(layer);
  return [layer.n, layer.g * layer.m, e, f];
}

/** Nominal multiply-accumulates, those with padding and with zeros included: n·g·m·c·r·s·e·f. */
export function macs(layer: Layer): number {
  const { e, f } = outputShape(layer);
  return layer.n * layer.g * layer.m * layer.c * layer.r * layer.s * e * f;
}
