import { existsSync } from 'node:fs';
import type { RunOptions } from '../cli/options.ts';
import { createProgress } from '../cli/progress.ts';
import { checkRunnable, findConfig } from '../config/config.ts';
import { InputError } from '../errors.ts';
import { convolve } from '../golden/convolution.ts';
import { requantise } from '../golden/requantisation.ts';
import type { Layer } from '../layer/layer.ts';
import { findLayer } from '../layer/library.ts';
import type { PeRun } from '../pe/run-on-pe.ts';
import { runOnPe } from '../pe/run-on-pe.ts';
import { formatNpy } from '../tensor/npy.ts';
import { comparePsums } from './compare.ts';
import type { Operands } from './operands.ts';
import { readOperands } from './operands.ts';
import type { OutputFile } from './output-files.ts';
import { checkOutputFiles, writeOutputFiles } from './output-files.ts';
import { isGood, makeReport, type RunReport } from './report.ts';
import { formatSummary, formatVerdict } from './summary.ts';

/**
 * `saccade run`: one layer on the hardware, every psum compared with the golden model. All that can be wrong with the
 * input is found before the hardware is built.
 *
 * @param runHardware what runs the layer; tests put in hardware that fails
 * @returns 0 when all psums match, 1 when one differs or a count is wrong
 * @throws InputError about the input or the machine; HardwareFault when the hardware does not come to an end
 */
export async function runLayer(options: RunOptions, runHardware: typeof runOnPe = runOnPe): Promise<number> {
  const layer = findLayer(options.layer);
  const config = findConfig(options.config);
  checkRunnable(config);
  const operands = readOperands(layer, options);
  checkOutputs(layer, options);

  const progress = createProgress(options);
  let run: PeRun;
  try {
    const { encoding, engine, trace } = options;
    if (trace !== undefined && !options.quiet) {
      console.error(`saccade: the waveform goes to ${trace}; a run that writes one is slow, and a long run's is large`);
    }
    run = await runHardware(layer, operands.iacts, operands.weights, config.pe, {
      engine,
      ...(encoding === 'auto' ? {} : { encoding }),
      ...(trace === undefined ? {} : { trace }),
      onBuild: (step) => progress.stage(step),
      onTile: (done, total) => progress.advance('tiles', done, total),
    });
    progress.stage('comparing with the golden model');
  } finally {
    progress.finish();
  }
  const golden = convolve(layer, operands.iacts, operands.weights, config.pe.psumBits);
  const comparison = comparePsums(run.psums, golden.psums);
  const report = makeReport({ layer, config, engine: options.engine, operands, run, golden, comparison });

  writeOutputs(layer, options, run, operands, report);
  if (options.json) process.stdout.write(formatReport(report));
  else if (!options.quiet) console.log(formatSummary(report, comparison));
  if (isGood(report)) return 0;
  // The summary has said it already, where there is one.
  if (options.json || options.quiet)
    console.error(`saccade: layer ${layer.name}\n${formatVerdict(report, comparison)}`);
  return 1;
}

function checkOutputs(layer: Layer, options: RunOptions): void {
  if (options.oacts !== undefined && layer.output === undefined) {
    throw new InputError(
      `${options.layer}: outputs were asked for with --oacts, but the layer has no "output", ` +
        'which says how psums become outputs: add it to the layer file, or ask for --psums',
    );
  }
  const { psums, oacts, report, trace, iacts, weights, bias } = options;
  // Either can be a name instead of a file.
  const [layerFile, configFile] = [options.layer, options.config].map((name) =>
    existsSync(name ?? '') ? name : undefined,
  );
  const inputs = { 'layer file': layerFile, 'config file': configFile, iacts, weights, bias };
  checkOutputFiles(named({ psums, oacts, report, trace }), named(inputs));
}

/** The files that were given. */
function named(paths: Readonly<Record<string, string | undefined>>): OutputFile[] {
  return Object.entries(paths).flatMap(([what, path]) => (path === undefined ? [] : [{ path, what }]));
}

function writeOutputs(layer: Layer, options: RunOptions, run: PeRun, { bias }: Operands, report: RunReport): void {
  const files: (OutputFile & { contents: Uint8Array | string })[] = [];
  if (options.psums !== undefined) files.push({ path: options.psums, what: 'psums', contents: formatNpy(run.psums) });
  if (options.oacts !== undefined) {
    files.push({ path: options.oacts, what: 'oacts', contents: formatNpy(requantise(layer, run.psums, bias)) });
  }
  if (options.report !== undefined)
    files.push({ path: options.report, what: 'report', contents: formatReport(report) });
  writeOutputFiles(files);
}

function formatReport(report: RunReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
