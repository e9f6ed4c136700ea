/** How long the MACs of a PE work on what one iact meets. */
import type { PeParameters } from '../../hw/pe/parameters.ts';

/** Cycles for the `entries` of a weight column: two MACs take a word of two weights in each, one MAC a weight. */
export function columnCycles(entries: number, { macs }: Pick<PeParameters, 'macs'>): number {
  return Math.ceil(entries / macs);
}
