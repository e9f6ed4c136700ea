import type { PeConfig } from '../config/config.ts';
import { convolve } from '../golden/convolution.ts';
import { requantise } from '../golden/requantisation.ts';
import type { runOnPe } from '../pe/run-on-pe.ts';
import { compareTensors } from './compare.ts';
import type { LayerJob, LayerResult } from './layer-job.ts';
import { makePeReport } from './pe-report.ts';
import { formatPeSummary } from './pe-summary.ts';

/** A layer on one PE: every psum is compared. A PE makes no outputs; those that are written are made of its psums. */
export async function runPeLayer(
  { layer, operands, options, progress }: LayerJob,
  config: PeConfig,
  runHardware: typeof runOnPe,
): Promise<LayerResult> {
  const { encoding, engine, trace } = options;
  const run = await runHardware(layer, operands.iacts, operands.weights, config.pe, {
    engine,
    ...(encoding === 'auto' ? {} : { encoding }),
    ...(trace === undefined ? {} : { trace }),
    onBuild: (step) => progress.stage(step),
    onTile: (done, total) => progress.advance('tiles', done, total),
  });
  progress.stage('comparing with the golden model');
  const golden = convolve(layer, operands.iacts, operands.weights, config.pe.psumBits);
  const comparisons = [compareTensors('psum', run.psums, golden.psums)];
  const report = makePeReport({ layer, engine, operands, golden, comparisons }, config, run);
  return {
    report,
    comparisons,
    summary: formatPeSummary(report),
    psums: run.psums,
    oacts: options.oacts === undefined ? undefined : requantise(layer, run.psums, operands.bias),
  };
}
