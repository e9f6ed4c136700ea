import type { openChip } from '../chip/run-on-chip.ts';
import type { EyexamOptions } from '../cli/eyexam.ts';
import { createProgress } from '../cli/progress.ts';
import type { ChipConfig } from '../config/config.ts';
import { InputError } from '../errors.ts';
import { type GoldenLayer, goldenNetwork } from '../network/golden-network.ts';
import { layersOf, type Network } from '../network/network.ts';
import { type NetworkTensors, withTensors } from '../network/network-tensors.ts';
import { findNetwork } from '../network/read-network.ts';
import { runnerHere } from '../network/run-network-layer.ts';
import { isGood } from '../run/report.ts';
import { formatVerdict } from '../run/verdict.ts';
import { drawRoofline } from './draw-roofline.ts';
import { drawWaterfall } from './draw-waterfall.ts';
import { makeOutputFolder } from '../run/output-files.ts';
import { checkTensorsOfRun, expectedExam, faultOfBounds, measuredExam, writeToFolder } from './examine.ts';
import type { Eyexam } from './eyexam.ts';
import { formatNetworkExam } from './format-network-exam.ts';
import { networkExam } from './network-exam.ts';
import { type NetworkRun, readNetworkRun } from './network-run.ts';
import { checkReportFits } from './run-report.ts';

/**
 * `saccade eyexam NETWORK`: the seven steps of each layer and of all together. With the report of a run, tensors are made as they were
 * for it.
 *
 * @param source name or file of the network
 * @returns 0; 1 when outputs of a run were wrong, or it was faster than its bound
 * @throws InputError about the input or the machine
 */
export async function eyexamNetwork(
  source: string,
  options: EyexamOptions,
  config: ChipConfig,
  open: typeof openChip,
): Promise<number> {
  const plain = findNetwork(source);
  const run = readReport(options, plain, config.name);
  const tensors: NetworkTensors = run?.tensors ?? options;
  const network = withTensors(plain, tensors);
  if (options.out !== undefined) makeOutputFolder(options.out, 'pictures');

  const names = layersOf(network).map(({ name }) => name);
  const { engine, encoding, order, bandwidth, out, json, measure } = options;
  const runner = runnerHere({ config, engine, encoding, order, bandwidth }, open);
  const exams: Eyexam[] = [];
  const faults: string[] = [];
  let tailCycles = 0;
  const progress = createProgress({ quiet: false, json });
  const examine = async ({ entry, layer, operands, golden }: GoldenLayer): Promise<Eyexam> => {
    const known = run?.layers.find((each) => each.layer === entry.name);
    if (known !== undefined) {
      checkReportFits(run!.path, known, layer, config.name);
      const exam = measuredExam(layer, operands, config, known);
      checkTensorsOfRun(run!.path, exam, known);
      tailCycles += known.tailCycles;
      return exam;
    }
    if (!measure) return expectedExam(layer, operands, config, options);
    const { report, comparisons } = await runner.run({ layer, operands, golden }, progress);
    if (!isGood(report)) faults.push(`layer ${layer.name}\n${formatVerdict(report, comparisons)}`);
    tailCycles += report.tailCycles;
    return measuredExam(layer, operands, config, report);
  };
  try {
    const settings = { seed: tensors.seed, sparse: tensors.sparse, psumBits: config.chip.pe.psumBits };
    for (const made of goldenNetwork(network, settings, names)) {
      if (!('layer' in made)) continue;
      progress.stage(`examining ${made.entry.name} (${exams.length + 1} of ${names.length})`);
      const exam = await examine(made);
      exams.push(exam);
      faults.push(...[faultOfBounds(exam)].filter((fault) => fault !== undefined));
    }
  } finally {
    runner.close();
    progress.finish();
  }
  const whole = networkExam(network.name, exams, tailCycles);
  const text = `${JSON.stringify({ network: whole, layers: exams }, undefined, 2)}\n`;
  if (out !== undefined) {
    writeToFolder(out, {
      'eyexam.json': text,
      'waterfall.svg': drawWaterfall([whole]),
      'waterfall-layers.svg': drawWaterfall(exams),
      'roofline.svg': drawRoofline(exams),
    });
  }
  if (json) process.stdout.write(text);
  else console.log(formatNetworkExam(whole, exams));
  for (const fault of faults) console.error(`saccade: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

/** The report that was given, which must be of this network on this hardware. */
function readReport(options: EyexamOptions, network: Network, config: string): NetworkRun | undefined {
  const [path, another] = options.reports;
  if (path === undefined) return undefined;
  if (another !== undefined) {
    throw new InputError(`${another}: there is a report already, ${path}: a network takes one, of all its layers`);
  }
  const { sparse, masks, iacts, weights, bias, iactDensity, weightDensity } = options;
  const given = {
    sparse: sparse ? true : undefined,
    masks,
    iacts,
    weights,
    bias,
    'iact-density': iactDensity,
    'weight-density': weightDensity,
  };
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new InputError(`--${option}: the report ${path} says what tensors the run had: leave the option out`);
  }
  const run = readNetworkRun(path);
  if (run.network !== network.name) {
    throw new InputError(`${path}: this report is of network ${run.network}, not ${network.name}: name that one`);
  }
  const names = layersOf(network).map(({ name }) => name);
  const strange = run.layers.find(({ layer }) => !names.includes(layer));
  if (strange !== undefined) {
    throw new InputError(
      `${path}: this report has a layer ${strange.layer}, and network ${network.name} has none: the network has changed; run it again`,
    );
  }
  if (run.config !== config) {
    throw new InputError(
      `${path}: this report is of config ${run.config}, not ${config}: give the run's own with --config`,
    );
  }
  return run;
}
