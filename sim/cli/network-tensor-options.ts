/** Options that give a network its tensors: the same in each command that takes a network. */
import type { Option } from 'commander';
import { option } from './hardware-options.ts';
import { parseName, parseShare } from './option-values.ts';

/** @param ofLayers densities of layers alone, where the command takes them, too */
export function networkTensorOptions(ofLayers?: {
  readonly iactDensity: number;
  readonly weightDensity: number;
}): Option[] {
  const normally = (density: number | undefined): string =>
    `default: the network's${density === undefined ? '' : `; ${density} for layers`}`;
  return [
    option('--iacts <file>', "the network's input, .npy uint8 or int8 [n, channels, h, w]", parseName),
    option(
      '--weights <dir>',
      'folder with LAYER.npy files, int8 [g*m, c, r, s], for any of the layers; of a network of one layer, its file',
      parseName,
    ),
    option(
      '--bias <dir>',
      'the same of biases, int32 [g*m]; layers that have one no longer reach a density of outputs',
      parseName,
    ),
    option(
      '--iact-density <d>',
      `share of non-zeros in a synthetic input, 0 to 1 (${normally(ofLayers?.iactDensity)})`,
      parseShare,
    ).conflicts('iacts'),
    option(
      '--weight-density <d>',
      `share of non-zeros in the synthetic weights of every layer, 0 to 1 (${normally(ofLayers?.weightDensity)})`,
      parseShare,
    ).conflicts('sparse'),
    option(
      '--masks <dir>',
      'folder with LAYER_iacts.txt and LAYER_weights.txt, digits 0 and 1: where tensors of these layers are not zero',
      parseName,
    ),
  ];
}
