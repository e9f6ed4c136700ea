import { join } from 'node:path';
import type { ChipParameters } from '../../hw/parameters.ts';
import { type ChipProgram, chipProgram } from '../chip/chip-program.ts';
import type { DrawOptions } from '../cli/draw.ts';
import { runDefaults } from '../cli/options.ts';
import { checkRunnable, findConfig, isChip } from '../config/config.ts';
import { drawArray } from '../draw/array.ts';
import { drawChip } from '../draw/chip.ts';
import { commandOfLayer } from '../draw/command-table.ts';
import { drawFormats } from '../draw/formats.ts';
import { drawPe } from '../draw/pe.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { findLayer } from '../layer/library.ts';
import { channelDensities } from '../mapper/order.ts';
import { chooseMapping } from '../mapper/search.ts';
import { densityOf } from '../tensor/density.ts';
import { synthesiseOperands } from '../tensor/synthetic.ts';
import { makeOutputFolder, writeOutputFiles } from './output-files.ts';

/**
 * `saccade draw`: the chip, the array with the layer on it, a PE, the data formats, and the layer's command.
 *
 * @returns 0
 * @throws InputError when there is no such layer or chip, when the layer does not fit it, or when the folder cannot be written
 */
export async function drawLayer({ layer: layerName, config: configName, out }: DrawOptions): Promise<number> {
  const layer = findLayer(layerName);
  const config = findConfig(configName);
  if (!isChip(config))
    throw new InputError(`config ${config.name}: it is a single PE, and a layer is drawn on a chip, for instance "v2"`);
  checkRunnable(config);
  const { chip, name } = config;
  const program = mappedProgram(layer, chip);
  const files = {
    'chip.svg': drawChip(chip, name),
    'array.svg': drawArray(program, name),
    'pe.svg': drawPe(chip.pe),
    'formats.svg': drawFormats(chip),
    'command.md': commandOfLayer(program, name),
  };
  makeOutputFolder(out, 'drawings');
  writeOutputFiles(
    Object.entries(files).map(([file, contents]) => ({ path: join(out, file), what: 'drawing', contents })),
  );
  console.log(`${Object.keys(files).join(', ')} in ${out}: ${layer.name} on ${name}`);
  return 0;
}

/** A layer as `saccade run` maps it, with the synthetic operands that a run has by default. */
export function mappedProgram(layer: Layer, chip: ChipParameters): ChipProgram {
  const operands = synthesiseOperands(layer, runDefaults);
  const { mapping } = chooseMapping(layer, operands.weights.data, densityOf(operands.iacts.data), chip, {
    channelDensities: channelDensities(layer, operands.iacts.data),
  });
  const oacts = layer.output !== undefined;
  return chipProgram(layer, operands, mapping, chip, { psums: !oacts, oacts });
}
