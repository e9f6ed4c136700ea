/** What was measured of a network, what was wanted of it, and both as tables. */
import { formatTable } from '../cli/table.ts';
import { type NetworkComparison, networkLabel } from '../network/network-comparison.ts';
import { describeError } from '../network/page/network-page.ts';
import { grouped, percent } from '../run/summary-rows.ts';

export interface NetworkResult {
  readonly comparison: NetworkComparison;
  /** Cycles that it must not take more of, and those that are aimed at; null where nothing is wanted. */
  readonly must: number | null;
  readonly aim: number | null;
  /** Seconds of simulation with bandwidth unlimited, those of all processes together. */
  readonly simulationSeconds: number;
  /** Seconds that it took from beginning to end, the golden model included; null where layers had run before. */
  readonly seconds: number | null;
  /** Of layers that went wrong, in words. */
  readonly verdicts: readonly string[];
}

/** A sentence for each thing that is not as it must be. */
export function failuresOf({ comparison, must, verdicts }: NetworkResult): string[] {
  const label = networkLabel(comparison);
  const { cycles, mismatches, limited } = comparison;
  const differing = mismatches + (limited?.mismatches ?? 0);
  const failures: string[] = [];
  if (must !== null && cycles > must)
    failures.push(`${label}: ${grouped(cycles)} cycles, and it must not take more than ${grouped(must)}`);
  if (differing > 0) failures.push(`${label}: ${grouped(differing)} outputs differ from the golden model's`);
  return [...failures, ...verdicts.map((verdict) => `${label}: ${verdict}`)];
}

/** @param results at least one */
export function formatNetworkResults(results: readonly NetworkResult[]): string {
  return [speed(results), lessBandwidth(results), trust(results)].join('\n\n');
}

function speed(results: readonly NetworkResult[]): string {
  return formatTable([
    ['network', 'paper inf/s', 'paper cycles', 'must', 'aim', 'cycles', 'inf/s', 'times the paper', 'bound'],
    ...results.map(({ comparison, must, aim }) => [
      networkLabel(comparison),
      comparison.paper?.inferencesPerSecond.toFixed(1) ?? '-',
      orDash(comparison.paper?.cycles),
      orDash(must),
      orDash(aim),
      grouped(comparison.cycles),
      comparison.inferencesPerSecond?.toFixed(1) ?? '-',
      comparison.speedup?.toFixed(2) ?? '-',
      grouped(comparison.boundCycles),
    ]),
  ]);
}

function lessBandwidth(results: readonly NetworkResult[]): string {
  return formatTable([
    ['with less off-chip bandwidth', 'bytes a cycle', 'cycles', 'speed lost', 'the paper loses'],
    ...results.map(({ comparison }) => {
      const { limited, paper } = comparison;
      const measured = limited === null ? ['-', '-', '-'] : [grouped(limited.bytesPerCycle), grouped(limited.cycles), percent(limited.loss)]; // prettier-ignore
      return [networkLabel(comparison), ...measured, paper?.limited === undefined ? '-' : percent(paper.limited.loss)];
    }),
  ]);
}

function trust(results: readonly NetworkResult[]): string {
  const { estimates } = results[0]!.comparison;
  return formatTable([
    [
      'network',
      ...estimates.flatMap(({ name }) => [`${name}: cycles`, 'mean error (worst)']),
      'simulated, s',
      'in all, s',
      'outputs compared',
      'that differ',
    ],
    ...results.map(({ comparison, simulationSeconds, seconds }) => {
      const { checked, mismatches, limited } = comparison;
      return [
        networkLabel(comparison),
        ...comparison.estimates.flatMap((estimate) => [grouped(estimate.cycles), describeError(estimate)]),
        simulationSeconds.toFixed(1),
        seconds?.toFixed(1) ?? '-',
        grouped(checked + (limited?.checked ?? 0)),
        grouped(mismatches + (limited?.mismatches ?? 0)),
      ];
    }),
  ]);
}

function orDash(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : grouped(value);
}
