/** What a PE can be built as. The paper's PE is `eyerissV2Pe` (J19 section IV, Table II). */
import { bitsFor } from '../../gen/index.ts';

export interface PeParameters {
  /** Words of the iact address SPad: how many segments can be held at once. */
  readonly iactAddressDepth: number;
  /** Entries (one iact and its count) of the iact data SPad. */
  readonly iactDataDepth: number;
  /** Words of the weight address SPad: the most weight columns, C0·S. */
  readonly weightAddressDepth: number;
  /** Words (two weights and their counts) of the weight data SPad. */
  readonly weightDataDepth: number;
  /** Psums held; half of them drain while the other half is accumulated. */
  readonly psumDepth: number;
  /** Bits of an iact and of a weight. */
  readonly dataBits: number;
  /** Bits of a count: a run of up to 2^countBits - 1 zeros before a non-zero. */
  readonly countBits: number;
  readonly psumBits: number;
  /** Bits of the counters of windows and rows in a command. */
  readonly loopBits: number;
}

export const eyerissV2Pe: PeParameters = {
  iactAddressDepth: 9,
  iactDataDepth: 16,
  weightAddressDepth: 16,
  weightDataDepth: 96,
  psumDepth: 32,
  dataBits: 8,
  countBits: 4,
  psumBits: 20,
  loopBits: 16,
};

/** Widths that follow from the parameters. */
export interface PeWidths {
  /** Count and data of one non-zero. */
  readonly entry: number;
  /** One word of the iact and weight links, and of the weight data SPad: two entries, or three uncompressed values. */
  readonly word: number;
  /** Address of an iact entry; also a segment's end address, which counts modulo the depth. */
  readonly iactAddress: number;
  /** End address of a weight column, 0 to weightDataDepth. */
  readonly weightAddress: number;
  /** Column of the weights, 0 to weightAddressDepth - 1. */
  readonly column: number;
  /** Row of the weights, which is the psum that it belongs to. */
  readonly row: number;
  /** Number of columns, of rows, of segments: one more than the highest index. */
  readonly columns: number;
  readonly rows: number;
  readonly segments: number;
  /** Number of words of a weight column. */
  readonly columnWords: number;
}

export function widthsOf(p: PeParameters): PeWidths {
  const entry = p.dataBits + p.countBits;
  return {
    entry,
    word: 2 * entry,
    iactAddress: bitsFor(p.iactDataDepth),
    weightAddress: bitsFor(p.weightDataDepth + 1),
    column: bitsFor(p.weightAddressDepth),
    row: bitsFor(p.psumDepth),
    columns: bitsFor(p.weightAddressDepth + 1),
    rows: bitsFor(p.psumDepth + 1),
    segments: bitsFor(p.iactAddressDepth + 1),
    columnWords: bitsFor(Math.ceil(p.psumDepth / 2) + 1),
  };
}

/** One sentence for each way in which the parameters make no PE; empty when they do. */
export function checkPeParameters(p: PeParameters): string[] {
  const problems: string[] = [];
  for (const [name, value] of Object.entries(p) as [keyof PeParameters, number][]) {
    const least = name.endsWith('Depth') ? 2 : 1;
    if (!Number.isInteger(value) || value < least)
      problems.push(`${name} is ${value}, and must be a whole number from ${least}`);
  }
  if (problems.length > 0) return problems;
  const widths = widthsOf(p);
  if (p.dataBits !== 2 * p.countBits) {
    problems.push(
      `dataBits is ${p.dataBits} and countBits ${p.countBits}: a word carries two entries or three values only if dataBits is twice countBits`,
    );
  }
  if (widths.weightAddress > p.dataBits) {
    problems.push(
      `weightDataDepth is ${p.weightDataDepth}: its addresses take ${widths.weightAddress} bits, and travel in values of dataBits = ${p.dataBits}`,
    );
  }
  if (p.iactDataDepth > 1 << p.dataBits)
    problems.push(`iactDataDepth is ${p.iactDataDepth}, and a segment's length travels in dataBits = ${p.dataBits}`);
  if (p.psumDepth < 4 || !Number.isInteger(Math.log2(p.psumDepth)))
    problems.push(`psumDepth is ${p.psumDepth}, and must be a power of two from 4: two banks, two psums a cycle`);
  if (p.psumBits < 2 * p.dataBits + 1) {
    problems.push(`psumBits is ${p.psumBits}, and a product takes 2 · dataBits + 1 = ${2 * p.dataBits + 1}`);
  }
  return problems;
}

/** Part of a module's name that tells apart PEs of other parameters; empty for the paper's. */
export function parameterSuffix(p: PeParameters, ...keys: (keyof PeParameters)[]): string {
  const own = keys.filter((key) => p[key] !== eyerissV2Pe[key]);
  return own.map((key) => `_${key.replace(/[a-z]+/g, (part) => part.charAt(0)).toLowerCase()}${p[key]}`).join('');
}
