/** A network's speed beside the paper's, beside its bound, and with less off-chip bandwidth. */
import { tightestBound } from '../run/chip-bounds.ts';
import { ratio } from '../run/report.ts';
import { type EstimateError, estimateErrors } from './estimates.ts';
import type { NetworkReport } from './network-report.ts';
import { type PaperResult, paperResult } from './paper-results.ts';

export interface NetworkComparison {
  readonly network: string;
  readonly sparse: boolean;
  /** Layers back to back, what lies between them included. */
  readonly cycles: number;
  /** Null unless all layers ran. */
  readonly inferencesPerSecond: number | null;
  /** Sum of the layers' bounds. */
  readonly boundCycles: number;
  /** Null where nothing is published. */
  readonly paper: Omit<PaperResult, 'effectualMacs'> | null;
  /** The paper's cycles by these: above 1 is faster. Null where there is nothing to compare. */
  readonly speedup: number | null;
  /** The same network with less off-chip bandwidth; null where it did not run. */
  readonly limited: LimitedComparison | null;
  readonly estimates: readonly EstimateError[];
  readonly checked: number;
  readonly mismatches: number;
}

export interface LimitedComparison {
  readonly bytesPerCycle: number;
  readonly cycles: number;
  /** Share of the speed that is lost, 0 to 1. */
  readonly loss: number;
  readonly checked: number;
  readonly mismatches: number;
}

/** @param limited of a run of the same layers with less off-chip bandwidth */
export function compareNetwork(report: NetworkReport, limited?: NetworkReport): NetworkComparison {
  const { network, sparse, layers, totals } = report;
  const { checked, mismatches, inferencesPerSecond } = totals;
  const cycles = allCycles(report);
  const published = inferencesPerSecond === null ? undefined : paperResult(report);
  const { effectualMacs: _macs, ...paper } = published ?? {};
  return {
    network,
    sparse,
    cycles,
    inferencesPerSecond,
    boundCycles: layers.reduce((sum, { bounds }) => sum + tightestBound(bounds).cycles, 0),
    paper: published === undefined ? null : (paper as Omit<PaperResult, 'effectualMacs'>),
    speedup: published === undefined ? null : ratio(published.cycles, cycles),
    limited: limited === undefined ? null : compareLimited(cycles, limited),
    estimates: estimateErrors(layers),
    checked,
    mismatches,
  };
}

function compareLimited(unlimitedCycles: number, report: NetworkReport): LimitedComparison {
  const cycles = allCycles(report);
  const { checked, mismatches } = report.totals;
  return { bytesPerCycle: report.bandwidth!, cycles, loss: 1 - ratio(unlimitedCycles, cycles), checked, mismatches };
}

function allCycles({ totals }: NetworkReport): number {
  return totals.cycles + totals.tailCycles;
}

/** "alexnet, sparse" */
export function networkLabel({ network, sparse }: Pick<NetworkReport, 'network' | 'sparse'>): string {
  return sparse ? `${network}, sparse` : network;
}
