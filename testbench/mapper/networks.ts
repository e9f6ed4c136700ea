/** The layers of the benchmark networks, with densities for synthetic data. */
import { parseLayer } from '../../sim/layer/read-layer.ts';
import type { Layer } from '../../sim/layer/layer.ts';

export interface NetworkLayer {
  readonly layer: Layer;
  /** Shares of non-zeros of iacts and of weights. */
  readonly iacts: number;
  readonly weights: number;
  /** MACs of two non-zeros, where the number is known. */
  readonly effectual?: number;
}

type Shape = Omit<Partial<Layer>, 'pad' | 'stride'> & { pad?: number; stride?: number };

function entry(
  name: string,
  { pad = 0, stride = 1, ...shape }: Shape,
  iacts = 1,
  weights = 1,
  effectual?: number,
): NetworkLayer {
  const output = { relu: true, multiplier: 1 << 20, shift: 31 };
  const layer = parseLayer({ name, ...shape, stride: [stride, stride], pad: [pad, pad, pad, pad], output }, name);
  return { layer, iacts, weights, ...(effectual === undefined ? {} : { effectual }) };
}

function pointwise(
  name: string,
  c: number,
  m: number,
  size: number,
  iacts?: number,
  weights?: number,
  effectual?: number,
) {
  return entry(name, { c, m, h: size, w: size, r: 1, s: 1 }, iacts, weights, effectual);
}

function depthwise(name: string, channels: number, size: number, stride: number) {
  return entry(name, { g: channels, m: 1, c: 1, h: size, w: size, r: 3, s: 3, stride, pad: 1 }, 0.7, 0.95);
}

/** AlexNet with groups; densities are those of its pruned form, roughly. */
export const alexNet: readonly NetworkLayer[] = [
  entry('CONV1', { c: 3, m: 96, h: 227, w: 227, r: 11, s: 11, stride: 4 }, 1, 0.84),
  entry('CONV2', { g: 2, c: 48, m: 128, h: 27, w: 27, r: 5, s: 5, pad: 2 }, 0.61, 0.38),
  entry('CONV3', { c: 256, m: 384, h: 13, w: 13, r: 3, s: 3, pad: 1 }, 0.4, 0.35),
  entry('CONV4', { g: 2, c: 192, m: 192, h: 13, w: 13, r: 3, s: 3, pad: 1 }, 0.4, 0.37),
  entry('CONV5', { g: 2, c: 192, m: 128, h: 13, w: 13, r: 3, s: 3, pad: 1 }, 0.4, 0.37),
  entry('FC6', { c: 256, m: 4096, h: 6, w: 6, r: 6, s: 6 }, 0.4, 0.09),
  entry('FC7', { c: 4096, m: 4096, h: 1, w: 1, r: 1, s: 1 }, 0.4, 0.09),
  entry('FC8', { c: 4096, m: 1000, h: 1, w: 1, r: 1, s: 1 }, 0.4, 0.25),
];

/** MobileNet v1 0.5/128; densities where they were measured. */
export const mobileNet: readonly NetworkLayer[] = [
  entry('L01', { c: 3, m: 16, h: 128, w: 128, r: 3, s: 3, stride: 2, pad: 1 }, 1, 1),
  depthwise('L02', 16, 64, 1),
  pointwise('L03', 16, 32, 64, 0.6, 0.4, 461302),
  depthwise('L04', 32, 64, 2),
  pointwise('L05', 32, 64, 32, 0.75, 0.55, 873643),
  depthwise('L06', 64, 32, 1),
  pointwise('L07', 64, 64, 32, 0.728, 0.52, 1702140),
  depthwise('L08', 64, 32, 2),
  pointwise('L09', 64, 128, 16, 0.864, 0.818, 1499682),
  depthwise('L10', 128, 16, 1),
  pointwise('L11', 128, 128, 16, 0.8, 0.74, 2491491),
  depthwise('L12', 128, 16, 2),
  pointwise('L13', 128, 256, 8, 0.833, 0.644, 1144158),
  depthwise('L14', 256, 8, 1),
  pointwise('L15', 256, 256, 8, 0.8, 0.67, 2238663),
  depthwise('L16', 256, 8, 1),
  pointwise('L17', 256, 256, 8, 0.8, 0.65, 2173758),
  depthwise('L18', 256, 8, 1),
  pointwise('L19', 256, 256, 8, 0.608, 0.55, 1457458),
  depthwise('L20', 256, 8, 1),
  pointwise('L21', 256, 256, 8, 0.641, 0.6, 1677684),
  depthwise('L22', 256, 8, 1),
  pointwise('L23', 256, 256, 8, 0.608, 0.699, 1821557),
  depthwise('L24', 256, 8, 2),
  pointwise('L25', 256, 512, 4, 0.677, 0.65, 948572),
  depthwise('L26', 512, 4, 1),
  pointwise('L27', 512, 512, 4, 0.583, 0.3, 775316),
  pointwise('L28', 512, 1000, 1, 0.6, 0.31, 95443),
];

/** The branches of GoogLeNet's inception 3a, and two layers of VGG16. */
export const others: readonly NetworkLayer[] = [
  pointwise('3a 1x1', 192, 64, 28, 0.5, 0.4),
  pointwise('3a 3x3 reduce', 192, 96, 28, 0.5, 0.4),
  entry('3a 3x3', { c: 96, m: 128, h: 28, w: 28, r: 3, s: 3, pad: 1 }, 0.5, 0.4),
  pointwise('3a 5x5 reduce', 192, 16, 28, 0.5, 0.4),
  entry('3a 5x5', { c: 16, m: 32, h: 28, w: 28, r: 5, s: 5, pad: 2 }, 0.5, 0.4),
  pointwise('3a pool', 192, 32, 28, 0.5, 0.4),
  entry('VGG CONV1-1', { c: 3, m: 64, h: 224, w: 224, r: 3, s: 3, pad: 1 }, 1, 0.6),
  entry('VGG CONV5-3', { c: 512, m: 512, h: 14, w: 14, r: 3, s: 3, pad: 1 }, 0.12, 0.35),
];

/** LeNet-5 without its pooling. */
export const leNet: readonly NetworkLayer[] = [
  entry('conv1', { c: 1, m: 6, h: 28, w: 28, r: 5, s: 5, pad: 2 }, 0.2, 1),
  entry('conv2', { c: 6, m: 16, h: 14, w: 14, r: 5, s: 5 }, 0.5, 1),
  entry('fc1', { c: 16, m: 120, h: 5, w: 5, r: 5, s: 5 }, 0.5, 1),
  entry('fc2', { c: 120, m: 84, h: 1, w: 1, r: 1, s: 1 }, 0.5, 1),
  entry('fc3', { c: 84, m: 10, h: 1, w: 1, r: 1, s: 1 }, 0.5, 1),
];
