import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openChip } from '../chip/run-on-chip.ts';
import type { EyexamOptions } from '../cli/eyexam.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import { type ChipConfig, checkRunnable, findConfig, isChip } from '../config/config.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { findLayer } from '../layer/library.ts';
import { chooseMapping } from '../mapper/search.ts';
import { bytesPerCycle } from '../run/bandwidth.ts';
import type { ChipReport } from '../run/chip-report.ts';
import { readOperands } from '../run/operands.ts';
import { writeOutputFiles } from '../run/output-files.ts';
import { isGood } from '../run/report.ts';
import { runChipLayer } from '../run/run-chip-layer.ts';
import { formatVerdict } from '../run/verdict.ts';
import { densityOf } from '../tensor/density.ts';
import { reason } from '../user-file.ts';
import { drawRoofline } from './draw-roofline.ts';
import { drawWaterfall } from './draw-waterfall.ts';
import { type Eyexam, type EyexamCase, eyexam } from './eyexam.ts';
import { formatEyexam } from './format-eyexam.ts';
import { checkReportFits, readRunReport, type RunReport } from './run-report.ts';

/**
 * `saccade eyexam`: the seven steps of each layer, as tables or JSON, and as pictures.
 *
 * @param open opens the chip that `--measure` runs; tests put in another
 * @returns 0; 1 when outputs of a run were wrong, or it was faster than its bound
 * @throws InputError about the input or the machine
 */
export async function eyexamLayers(options: EyexamOptions, open: typeof openChip = openChip): Promise<number> {
  const config = findConfig(options.config);
  if (!isChip(config))
    throw new InputError(`config ${config.name}: it is a single PE, and eyexam looks at chips, for instance "v2"`);
  checkRunnable(config);
  const layers = options.layers.map(findLayer);
  const reports = matchReports(options.reports, layers, config.name);
  if (options.out !== undefined) makeFolder(options.out);

  const exams: Eyexam[] = [];
  const faults: string[] = [];
  const progress = createProgress({ quiet: false, json: options.json });
  try {
    for (const layer of layers) {
      const report = reports.get(layer);
      progress.stage(`examining ${layer.name}`);
      const exam =
        report === undefined
          ? await examineAnew(layer, config, options, progress, faults, open)
          : examineRun(layer, config, report.path, report.report);
      const [bound, last] = exam.steps.slice(-2);
      if (last!.cycles < bound!.cycles)
        faults.push(
          `layer ${layer.name}: it took ${last!.cycles} cycles, and its bound is ${bound!.cycles}: either the report is of another hardware, or the bound is wrong`,
        );
      exams.push(exam);
    }
  } finally {
    progress.finish();
  }
  writeFiles(options.out, exams);
  if (options.json) process.stdout.write(formatJson(exams));
  else console.log(exams.map(formatEyexam).join('\n\n'));
  for (const fault of faults) console.error(`saccade: ${fault}`);
  return faults.length === 0 ? 0 : 1;
}

interface NamedReport {
  readonly path: string;
  readonly report: RunReport;
}

/** Reports belong to layers of the same name. */
function matchReports(
  paths: readonly string[],
  layers: readonly Layer[],
  config: string,
): ReadonlyMap<Layer, NamedReport> {
  const matched = new Map<Layer, NamedReport>();
  for (const path of paths) {
    const report = readRunReport(path);
    const layer = layers.find(({ name }) => name === report.layer);
    if (layer === undefined) {
      throw new InputError(
        `${path}: this report is of layer ${report.layer}, which is not examined: expected one of ${layers.map(({ name }) => name).join(', ')}`,
      );
    }
    const other = matched.get(layer);
    if (other !== undefined)
      throw new InputError(`${path}: ${other.path} is of layer ${report.layer}, too: give one of them`);
    checkReportFits(path, report, layer, config);
    matched.set(layer, { path, report });
  }
  return matched;
}

