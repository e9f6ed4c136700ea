/** A report of `saccade run`, read back: what Eyexam needs to look at the same run. */
import { z } from 'zod';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import type { Mapping } from '../mapper/mapping.ts';
import { readUserJson } from '../user-file.ts';

const count = z.number().int().nonnegative();
const source = z.union([z.object({ file: z.string() }), z.object({ seed: z.number(), density: z.number() })]);

/** Of a layer's report, what does not depend on where its tensors come from. */
export const layerRun = z.object({
  layer: z.string(),
  config: z.string(),
  engine: z.string(),
  cycles: count.positive(),
  tailCycles: count,
  mismatches: count,
  effectualMacs: count,
  dimensions: z.record(z.string(), z.unknown()),
  bandwidth: z.number().positive().nullable(),
  offChipBytes: z.object({ psum: z.number(), oact: z.number() }),
  mapping: z.object({
    encoding: z.enum(['csc', 'dense']),
    flatten: z.boolean(),
    bundle: count.positive(),
    order: z.object({ channels: z.array(count), filters: z.array(count) }).exactOptional(),
    filters: count.positive(),
    channels: count.positive(),
    kernelColumns: count.positive(),
    windows: count.positive(),
    rows: count.positive(),
    columns: z.enum(['positions', 'filters']),
    horizontal: z.object({ groups: count.positive(), filters: count.positive(), positions: count.positive() }),
    vertical: z.object({
      groups: count.positive(),
      positions: count.positive(),
      filters: count.positive(),
      chain: count.positive(),
    }),
    iacts: z.enum(['shared', 'own', 'bypass']),
    replay: z.boolean(),
  } satisfies Required<Record<keyof Mapping, z.ZodType>>),
});

const schema = layerRun.extend({ operands: z.object({ iacts: source, weights: source }) });

export type LayerRun = z.infer<typeof layerRun>;
export type RunReport = z.infer<typeof schema>;

/** @throws InputError when the file is not the report of a layer on a chip, or that of a run whose outputs were wrong */
export function readRunReport(path: string): RunReport {
  const parsed = schema.safeParse(readUserJson(path, 'report'));
  if (!parsed.success) {
    throw new InputError(
      `${path}: not a report of a layer on a chip:\n${z.prettifyError(parsed.error)}\nexpected what "saccade run LAYER --report FILE" writes`,
    );
  }
  refuseWrongOutputs(path, parsed.data);
  return parsed.data;
}

/** @throws InputError when outputs of a run were wrong */
export function refuseWrongOutputs(path: string, { layer, mismatches }: LayerRun): void {
  if (mismatches === 0) return;
  throw new InputError(
    `${path}: in this run of ${layer}, ${mismatches} outputs were wrong: its cycles say nothing; expected a report of a run without mismatches`,
  );
}

/**
 * Makes sure that a report is about this layer on this hardware.
 *
 * @throws InputError naming the first dimension, or the name, that differs
 */
export function checkReportFits(path: string, report: LayerRun, layer: Layer, config: string): void {
  const { name: _name, output: _output, ...dimensions } = layer;
  for (const [key, value] of Object.entries(dimensions)) {
    const reported = JSON.stringify(report.dimensions[key]);
    if (reported !== JSON.stringify(value)) {
      throw new InputError(
        `${path}: this report is of a layer with ${key} ${reported}, and layer ${layer.name} has ${JSON.stringify(value)}: name the layer that was run`,
      );
    }
  }
  if (report.config !== config)
    throw new InputError(
      `${path}: this report is of config ${report.config}, not ${config}: give the run's own with --config`,
    );
}
