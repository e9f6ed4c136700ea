/** A layer as the chip works on it: the same MACs, in other dimensions where that fills the PEs better. */
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import type { Order } from './order.ts';

/**
 * A layer rewritten for the array. All loops of a mapping run over its dimensions; the three index functions lead back to the
 * tensors of the layer that was given.
 *
 * - `flatten`: each window becomes a pixel of its own: a 1×1 kernel over c·r·s channels. A fully connected layer loses
 *   nothing by it; elsewhere iacts of overlapping windows are sent more than once, in exchange for PEs that are full.
 *   Channels are numbered as the weights lie in memory: (channel · r + kernel row) · s + kernel column.
 * - `bundle`: so many groups become one, whose weights are block-diagonal: bundle·m filters and bundle·c channels. Compressed,
 *   the zeros between the blocks cost nothing. The last bundle may be ragged.
 */
export interface WorkLayer extends Pick<Layer, 'n' | 'h' | 'w' | 'r' | 's' | 'stride' | 'pad'> {
  readonly layer: Layer;
  readonly flatten: boolean;
  readonly bundle: number;
  /** In which its channels and filters are numbered: as they lie in memory, unless given. */
  readonly order?: Order;
  /** Groups, each a bundle of the layer's. */
  readonly g: number;
  /** Filters of a group. */
  readonly m: number;
  /** Channels of a group. */
  readonly c: number;
  /** Height and width of the output. */
  readonly e: number;
  readonly f: number;
  /** Index into the iacts [n, g·c, h, w] of the given layer; -1 for a zero: padding, or beyond the last group. `y` and `x` may lie outside. */
  readonly iactIndex: (n: number, g: number, c: number, y: number, x: number) => number;
  /** Index into the weights [g·m, c, r, s] of the given layer; -1 for a zero between the blocks, or beyond the last group. */
  readonly weightIndex: (g: number, m: number, c: number, r: number, s: number) => number;
  /** The output channel of the given layer, of g·m, that filter `m` of group `g` makes; -1 beyond the last group. */
  readonly outputChannel: (g: number, m: number) => number;
}

/** `layer` flattened, if asked, and with `bundle` groups in one; its channels and filters in `order`, if there is one. */
export function workLayer(layer: Layer, flatten = false, bundle = 1, order?: Order): WorkLayer {
  const work = plainWorkLayer(layer, flatten, bundle);
  return order === undefined ? work : inOrder(work, order);
}

function inOrder(work: WorkLayer, order: Order): WorkLayer {
  const { c, m, iactIndex, weightIndex, outputChannel } = work;
  const { channels, filters } = order;
  return {
    ...work,
    order,
    iactIndex: (n, g, channel, y, x) => iactIndex(n, g, channels[g * c + channel]!, y, x),
    weightIndex: (g, filter, channel, r, s) =>
      weightIndex(g, filters[g * m + filter]!, channels[g * c + channel]!, r, s),
    outputChannel: (g, filter) => outputChannel(g, filters[g * m + filter]!),
  };
}

function plainWorkLayer(layer: Layer, flatten: boolean, bundle: number): WorkLayer {
  const { e, f } = outputShape(layer);
  const shape = flatten
    ? { c: layer.c * layer.r * layer.s, h: e, w: f, r: 1, s: 1, stride: [1, 1] as const, pad: [0, 0, 0, 0] as const }
    : { c: layer.c, h: layer.h, w: layer.w, r: layer.r, s: layer.s, stride: layer.stride, pad: layer.pad };
  return {
    layer,
    flatten,
    bundle,
    n: layer.n,
    g: Math.ceil(layer.g / bundle),
    m: bundle * layer.m,
    e,
    f,
    ...shape,
    c: bundle * shape.c,
    iactIndex: flatten ? flatIacts(layer, bundle) : plainIacts(layer, bundle),
    weightIndex: weights(layer, bundle, shape),
    outputChannel: (g, m) => {
      const channel = g * bundle * layer.m + m;
      return channel < layer.g * layer.m ? channel : -1;
    },
  };
}

function plainIacts(layer: Layer, bundle: number): WorkLayer['iactIndex'] {
  const { c, h, w } = layer;
  const channels = layer.g * c;
  return (n, g, channel, y, x) => {
    const all = g * bundle * c + channel;
    if (y < 0 || y >= h || x < 0 || x >= w || all >= channels) return -1;
    return ((n * channels + all) * h + y) * w + x;
  };
}

function flatIacts(layer: Layer, bundle: number): WorkLayer['iactIndex'] {
  const { c, h, w, r, s, stride, pad } = layer;
  const { e, f } = outputShape(layer);
  const channels = layer.g * c;
  const [strideY, strideX] = stride;
  const [top, left] = pad;
  if (r === h && s === w && pad.every((zeros) => zeros === 0)) {
    const values = channels * h * w;
    return (n, g, channel, y, x) => {
      const at = g * bundle * c * h * w + channel;
      return y === 0 && x === 0 && at < values ? n * values + at : -1;
    };
  }
  return (n, g, channel, e0, f0) => {
    if (e0 < 0 || e0 >= e || f0 < 0 || f0 >= f) return -1;
    const row = Math.floor(channel / s);
    const within = Math.floor(row / r);
    const all = g * bundle * c + within;
    const y = e0 * strideY + (row - within * r) - top;
    const x = f0 * strideX + (channel - row * s) - left;
    if (y < 0 || y >= h || x < 0 || x >= w || all >= channels) return -1;
    return ((n * channels + all) * h + y) * w + x;
  };
}

function weights(layer: Layer, bundle: number, shape: { c: number; r: number; s: number }): WorkLayer['weightIndex'] {
  const { c, r, s } = shape;
  const { m } = layer;
  if (bundle === 1) return (g, filter, channel, row, x) => (((g * m + filter) * c + channel) * r + row) * s + x;
  return (g, filter, channel, row, x) => {
    const block = Math.floor(filter / m);
    const within = channel - block * c;
    if (within < 0 || within >= c || g * bundle + block >= layer.g) return -1;
    return (((g * bundle * m + filter) * c + within) * r + row) * s + x;
  };
}
