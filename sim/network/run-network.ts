import { existsSync } from 'node:fs';
import { peCount } from '../../hw/parameters.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import { openChip } from '../chip/run-on-chip.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { type ChipConfig, checkRunnable, findConfig, isChip } from '../config/config.ts';
import { InputError } from '../errors.ts';
import { checkOutputFiles, type OutputFile, writeOutputFiles } from '../run/output-files.ts';
import { isGood } from '../run/report.ts';
import { formatVerdict } from '../run/verdict.ts';
import { densityOf } from '../tensor/density.ts';
import { formatNpy } from '../tensor/npy.ts';
import { type GoldenLayer, goldenNetwork } from './golden-network.ts';
import type { Activations } from './host-operations.ts';
import { openKeptReports } from './kept-reports.ts';
import { layersOf, type LayerEntry, type Network } from './network.ts';
import type { NetworkOptions } from './network-options.ts';
import { NetworkProgress } from './network-progress.ts';
import { makeNetworkReport, type NetworkLayerReport } from './network-report.ts';
import { formatNetworkTable } from './network-table.ts';
import { processRunner } from './process-runner.ts';
import { findNetwork } from './read-network.ts';
import { type FinishedTask, type LayerSettings, runnerHere } from './run-network-layer.ts';

/**
 * `saccade network`: every layer of a network on the hardware, each layer's outputs being the next one's inputs, and every output
 * compared with the golden model. All that can be wrong with the input is found before the hardware is built, except for what is in
 * the tensors of later layers.
 *
 * @param open opens chips in this process; tests put in hardware that fails
 * @returns 0 when all outputs match, 1 when one differs or a count is wrong
 * @throws InputError about the input or the machine; HardwareFault when the hardware does not come to an end
 */
export async function runNetwork(options: NetworkOptions, open: typeof openChip = openChip): Promise<number> {
  const network = findNetwork(options.network);
  const config = findConfig(options.config);
  if (!isChip(config)) {
    throw new InputError(`config ${config.name} is a single PE, and networks run on chips: name one, such as v2`);
  }
  checkRunnable(config);
  const layers = chosenLayers(network, options);
  checkPruned(network, options);
  checkFiles(options);

  const progress = createProgress(options);
  let finished: Finished;
  try {
    finished = await runLayers({ network, config, layers, options, progress, open });
  } finally {
    progress.finish();
  }
  const reports = layers.map(({ name }) => finished.reports.get(name)!);
  const complete = layers.length === layersOf(network).length;
  const report = makeNetworkReport(network.name, reports, options, complete);
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  const files: (OutputFile & { contents: Uint8Array | string })[] = [];
  if (options.report !== undefined) files.push({ path: options.report, what: 'report', contents: text });
  if (options.oacts !== undefined) {
    files.push({ path: options.oacts, what: 'oacts', contents: formatNpy(finished.outputs!) });
  }
  writeOutputFiles(files);
  const { totals } = report;
  const good = finished.verdicts.length === 0;
  const verdict = good
    ? `match: all ${totals.checked} outputs of ${totals.layers} layers equal the golden model`
    : finished.verdicts.join('\n');
  if (options.json) process.stdout.write(text);
  else if (!options.quiet) console.log(`${formatNetworkTable(report)}\n${verdict}`);
  if (good) return 0;
  if (options.json || options.quiet) console.error(`saccade: network ${network.name}\n${verdict}`);
  return 1;
}

interface Job {
  readonly network: Network;
  readonly config: ChipConfig;
  /** Those to run, in the order of the network. */
  readonly layers: readonly LayerEntry[];
  readonly options: NetworkOptions;
  readonly progress: Progress;
  readonly open: typeof openChip;
}

interface Finished {
  readonly reports: ReadonlyMap<string, NetworkLayerReport>;
  /** Of layers that went wrong, in words. */
  readonly verdicts: readonly string[];
  /** Of the network's last entry, where they were asked for. */
  readonly outputs?: Activations;
}

async function runLayers({ network, config, layers, options, progress, open }: Job): Promise<Finished> {
  const { engine, encoding, bandwidth, seed, sparse, jobs } = options;
  const settings: LayerSettings = { config, engine, encoding, bandwidth };
  const { chip } = config;
  const kept =
    options.resume === undefined ? undefined : openKeptReports(options.resume, { ...settings, network, seed, sparse });
  const reports = new Map<string, NetworkLayerReport>();
  const verdicts = new Map<string, string>();
  const shown = new NetworkProgress(progress, layers, { sparse, pes: peCount(chip) });
  for (const { name } of layers) {
    const report = kept?.finished.get(name);
    if (report === undefined) continue;
    reports.set(name, report);
    shown.finished(name, report.cycles);
  }
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
  const runLayer = async (made: GoldenLayer): Promise<void> => {
    const { entry, layer, operands, golden, outputs } = made;
    const finished = await runner.run({ layer, operands, golden }, shown.ofLayer(entry.name));
    const report = { ...finished.report, densities: densitiesOf(made, outputs) };
    reports.set(entry.name, report);
    shown.finished(entry.name, report.cycles);
    if (isGood(report)) kept?.keep(report);
    else verdicts.set(entry.name, verdictOf(entry.name, finished));
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
    return { reports, verdicts: inOrder, ...(outputs === undefined ? {} : { outputs }) };
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

function checkPruned(network: Network, { network: source, sparse }: NetworkOptions): void {
  if (!sparse || layersOf(network).some(({ prunedWeightDensity }) => prunedWeightDensity !== undefined)) return;
  throw new InputError(
    `${source}: --sparse is for networks that say what their pruned weights are like, and no layer of this one has "prunedWeightDensity"; ` +
      'add it, or leave the option out',
  );
}

function checkFiles({ network, config, oacts, report }: NetworkOptions): void {
  const isFile = (path: string | undefined): path is string => path !== undefined && existsSync(path);
  const inputs: OutputFile[] = [];
  if (isFile(network)) inputs.push({ path: network, what: 'network file' });
  if (isFile(config)) inputs.push({ path: config, what: 'config file' });
  const outputs: OutputFile[] = [];
  if (oacts !== undefined) outputs.push({ path: oacts, what: 'oacts' });
  if (report !== undefined) outputs.push({ path: report, what: 'report' });
  checkOutputFiles(outputs, inputs);
}
