/** Layers with all dimensions drawn, ragged as they come, and operands of every kind for them. */
import type { Operands } from '../../sim/chip/chip-program.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { macs as macsOf } from '../../sim/layer/shape.ts';
import type { Random } from '../../sim/tensor/random.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';

export const layerKinds = ['convolution', 'pointwise', 'depthwise', 'fully connected', 'in groups'] as const;
export type LayerKind = (typeof layerKinds)[number];

/** `extremes`: as large as the types allow, of int8 mostly -128, so that most products are -128 × -128. */
export const operandKinds = [
  'sparse',
  'full density',
  'very sparse',
  'zero iacts',
  'sparse weights',
  'extremes',
  'zero weights',
] as const;
export type OperandKind = (typeof operandKinds)[number];

interface Drawn {
  readonly kind: LayerKind;
  readonly values: OperandKind;
  readonly n: number;
  /** At most. */
  readonly macs: number;
}

/** A layer of the kind, without an output. */
export function drawLayer(random: Random, { kind, values, n, macs }: Drawn): Layer {
  for (;;) {
    const layer = parseLayer(
      { ...shapeOf(random, kind), n, iactSigned: values === 'extremes' || random.fraction() < 0.5 },
      kind,
    );
    const made = macsOf(layer);
    if (made <= macs && made >= macs / 50) return layer;
  }
}

/** Small numbers are as likely as large ones. */
function size(random: Random, most: number): number {
  return Math.floor(Math.exp(random.fraction() * Math.log(most + 1)));
}

function shapeOf(random: Random, kind: LayerKind): Omit<Partial<Layer>, 'name'> {
  switch (kind) {
    case 'pointwise':
      return { c: size(random, 300), m: size(random, 300), h: size(random, 40), w: size(random, 60), r: 1, s: 1 };
    case 'fully connected': {
      const [h, w] = [size(random, 5), size(random, 5)];
      return { c: size(random, 600), m: size(random, 600), h, w, r: h, s: w };
    }
    case 'depthwise':
      return { g: size(random, 200), c: 1, m: 1, ...drawWindow(random) };
    case 'in groups':
      return { g: random.integer(2, 9), c: size(random, 40), m: size(random, 40), ...drawWindow(random) };
    case 'convolution':
      return { c: size(random, 80), m: size(random, 120), ...drawWindow(random) };
  }
}

/** An image, and a kernel that fits it with its padding; rows and columns that no window reaches are welcome. */
function drawWindow(random: Random): Pick<Layer, 'h' | 'w' | 'r' | 's' | 'stride' | 'pad'> {
  const [h, w] = [size(random, 40), size(random, 60)];
  const pad = [0, 1, 2, 3].map(() => (random.fraction() < 0.5 ? 0 : random.integer(0, 3))) as [
    number,
    number,
    number,
    number,
  ];
  const r = Math.min(size(random, 11), h + pad[0] + pad[2]);
  const s = Math.min(size(random, 11), w + pad[1] + pad[3]);
  return { h, w, r, s, stride: [size(random, 4), size(random, 4)], pad };
}

const densities: Partial<Record<OperandKind, readonly [iacts: number, weights: number]>> = {
  sparse: [0.5, 0.4],
  'full density': [1, 1],
  'very sparse': [0.1, 0.05],
  'zero iacts': [0, 0.5],
  'sparse weights': [1, 0.3],
  'zero weights': [0.5, 0],
};

export function drawOperands(random: Random, layer: Layer, values: OperandKind): Operands {
  const [iactDensity, weightDensity] = densities[values] ?? [1, 1];
  const operands = synthesiseOperands(layer, { seed: random.integer(0, 1_000_000), iactDensity, weightDensity });
  if (values !== 'extremes') return operands;
  for (const { data } of [operands.iacts, operands.weights]) data.forEach((_, at) => (data[at] = extreme(random)));
  return operands;
}

/** Of int8, rarely not the most negative. */
function extreme(random: Random): number {
  return random.fraction() < 0.9 ? -128 : 127;
}
