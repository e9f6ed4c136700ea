/** The last word in the choice of a mapping: the mapper's best few, looked at by the performance model. */
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import type { Weights } from '../mapper/column-words.ts';
import type { Candidate } from '../mapper/search.ts';
import { unevenness } from '../network/uneven-shares.ts';
import { estimateCycles, quick } from './estimate-cycles.ts';
import { type LayerMasks, masksOfShares, masksOfTensors, sharesOf, UNKNOWN_OUTPUT_DENSITY } from './masks.ts';

/** A candidate, the cycles that the model expects, and whether it has walked through all of the layer for them. */
export interface ModelledCandidate {
  readonly candidate: Candidate;
  readonly cycles: number;
  readonly complete: boolean;
}

/** What the mapper knows of a layer's operands: its weights, and how many iacts are not zero, in each channel if that is known. */
export function masksForMapper(
  layer: Layer,
  weights: Weights,
  iactDensity: number,
  channelDensities: Float64Array | undefined,
): LayerMasks {
  const density = { iact: iactDensity, weight: 1, output: UNKNOWN_OUTPUT_DENSITY };
  // Where nobody knows which channels are dense, real ones differ all the same: a PE with dense channels makes others wait.
  const shares = sharesOf(layer, density, unevenness, 0);
  const known = channelDensities === undefined ? shares : { ...shares, iacts: channelDensities };
  const drawn = masksOfShares(layer, density, known, 0);
  if (ArrayBuffer.isView(weights)) return masksOfTensors(layer, { weights }, drawn);
  const size = layer.c * layer.r * layer.s;
  return {
    ...drawn,
    weights,
    weight: (index) => {
      const filter = Math.floor(index / size);
      return weights.row(filter)[index - filter * size] !== 0;
    },
  };
}

/** The candidates with what the model says of them, in their order. */
export function modelCandidates(
  layer: Layer,
  candidates: readonly Candidate[],
  chip: ChipParameters,
  masks: LayerMasks,
): ModelledCandidate[] {
  return candidates.map((candidate) => {
    const { mapping } = candidate.loops;
    const { cycles, share } = estimateCycles(layer, mapping, chip, masks, candidate.cost.cycles, quick);
    return { candidate, cycles, complete: share === 1 };
  });
}
