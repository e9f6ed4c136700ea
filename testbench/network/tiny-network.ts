/** A network file as JSON has it. */
interface NetworkFile {
  readonly layers: readonly { readonly name: string; readonly [key: string]: unknown }[];
  readonly [key: string]: unknown;
}

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
