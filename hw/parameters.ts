/** What a chip can be built as. The paper's chip is `eyerissV2Chip` (J19 section III, Table II). */
import { bitsFor } from '../gen/index.ts';
import { isWide } from './noc/wide.ts';
import { checkPeParameters, eyerissV2Pe, parameterSuffix, type PeParameters, widthsOf } from './pe/parameters.ts';

export interface ChipParameters {
  readonly pe: PeParameters;
  /** Rows and columns of clusters in the mesh. */
  readonly clusterRows: number;
  readonly clusterColumns: number;
  /** Rows and columns of PEs in a cluster: a weight router to a row, a psum router and a psum bank to a column. */
  readonly peRows: number;
  readonly peColumns: number;
  /** Iact routers of a cluster, each with a bank of its own. */
  readonly iactBanks: number;
  /** Words of an iact bank, each as wide as the iact link. */
  readonly iactBankWords: number;
  /** Words of a psum bank, two psums each. */
  readonly psumBankWords: number;
  /** Words that wait in front of a PE's iact SPads. */
  readonly iactQueueDepth: number;
  /** Output channels whose requantisation a cluster can hold. */
  readonly outputChannels: number;
  /**
   * Lanes to the outside, a word wide each: for iacts, for weights, for outputs. They divide the routers, and the clusters. In a
   * mesh of more than two columns each row has as many.
   */
  readonly iactLanes: number;
  readonly weightLanes: number;
  readonly outputLanes: number;
  /** Bits of the activity counters. */
  readonly counterBits: number;
}

export const eyerissV2Chip: ChipParameters = {
  pe: eyerissV2Pe,
  clusterRows: 8,
  clusterColumns: 2,
  peRows: 3,
  peColumns: 4,
  iactBanks: 3,
  iactBankWords: 512, // 1.5 kB
  psumBankWords: 375, // 1.875 kB
  iactQueueDepth: 4,
  outputChannels: 128,
  iactLanes: 48,
  weightLanes: 48,
  outputLanes: 16,
  counterBits: 32,
};

/** Widths that follow from the parameters. */
export interface ChipWidths {
  /** A word of the iact and weight links. */
  readonly word: number;
  /** Address of a word of an iact bank, and a number of words of it. */
  readonly iactAddress: number;
  readonly iactWords: number;
  /** Where a block of an iact bank stands: an address, and laps of the bank, modulo four. */
  readonly iactPlace: number;
  /** Number of words of a psum bank. */
  readonly psumWords: number;
  /** An iact router, a PE column. */
  readonly router: number;
  readonly column: number;
}

export function chipWidths(p: ChipParameters): ChipWidths {
  return {
    word: widthsOf(p.pe).word,
    iactAddress: bitsFor(p.iactBankWords),
    iactWords: bitsFor(p.iactBankWords + 1),
    iactPlace: bitsFor(p.iactBankWords) + 2,
    psumWords: bitsFor(p.psumBankWords + 1),
    router: bitsFor(Math.max(2, p.iactBanks)),
    column: bitsFor(Math.max(2, p.peColumns)),
  };
}

/** Clusters of the mesh, row by row. */
export function clusterCount(p: ChipParameters): number {
  return p.clusterRows * p.clusterColumns;
}

/** PEs of the chip. */
export function peCount(p: ChipParameters): number {
  return clusterCount(p) * p.peRows * p.peColumns;
}

/** One sentence for each way in which the parameters make no chip; empty when they do. */
export function checkChipParameters(p: ChipParameters): string[] {
  const problems: string[] = [];
  const least: Partial<Record<keyof ChipParameters, number>> = {
    iactBankWords: 8,
    psumBankWords: 4,
    iactQueueDepth: 3,
    outputChannels: 2,
    counterBits: 8,
  };
  for (const [name, value] of Object.entries(p) as [keyof ChipParameters, number | PeParameters][]) {
    if (typeof value !== 'number') continue;
    const smallest = least[name] ?? 1;
    if (!Number.isInteger(value) || value < smallest)
      problems.push(`${name} is ${value}, and must be a whole number from ${smallest}`);
  }
  problems.push(...checkPeParameters(p.pe).map((problem) => `pe.${problem}`));
  if (problems.length > 0) return problems;
  if (p.counterBits > 32)
    problems.push(`counterBits is ${p.counterBits}, and must be at most 32: a counter is read as a word of 32 bits`);
  const lanes = (name: 'iactLanes' | 'weightLanes' | 'outputLanes', total: number, what: string): void => {
    if (total % p[name] !== 0) problems.push(`${name} is ${p[name]}, and must divide the ${total} ${what}`);
    else if (isWide(p) && p[name] % p.clusterRows !== 0)
      problems.push(
        `${name} is ${p[name]}, and must be a multiple of the ${p.clusterRows} clusterRows: in a mesh of more than two columns each row has lanes of its own`,
      );
  };
  lanes('iactLanes', clusterCount(p) * p.iactBanks, 'iact routers');
  lanes('weightLanes', clusterCount(p) * p.peRows, 'weight routers');
  lanes('outputLanes', clusterCount(p), 'clusters');
  if (p.outputChannels % 2 !== 0)
    problems.push(`outputChannels is ${p.outputChannels}, and must be even: two psums are requantised at a time`);
  if (p.outputChannels < p.pe.psumDepth)
    problems.push(
      `outputChannels is ${p.outputChannels}: a tile has up to pe.psumDepth = ${p.pe.psumDepth} output channels, and all of them must fit`,
    );
  if (p.peColumns > 8) problems.push(`peColumns is ${p.peColumns}: a weight packet can name at most 8 columns`);
  if (p.pe.dataBits !== 8)
    problems.push(`pe.dataBits is ${p.pe.dataBits}: the outputs of a chip, and so its iacts, have 8 bits`);
  if (p.pe.psumBits > 24) problems.push(`pe.psumBits is ${p.pe.psumBits}: a psum leaves the chip in a word of 24 bits`);
  return problems;
}

/** A parameter of a chip by name: its own, one of its PEs, or `pe` for all of theirs. */
export type ChipKey = keyof ChipParameters | `pe.${keyof PeParameters}`;

/** Part of a module's name that tells apart chips of other parameters; empty for the paper's. */
export function chipSuffix(p: ChipParameters, ...keys: ChipKey[]): string {
  const peKeys = Object.keys(p.pe) as (keyof PeParameters)[];
  const ofPe = peKeys.filter((key) => keys.includes('pe') || keys.includes(`pe.${key}`));
  const own = (Object.keys(p) as (keyof ChipParameters)[]).filter(
    (key) => key !== 'pe' && keys.includes(key) && p[key] !== eyerissV2Chip[key],
  );
  const ownSuffix = own.map(
    (key) => `_${key.replace(/[a-z]+/g, (part) => part.charAt(0)).toLowerCase()}${Number(p[key])}`,
  );
  return parameterSuffix(p.pe, ...ofPe) + ownSuffix.join('');
}
