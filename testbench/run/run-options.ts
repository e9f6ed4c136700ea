import type { RunOptions } from '../../sim/cli/options.ts';

/** A run on a single PE of which nothing is shown. */
export const quietRun: RunOptions = {
  layer: 'mobilenet-conv4-pw',
  config: 'pe',
  engine: 'verilator',
  encoding: 'auto',
  order: 'balanced',
  bandwidth: undefined,
  energy: undefined,
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
  checkPsums: false,
  explain: false,
  json: false,
  quiet: true,
};
