/** What a PE can be built as. The paper's PE is `eyerissV2Pe` (J19 section IV, Table II). */
import { bitsFor } from '../../gen/index.ts';

export interface PeParameters {
  /** Words of the iact address SPad: how many segments can be held at once. Without `sparse`, the most segments of a window. */
  readonly iactAddressDepth: number;
  /** Entries (one iact and its count) of the iact data SPad. */
  readonly iactDataDepth: number;
  /** Words of the weight address SPad: the most weight columns, C0·S. */
  readonly weightAddressDepth: number;
  /** Words (two weights and their counts) of the weight data SPad. */
  readonly weightDataDepth: number;
  /** Psums held. */
  readonly psumDepth: number;
  /** Banks that they lie in: a window takes one, two, four, … of them, and drains while others accumulate. */
  readonly psumBanks: number;
  /** Bits of an iact and of a weight. */
  readonly dataBits: number;
  /** Bits of a count: a run of up to 2^countBits - 1 zeros before a non-zero. */
  readonly countBits: number;
  readonly psumBits: number;
  /** Bits of the counters of windows and rows in a command. */
  readonly loopBits: number;
  /** Multipliers: with two, a word of two weights takes a cycle; with one, a weight does. */
  readonly macs: 1 | 2;
  /** Reads compressed iacts and weights besides plain ones. */
  readonly sparse: boolean;
}

export const eyerissV2Pe: PeParameters = {
  iactAddressDepth: 9,
  iactDataDepth: 16,
  weightAddressDepth: 16,
  weightDataDepth: 96,
  psumDepth: 32,
  psumBanks: 2,
  dataBits: 8,
  countBits: 4,
  psumBits: 20,
  loopBits: 16,
  macs: 2,
  sparse: true,
};

/** Widths that follow from the parameters. */
export interface PeWidths {
  /** Count and data of one non-zero. */
  readonly entry: number;
  /** One word of the iact and weight links: two entries, or three uncompressed values. */
  readonly word: number;
  /** What the data SPads hold of an iact or a weight: an entry, or the value alone where the PE reads nothing compressed. */
  readonly stored: number;
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
    stored: p.sparse ? entry : p.dataBits,
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
  const { macs, sparse, ...sizes } = p;
  if (![1, 2].includes(macs)) problems.push(`macs is ${macs}, and must be 1 or 2: a word holds two weights`);
  if (typeof sparse !== 'boolean')
    problems.push(`sparse is ${String(sparse)}, and must be true or false: whether the PE reads compressed data`);
  for (const [name, value] of Object.entries(sizes)) {
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
  const isPower = (value: number): boolean => Number.isInteger(Math.log2(value));
  if (p.psumDepth < 4 || !isPower(p.psumDepth))
    problems.push(`psumDepth is ${p.psumDepth}, and must be a power of two from 4: two banks, two psums a cycle`);
  else {
    // Banks split into even and odd psums: see `PsumSpad`.
    const split = macs === 1 || !sparse;
    const most = p.psumDepth / (split ? 4 : 2);
    if (p.psumBanks < 2 || p.psumBanks > most || !isPower(p.psumBanks))
      problems.push(
        `psumBanks is ${p.psumBanks}, and must be a power of two from 2 to psumDepth / ${split ? 4 : 2} = ${most}: a bank gives two psums a cycle${split ? ', and is split in two with one MAC or without sparse' : ''}`,
      );
  }
  if (p.psumBits < 2 * p.dataBits + 1) {
    problems.push(`psumBits is ${p.psumBits}, and a product takes 2 · dataBits + 1 = ${2 * p.dataBits + 1}`);
  }
  return problems;
}

/** Part of a module's name that tells apart PEs of other parameters; empty for the paper's. */
export function parameterSuffix(p: PeParameters, ...keys: (keyof PeParameters)[]): string {
  const own = keys.filter((key) => p[key] !== eyerissV2Pe[key]);
  return own
    .map((key) => `_${key.replace(/[a-z]+/g, (part) => part.charAt(0)).toLowerCase()}${Number(p[key])}`)
    .join('');
}
