/** A network in the golden model: each layer's outputs are the inputs of the next. */
import { type Convolution, convolve } from '../golden/convolution.ts';
import { requantise } from '../golden/requantisation.ts';
import type { Layer } from '../layer/layer.ts';
import { biasShape, weightShape } from '../layer/shape.ts';
import type { Operands, OperandSource } from '../run/operands.ts';
import { readNpy } from '../tensor/npy.ts';
import { maskedIacts, weightMask } from '../tensor/masks.ts';
import { synthesise } from '../tensor/synthetic.ts';
import { chooseOutput, type WantedOutput } from './choose-output.ts';
import { type Activations, add, averagePool, chooseAddition, concat, flatten, maxPool } from './host-operations.ts';
import type { HostEntry, LayerEntry, Network, PoolEntry } from './network.ts';
import { networkInput } from './network.ts';
import { synthesiseWeights } from './synthetic-weights.ts';

/** What tensors are made by. */
export interface NetworkSettings {
  /** Of all synthetic tensors. */
  readonly seed: number;
  /** Weights are of the densities of the pruned network. */
  readonly sparse: boolean;
  /** Width of the hardware's psums. */
  readonly psumBits: number;
}

/** An entry with its outputs. */
export type GoldenEntry = GoldenLayer | { readonly entry: HostEntry; readonly outputs: Activations };

/** A layer with all that the hardware takes, and what it is to give. */
export interface GoldenLayer {
  readonly entry: LayerEntry;
  /** With its output. */
  readonly layer: Layer;
  readonly operands: Operands;
  readonly golden: Convolution;
  /** [n, g·m, e, f] */
  readonly outputs: Activations;
}

/**
 * The entries of a network that `wanted` names, and those that they need, in their order, each when it is asked for. Same network and
 * settings, same numbers.
 *
 * @param wanted names of entries
 * @throws InputError when a file does not hold what the network needs
 */
export function* goldenNetwork(
  network: Network,
  settings: NetworkSettings,
  wanted: Iterable<string>,
): Generator<GoldenEntry, void, undefined> {
  const needed = ancestors(network, wanted);
  const outputs = new Map<string, Activations>();
  if (needed.has(networkInput)) outputs.set(networkInput, inputTensor(network, settings));
  for (const entry of network.entries) {
    if (!needed.has(entry.name)) continue;
    const inputs = entry.from.map((name) => outputs.get(name)!);
    const made =
      entry.op === 'layer'
        ? goldenLayer(network, entry, inputs[0], settings)
        : { entry, outputs: hostOutputs(entry, inputs) };
    outputs.set(entry.name, made.outputs);
    yield made;
  }
}

/** The names, and those of all that they take their inputs from, directly or not. */
function ancestors({ entries }: Network, wanted: Iterable<string>): Set<string> {
  const needed = new Set(wanted);
  for (const entry of entries.toReversed()) {
    const isCut = entry.op === 'layer' && entry.masks !== undefined;
    if (needed.has(entry.name) && !isCut) for (const other of entry.from) needed.add(other);
  }
  return needed;
}

function inputTensor({ name, input }: Network, { seed }: NetworkSettings): Activations {
  const { signed, shape, density, file } = input;
  const dtype = signed ? ('int8' as const) : ('uint8' as const);
  if (file !== undefined) return readNpy(file, { dtype, shape, what: `input of network ${name}` });
  return synthesise({ dtype, shape, density, seed, label: `input of ${name}` });
}

/** @param given outputs of the entry before; not needed where a mask makes the iacts */
function goldenLayer(
  network: Network,
  entry: LayerEntry,
  given: Activations | undefined,
  settings: NetworkSettings,
): GoldenLayer {
  const { name, layer: plain, masks } = entry;
  const { seed, psumBits } = settings;
  const density = weightDensity(entry, settings);
  const iacts = masks === undefined ? given! : maskedIacts(masks.iacts, plain, seed, `iacts of ${name}`);
  const mask = masks === undefined ? undefined : weightMask(masks.weights, plain);
  const weights =
    entry.weights === undefined
      ? synthesiseWeights(plain, iacts.data, { density, mask, psumBits, seed, label: `weights of ${name}` })
      : readNpy(entry.weights, { dtype: 'int8', shape: weightShape(plain), what: `weights of layer ${name}` });
  const ownBias =
    entry.bias === undefined
      ? undefined
      : readNpy(entry.bias, { dtype: 'int32', shape: biasShape(plain), what: `biases of layer ${name}` });
  const golden = convolve(plain, iacts, weights, psumBits);
  const wanted = wantedOutput(network, entry);
  const chosen =
    plain.output === undefined
      ? chooseOutput(golden.psums, wanted, { seed, label: `outputs of ${name}` }, ownBias)
      : undefined;
  const layer = chosen === undefined ? plain : { ...plain, output: chosen.output };
  const bias = ownBias ?? chosen?.bias;
  const sources = {
    iacts: iactSource(network, entry, seed),
    weights: weightSource(entry, seed, density),
    bias: biasSource(entry, wanted.density),
  };
  const outputs = requantise(layer, golden.psums, bias);
  return { entry, layer, operands: { iacts, weights, bias, sources }, golden, outputs };
}

/** Of an entry's synthetic weights. */
export function weightDensity(
  { weightDensity, prunedWeightDensity }: LayerEntry,
  { sparse }: { sparse: boolean },
): number {
  return sparse ? (prunedWeightDensity ?? weightDensity) : weightDensity;
}

/** Where the pooling behind a layer has a density to reach, it is the layer that reaches it. */
function wantedOutput({ entries }: Network, { name, activation, outputDensity }: LayerEntry): WantedOutput {
  const pool = entries.find(
    (entry): entry is PoolEntry => entry.op.endsWith('-pool') && entry.from[0] === name && 'outputDensity' in entry,
  );
  if (pool === undefined) {
    return outputDensity === undefined ? { activation } : { activation, density: outputDensity };
  }
  return { activation, density: pool.outputDensity!, behind: (outputs) => hostOutputs(pool, [outputs]) };
}

/** What the host makes of the outputs of others. */
export function hostOutputs(entry: HostEntry, inputs: readonly Activations[]): Activations {
  const [a, b] = inputs;
  switch (entry.op) {
    case 'max-pool':
      return maxPool(a!, entry);
    case 'average-pool':
      return averagePool(a!, entry);
    case 'add': {
      const { signed } = entry.outputs;
      return add(a!, b!, entry.scaling ?? chooseAddition(a!, b!, signed), { relu: entry.relu, signed });
    }
    case 'concat':
      return concat(inputs);
    case 'flatten':
      return flatten(a!);
  }
}

function iactSource({ input }: Network, { masks, from }: LayerEntry, seed: number): OperandSource {
  if (masks !== undefined) return { mask: masks.iacts, seed };
  if (from[0] !== networkInput) return { made: `outputs of ${from[0]}` };
  return input.file === undefined ? { seed, density: input.density } : { file: input.file };
}

/** Where an entry's weights come from. */
export function weightSource({ weights, masks }: LayerEntry, seed: number, density: number): OperandSource {
  if (weights !== undefined) return { file: weights };
  return masks === undefined ? { seed, density } : { mask: masks.weights, seed };
}

function biasSource({ bias, layer }: LayerEntry, density: number | undefined): OperandSource | null {
  if (bias !== undefined) return { file: bias };
  return layer.output === undefined && density !== undefined ? { made: `for outputs of density ${density}` } : null;
}
