import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { closest } from '../../gen/diagnostics/closest.ts';
import { packageRoot } from '../../gen/source/package-root.ts';
import { InputError } from '../errors.ts';
import { iactShape, psumShape } from '../layer/shape.ts';
import { checkLayer } from '../layer/schema.ts';
import { readUserJson } from '../user-file.ts';
import {
  extras,
  faultsOf,
  type HostEntryFile,
  hostEntry,
  layerExtras,
  networkFile,
  operations,
} from './entry-schema.ts';
import { pooledSize } from './host-operations.ts';
import type { HostEntry, LayerEntry, Network, NetworkEntry, PoolEntry, Shape, Values } from './network.ts';
import { networkInput } from './network.ts';

const folder = join(packageRoot(), 'sim', 'network', 'library');

/** Names of the networks that come with the product, sorted. */
export function libraryNetworks(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.map((file) => basename(file, '.json')).sort();
}

/**
 * A network by its name in the library, such as "alexnet", or by the path of a network file. A file of that name, if there is one,
 * comes first.
 *
 * @throws InputError when it is neither, or when the file does not describe a network
 */
export function findNetwork(nameOrPath: string): Network {
  const names = libraryNetworks();
  const isNamed = !existsSync(nameOrPath) && names.includes(nameOrPath);
  const path = isNamed ? join(folder, `${nameOrPath}.json`) : nameOrPath;
  if (!isNamed && !existsSync(path)) {
    const meant = closest(nameOrPath, names);
    const hint = meant === undefined ? `the library has ${names.join(', ')}` : `did you mean "${meant}"?`;
    throw new InputError(`${nameOrPath}: there is no such network file, and no such network in the library: ${hint}`);
  }
  return parseNetwork(readUserJson(path, 'network file'), path);
}

/**
 * Checks the contents of a network file and fills in the defaults: `from` is the entry before, `op` "layer"; of layers, activation
 * "relu" and weightDensity 1; of pooling, stride as size and no pad. Files are found from where the network file is.
 *
 * @param source where it came from: begins every message
 * @throws InputError about the first entry that is at fault, with all its faults
 */
export function parseNetwork(json: unknown, source: string): Network {
  const file = parse(networkFile, json, source);
  const entries: NetworkEntry[] = [];
  let input: Values | undefined;
  for (const [index, entry] of file.layers.entries()) {
    const name = typeof entry['name'] === 'string' ? entry['name'] : `layer${index + 1}`;
    const at = `${source}: ${name}`;
    if (name === networkInput || entries.some((other) => other.name === name)) {
      throw new InputError(`${at}: entry ${index + 1} has a name that is taken already; give each its own`);
    }
    const before = entries.at(-1)?.name ?? networkInput;
    const made = (entry['op'] ?? 'layer') === 'layer' ? layerEntry(entry, name, before, at) : undefined;
    if (made !== undefined && made.from[0] === networkInput) input ??= inputsOf(made);
    const inputs = (from: readonly string[]): Values[] => from.map((other) => outputsOf(entries, input, other, at));
    if (made === undefined) {
      const host = makeHostEntry(parse(hostEntry, checkOperation(entry, at), at), { name, before, at }, inputs);
      if (host.op === 'max-pool' || host.op === 'average-pool') checkPoolDensity(host, entries, at);
      entries.push(host);
    } else {
      expectValues(inputsOf(made), inputs(made.from)[0]!, made.from[0]!, at);
      entries.push(withPath(made, source));
    }
  }
  // Pooling alone has no say in the shape of the input, so the first entry is a layer.
  if (input === undefined) throw new InputError(`${source}: no layer takes its inputs from "${networkInput}"`);
  const { name = basename(source).replace(/\.json$/i, ''), about } = file;
  const { density, file: tensor } = file.input;
  const path = tensor === undefined ? {} : { file: resolve(dirname(source), tensor) };
  return { name, about, input: { density, ...path, ...input }, entries };
}

function layerEntry(entry: Record<string, unknown>, name: string, before: string, at: string): LayerEntry {
  const isOwn = ([key]: readonly [string, unknown]): boolean => Object.hasOwn(layerExtras, key);
  const own = parse(extras, Object.fromEntries(Object.entries(entry).filter(isOwn)), at);
  const layer = checkLayer(Object.fromEntries(Object.entries(entry).filter((each) => !isOwn(each))), at, name);
  const { op: _op, about: _about, from = before, activation, weightDensity = 1, ...rest } = own;
  const refuse = (key: string, why: string): never => {
    throw new InputError(`${at}: "${key}" ${why}; leave one of them out`);
  };
  if (layer.output !== undefined) {
    if (activation !== undefined) refuse('activation', 'is for outputs that are chosen, but there is "output"');
    if (rest.outputDensity !== undefined) {
      refuse('outputDensity', 'is reached by choosing how psums become outputs, but "output" says it');
    }
  }
  if (activation === 'none' && rest.outputDensity !== undefined) {
    refuse('outputDensity', 'is reached with a ReLU, but "activation" is "none"');
  }
  if (rest.bias !== undefined && rest.outputDensity !== undefined) {
    refuse('outputDensity', 'is reached by choosing the bias, but "bias" names a file');
  }
  const signed = layer.output?.signed ?? activation === 'none';
  return {
    op: 'layer',
    name,
    from: [from],
    layer,
    activation: activation ?? 'relu',
    weightDensity,
    ...(rest as Pick<LayerEntry, 'prunedWeightDensity' | 'outputDensity' | 'weights' | 'bias'>),
    outputs: { shape: psumShape(layer), signed },
  };
}

