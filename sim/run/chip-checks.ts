import type { ChipRun } from '../chip/run-on-chip.ts';
import type { ClusterCounterName } from '../../hw/control/counters.ts';
import { weightUnits } from './pe-checks.ts';
import type { ChipWork } from './chip-work.ts';

/** What the counters of a chip are held against. */
export interface ExpectedCounts {
  readonly work: ChipWork;
  /** MACs of a PE. */
  readonly macsPerPe: number;
  /** By the golden model. */
  readonly effectualMacs: number;
  /** Bits of the counters of clusters. */
  readonly counterBits: number;
}

/** Counters that got to their highest value in some cluster, and then stood still. */
export function fullCounters({ counters }: Pick<ChipRun, 'counters'>, counterBits: number): ClusterCounterName[] {
  const names = Object.keys(counters.total) as ClusterCounterName[];
  return names.filter((name) => counters.clusters.some((counts) => counts[name] === 2 ** counterBits - 1));
}

/** A sentence for each count of the chip that contradicts the simulation or the model, even where the outputs do not. */
export function failedChipChecks(
  run: ChipRun,
  { work, macsPerPe, effectualMacs, counterBits }: ExpectedCounts,
): string[] {
  const failed: string[] = [];
  if (run.engineCycles !== run.cycles) {
    failed.push(`the hardware counted ${run.cycles} cycles, and the simulation ${run.engineCycles}`);
  }
  const { total } = run.counters;
  const full = fullCounters(run, counterBits);
  const compare = (name: ClusterCounterName, what: string, expected: number, by: string): void => {
    if (full.includes(name) || total[name] === expected) return;
    failed.push(`the hardware counted ${total[name]} ${what}, and ${by} ${expected}`);
  };
  const { moved, mapping } = run;
  const expectedMacs = effectualMacs + work.surplusMacs;
  const surplus = work.surplusMacs === 0 ? '' : ` and ${work.surplusMacs} of windows beyond the output make`;
  compare('macs', 'effectual MACs', expectedMacs, `the golden model${surplus}`);
  const words = work.words + work.surplusWords;
  const units = weightUnits(macsPerPe);
  // Uncompressed, zeros are read as well.
  if (mapping.encoding === 'csc') compare('peCompute', `${units} read`, words, 'the non-zero iacts meet');
  else if (total.peCompute < words && !full.includes('peCompute')) {
    failed.push(`the hardware counted ${total.peCompute} ${units} read, and the non-zero iacts meet ${words}`);
  }
  compare('iactIn', 'words of iacts taken', moved.iact, 'the simulation gave');
  compare('weightIn', 'words of weights taken', moved.weight, 'the simulation gave');
  compare('outputWords', 'words of outputs given', moved.output, 'the simulation took');
  return failed;
}
