/** How far the performance model is from what the RTL took. */
import type { ChipConfig } from '../config/config.ts';
import { estimateCycles } from '../estimate/estimate-cycles.ts';
import { estimatedShares } from '../network/estimated-shares.ts';
import { layerMasks, layerToEstimate } from '../network/estimate-network.ts';
import type { NetworkReport } from '../network/network-report.ts';
import type { Network } from '../network/network.ts';

export interface LayerError {
  readonly layer: string;
  /** Of the RTL, and estimated. */
  readonly cycles: number;
  readonly estimate: number;
  /** What the estimate is too much, as a share of the RTL's cycles. */
  readonly error: number;
  readonly milliseconds: number;
}

export interface NetworkErrors {
  readonly network: string;
  readonly sparse: boolean;
  readonly layers: readonly LayerError[];
  readonly mean: number;
  readonly worst: number;
}

/**
 * Each layer of a report of RTL beside the model's estimate of the same layer by the same mapping, from shapes and densities alone.
 *
 * @param report of a run of this network on this chip
 */
export function estimateErrors(report: NetworkReport, network: Network, { chip }: ChipConfig): NetworkErrors {
  const { seed, sparse } = report;
  const inputs = new Map(estimatedShares(network, { seed, sparse }).map((input) => [input.entry.name, input]));
  const layers = report.layers.map(({ layer, cycles, mapping, mapperEstimate }) => {
    const input = inputs.get(layer)!;
    const started = performance.now();
    const masks = layerMasks(input, seed);
    const estimated = estimateCycles(layerToEstimate(input.entry), mapping, chip, masks, mapperEstimate.cycles).cycles;
    const milliseconds = performance.now() - started;
    return { layer, cycles, estimate: estimated, error: estimated / cycles - 1, milliseconds };
  });
  return { network: report.network, sparse, layers, ...summary(layers) };
}

/** The report with what the model says of each layer. */
export function withModelEstimates(report: NetworkReport, network: Network, config: ChipConfig): NetworkReport {
  const { layers } = estimateErrors(report, network, config);
  return {
    ...report,
    layers: report.layers.map((layer, index) => ({ ...layer, modelEstimate: { cycles: layers[index]!.estimate } })),
  };
}

/** Mean and greatest error, whichever way it goes. */
export function summary(layers: readonly Pick<LayerError, 'error'>[]): { mean: number; worst: number } {
  const errors = layers.map(({ error }) => Math.abs(error));
  return { mean: errors.reduce((sum, error) => sum + error, 0) / errors.length, worst: Math.max(...errors) };
}
