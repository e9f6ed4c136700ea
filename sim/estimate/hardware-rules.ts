/** What the model has to know of how the hardware is built beyond its parameters, each in one place. */
import type { PeParameters } from '../../hw/pe/parameters.ts';

/** Windows of a PE that are worked on or drain at the same time: see `PsumSpad`. */
export function windowsInFlight(filters: number, { psumDepth, psumBanks }: PeParameters): number {
  const banksOfWindow = 2 ** Math.ceil(Math.log2(Math.max(1, filters / (psumDepth / psumBanks))));
  return psumBanks / banksOfWindow;
}

/** Values in a word of the links. */
export const VALUES_OF_WORD = 3;

/** Column addresses in a word of the weight link. */
export const ADDRESSES_OF_WORD = 3;

/** Words that the requantisation of an output channel takes on the weight link. */
export const REQUANTISATION_WORDS = 3;

/** Cycles from the last word of a window until its psums can be taken. */
export const DRAIN_LATENCY = 3;

/** Cycles from a pair of psums that an output unit takes until the first word of its window stands in the output lane, less the rest of the window. */
export const OUTPUT_LATENCY = 9;
