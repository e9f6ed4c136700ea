/** Whole networks on the chip, layer after layer, beside the paper; and a page about every layer of them. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../gen/source/package-root.ts';
import { openChip } from '../chip/run-on-chip.ts';
import type { Bandwidth, Engine } from '../cli/options.ts';
import type { Progress } from '../cli/progress.ts';
import { findConfig, isChip } from '../config/config.ts';
import { discardOtherReports } from '../network/kept-reports.ts';
import { compareNetwork, networkLabel } from '../network/network-comparison.ts';
import type { SimulatedNetworkOptions } from '../network/network-options.ts';
import type { NetworkReport } from '../network/network-report.ts';
import { pageFiles } from '../network/page/network-page.ts';
import { syntheticTensors } from '../network/network-tensors.ts';
import { findNetwork } from '../network/read-network.ts';
import { simulateNetwork } from '../network/run-network.ts';
import { makeOutputFolder, writeOutputFiles } from '../run/output-files.ts';
import type { Bench, BenchResult } from './bench.ts';
import { withModelEstimates } from './estimate-errors.ts';
import { failuresOf, formatNetworkResults, type NetworkResult } from './network-results.ts';

/** A network and what is wanted of it, in cycles from the first command to the last output. */
export interface NetworkGoal {
  /** A network file, or the name of a network that comes with Saccade. */
  readonly network: string;
  readonly sparse: boolean;
  readonly must?: number;
  readonly aim?: number;
}

/** What is run, on what. */
export interface NetworkSuite {
  readonly goals: readonly NetworkGoal[];
  /** Name of a preset or path of a config file. */
  readonly config: string;
  readonly engine: Engine;
  readonly seed: number;
  readonly jobs: number;
  /** Everything runs without a limit, and then with this one. */
  readonly limit: Bandwidth;
  /** For the page; and, below it, for reports, from which an interrupted run goes on. */
  readonly folder: string;
}

/** The paper's networks, clock and bandwidth. What they must reach is the paper's; see `paperResult`. */
export const suite: NetworkSuite = {
  goals: [
    { network: 'mobilenet-v1-0.5-128', sparse: true, must: 136_000, aim: 90_000 },
    { network: 'mobilenet-v1-0.5-128', sparse: false, must: 156_000, aim: 120_000 },
    { network: 'alexnet', sparse: true, must: 717_600, aim: 500_000 },
    { network: 'alexnet', sparse: false, must: 1_958_900, aim: 1_500_000 },
  ],
  config: 'v2',
  engine: 'verilator',
  seed: 1,
  jobs: availableParallelism(),
  limit: { megabytesPerSecond: 25_600 },
  folder: join(packageRoot(), 'out', 'networks'),
};

export const networks: Bench = {
  name: 'networks',
  describes: 'whole networks on the 192-PE chip in Verilator, cycles beside the paper; a page about every layer',
  run: (progress) => measureNetworks(suite, progress),
};

/** @param open opens chips in this process; tests put in hardware that fails */
export async function measureNetworks(
  { goals, config, engine, seed, jobs, limit, folder }: NetworkSuite,
  progress: Progress,
  open: typeof openChip = openChip,
): Promise<BenchResult> {
  await buildSimulator(config, engine, progress, open);
  makeOutputFolder(folder, 'page');
  const results: NetworkResult[] = [];
  const reports: NetworkReport[] = [];
  for (const [index, { network, sparse, must, aim }] of goals.entries()) {
    const run = async (bandwidth: Bandwidth | undefined) => {
      const options = optionsOf({ network, sparse, config, engine, seed, jobs, bandwidth }, folder);
      progress.stage(`${options.label} (network ${index + 1} of ${goals.length})`);
      const started = performance.now();
      const { report: plain, verdicts, keptLayers } = await simulateNetwork(options, progress, open);
      const seconds = keptLayers > 0 ? null : (performance.now() - started) / 1000;
      const report =
        bandwidth === undefined ? withModelEstimates(plain, findNetwork(network), chipConfig(config)) : plain;
      reports.push(report);
      return { report, verdicts, seconds };
    };
    const unlimited = await run(undefined);
    const limited = await run(limit);
    results.push({
      comparison: compareNetwork(unlimited.report, limited.report),
      must: must ?? null,
      aim: aim ?? null,
      simulationSeconds: unlimited.report.totals.wallSeconds,
      seconds: unlimited.seconds,
      verdicts: [...unlimited.verdicts, ...limited.verdicts],
    });
  }
  writeOutputFiles(pageFiles(folder, reports));
  const failures = results.flatMap(failuresOf);
  const page = join(folder, 'index.md');
  const text = [
    formatNetworkResults(results),
    `Every layer, and what bounds it: ${page}`,
    failures.length === 0 ? 'Nothing takes more cycles than it must, and every output is right.' : failures.join('\n'),
  ].join('\n\n');
  return { text, data: { networks: results, page, failures }, passed: failures.length === 0 };
}

/** Once, before anything is timed. */
async function buildSimulator(
  configName: string,
  engine: Engine,
  progress: Progress,
  open: typeof openChip,
): Promise<void> {
  const { chip } = chipConfig(configName);
  const built = await open(chip, { engine, checks: false, onBuild: (step) => progress.stage(step) });
  built.close();
}

/**
 * Reports that are kept of an earlier version of the hardware are of no use, and deleted.
 *
 * @param folder of the suite
 */
export function optionsOf(
  asked: Pick<SimulatedNetworkOptions, 'network' | 'sparse' | 'engine' | 'seed' | 'jobs' | 'bandwidth'> & {
    config: string;
  },
  folder: string,
): SimulatedNetworkOptions & { readonly label: string } {
  const { network, sparse, bandwidth } = asked;
  const name = networkLabel({ network: findNetwork(network).name, sparse });
  const label = `${name}${bandwidth === undefined ? '' : ', limited bandwidth'}`;
  const resume = join(folder, 'kept', label.replaceAll(/[^\w.-]+/g, '-'));
  const encoding = 'auto';
  const order = 'balanced';
  discardOtherReports(resume, {
    ...asked,
    encoding,
    order,
    network: findNetwork(asked.network),
    config: chipConfig(asked.config),
  });
  return {
    ...asked,
    ...syntheticTensors,
    label,
    encoding,
    order,
    energy: undefined,
    layers: undefined,
    resume,
    oacts: undefined,
    psums: undefined,
    report: undefined,
    page: undefined,
    trace: undefined,
    json: false,
    quiet: true,
  };
}

export function chipConfig(name: string) {
  const config = findConfig(name);
  if (!isChip(config)) throw new RangeError(`networks are measured on chips, and ${name} is a single PE`);
  return config;
}
