import { existsSync } from 'node:fs';
import type { RunOptions } from '../cli/options.ts';
import { type Config, isChip } from '../config/config.ts';
import { eyerissEnergies, readEnergyTable } from '../energy/energy-table.ts';
import { InputError } from '../errors.ts';
import { estimateLayer } from '../estimate/estimate-layer.ts';
import { formatEstimateSummary, nothingCompared } from '../estimate/estimate-summary.ts';
import { masksOfShares, masksOfTensors, sharesOf, UNKNOWN_OUTPUT_DENSITY } from '../estimate/masks.ts';
import type { Layer } from '../layer/layer.ts';
import { iactShape, weightShape } from '../layer/shape.ts';
import { readNpy } from '../tensor/npy.ts';
import { bytesPerCycle } from './bandwidth.ts';
import type { OperandSource } from './operands.ts';
import { checkOutputFiles, writeOutputFiles } from './output-files.ts';

/** Synthetic tensors of `saccade run` are as dense in every channel. */
const even = { activations: 0, weights: 0 };

/**
 * `saccade run --engine estimate`: what a layer would take, by the performance model. Tensors are read where files are named; of the
 * others nothing is made but their densities.
 *
 * @returns 0: nothing is compared, so nothing can differ
 * @throws InputError for what only hardware can do, and when no mapping fits the chip
 */
export async function runEstimate(layer: Layer, config: Config, options: RunOptions): Promise<number> {
  if (!isChip(config))
    throw new InputError(`--engine estimate is for chips, and config ${config.name} is a single PE: name a chip`);
  refuseData(options);
  const files = { 'energy table': options.energy, iacts: options.iacts, weights: options.weights };
  const inputs = { 'layer file': fileOf(options.layer), 'config file': fileOf(options.config ?? ''), ...files };
  checkOutputFiles(named({ report: options.report }), named(inputs));
  const { seed, iactDensity, weightDensity, encoding, order, explain } = options;
  const density = { iact: iactDensity, weight: weightDensity, output: UNKNOWN_OUTPUT_DENSITY };
  const drawn = masksOfShares(layer, density, sharesOf(layer, density, even, seed), seed);
  const masks = masksOfTensors(layer, readTensors(layer, options), drawn);
  const bandwidth = options.bandwidth === undefined ? undefined : bytesPerCycle(options.bandwidth, config.clockMHz);
  const energyTable = options.energy === undefined ? eyerissEnergies : readEnergyTable(options.energy);
  const source = (file: string | undefined, share: number): OperandSource =>
    file === undefined ? { seed, density: share } : { file };
  const sources = { iacts: source(options.iacts, iactDensity), weights: source(options.weights, weightDensity) };
  const report = estimateLayer(layer, masks, sources, config, { encoding, order, bandwidth, energyTable, explain });
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.report !== undefined) writeOutputFiles([{ path: options.report, what: 'report', contents: text }]);
  if (options.json) process.stdout.write(text);
  else if (!options.quiet) {
    if (explain) console.log(`${report.mapping.explain!.join('\n')}\n`);
    console.log(`${formatEstimateSummary(report)}\n${nothingCompared}`);
  }
  return 0;
}

function readTensors(layer: Layer, { iacts, weights }: RunOptions) {
  const dtype = layer.iactSigned ? ('int8' as const) : ('uint8' as const);
  return {
    iacts:
      iacts === undefined
        ? undefined
        : readNpy(iacts, { dtype, shape: iactShape(layer), what: `iacts of layer ${layer.name}` }).data,
    weights:
      weights === undefined
        ? undefined
        : readNpy(weights, { dtype: 'int8', shape: weightShape(layer), what: `weights of layer ${layer.name}` }).data,
  };
}

/** What takes data that the model does not have. */
function refuseData({ psums, oacts, bias, trace, checkPsums }: RunOptions): void {
  const given = {
    '--psums': psums !== undefined,
    '--oacts': oacts !== undefined,
    '--bias': bias !== undefined,
    '--trace': trace !== undefined,
    '--check-psums': checkPsums,
  };
  for (const [name, isGiven] of Object.entries(given)) {
    if (isGiven)
      throw new InputError(
        `${name} is for runs of the hardware, and --engine estimate computes no data: leave out one of them`,
      );
  }
}

function fileOf(nameOrPath: string): string | undefined {
  return existsSync(nameOrPath) ? nameOrPath : undefined;
}

function named(paths: Readonly<Record<string, string | undefined>>): { what: string; path: string }[] {
  return Object.entries(paths).flatMap(([what, path]) => (path === undefined ? [] : [{ path, what }]));
}
