import type { openChip } from '../chip/run-on-chip.ts';
import type { EyexamOptions } from '../cli/eyexam.ts';
import { runDefaults } from '../cli/options.ts';
import { createProgress, type Progress } from '../cli/progress.ts';
import type { ChipConfig } from '../config/config.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { findLayer } from '../layer/library.ts';
import type { ChipReport } from '../run/chip-report.ts';
import { readOperands } from '../run/operands.ts';
import { makeOutputFolder } from '../run/output-files.ts';
import { isGood } from '../run/report.ts';
import { runChipLayer } from '../run/run-chip-layer.ts';
import { formatVerdict } from '../run/verdict.ts';
import { drawRoofline } from './draw-roofline.ts';
import { drawWaterfall } from './draw-waterfall.ts';
import { checkTensorsOfRun, expectedExam, faultOfBounds, measuredExam, writeToFolder } from './examine.ts';
import type { Eyexam } from './eyexam.ts';
import { formatEyexam } from './format-eyexam.ts';
import { checkReportFits, readRunReport, type RunReport } from './run-report.ts';

/**
 * `saccade eyexam LAYER…`: the seven steps of each layer, as tables or JSON, and as pictures.
 *
 * @returns 0; 1 when outputs of a run were wrong, or it was faster than its bound
 * @throws InputError about the input or the machine
 */
export async function eyexamLayers(options: EyexamOptions, config: ChipConfig, open: typeof openChip): Promise<number> {
  const layers = options.layers.map(findLayer);
  const reports = matchReports(options.reports, layers, config.name);
  if (options.out !== undefined) makeOutputFolder(options.out, 'pictures');

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
      faults.push(...[faultOfBounds(exam)].filter((fault) => fault !== undefined));
      exams.push(exam);
    }
  } finally {
    progress.finish();
  }
  if (options.out !== undefined) {
    writeToFolder(options.out, {
      'eyexam.json': formatJson(exams),
      'waterfall.svg': drawWaterfall(exams),
      'roofline.svg': drawRoofline(exams),
    });
  }
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
  const exam = measuredExam(layer, operands, config, report);
  checkTensorsOfRun(path, exam, report);
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
  const { seed, iactDensity = runDefaults.iactDensity, weightDensity = runDefaults.weightDensity } = options;
  const files = { iacts: undefined, weights: undefined, bias: undefined };
  const operands = readOperands(layer, { ...files, seed, iactDensity, weightDensity });
  if (!options.measure) return expectedExam(layer, operands, config, options);
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
  return measuredExam(layer, operands, config, report as ChipReport);
}

function formatJson(layers: readonly Eyexam[]): string {
  return `${JSON.stringify({ layers }, undefined, 2)}\n`;
}
