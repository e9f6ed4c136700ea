/** Runs what the host makes of a layer on the functional model of the chip, and compares with the golden model. */
import { expect } from 'vitest';
import type { ChipParameters } from '../../hw/parameters.ts';
import { chipProgram, type Operands } from '../../sim/chip/chip-program.ts';
import type { WantedOutputs } from '../../sim/chip/layer-command.ts';
import { decodeOutputs, type OutputWords } from '../../sim/chip/output-stream.ts';
import { convolve } from '../../sim/golden/convolution.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import type { Mapping } from '../../sim/mapper/mapping.ts';
import { type FunctionalRun, runFunctionalChip } from './model/functional-chip.ts';
import type { OutputWordValue } from './model/output-unit.ts';

/** @returns the model's run, whose psums and outputs were as they should be */
export function checkProgram(
  layer: Layer,
  operands: Operands,
  mapping: Mapping,
  chip: ChipParameters,
  wanted: WantedOutputs,
  random?: () => number,
): FunctionalRun {
  const program = chipProgram(layer, operands, mapping, chip, wanted);
  const run = runFunctionalChip(chip, program, random);
  const decoded = decodeOutputs(program.chipLayer, wanted, (cluster) => listOfWords(run.words[cluster]!));
  const golden = convolve(layer, operands.iacts, operands.weights, chip.pe.psumBits);
  expect(firstDifference(decoded.psums?.data, wanted.psums ? golden.psums.data : undefined)).toBe('');
  // Windows beyond the end of a row, and shared rows beyond the last, may meet iacts of those before; nothing else is done in vain.
  const { work } = program.chipLayer;
  const overlaps = work.f % mapping.windows !== 0 && mapping.kernelColumns > work.stride[1];
  expect(run.macs).toBeGreaterThanOrEqual(golden.effectualMacs);
  if (!overlaps && mapping.iacts !== 'shared') expect(run.macs).toBe(golden.effectualMacs);
  const oacts = wanted.oacts ? requantise(layer, golden.psums, operands.bias).data : undefined;
  expect(firstDifference(decoded.oacts?.data, oacts)).toBe('');
  return run;
}

export function firstDifference(found: ArrayLike<number> | undefined, right: ArrayLike<number> | undefined): string {
  if (found?.length !== right?.length) return `${found?.length} values in place of ${right?.length}`;
  for (let at = 0; at < (right?.length ?? 0); at++)
    if (found![at] !== right![at]) return `value ${at} is ${found![at]}, not ${right![at]}`;
  return '';
}

export function listOfWords(words: readonly OutputWordValue[]): OutputWords {
  return {
    count: words.length,
    data: (index) => words[index]!.data,
    column: (index) => words[index]!.column,
    psum: (index) => words[index]!.psum,
    last: (index) => words[index]!.last,
  };
}
