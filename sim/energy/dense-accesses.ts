/** What a layer would move and compute if no zero were skipped, gated, or left out of what is sent. */
import { clusterCount, peCount } from '../../hw/parameters.ts';
import { macs } from '../layer/shape.ts';
import { iactRing } from '../mapper/iact-ring.ts';
import type { ChosenMapping } from '../mapper/search.ts';
import { columnCycles } from '../pe/column-cycles.ts';
import { iactSharers, weightSpan } from '../mapper/sharing.ts';
import { type Accesses, accessBits } from './accesses.ts';

/**
 * The accesses of an uncompressed mapping, from its loops alone, charged as `accessesOfRun` charges those of a run. All nominal
 * MACs are done; of the iacts, each cluster's are as many words in every turn of the loops as in a full one.
 *
 * @param chosen a mapping whose encoding is `dense`
 */
export function denseAccesses({ loops, cost }: Pick<ChosenMapping, 'loops' | 'cost'>, commandBytes: number): Accesses {
  const { work, mapping, chip, chunks, replays, passes, peRows } = loops;
  const sharers = iactSharers(mapping);
  const { layer } = work;
  const bits = accessBits(chip);
  const ring = iactRing(loops);
  const clusters = clusterCount(chip);
  const turns = chunks * replays * passes;
  const nominal = macs(layer);
  // As many weights a cycle as there are MACs, in every PE: those without a share of a turn multiply zeros.
  const cyclesOfWindow = mapping.channels * mapping.kernelColumns * columnCycles(mapping.filters, chip.pe);
  const compute = peCount(chip) * turns * mapping.rows * mapping.windows * cyclesOfWindow;

  const block = ring.blockWords - 1;
  const iactSources = (clusters / sharers) * peRows;
  const iactWords = iactSources * turns * ring.slots * mapping.rows * block;
  const iactIn = (8 * cost.bytes.iacts) / bits.word;
  // A block in a bank has a word for its length, too.
  const withLength = 1 + 1 / block;
  const iactBypasses = mapping.iacts === 'bypass';
  const iactTakers = mapping.columns === 'filters' ? chip.peColumns : 1;

  const weightTakers = mapping.columns === 'positions' ? chip.peColumns : 1;
  const span = weightSpan(mapping);
  const weightIn = (8 * cost.bytes.weights) / bits.word;
  const weightLocal = weightIn * span;

  const psumWords = clusters * chip.peColumns * mapping.rows * mapping.windows * Math.ceil(mapping.filters / 2);
  const leaving = psumWords * turns;
  const banked = psumWords * chunks * replays * (passes - 1);
  const psumAccesses = (nominal + 2 * chip.peRows * leaving) * bits.psum;
  // Three outputs to a word, or one psum; a window's words end with its tile.
  const wordsOfTile = layer.output === undefined ? work.m / loops.filterTiles : Math.ceil(mapping.filters / 3);
  const outputWords = work.n * work.e * work.f * work.g * loops.filterTiles * wordsOfTile;
  return {
    macs: nominal,
    spad: {
      iactWrites: iactWords * sharers * iactTakers * bits.word,
      iactReads: compute * bits.iact,
      weightWrites: weightLocal * weightTakers * bits.word,
      weightReads: compute * bits.weights,
      psumWrites: psumAccesses,
      psumReads: psumAccesses,
    },
    noc: {
      iact: iactWords * (sharers + sharers - 1) * bits.word,
      weight: (weightLocal + weightIn * (span - 1)) * bits.word,
      psum: (leaving + chip.peRows * leaving) * bits.psumPair,
    },
    glb: {
      iactWrites: iactBypasses ? 0 : iactIn * withLength * bits.word,
      iactReads: iactBypasses ? 0 : iactWords * withLength * bits.word,
      psumWrites: banked * bits.psumPair,
      psumReads: banked * bits.psumPair,
    },
    offChip: {
      iact: 8 * cost.bytes.iacts,
      weight: 8 * cost.bytes.weights,
      output: outputWords * bits.word,
      command: 8 * commandBytes,
    },
  };
}
