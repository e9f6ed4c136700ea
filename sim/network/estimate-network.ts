import type { ChipConfig } from '../config/config.ts';
import { eyerissEnergies, readEnergyTable } from '../energy/energy-table.ts';
import { InputError } from '../errors.ts';
import { estimateLayer } from '../estimate/estimate-layer.ts';
import { nothingCompared } from '../estimate/estimate-summary.ts';
import type { EstimateReport } from '../estimate/estimate-report.ts';
import { masksOfShares, masksOfTensors } from '../estimate/masks.ts';
import type { Layer } from '../layer/layer.ts';
import { weightShape } from '../layer/shape.ts';
import { bytesPerCycle } from '../run/bandwidth.ts';
import { writeOutputFiles } from '../run/output-files.ts';
import { createProgress } from '../cli/progress.ts';
import { iactMask, weightMask } from '../tensor/masks.ts';
import { readNpy } from '../tensor/npy.ts';
import { weightSource } from './golden-network.ts';
import { estimatedShares, type LayerEstimateInput } from './estimated-shares.ts';
import { layersOf, type LayerEntry, type Network } from './network.ts';
import type { NetworkOptions } from './network-options.ts';
import type { NetworkTensors } from './network-tensors.ts';
import { makeNetworkReport, type NetworkLayerReport, type NetworkReport } from './network-report.ts';
import { formatNetworkTable } from './network-table.ts';

/** A network's report without what cannot be known. */
export type EstimatedNetworkReport = NetworkReport<
  Omit<EstimateReport, 'densities'> & Pick<NetworkLayerReport, 'densities'>
>;

/** A network whose layers are to be estimated, and which of them. */
export interface NetworkToEstimate {
  readonly network: Network;
  readonly config: ChipConfig;
  readonly layers: readonly LayerEntry[];
  readonly options: EstimateOptions;
}

/** What estimates depend on. */
export type EstimateOptions = NetworkTensors & Pick<NetworkOptions, 'encoding' | 'order' | 'bandwidth' | 'energy'>;

/**
 * `saccade network --engine estimate`: what each layer would take, by the performance model, from shapes and densities alone.
 *
 * @returns 0: nothing is compared, so nothing can differ
 * @throws InputError for what only hardware can do, and when no mapping fits the chip
 */
export function estimateNetwork(job: Omit<NetworkToEstimate, 'options'>, options: NetworkOptions): number {
  const { oacts, psums, resume, trace, page } = options;
  const given = { '--oacts': oacts, '--psums': psums, '--resume': resume, '--trace': trace, '--page': page };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined)
      throw new InputError(
        `${name} is for runs of the hardware, and --engine estimate computes no data: leave out one of them`,
      );
  }
  const progress = createProgress(options);
  let report: EstimatedNetworkReport;
  try {
    report = networkEstimate({ ...job, options }, (name, done, total) => progress.advance(name, done, total));
  } finally {
    progress.finish();
  }
  const text = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.report !== undefined) writeOutputFiles([{ path: options.report, what: 'report', contents: text }]);
  if (options.json) process.stdout.write(text);
  else if (!options.quiet) console.log(`${formatNetworkTable(report)}\n${nothingCompared}`);
  return 0;
}

/** The estimates of all layers, in the shape of a network's report; what cannot be known is left out. */
export function networkEstimate(
  { network, config, layers, options }: NetworkToEstimate,
  onLayer: (name: string, done: number, total: number) => void = () => undefined,
): EstimatedNetworkReport {
  const { encoding, order, seed } = options;
  const bandwidth = options.bandwidth === undefined ? undefined : bytesPerCycle(options.bandwidth, config.clockMHz);
  const names = new Set(layers.map(({ name }) => name));
  const inputs = estimatedShares(network, options).filter(({ entry }) => names.has(entry.name));
  const reports = inputs.map((input, index) => {
    const { entry, density } = input;
    onLayer('layers', index, inputs.length);
    const sources = {
      iacts:
        entry.masks === undefined
          ? { made: `density of the outputs of ${entry.from[0]!}` }
          : { mask: entry.masks.iacts, seed },
      weights: weightSource(entry, seed, density.weight),
    };
    return estimateLayer(layerToEstimate(entry), layerMasks(input, seed), sources, config, {
      encoding,
      order,
      bandwidth,
      energyTable: options.energy === undefined ? eyerissEnergies : readEnergyTable(options.energy),
      explain: false,
    });
  });
  return networkReport(network, reports, options);
}

/** With an output, if only a scale is missing: a network's layers always have one. */
export function layerToEstimate({ layer }: LayerEntry): Layer {
  return layer.output === undefined ? { ...layer, output: { ...someOutput } } : layer;
}

const someOutput = { relu: true, multiplier: 1, shift: 0, zeroPoint: 0, signed: false };

/** Where the operands of a layer are not zero: as a file of its weights, or its masks, say, if there are any. */
export function layerMasks({ entry, density, shares }: LayerEstimateInput, seed: number) {
  const drawn = masksOfShares(entry.layer, density, shares, seed);
  const { masks } = entry;
  if (masks !== undefined) {
    const weights = Int8Array.from(weightMask(masks.weights, entry.layer));
    return masksOfTensors(entry.layer, { iacts: iactMask(masks.iacts, entry.layer), weights }, drawn);
  }
  if (entry.weights === undefined) return drawn;
  const what = `weights of layer ${entry.name}`;
  const weights = readNpy(entry.weights, { dtype: 'int8', shape: weightShape(entry.layer), what }).data;
  return masksOfTensors(entry.layer, { weights }, drawn);
}

function networkReport(
  network: Network,
  layers: readonly EstimateReport[],
  options: EstimateOptions,
): EstimatedNetworkReport {
  const complete = layers.length === layersOf(network).length;
  const named = layers.map(({ densities, ...report }) => ({
    ...report,
    densities: { iact: densities.iact, weight: densities.weight, oact: densities.output },
  }));
  return makeNetworkReport(network.name, named, options, complete);
}