/** The run that a report is about. */
function examineRun(layer: Layer, config: ChipConfig, path: string, report: RunReport): Eyexam {
  const { iacts, weights } = report.operands;
  const seed = 'seed' in iacts ? iacts.seed : 'seed' in weights ? weights.seed : 1;
  const operands = readOperands(layer, {
    iacts: 'file' in iacts ? iacts.file : undefined,
    weights: 'file' in weights ? weights.file : undefined,
    bias: undefined,
    seed,
    iactDensity: 'density' in iacts ? iacts.density : 0,
    weightDensity: 'density' in weights ? weights.density : 0,
  });
  const exam = eyexam({ ...caseOf(layer, operands, config, report), expectedCycles: 0 });
  if (exam.effectualMacs !== report.effectualMacs) {
    throw new InputError(
      `${path}: the run had ${report.effectualMacs} MACs of two non-zeros, and its tensors as they are now have ${exam.effectualMacs}: run the layer again`,
    );
  }
  return exam;
}

/** A layer without a report, on synthetic tensors; it is run if that was asked for. */
async function examineAnew(
  layer: Layer,
  config: ChipConfig,
  options: EyexamOptions,
  progress: Progress,
  faults: string[],
  open: typeof openChip,
): Promise<Eyexam> {
  const { encoding, seed, iactDensity, weightDensity } = options;
  const files = { iacts: undefined, weights: undefined, bias: undefined };
  const operands = readOperands(layer, { ...files, seed, iactDensity, weightDensity });
  const bandwidth = options.bandwidth === undefined ? undefined : bytesPerCycle(options.bandwidth, config.clockMHz);
  if (!options.measure) {
    const { mapping, cost } = chooseMapping(layer, operands.weights.data, densityOf(operands.iacts.data), config.chip, {
      ...(encoding === 'auto' ? {} : { encoding }),
      bandwidth,
    });
    const plain = withoutBias(operands);
    return eyexam({
      layer,
      operands: plain,
      config,
      mapping,
      bandwidth,
      measured: undefined,
      expectedCycles: cost.cycles,
    });
  }
  const run = {
    ...options,
    ...files,
    layer: layer.name,
    energy: undefined,
    psums: undefined,
    oacts: undefined,
    report: undefined,
    trace: undefined,
    checkPsums: false,
    explain: false,
    quiet: false,
  };
  const { report, comparisons } = await runChipLayer({ layer, operands, options: run, progress }, config, open);
  if (!isGood(report)) faults.push(`layer ${layer.name}\n${formatVerdict(report, comparisons)}`);
  return eyexam({ ...caseOf(layer, operands, config, report as ChipReport), expectedCycles: 0 });
}

/** What a run was, from its report. */
function caseOf(
  layer: Layer,
  operands: Parameters<typeof withoutBias>[0],
  config: ChipConfig,
  report: RunReport | ChipReport,
): Omit<EyexamCase, 'expectedCycles'> {
  const { mapping, bandwidth, cycles, tailCycles, engine, offChipBytes } = report;
  const outputBytes = offChipBytes.psum + offChipBytes.oact;
  const measured = { cycles, tailCycles, engine, outputBytes };
  return { layer, operands: withoutBias(operands), config, mapping, bandwidth: bandwidth ?? undefined, measured };
}

/** Neither values nor places of biases change the work. */
function withoutBias({ iacts, weights }: ReturnType<typeof readOperands>) {
  return { iacts, weights };
}

function makeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new InputError(`${out}: the pictures cannot be written there: ${reason(error)}`, { cause: error });
  }
}

function writeFiles(out: string | undefined, exams: readonly Eyexam[]): void {
  if (out === undefined) return;
  writeOutputFiles([
    { path: join(out, 'eyexam.json'), what: 'eyexam', contents: formatJson(exams) },
    { path: join(out, 'waterfall.svg'), what: 'waterfall', contents: drawWaterfall(exams) },
    { path: join(out, 'roofline.svg'), what: 'roofline', contents: drawRoofline(exams) },
  ]);
}

function formatJson(layers: readonly Eyexam[]): string {
  return `${JSON.stringify({ layers }, undefined, 2)}\n`;
}
