/** What examining layers, and examining those of a network, have in common. */
import { join } from 'node:path';
import type { EyexamOptions } from '../cli/eyexam.ts';
import type { ChipConfig } from '../config/config.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { channelDensities } from '../mapper/order.ts';
import { chooseMapping } from '../mapper/search.ts';
import { bytesPerCycle } from '../run/bandwidth.ts';
import type { ChipReport } from '../run/chip-report.ts';
import type { Operands } from '../run/operands.ts';
import { writeOutputFiles } from '../run/output-files.ts';
import { densityOf } from '../tensor/density.ts';
import { type Eyexam, eyexam } from './eyexam.ts';
import type { LayerRun } from './run-report.ts';

/** Neither values nor places of biases change the work. */
type Given = Pick<Operands, 'iacts' | 'weights'>;

/** A run of a layer, from its report. */
export function measuredExam(layer: Layer, given: Given, config: ChipConfig, report: LayerRun | ChipReport): Eyexam {
  const { mapping, bandwidth, cycles, tailCycles, engine, offChipBytes } = report;
  const outputBytes = offChipBytes.psum + offChipBytes.oact;
  const measured = { cycles, tailCycles, engine, outputBytes };
  return eyexam({
    layer,
    operands: withoutBias(given),
    config,
    mapping,
    bandwidth: bandwidth ?? undefined,
    measured,
    expectedCycles: 0,
  });
}

/** A layer that has not run, with what the mapper expects. */
export function expectedExam(
  layer: Layer,
  given: Given,
  config: ChipConfig,
  { encoding, order, bandwidth: rate }: Pick<EyexamOptions, 'encoding' | 'order' | 'bandwidth'>,
): Eyexam {
  const bandwidth = rate === undefined ? undefined : bytesPerCycle(rate, config.clockMHz);
  const { mapping, cost } = chooseMapping(layer, given.weights.data, densityOf(given.iacts.data), config.chip, {
    ...(encoding === 'auto' ? {} : { encoding }),
    bandwidth,
    channelDensities: channelDensities(layer, given.iacts.data),
    balance: order === 'balanced',
  });
  return eyexam({
    layer,
    operands: withoutBias(given),
    config,
    mapping,
    bandwidth,
    measured: undefined,
    expectedCycles: cost.cycles,
  });
}

/** @throws InputError when the tensors are not those of the run */
export function checkTensorsOfRun(path: string, exam: Eyexam, run: Pick<LayerRun, 'layer' | 'effectualMacs'>): void {
  if (exam.effectualMacs === run.effectualMacs) return;
  throw new InputError(
    `${path}: the run of ${run.layer} had ${run.effectualMacs} MACs of two non-zeros, and its tensors as they are now have ${exam.effectualMacs}: run it again`,
  );
}

/** What is wrong when a run was faster than it can be; undefined: nothing. */
export function faultOfBounds({ layer, steps }: Eyexam): string | undefined {
  const [bound, last] = steps.slice(-2);
  if (last!.cycles >= bound!.cycles) return undefined;
  return `layer ${layer}: it took ${last!.cycles} cycles, and its bound is ${bound!.cycles}: either the report is of another hardware, or the bound is wrong`;
}

/** @param files contents by the names of the files */
export function writeToFolder(out: string, files: Readonly<Record<string, string>>): void {
  writeOutputFiles(
    Object.entries(files).map(([name, contents]) => ({
      path: join(out, name),
      what: name.replace(/\.\w+$/, ''),
      contents,
    })),
  );
}

function withoutBias({ iacts, weights }: Given): Given {
  return { iacts, weights };
}
