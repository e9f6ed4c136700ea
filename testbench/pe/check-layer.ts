import { expect } from 'vitest';
import type { PeParameters } from '../../hw/pe/parameters.ts';
import { convolve } from '../../sim/golden/convolution.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { type PeRun, type PeRunOptions, runOnPe } from '../../sim/pe/run-on-pe.ts';
import { boundCycles } from '../../sim/run/pe-bound.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';

export interface LayerCase extends PeRunOptions {
  /** Dimensions as in a layer file; what is left out has its default. */
  readonly layer: Partial<Layer>;
  /** Shares of non-zeros, of the iacts and of the weights. */
  readonly density?: readonly [number, number];
  readonly operandSeed?: number;
  /** Bits of the operands, by default 8. */
  readonly bits?: number;
}

/** Runs a layer on a PE and compares with the golden model: every psum, the number of effectual MACs, and of cycles on weights. */
export async function checkLayer(name: string, pe: PeParameters, what: LayerCase): Promise<PeRun> {
  const { layer: dimensions, density = [0.6, 0.5], operandSeed = 1, bits = 8, ...options } = what;
  const layer = parseLayer({ m: 1, c: 1, h: 1, w: 1, r: 1, s: 1, ...dimensions }, name);
  const [iactDensity, weightDensity] = density;
  const operands = synthesiseOperands(layer, { seed: operandSeed, iactDensity, weightDensity });
  if (bits < 8) {
    const { iacts, weights } = operands;
    iacts.data.forEach((value, at) => (iacts.data[at] = value % 2 ** (layer.iactSigned ? bits - 1 : bits)));
    weights.data.forEach((value, at) => (weights.data[at] = value % 2 ** (bits - 1)));
  }
  const golden = convolve(layer, operands.iacts, operands.weights, pe.psumBits);
  const run = await runOnPe(layer, operands.iacts, operands.weights, pe, options);
  expect(run.psums.shape).toEqual(golden.psums.shape);
  const wrong = run.psums.data.findIndex((psum, at) => psum !== golden.psums.data[at]);
  const found =
    wrong < 0
      ? 'every psum as it should be'
      : `psum ${wrong}: ${run.psums.data[wrong]}, not ${golden.psums.data[wrong]}`;
  expect(found, `cut as ${JSON.stringify(run.mapping)}`).toBe('every psum as it should be');
  expect(run.activity.mac0 + run.activity.mac1).toBe(golden.effectualMacs);
  // Segments in which a run of zeros can be too long for a count have fillers, which are worked on as iacts are.
  const hasFillers = pe.iactDataDepth > 2 ** pe.countBits;
  if (!pe.sparse || (run.mapping.encoding === 'csc' && !hasFillers))
    expect(run.activity.compute).toBe(boundCycles(layer, operands.iacts, operands.weights, run.mapping, pe));
  return run;
}
