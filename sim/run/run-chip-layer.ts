import type { ChipRun, openChip } from '../chip/run-on-chip.ts';
import type { ChipConfig } from '../config/config.ts';
import { eyerissEnergies, readEnergyTable } from '../energy/energy-table.ts';
import { convolve } from '../golden/convolution.ts';
import { requantise } from '../golden/requantisation.ts';
import { channelDensities } from '../mapper/order.ts';
import { chooseMapping } from '../mapper/search.ts';
import { densityOf } from '../tensor/density.ts';
import { bytesPerCycle } from './bandwidth.ts';
import { makeChipReport } from './chip-report.ts';
import { formatChipSummary } from './chip-summary.ts';
import { type Comparison, compareTensors } from './compare.ts';
import type { LayerJob, LayerResult } from './layer-job.ts';

/**
 * A layer on a chip. The outputs are compared as they leave; where the layer says how psums become outputs, the psums are
 * compared in a second run, if that is asked for, in which they leave as well. Report and cycles are those of the first.
 */
export async function runChipLayer(
  { layer, operands, options, progress, golden: known }: LayerJob,
  config: ChipConfig,
  open: typeof openChip,
): Promise<LayerResult> {
  const { engine, encoding, order, trace } = options;
  const { chip } = config;
  const bandwidth = options.bandwidth === undefined ? undefined : bytesPerCycle(options.bandwidth, config.clockMHz);
  const limit = bandwidth === undefined ? {} : { bandwidth };
  const energyTable = options.energy === undefined ? eyerissEnergies : readEnergyTable(options.energy);
  progress.stage('choosing a mapping');
  const chosen = chooseMapping(layer, operands.weights.data, densityOf(operands.iacts.data), chip, {
    ...(encoding === 'auto' ? {} : { encoding }),
    channelDensities: channelDensities(layer, operands.iacts.data),
    balance: order === 'balanced',
    ...limit,
  });
  if (options.explain && !options.json) console.log(`${chosen.explain.join('\n')}\n`);

  const opened = await open(chip, {
    engine,
    // The tests look at the hardware's assertions; here every output is compared, and with them a chip takes many times as long to build.
    checks: false,
    ...(trace === undefined ? {} : { trace }),
    onBuild: (step) => progress.stage(step),
  });
  const runLayer = (label: string, psums: boolean): ChipRun => {
    const { iacts, weights, bias } = operands;
    const expected = Math.round(chosen.cost.cycles);
    progress.stage('simulating');
    return opened.run(
      layer,
      { iacts, weights, ...(bias === undefined ? {} : { bias }) },
      {
        mapping: chosen.mapping,
        psums,
        ...limit,
        ...(progress.shown
          ? { onProgress: ({ cycles }) => progress.advance(label, cycles, Math.max(expected, cycles)) }
          : {}),
      },
    );
  };
  const makesOutputs = layer.output !== undefined;
  const wantsPsums = options.checkPsums || options.psums !== undefined;
  let run: ChipRun;
  let second: ChipRun | undefined;
  try {
    run = runLayer('cycles', !makesOutputs);
    if (makesOutputs && wantsPsums) second = runLayer('cycles, psums leaving', true);
  } finally {
    opened.close();
  }

  progress.stage('comparing with the golden model');
  const golden = known ?? convolve(layer, operands.iacts, operands.weights, chip.pe.psumBits);
  const comparisons: Comparison[] = [];
  const otherFaults: string[] = [];
  const psums = run.psums ?? second?.psums;
  if (makesOutputs) {
    const expected = requantise(layer, golden.psums, operands.bias);
    comparisons.push(compareTensors('output', run.oacts!, expected));
    if (second !== undefined) {
      const { mismatches, checked } = compareTensors('output', second.oacts!, expected);
      if (mismatches > 0) otherFaults.push(`${mismatches} of ${checked} outputs differ when the psums leave as well`);
    }
  }
  if (psums !== undefined) comparisons.push(compareTensors('psum', psums, golden.psums));
  const finished = { layer, engine, operands, golden, comparisons };
  const { explain } = options;
  const report = makeChipReport(finished, { config, chosen, run, explain, bandwidth, energyTable, otherFaults });
  return { report, comparisons, summary: formatChipSummary(report), psums, oacts: run.oacts };
}
