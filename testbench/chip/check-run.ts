/** Runs a layer on the RTL of a chip, and compares with the golden model, and with the functional model where there is a mismatch. */
import { expect } from 'vitest';
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Operands } from '../../sim/chip/chip-program.ts';
import type { ChipRun, ChipRunOptions, OpenChip } from '../../sim/chip/run-on-chip.ts';
import { type Convolution, convolve } from '../../sim/golden/convolution.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { checkProgram, firstDifference } from './check-program.ts';

/** A run whose outputs were right. */
export interface CheckedRun extends ChipRun {
  readonly golden: Convolution;
}

export function checkRun(
  open: OpenChip,
  chip: ChipParameters,
  layer: Layer,
  operands: Operands,
  options: ChipRunOptions = {},
): CheckedRun {
  const run = open.run(layer, operands, options);
  const golden = convolve(layer, operands.iacts, operands.weights, chip.pe.psumBits);
  const found = [
    run.psums === undefined ? '' : firstDifference(run.psums.data, golden.psums.data),
    run.oacts === undefined ? '' : firstDifference(run.oacts.data, requantise(layer, golden.psums, operands.bias).data),
  ];
  if (found.some((difference) => difference !== '')) {
    // Whose fault it is: with the same words, the model of the chip gives the right outputs or it does not.
    checkProgram(layer, operands, run.mapping, chip, run.program.wanted);
    expect(found, `the words are right, the hardware is not: ${JSON.stringify(run.mapping)}`).toEqual(['', '']);
  }
  expect(run.counters.total.macs).toBeGreaterThanOrEqual(golden.effectualMacs);
  return { ...run, golden };
}
