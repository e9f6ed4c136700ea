import type { Encoding } from '../pe/mapping.ts';

/** Counts of one run: the hardware's, and what they should be. */
export interface MeasuredWork {
  readonly encoding: Encoding;
  /** MACs of a PE. */
  readonly macsPerPe: number;
  /** Cycles in which the hardware read a word of weights, or with one MAC a weight. */
  readonly compute: number;
  readonly boundCycles: number;
  /** By the golden model. */
  readonly effectualMacs: number;
  /** By the hardware's own count. */
  readonly rtlMacs: number;
}

/** A sentence for each count of the hardware that contradicts the model, even where the psums do not. */
export function failedChecks(measured: MeasuredWork): string[] {
  const { encoding, macsPerPe, compute, boundCycles, effectualMacs, rtlMacs } = measured;
  const failed: string[] = [];
  if (rtlMacs !== effectualMacs) {
    failed.push(`the hardware counted ${rtlMacs} effectual MACs, and the golden model ${effectualMacs}`);
  }
  // Uncompressed, zeros are read as well.
  if (encoding === 'csc' ? compute !== boundCycles : compute < boundCycles) {
    const expected = encoding === 'csc' ? `exactly ${boundCycles}` : `at least ${boundCycles}`;
    failed.push(`the hardware read ${compute} ${weightUnits(macsPerPe)}, and the non-zero iacts meet ${expected}`);
  }
  return failed;
}

/** What a PE with so many MACs takes in a cycle. */
export function weightUnits(macsPerPe: number): string {
  return macsPerPe === 2 ? 'words of weights' : 'weights';
}
