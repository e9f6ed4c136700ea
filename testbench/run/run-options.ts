import type { RunOptions } from '../../sim/cli/options.ts';

/** A run of which nothing is shown. */
export const quietRun: RunOptions = {
  layer: 'mobilenet-conv4-pw',
  config: undefined,
  engine: 'verilator',
  encoding: 'auto',
  iacts: undefined,
  weights: undefined,
  bias: undefined,
  seed: 1,
  iactDensity: 0.5,
  weightDensity: 0.5,
  psums: undefined,
  oacts: undefined,
  report: undefined,
  trace: undefined,
  json: false,
  quiet: true,
};
