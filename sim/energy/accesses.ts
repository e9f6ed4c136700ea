/** What a layer moves and computes, level by level of the storage hierarchy. */
import { type ChipParameters, chipWidths } from '../../hw/parameters.ts';
import { widthsOf } from '../../hw/pe/parameters.ts';
import type { ClusterCounterName } from '../../hw/control/counters.ts';
import type { Mapping } from '../mapper/mapping.ts';

/** MACs, and bits that each memory and network carried. */
export interface Accesses {
  readonly macs: number;
  readonly spad: {
    readonly iactWrites: number;
    readonly iactReads: number;
    readonly weightWrites: number;
    readonly weightReads: number;
    readonly psumWrites: number;
    readonly psumReads: number;
  };
  /** Each hop counts: to another cluster, into a PE cluster, from PE to PE, out of the PE cluster. */
  readonly noc: { readonly iact: number; readonly weight: number; readonly psum: number };
  readonly glb: {
    readonly iactWrites: number;
    readonly iactReads: number;
    readonly psumWrites: number;
    readonly psumReads: number;
  };
  readonly offChip: {
    readonly iact: number;
    readonly weight: number;
    readonly output: number;
    readonly command: number;
  };
}

/** Widths that turn words into bits. */
export function accessBits(chip: ChipParameters) {
  const { dataBits, psumBits, macs } = chip.pe;
  const { word } = chipWidths(chip);
  // Of the weight data SPad in a cycle: a word of two weights, or with one MAC half of it.
  const weights = macs * widthsOf(chip.pe).stored;
  return { word, weights, psum: psumBits, psumPair: 2 * psumBits, iact: dataBits };
}

/**
 * The accesses of a run, from its counters. Every counter of words is charged by the bits of its words; beyond what the table of
 * counters says itself:
 *
 * - A word that goes to a row of PEs is a hop once, and a write in each PE that takes it: all PEs of a row share weights, or iacts,
 *   as the mapping says. Headers of packets and parameters of the output units are
 *   taken for words of the tile.
 * - Each cycle of `peCompute` reads a word of two weights, or with one MAC half of it, and the iact that the MACs share.
 * - Each MAC reads and writes a psum. Each psum that leaves a PE is read there, and cleared or added to what comes from below.
 *   Words that leave the top of a column, `psumBank` and `psumSouth`, have gone through all PEs of it.
 *
 * Not counted by the chip, and left out: the address SPads, pipeline registers and queues, the output unit, clock and leakage.
 *
 * @param counters sums over all clusters
 * @param commandBytes of the layer's command
 */
export function accessesOfRun(
  counters: Readonly<Record<ClusterCounterName, number>>,
  { columns }: Pick<Mapping, 'columns'>,
  chip: ChipParameters,
  commandBytes: number,
): Accesses {
  const bits = accessBits(chip);
  const weightTakers = columns === 'positions' ? chip.peColumns : 1;
  const iactTakers = columns === 'filters' ? chip.peColumns : 1;
  const leavingColumns = counters.psumBank + counters.psumSouth;
  const givenByPes = 2 * chip.peRows * leavingColumns;
  const iactHops = counters.iactLocal + counters.iactNorth + counters.iactSouth + counters.iactSide;
  return {
    macs: counters.macs,
    spad: {
      iactWrites: counters.iactLocal * iactTakers * bits.word,
      iactReads: counters.peCompute * bits.iact,
      weightWrites: counters.weightLocal * weightTakers * bits.word,
      weightReads: counters.peCompute * bits.weights,
      psumWrites: (counters.macs + givenByPes) * bits.psum,
      psumReads: (counters.macs + givenByPes) * bits.psum,
    },
    noc: {
      iact: iactHops * bits.word,
      weight: (counters.weightLocal + counters.weightSide) * bits.word,
      psum: (counters.psumPe + (chip.peRows - 1) * leavingColumns + leavingColumns) * bits.psumPair,
    },
    glb: {
      iactWrites: counters.iactBankWrites * bits.word,
      iactReads: counters.iactBankReads * bits.word,
      psumWrites: counters.psumBankWrites * bits.psumPair,
      psumReads: counters.psumBankReads * bits.psumPair,
    },
    offChip: {
      iact: counters.iactIn * bits.word,
      weight: counters.weightIn * bits.word,
      output: counters.outputWords * bits.word,
      command: 8 * commandBytes,
    },
  };
}
