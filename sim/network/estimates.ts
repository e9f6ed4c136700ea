/** What layers were expected to take, beside what they took. */
import type { NetworkLayerReport } from './network-report.ts';

/** A model of the hardware's speed. */
export interface Estimate {
  /** Heading of its column. */
  readonly name: string;
  /** What it says of a layer; undefined where it was not asked. */
  readonly cyclesOf: (layer: NetworkLayerReport) => number | undefined;
}

const all: readonly Estimate[] = [
  { name: 'model', cyclesOf: ({ modelEstimate }) => modelEstimate?.cycles },
  { name: 'mapper', cyclesOf: ({ mapperEstimate }) => mapperEstimate.cycles },
];

/** Those that know all of these layers: every table of estimates has a column for each. */
export function estimatesOf(layers: readonly NetworkLayerReport[]): Estimate[] {
  return all.filter(({ cyclesOf }) => layers.every((layer) => cyclesOf(layer) !== undefined));
}

export interface EstimateError {
  readonly name: string;
  /** Sum of the layers' estimates. */
  readonly cycles: number;
  /** Mean of the layers' errors, without their signs, as shares of the cycles that they took. */
  readonly mean: number;
  /** The largest of them, and the layer that has it. */
  readonly worst: number;
  readonly worstLayer: string;
}

/** What an estimate is beside the cycles that the layer took: 0.1 is a tenth too many. */
export function errorOf(layer: NetworkLayerReport, { cyclesOf }: Estimate): number {
  return cyclesOf(layer)! / layer.cycles - 1;
}

/** @param layers at least one */
export function estimateErrors(layers: readonly NetworkLayerReport[]): EstimateError[] {
  return estimatesOf(layers).map((estimate) => {
    const errors = layers.map((layer) => Math.abs(errorOf(layer, estimate)));
    const worst = Math.max(...errors);
    return {
      name: estimate.name,
      cycles: layers.reduce((sum, layer) => sum + estimate.cyclesOf(layer)!, 0),
      mean: errors.reduce((sum, error) => sum + error, 0) / layers.length,
      worst,
      worstLayer: layers[errors.indexOf(worst)]!.layer,
    };
  });
}
