import { existsSync } from 'node:fs';
import { openChip } from '../chip/run-on-chip.ts';
import type { RunOptions } from '../cli/options.ts';
import { createProgress } from '../cli/progress.ts';
import { checkRunnable, findConfig, isChip } from '../config/config.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { findLayer } from '../layer/library.ts';
import { runOnPe } from '../pe/run-on-pe.ts';
import { formatNpy } from '../tensor/npy.ts';
import type { LayerResult } from './layer-job.ts';
import { readOperands } from './operands.ts';
import type { OutputFile } from './output-files.ts';
import { checkOutputFiles, writeOutputFiles } from './output-files.ts';
import { runEstimate } from './run-estimate.ts';
import { isGood, type LayerReport } from './report.ts';
import { runChipLayer } from './run-chip-layer.ts';
import { runPeLayer } from './run-pe-layer.ts';
import { formatVerdict } from './verdict.ts';

/** What runs layers; tests put in hardware that fails. */
export interface Hardware {
  readonly runOnPe: typeof runOnPe;
  readonly openChip: typeof openChip;
}

/**
 * `saccade run`: one layer on the hardware, every output compared with the golden model. All that can be wrong with the
 * input is found before the hardware is built.
 *
 * @returns 0 when all outputs match, 1 when one differs or a count is wrong
 * @throws InputError about the input or the machine; HardwareFault when the hardware does not come to an end
 */
export async function runLayer(options: RunOptions, hardware: Hardware = { runOnPe, openChip }): Promise<number> {
  const layer = findLayer(options.layer);
  const config = findConfig(options.config);
  checkRunnable(config);
  if (!isChip(config)) refuseChipOptions(config.name, options);
  const { trace, engine } = options;
  if (engine === 'estimate') return runEstimate(layer, config, options);
  const operands = readOperands(layer, options);
  checkOutputs(layer, options);
  if (trace !== undefined && !options.quiet) {
    console.error(`saccade: the waveform goes to ${trace}; a run that writes one is slow, and a long run's is large`);
  }

  const progress = createProgress(options);
  let result: LayerResult;
  try {
    const job = { layer, operands, options: { ...options, engine }, progress };
    result = isChip(config)
      ? await runChipLayer(job, config, hardware.openChip)
      : await runPeLayer(job, config, hardware.runOnPe);
  } finally {
    progress.finish();
  }
  const { report, comparisons, summary } = result;
  writeOutputs(options, result);
  const verdict = formatVerdict(report, comparisons);
  if (options.json) process.stdout.write(formatReport(report));
  else if (!options.quiet) console.log(`${summary}\n${verdict}`);
  if (isGood(report)) return 0;
  // The summary has said it already, where there is one.
  if (options.json || options.quiet) console.error(`saccade: layer ${layer.name}\n${verdict}`);
  return 1;
}

/** What only a chip can be asked. */
function refuseChipOptions(config: string, { explain, checkPsums, bandwidth, energy }: RunOptions): void {
  const given = {
    '--explain': explain,
    '--check-psums': checkPsums,
    '--bandwidth': bandwidth !== undefined,
    '--energy': energy !== undefined,
  };
  for (const [option, isGiven] of Object.entries(given)) {
    if (isGiven)
      throw new InputError(`${option} is for chips, and config ${config} is a single PE: leave it out, or name a chip`);
  }
}

function checkOutputs(layer: Layer, options: RunOptions): void {
  if (options.oacts !== undefined && layer.output === undefined) {
    throw new InputError(
      `${options.layer}: outputs were asked for with --oacts, but the layer has no "output", ` +
        'which says how psums become outputs: add it to the layer file, or ask for --psums',
    );
  }
  const { psums, oacts, report, trace, iacts, weights, bias, energy } = options;
  // Either can be a name instead of a file.
  const [layerFile, configFile] = [options.layer, options.config].map((name) =>
    existsSync(name ?? '') ? name : undefined,
  );
  const inputs = { 'layer file': layerFile, 'config file': configFile, 'energy table': energy, iacts, weights, bias };
  checkOutputFiles(named({ psums, oacts, report, trace }), named(inputs));
}

/** The files that were given. */
function named(paths: Readonly<Record<string, string | undefined>>): OutputFile[] {
  return Object.entries(paths).flatMap(([what, path]) => (path === undefined ? [] : [{ path, what }]));
}

function writeOutputs(options: RunOptions, { psums, oacts, report }: LayerResult): void {
  const files: (OutputFile & { contents: Uint8Array | string })[] = [];
  for (const [what, path, tensor] of [
    ['psums', options.psums, psums],
    ['oacts', options.oacts, oacts],
  ] as const) {
    if (path !== undefined && tensor !== undefined) files.push({ path, what, contents: formatNpy(tensor) });
  }
  if (options.report !== undefined)
    files.push({ path: options.report, what: 'report', contents: formatReport(report) });
  writeOutputFiles(files);
}

function formatReport(report: LayerReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
