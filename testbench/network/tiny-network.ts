/** A network file as JSON has it. */
interface NetworkFile {
  readonly layers: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

/** A small inception module: branches of one input, joined over their channels, with another layer behind them. */
export const tinyInception: NetworkFile = {
  name: 'inception',
  layers: [
    { name: 'stem', m: 4, c: 2, h: 6, w: 5, r: 1, s: 1, outputDensity: 0.6 },
    { name: '1x1', m: 3, c: 4, h: 6, w: 5, r: 1, s: 1, outputDensity: 0.5 },
    { name: '3x3', from: 'stem', m: 2, c: 4, h: 6, w: 5, r: 3, s: 3, pad: [1, 1, 1, 1] },
    { op: 'max-pool', name: 'pool', from: 'stem', size: [3, 3], stride: [1, 1], pad: [1, 1, 1, 1] },
    { op: 'concat', name: 'joined', from: ['1x1', '3x3', 'pool'] },
    { name: 'out', m: 5, c: 9, h: 6, w: 5, r: 1, s: 1, activation: 'none' },
  ],
};

/** All that a network can have between its layers, small: a few thousand MACs. */
export const tinyNetwork: NetworkFile = {
  name: 'tiny',
  about: 'For tests.',
  input: { density: 0.9 },
  layers: [
    { name: 'conv', m: 6, c: 3, h: 9, w: 8, r: 3, s: 3, pad: [1, 1, 1, 1], prunedWeightDensity: 0.5 },
    { op: 'max-pool', name: 'pool', size: [3, 3], stride: [2, 2], pad: [1, 0, 1, 1], outputDensity: 0.7 },
    { name: 'dw', g: 6, m: 1, c: 1, h: 5, w: 4, r: 3, s: 3, pad: [1, 1, 1, 1], outputDensity: 0.5 },
    { name: 'pw', m: 6, c: 6, h: 5, w: 4, r: 1, s: 1, activation: 'none', prunedWeightDensity: 0.6 },
    { op: 'add', name: 'sum', from: ['pool', 'pw'], relu: true },
    { op: 'average-pool', name: 'mean', size: [2, 2], stride: [2, 2], pad: [0, 0, 1, 0] },
    { op: 'flatten', name: 'flat' },
    { name: 'fc', m: 7, c: 36, h: 1, w: 1, r: 1, s: 1, activation: 'none' },
  ],
};
