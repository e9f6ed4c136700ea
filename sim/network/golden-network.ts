/** A network in the golden model: each layer's outputs are the inputs of the next. */
import { type Convolution, convolve } from '../golden/convolution.ts';
import { requantise } from '../golden/requantisation.ts';
import type { Layer } from '../layer/layer.ts';
import { biasShape, weightShape } from '../layer/shape.ts';
import type { Operands, OperandSource } from '../run/operands.ts';
import { readNpy } from '../tensor/npy.ts';
import { synthesise } from '../tensor/synthetic.ts';
import { chooseOutput, type WantedOutput } from './choose-output.ts';
import { type Activations, add, averagePool, chooseAddition, flatten, maxPool } from './host-operations.ts';
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
        ? goldenLayer(network, entry, inputs[0]!, settings)
        : { entry, outputs: hostOutputs(entry, inputs) };
    outputs.set(entry.name, made.outputs);
    yield made;
  }
}

/** The names, and those of all that they take their inputs from, directly or not. */
function ancestors({ entries }: Network, wanted: Iterable<string>): Set<string> {
  const needed = new Set(wanted);
  for (const { name, from } of entries.toReversed()) {
    if (needed.has(name)) for (const other of from) needed.add(other);
  }
  return needed;
}

function inputTensor({ name, input }: Network, { seed }: NetworkSettings): Activations {
  const { signed, shape, density, file } = input;
  const dtype = signed ? ('int8' as const) : ('uint8' as const);
  if (file !== undefined) return readNpy(file, { dtype, shape, what: `input of network ${name}` });
  return synthesise({ dtype, shape, density, seed, label: `input of ${name}` });
}

function goldenLayer(network: Network, entry: LayerEntry, iacts: Activations, settings: NetworkSettings): GoldenLayer {
  const { name, layer: plain } = entry;
  const { seed, psumBits } = settings;
  const density = weightDensity(entry, settings);
  const weights =
    entry.weights === undefined
      ? synthesiseWeights(plain, iacts.data, { density, psumBits, seed, label: `weights of ${name}` })
      : readNpy(entry.weights, { dtype: 'int8', shape: weightShape(plain), what: `weights of layer ${name}` });
  const given =
    entry.bias === undefined
      ? undefined
      : readNpy(entry.bias, { dtype: 'int32', shape: biasShape(plain), what: `biases of layer ${name}` });
  const golden = convolve(plain, iacts, weights, psumBits);
  const wanted = wantedOutput(network, entry);
  const chosen =
    plain.output === undefined
      ? chooseOutput(golden.psums, wanted, { seed, label: `outputs of ${name}` }, given)
      : undefined;
  const layer = chosen === undefined ? plain : { ...plain, output: chosen.output };
  const bias = given ?? chosen?.bias;
  const producer = entry.from[0]!;
  const sources = {
    iacts: producer === networkInput ? inputSource(network, seed) : { made: `outputs of ${producer}` },
    weights: entry.weights === undefined ? { seed, density } : { file: entry.weights },
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
export function hostOutputs(entry: HostEntry, [a, b]: readonly Activations[]): Activations {
  switch (entry.op) {
    case 'max-pool':
      return maxPool(a!, entry);
    case 'average-pool':
      return averagePool(a!, entry);
    case 'add': {
      const { signed } = entry.outputs;
      return add(a!, b!, entry.scaling ?? chooseAddition(a!, b!, signed), { relu: entry.relu, signed });
    }
    case 'flatten':
      return flatten(a!);
  }
}

function inputSource({ input }: Network, seed: number): OperandSource {
  return input.file === undefined ? { seed, density: input.density } : { file: input.file };
}

function biasSource({ bias, layer }: LayerEntry, density: number | undefined): OperandSource | null {
  if (bias !== undefined) return { file: bias };
  return layer.output === undefined && density !== undefined ? { made: `for outputs of density ${density}` } : null;
}
