import { existsSync } from 'node:fs';
import { peCount } from '../../hw/parameters.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import { openChip } from '../chip/run-on-chip.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { type ChipConfig, checkRunnable, findConfig, isChip } from '../config/config.ts';
import { readEnergyTable } from '../energy/energy-table.ts';
import { InputError } from '../errors.ts';
import { checkOutputFiles, makeOutputFolder, type OutputFile, writeOutputFiles } from '../run/output-files.ts';
import { isGood } from '../run/report.ts';
import { formatVerdict } from '../run/verdict.ts';
import { densityOf } from '../tensor/density.ts';
import { formatNpy } from '../tensor/npy.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { estimateNetwork } from './estimate-network.ts';
import { type GoldenLayer, goldenNetwork } from './golden-network.ts';
import type { Activations } from './host-operations.ts';
import { openKeptReports } from './kept-reports.ts';
import { layersOf, type LayerEntry, type Network } from './network.ts';
import type { NetworkOptions, SimulatedNetworkOptions } from './network-options.ts';
import { withTensors } from './network-tensors.ts';
import { NetworkProgress } from './network-progress.ts';
import { makeNetworkReport, type NetworkLayerReport, type NetworkReport } from './network-report.ts';
import { formatNetworkTable } from './network-table.ts';
import { pageFiles } from './page/network-page.ts';
import { processRunner } from './process-runner.ts';
import { findNetwork } from './read-network.ts';
import { type FinishedTask, type LayerSettings, runnerHere } from './run-network-layer.ts';

/** What came of a network's layers. */
export interface NetworkRun {
  readonly report: NetworkReport;
  /** Of layers that went wrong, in words; none when all is well. */
  readonly verdicts: readonly string[];
  /** Layers whose reports had been kept, and which did not run again. */
  readonly keptLayers: number;
  /** Of the network's last entry, where they were asked for. */
  readonly outputs?: Activations;
  /** Of its last layer. */
  readonly psums?: Tensor<Int32Array>;
}

/**
 * `saccade network`: every layer of a network on the hardware, each layer's outputs being the next one's inputs, and every output
 * compared with the golden model.
 *
 * @param open opens chips in this process; tests put in hardware that fails
 * @returns 0 when all outputs match, 1 when one differs or a count is wrong
 * @throws InputError about the input or the machine; HardwareFault when the hardware does not come to an end
 */
export async function runNetwork(options: NetworkOptions, open: typeof openChip = openChip): Promise<number> {
  const { engine } = options;
  if (engine === 'estimate') return estimateNetwork(askedNetwork(options), options);
  const progress = createProgress(options);
  const { report, verdicts, outputs, psums } = await simulateNetwork({ ...options, engine }, progress, open).finally(
    () => progress.finish(),
  );
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  const files: (OutputFile & { contents: Uint8Array | string })[] = [];
  if (options.report !== undefined) files.push({ path: options.report, what: 'report', contents: text });
  if (options.oacts !== undefined) {
    files.push({ path: options.oacts, what: 'oacts', contents: formatNpy(outputs!) });
  }
  if (options.psums !== undefined) {
    files.push({ path: options.psums, what: 'psums', contents: formatNpy(psums!) });
  }
  if (options.page !== undefined) files.push(...pageFiles(options.page, [report]));
  writeOutputFiles(files);
  const { totals } = report;
  const good = verdicts.length === 0;
  const verdict = good
    ? `match: all ${totals.checked} outputs of ${totals.layers} layers equal the golden model`
    : verdicts.join('\n');
  if (options.json) process.stdout.write(text);
  else if (!options.quiet) console.log(`${formatNetworkTable(report)}\n${verdict}`);
  if (good) return 0;
  if (options.json || options.quiet) console.error(`saccade: network ${report.network}\n${verdict}`);
  return 1;
}

/**
 * Runs the layers, and writes nothing but what is kept of them. All that can be wrong with the input is found before the hardware is
 * built, except for what is in the tensors of later layers.
 *
 * @throws as `runNetwork`
 */
