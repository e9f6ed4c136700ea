/** Reports of finished layers in a folder, from which an interrupted run goes on. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { writeOutputFiles } from '../run/output-files.ts';
import { readUserFile, readUserJson, reason } from '../user-file.ts';
import { layersOf, type Network } from './network.ts';
import type { NetworkLayerReport } from './network-report.ts';
import type { LayerSettings } from './run-network-layer.ts';

/** What a report depends on, beside the contents of files and the program itself. */
export interface KeptRun extends LayerSettings {
  readonly network: Network;
  readonly seed: number;
  readonly sparse: boolean;
}

/** As `run.json` in the folder tells it: the key, and what a reader can compare. */
interface RunFile {
  readonly key: string;
  readonly network: string;
  readonly config: string;
  readonly engine: string;
  readonly encoding: string;
  readonly order: string;
  readonly bandwidth: LayerSettings['bandwidth'] | null;
  readonly energy: string | null;
  readonly seed: number;
  readonly sparse: boolean;
}

const runFile = 'run.json';

export interface KeptReports {
  /** By the name of the layer. */
  readonly finished: ReadonlyMap<string, NetworkLayerReport>;
  /** Adds a report of a layer of which every output is right. */
  keep(report: NetworkLayerReport): void;
}

/**
 * Opens a folder of reports, or makes one.
 *
 * @throws InputError when it belongs to another run, or to none, or cannot be written
 */
export function openKeptReports(folder: string, run: KeptRun): KeptReports {
  const { network, config, engine, encoding, order, bandwidth = null, energy = null, seed, sparse } = run;
  const told = { network: network.name, config: config.name, engine, encoding, order, bandwidth, energy, seed, sparse };
  const wanted: RunFile = { key: keyOf(run), ...told };
  const path = join(folder, runFile);
  if (existsSync(path)) refuseOther(readUserJson(path, 'state of a run') as Partial<RunFile>, wanted, folder);
  else makeFolder(folder);
  const names = layersOf(network).map(({ name }) => name);
  const fileOf = (name: string): string => join(folder, fileName(names.indexOf(name), name));
  const finished = new Map<string, NetworkLayerReport>();
  if (existsSync(path)) {
    for (const name of names.filter((each) => existsSync(fileOf(each)))) {
      finished.set(name, readUserJson(fileOf(name), 'report of a layer') as NetworkLayerReport);
    }
  } else write(path, wanted);
  return { finished, keep: (report) => write(fileOf(report.layer), report) };
}

/** Deletes the folder if the reports in it are of another run, so that those of this one can be kept there. */
export function discardOtherReports(folder: string, run: KeptRun): void {
  const path = join(folder, runFile);
  if (!existsSync(path)) return;
  const { key } = readUserJson(path, 'state of a run') as Partial<RunFile>;
  if (key !== keyOf(run)) rmSync(folder, { recursive: true });
}

function write(path: string, json: unknown): void {
  writeOutputFiles([{ path, what: 'state of the run', contents: `${JSON.stringify(json, undefined, 2)}\n` }]);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length === 0) return;
  } catch (error) {
    throw new InputError(`${folder}: cannot keep reports there: ${reason(error)}`, { cause: error });
  }
  throw new InputError(`${folder}: there are files in it, but no ${runFile} of an interrupted run; name a new folder`);
}

function refuseOther(there: Partial<RunFile>, wanted: RunFile, folder: string): void {
  if (there.key === wanted.key) return;
  const show = (value: unknown): string => JSON.stringify(value) ?? 'missing';
  const keys = Object.keys(wanted) as (keyof RunFile)[];
  const different = keys
    .filter((key) => key !== 'key' && show(there[key]) !== show(wanted[key]))
    .map((key) => `${key} ${show(there[key])} and not ${show(wanted[key])}`);
  const why =
    different.length > 0
      ? different.join(', ')
      : 'the contents of the network, of the config or of a tensor, or Saccade itself, have changed';
  throw new InputError(
    `${folder}: the reports in it are of another run (${why}); name a new folder, or delete this one`,
  );
}

/** "03-conv4-dw.json" */
function fileName(index: number, name: string): string {
  return `${String(index + 1).padStart(2, '0')}-${name.replaceAll(/[^\w.-]+/g, '-')}.json`;
}

function keyOf({ network, config, engine, encoding, order, bandwidth, energy, seed, sparse }: KeptRun): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify({ network, config, engine, encoding, order, bandwidth, seed, sparse }));
  const tensors = layersOf(network).flatMap(({ weights, bias, masks }) => [
    weights,
    bias,
    masks?.iacts,
    masks?.weights,
  ]);
  for (const path of [energy, network.input.file, ...tensors]) {
    if (path !== undefined)
      hash.update(
        createHash('sha256')
          .update(readUserFile(path, path === energy ? 'energy table' : 'tensor'))
          .digest(),
      );
  }
  hashProgram(hash);
  return hash.digest('hex');
}

/** A report of hardware that has changed since would be a lie. */
function hashProgram(hash: ReturnType<typeof createHash>): void {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  for (const part of ['gen', 'hw', 'sim']) {
    const files = readdirSync(join(root, part), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.(ts|js|hbs|h)$/.test(name)).sort()) {
      const path = join(root, part, file);
      if (statSync(path).isFile()) hash.update(`${part}/${file}\n`).update(readFileSync(path));
    }
  }
}
