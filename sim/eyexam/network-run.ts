/** A report of `saccade network`, read back: what Eyexam needs to look at the same run. */
import { z } from 'zod';
import { InputError } from '../errors.ts';
import type { NetworkTensors } from '../network/network-tensors.ts';
import { readUserJson } from '../user-file.ts';
import { type LayerRun, layerRun, refuseWrongOutputs } from './run-report.ts';

export interface NetworkRun {
  readonly path: string;
  readonly network: string;
  readonly config: string;
  readonly tensors: NetworkTensors;
  readonly layers: readonly LayerRun[];
}

const file = z.string().nullable();
const share = z.number().nullable();

const schema = z.object({
  network: z.string(),
  config: z.string(),
  seed: z.number(),
  sparse: z.boolean(),
  tensors: z.object({ iacts: file, weights: file, bias: file, iactDensity: share, weightDensity: share, masks: file }),
  layers: z.array(layerRun).min(1),
});

/** @throws InputError when the file is not the report of a network on a chip, or that of a run whose outputs were wrong */
export function readNetworkRun(path: string): NetworkRun {
  const parsed = schema.safeParse(readUserJson(path, 'report'));
  if (!parsed.success) {
    throw new InputError(
      `${path}: not a report of a network:\n${z.prettifyError(parsed.error)}\nexpected what "saccade network NETWORK --report FILE" writes`,
    );
  }
  const { network, config, seed, sparse, tensors, layers } = parsed.data;
  for (const layer of layers) refuseWrongOutputs(path, layer);
  const { iacts, weights, bias, iactDensity, weightDensity, masks } = tensors;
  return {
    path,
    network,
    config,
    tensors: {
      seed,
      sparse,
      iacts: iacts ?? undefined,
      weights: weights ?? undefined,
      bias: bias ?? undefined,
      iactDensity: iactDensity ?? undefined,
      weightDensity: weightDensity ?? undefined,
      masks: masks ?? undefined,
    },
    layers,
  };
}
