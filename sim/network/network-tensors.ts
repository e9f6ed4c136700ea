/** Tensors that a command line gives to a network, beside those that its file names. */
import { statSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { iactMask, weightMask } from '../tensor/masks.ts';
import { layerFiles } from './layer-files.ts';
import { layersOf, type LayerEntry, type Network, networkInput } from './network.ts';

/** What tensors of a network are made by, and taken from. Paths are as the user typed them. */
export interface NetworkTensors {
  /** Of the synthetic tensors. */
  readonly seed: number;
  /** Weights of the densities of the pruned network. */
  readonly sparse: boolean;
  /** .npy file for the network's input. */
  readonly iacts: string | undefined;
  /** Folder with LAYER.npy files; of a network of one layer, that layer's file. */
  readonly weights: string | undefined;
  /** The same of biases. */
  readonly bias: string | undefined;
  /** Share of non-zeros of a synthetic input, 0 to 1, in place of the network's own. */
  readonly iactDensity: number | undefined;
  /** The same of the synthetic weights of all layers. */
  readonly weightDensity: number | undefined;
  /** Folder with LAYER_iacts.txt and LAYER_weights.txt: where these layers' tensors are not zero. */
  readonly masks: string | undefined;
}

/** All tensors synthetic, as the network's file says. */
export const syntheticTensors: Omit<NetworkTensors, 'seed' | 'sparse'> = {
  iacts: undefined,
  weights: undefined,
  bias: undefined,
  iactDensity: undefined,
  weightDensity: undefined,
  masks: undefined,
};

/**
 * The network with the tensors that were asked for.
 *
 * - A layer with a bias of its own no longer has one chosen to reach a density.
 * - A layer with masks takes its iacts from its mask, not from the entry before; all that come after it have its outputs.
 *
 * @throws InputError when a folder or a mask does not belong to the network, when two things give the same tensor, or when pruned weights
 *   are asked for that the network does not have
 */
export function withTensors(network: Network, tensors: NetworkTensors): Network {
  const { iacts, iactDensity, weightDensity, masks } = tensors;
  if (tensors.sparse) checkPruned(network);
  const weights = npyFiles(tensors.weights, network, 'weights');
  const bias = npyFiles(tensors.bias, network, 'biases');
  const masked = masks === undefined ? new Map<string, string[]>() : layerFiles(masks, network, 'masks', maskEndings);
  const changed = (entry: LayerEntry): LayerEntry => {
    const { name } = entry;
    // A bias that is given reaches no density.
    const { outputDensity: _reached, ...withoutDensity } = entry;
    const made: LayerEntry = {
      ...(bias.has(name) ? withoutDensity : entry),
      ...(weightDensity === undefined ? {} : { weightDensity, prunedWeightDensity: weightDensity }),
      ...given('weights', weights.get(name)?.[0]),
      ...given('bias', bias.get(name)?.[0]),
    };
    const files = masked.get(name);
    return files === undefined ? made : withMasks(made, [files[0]!, files[1]!]);
  };
  const entries = network.entries.map((entry) => {
    if (entry.op === 'layer') return changed(entry);
    if (!bias.has(entry.from[0]!) || !('outputDensity' in entry)) return entry;
    const { outputDensity: _reached, ...rest } = entry;
    return rest;
  });
  const { file: ownFile, ...values } = network.input;
  // A density is of a synthetic input.
  const file = iacts ?? (iactDensity === undefined ? ownFile : undefined);
  const input = { ...values, ...given('file', file), ...given('density', iactDensity) };
  const result: Network = { ...network, input, entries };
  if (iacts !== undefined) checkInputIsTaken(result, iacts);
  return result;
}

const maskEndings = ['_iacts.txt', '_weights.txt'] as const;

function withMasks(entry: LayerEntry, [iacts, weights]: readonly [string, string]): LayerEntry {
  if (entry.weights !== undefined) {
    throw new InputError(
      `${weights}: a mask makes weights for layer ${entry.name}, and ${entry.weights} has them already; take one of the two away`,
    );
  }
  // That they fit is to be known before anything runs.
  iactMask(iacts, entry.layer);
  weightMask(weights, entry.layer);
  return { ...entry, masks: { iacts, weights } };
}

/** The files of a folder by layer; a file alone is for the only layer. */
function npyFiles(path: string | undefined, network: Network, what: string): ReadonlyMap<string, readonly string[]> {
  if (path === undefined) return new Map();
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  const layers = layersOf(network);
  if (!isFile) return layerFiles(path, network, what, ['.npy']);
  if (layers.length === 1) return new Map([[layers[0]!.name, [path]]]);
  throw new InputError(
    `${path}: it is a file, and network ${network.name} has ${layers.length} layers: for their ${what}, name a folder with LAYER.npy files, such as ${layers[0]!.name}.npy`,
  );
}

function checkPruned(network: Network): void {
  if (layersOf(network).some(({ prunedWeightDensity }) => prunedWeightDensity !== undefined)) return;
  throw new InputError(
    `network ${network.name}: --sparse is for networks that say what their pruned weights are like, and no layer of this one has "prunedWeightDensity"; ` +
      'add it, or leave the option out',
  );
}

function checkInputIsTaken({ name, entries }: Network, iacts: string): void {
  const takers = entries.filter(({ from }) => from.includes(networkInput));
  if (takers.some((entry) => entry.op !== 'layer' || entry.masks === undefined)) return;
  throw new InputError(
    `${iacts}: --iacts is the input of network ${name}, but a mask gives the iacts of ${takers.map((entry) => entry.name).join(', ')}, which takes it; leave out one of the two`,
  );
}

function given<Key extends string, T>(key: Key, value: T | undefined): Partial<Record<Key, T>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, T>);
}
