/**
 * The activity counters: one table, which the hardware, whoever reads the counters and the manual all take from.
 *
 * After a layer they leave as a stream of 32-bit words: first the chip's words, then for each cluster, row by row of the mesh, its
 * counters in the order of the table. A counter of a cluster stays at its highest value once it gets there.
 */

/** A counter, and what it counts. */
export interface CounterInfo {
  readonly name: string;
  readonly counts: string;
}

/** What the chip counts once, in 32 bits each. */
export const chipCounters = [
  { name: 'cycles', counts: 'Cycles from the first word of the command to the last output word, both included.' },
  {
    name: 'commandCycles',
    counts: 'Of these: until the layer starts, its last word of command and the start included.',
  },
  {
    name: 'tailCycles',
    counts:
      'Cycles after the last output word until all words of the layer are in and the array is at rest; at least one.',
  },
] as const satisfies readonly CounterInfo[];

/**
 * What each cluster counts. A PE's cycles from the start of a layer to the end of its tail are `cycles - commandCycles +
 * tailCycles`; in those that are none of its six activities below it was idle.
 */
export const clusterCounters = [
  {
    name: 'peCompute',
    counts: 'PE cycles in which a word of two weights was read: weight data SPad reads, and half of the MAC slots.',
  },
  { name: 'peLoad', counts: 'PE cycles in which nothing could be read before more weights came.' },
  { name: 'peWaitPsum', counts: 'PE cycles with a column ready, but no room for the psums of another window.' },
  { name: 'peWaitIact', counts: 'PE cycles without a column to work on: iacts had not come, or met empty columns.' },
  { name: 'peDrain', counts: 'PE cycles with nothing left to read and psums on their way out.' },
  { name: 'peWindowEnd', counts: 'PE cycles spent on the end of a window without a non-zero to carry it.' },
  {
    name: 'macs',
    counts:
      'Products of two non-zeros; each reads and writes a psum in the SPad. MACs that were gated: 2 · peCompute - macs.',
  },
  { name: 'iactBankWrites', counts: 'Words written into the iact banks: iacts, and the length of each block.' },
  { name: 'iactBankReads', counts: 'Words read from the iact banks.' },
  { name: 'psumBankWrites', counts: 'Words of two psums written into the psum banks.' },
  { name: 'psumBankReads', counts: 'Words of two psums read from the psum banks.' },
  { name: 'iactInjected', counts: 'Iact words from the banks, or past them, into the iact routers.' },
  { name: 'iactLocal', counts: 'Iact words from the routers to the PE cluster, however many slots they were for.' },
  { name: 'iactNorth', counts: 'Iact words to the cluster above.' },
  { name: 'iactSouth', counts: 'Iact words to the cluster below.' },
  { name: 'iactSide', counts: 'Iact words to horizontal neighbours.' },
  { name: 'weightLocal', counts: 'Weight words to the rows of PEs, headers included, however many PEs they were for.' },
  { name: 'weightSide', counts: 'Weight words to horizontal neighbours, headers included.' },
  {
    name: 'psumBank',
    counts: 'Words of two psums from the routers to the psum banks, or past them to the output unit.',
  },
  { name: 'psumPe', counts: 'Words of two psums to the bottom PEs.' },
  { name: 'psumSouth', counts: 'Words of two psums to the cluster below.' },
  { name: 'iactIn', counts: 'Iact words from outside.' },
  { name: 'weightIn', counts: 'Weight words from outside, headers and parameters of the output unit included.' },
  { name: 'outputPsums', counts: 'Psums that the output unit took.' },
  { name: 'outputs', counts: 'Outputs that it made of them.' },
  { name: 'outputWords', counts: 'Output words to the outside.' },
  {
    name: 'stallWeight',
    counts:
      'Cycles in which a PE waited for weights, and none were offered to the cluster from outside though it takes them there.',
  },
  {
    name: 'stallIact',
    counts:
      'Cycles in which a PE waited for iacts, and none were offered to the cluster from outside though its banks had room.',
  },
  { name: 'stallOutput', counts: 'Cycles in which an output word was offered and not taken.' },
] as const satisfies readonly CounterInfo[];

export type ChipCounterName = (typeof chipCounters)[number]['name'];
export type ClusterCounterName = (typeof clusterCounters)[number]['name'];

/** Bits of the words that the counters are read in. */
export const COUNTER_WORD_BITS = 32;

/** Words that are read after a layer. */
export function counterWordCount(clusters: number): number {
  return chipCounters.length + clusters * clusterCounters.length;
}

/** Cycles from the last one that counts until the counters may be read. */
export const COUNTER_SETTLE_CYCLES = clusterCounters.length;