/** Files that an entry names, as paths from anywhere. */
function withPath(entry: LayerEntry, source: string): LayerEntry {
  const { weights, bias, ...rest } = entry;
  const path = (file: string): string => resolve(dirname(source), file);
  return {
    ...rest,
    ...(weights === undefined ? {} : { weights: path(weights) }),
    ...(bias === undefined ? {} : { bias: path(bias) }),
  };
}

function makeHostEntry(
  entry: HostEntryFile,
  { name, before, at }: { name: string; before: string; at: string },
  inputs: (from: readonly string[]) => Values[],
): HostEntry {
  if (entry.op === 'add') {
    const { op, from, relu, multipliers, shift } = entry;
    const [a, b] = inputs(from) as [Values, Values];
    expectValues({ ...a, signed: b.signed }, b, from[1], at);
    if ((multipliers === undefined) !== (shift === undefined)) {
      throw new InputError(`${at}: "multipliers" and "shift" belong together; give both or none`);
    }
    const outputs = { shape: a.shape, signed: !relu && (a.signed || b.signed) };
    const scaling = multipliers === undefined || shift === undefined ? {} : { scaling: { multipliers, shift } };
    return { op, name, from, relu, ...scaling, outputs };
  }
  if (entry.op === 'concat') {
    const { op, from } = entry;
    const values = inputs(from);
    const { shape, signed } = values[0]!;
    for (const [index, other] of values.entries()) {
      expectValues({ shape: [shape[0], other.shape[1], shape[2], shape[3]], signed }, other, from[index]!, at);
    }
    const channels = values.reduce((sum, each) => sum + each.shape[1], 0);
    return { op, name, from, outputs: { shape: [shape[0], channels, shape[2], shape[3]], signed } };
  }
  const from = [entry.from ?? before];
  const [{ shape, signed }] = inputs(from) as [Values];
  const [n, channels, height, width] = shape;
  if (entry.op === 'flatten') {
    return { op: 'flatten', name, from, outputs: { shape: [n, channels * height * width, 1, 1], signed } };
  }
  const { op, size, stride = size, pad, outputDensity } = entry;
  const [top, left, bottom, right] = pad;
  if (size[0] > top + height + bottom || size[1] > left + width + right) {
    throw new InputError(
      `${at}: the window of ${size.join('×')} is larger than the padded input of ${height}×${width}`,
    );
  }
  // A window beside the input would have nothing to choose from.
  if (Math.max(top, bottom) >= size[0] || Math.max(left, right) >= size[1]) {
    throw new InputError(`${at}: "pad" is ${JSON.stringify(pad)}: expected less than "size" ${JSON.stringify(size)}`);
  }
  const [rows, columns] = pooledSize([height, width], { size, stride, pad });
  const density = outputDensity === undefined ? {} : { outputDensity };
  return { op, name, from, size, stride, pad, ...density, outputs: { shape: [n, channels, rows, columns], signed } };
}

function checkOperation(entry: Record<string, unknown>, at: string): Record<string, unknown> {
  if (operations.includes(entry['op'] as string)) return entry;
  throw new InputError(`${at}: "op" is ${JSON.stringify(entry['op'])}: expected one of ${operations.join(', ')}`);
}

/** A density behind pooling is reached by the layer before it, which must be free to. */
function checkPoolDensity({ outputDensity, from }: PoolEntry, entries: readonly NetworkEntry[], at: string): void {
  if (outputDensity === undefined) return;
  const producer = entries.find(({ name }) => name === from[0]);
  const isFree =
    producer?.op === 'layer' &&
    producer.layer.output === undefined &&
    producer.activation === 'relu' &&
    producer.bias === undefined &&
    producer.outputDensity === undefined;
  if (isFree) return;
  throw new InputError(
    `${at}: "outputDensity" is reached by the layer that the pooling takes its inputs from: "${from[0]}" must be a layer with a ReLU, ` +
      'without "output", "bias" and "outputDensity"',
  );
}

function outputsOf(entries: readonly NetworkEntry[], input: Values | undefined, name: string, at: string): Values {
  if (name === networkInput && input !== undefined) return input;
  const producer = entries.find((entry) => entry.name === name);
  if (producer !== undefined) return producer.outputs;
  if (name === networkInput) {
    throw new InputError(`${at}: the first entry is to be a layer, which says what shape the input has`);
  }
  const meant = closest(name, [networkInput, ...entries.map((entry) => entry.name)]);
  const hint =
    meant === undefined ? 'entries come after those they take their inputs from' : `did you mean "${meant}"?`;
  throw new InputError(`${at}: takes its inputs from "${name}", and no entry before it has that name; ${hint}`);
}

function inputsOf({ layer }: LayerEntry): Values {
  return { shape: iactShape(layer), signed: layer.iactSigned };
}

function expectValues(wanted: Values, given: Values, from: string, at: string): void {
  const [expected, got] = [describe(wanted), describe(given)];
  if (expected === got) return;
  throw new InputError(`${at}: takes ${expected}, but "${from}" gives ${got}`);
}

function describe({ shape, signed }: { shape: Shape; signed: boolean }): string {
  return `${signed ? 'int8' : 'uint8'} [${shape.join(', ')}]`;
}

function parse<T>(schema: z.ZodType<T>, json: unknown, at: string): T {
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new InputError(`${at}: ${faultsOf(parsed.error).join('; ')}`);
}