export async function simulateNetwork(
  options: SimulatedNetworkOptions,
  progress: Progress,
  open: typeof openChip = openChip,
): Promise<NetworkRun> {
  const { network, config, layers } = askedNetwork(options);
  checkRunnable(config);
  const { reports: finished, ...rest } = await runLayers({ network, config, layers, options, progress, open });
  const reports = layers.map(({ name }) => finished.get(name)!);
  const complete = layers.length === layersOf(network).length;
  return { report: makeNetworkReport(network.name, reports, options, complete), ...rest };
}

/** @throws InputError about what was asked for */
function askedNetwork(options: NetworkOptions): Pick<Job, 'network' | 'config' | 'layers'> {
  const network = withTensors(findNetwork(options.network), options);
  const config = findConfig(options.config);
  if (!isChip(config)) {
    throw new InputError(`config ${config.name} is a single PE, and networks run on chips: name one, such as v2`);
  }
  const layers = chosenLayers(network, options);
  checkAsked(network, layers, options);
  checkFiles(network, options);
  return { network, config, layers };
}

interface Job {
  readonly network: Network;
  readonly config: ChipConfig;
  /** Those to run, in the order of the network. */
  readonly layers: readonly LayerEntry[];
  readonly options: SimulatedNetworkOptions;
  readonly progress: Progress;
  readonly open: typeof openChip;
}

interface Finished extends Omit<NetworkRun, 'report'> {
  readonly reports: ReadonlyMap<string, NetworkLayerReport>;
}

async function runLayers({ network, config, layers, options, progress, open }: Job): Promise<Finished> {
  const { engine, encoding, order, bandwidth, energy, trace, seed, sparse, jobs } = options;
  const settings: LayerSettings = { config, engine, encoding, order, bandwidth, energy, trace };
  const { chip } = config;
  const kept =
    options.resume === undefined ? undefined : openKeptReports(options.resume, { ...settings, network, seed, sparse });
  // Earlier, its psums did not leave.
  const psumsOf = options.psums === undefined ? undefined : lastLayer(network).name;
  const reports = new Map<string, NetworkLayerReport>();
  const verdicts = new Map<string, string>();
  const shown = new NetworkProgress(progress, layers, { sparse, macs: chip.pe.macs * peCount(chip) });
  for (const { name } of layers) {
    const report = kept?.finished.get(name);
    if (report === undefined || name === psumsOf) continue;
    reports.set(name, report);
    shown.finished(name, report.cycles);
  }
  const keptLayers = reports.size;
  const pending = new Set(layers.map(({ name }) => name).filter((name) => !reports.has(name)));
  const last = network.entries.at(-1)!.name;
  const wanted = options.oacts === undefined ? pending : [...pending, last];

  const apart = Math.min(jobs, pending.size) > 1;
  // Processes would all build the same at the same time.
  if (apart && engine === 'verilator') {
    const built = await open(chip, { engine, checks: false, onBuild: (step) => progress.stage(step) });
    built.close();
  }
  const runner = apart ? processRunner(settings, jobs) : runnerHere(settings, open);
  const running = new Set<Promise<void>>();
  let psums: Tensor<Int32Array> | undefined;
  const runLayer = async (made: GoldenLayer): Promise<void> => {
    const { entry, layer, operands, golden, outputs } = made;
    const checkPsums = entry.name === psumsOf;
    const finished = await runner.run({ layer, operands, golden, checkPsums }, shown.ofLayer(entry.name));
    psums ??= finished.psums;
    const report = { ...finished.report, densities: densitiesOf(made, outputs) };
    reports.set(entry.name, report);
    shown.finished(entry.name, report.cycles);
    if (!isGood(report)) verdicts.set(entry.name, verdictOf(entry.name, finished));
    else if (!checkPsums) kept?.keep(report);
  };
  try {
    let outputs: Activations | undefined;
    for (const made of goldenNetwork(network, { seed, sparse, psumBits: chip.pe.psumBits }, wanted)) {
      if (made.entry.name === last) outputs = made.outputs;
      if (!('layer' in made) || !pending.has(made.entry.name)) continue;
      const run = runLayer(made).finally(() => running.delete(run));
      // It is waited for below; meanwhile another may have failed.
      run.catch(() => undefined);
      running.add(run);
      if (running.size >= (apart ? jobs : 1)) await Promise.race(running);
    }
    await Promise.all(running);
    const inOrder = layers.flatMap(({ name }) => verdicts.get(name) ?? []);
    return {
      reports,
      verdicts: inOrder,
      keptLayers,
      ...(outputs === undefined ? {} : { outputs }),
      ...(psums === undefined ? {} : { psums }),
    };
  } finally {
    runner.close();
  }
}

function densitiesOf({ operands }: GoldenLayer, outputs: Activations): NetworkLayerReport['densities'] {
  const { iacts, weights } = operands;
  return { iact: densityOf(iacts.data), weight: densityOf(weights.data), oact: densityOf(outputs.data) };
}

function verdictOf(name: string, { report, comparisons }: FinishedTask): string {
  return `layer ${name}: ${formatVerdict(report, comparisons)}`;
}

/** The layers that were asked for, in the order of the network. */
function chosenLayers(network: Network, { network: source, layers: asked }: NetworkOptions): LayerEntry[] {
  const all = layersOf(network);
  if (asked === undefined) return all;
  const names = all.map(({ name }) => name);
  for (const name of asked) {
    if (names.includes(name)) continue;
    const meant = closest(name, names);
    const hint = meant === undefined ? `its layers are ${names.join(', ')}` : `did you mean "${meant}"?`;
    throw new InputError(`${source}: there is no layer "${name}" to run: ${hint}`);
  }
  return all.filter(({ name }) => asked.includes(name));
}

function lastLayer(network: Network): LayerEntry {
  return layersOf(network).at(-1)!;
}

/** What needs certain layers to run. */
function checkAsked(
  network: Network,
  layers: readonly LayerEntry[],
  { network: source, psums, trace, resume, config, energy }: NetworkOptions,
): void {
  if (energy !== undefined) readEnergyTable(energy);
  const last = lastLayer(network);
  if (psums !== undefined && !layers.includes(last)) {
    throw new InputError(
      `${source}: --psums writes the psums of the last layer, ${last.name}, which --layers leaves out: add it, or run a layer of its own with saccade run --psums`,
    );
  }
  if (trace === undefined) return;
  if (layers.length > 1) {
    const hardware = config === undefined ? '' : ` --config ${config}`;
    throw new InputError(
      `${source}: a waveform is of one layer, and ${layers.length} are to run: name one, such as saccade network ${source}${hardware} --layers ${layers[0]!.name} --trace ${trace}`,
    );
  }
  if (resume !== undefined) {
    throw new InputError(
      `${source}: --trace needs a run, and --resume may find the layer finished: leave out one of them`,
    );
  }
}

function checkFiles(network: Network, options: NetworkOptions): void {
  const { config, energy, oacts, psums, report, page, trace } = options;
  const isFile = (path: string | undefined): path is string => path !== undefined && existsSync(path);
  const inputs: OutputFile[] = [];
  if (isFile(options.network)) inputs.push({ path: options.network, what: 'network file' });
  if (isFile(config)) inputs.push({ path: config, what: 'config file' });
  if (energy !== undefined) inputs.push({ path: energy, what: 'energy table' });
  const { file } = network.input;
  if (isFile(file)) inputs.push({ path: file, what: 'input' });
  for (const { name, weights, bias, masks } of layersOf(network)) {
    for (const path of [weights, bias, masks?.iacts, masks?.weights]) {
      if (isFile(path)) inputs.push({ path, what: `tensor file of ${name}` });
    }
  }
  const outputs = Object.entries({ oacts, psums, report, trace }).flatMap(([what, path]) =>
    path === undefined ? [] : [{ path, what }],
  );
  checkOutputFiles(outputs, inputs);
  if (page !== undefined) makeOutputFolder(page, 'page');
}
