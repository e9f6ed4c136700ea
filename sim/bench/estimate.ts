/** The performance model beside the RTL, layer by layer. */
import { formatTable } from '../cli/table.ts';
import { findNetwork } from '../network/read-network.ts';
import { simulateNetwork } from '../network/run-network.ts';
import type { Bench } from './bench.ts';
import { estimateErrors, type NetworkErrors, summary } from './estimate-errors.ts';
import { chipConfig, optionsOf, suite } from './networks.ts';

/** What is wanted, as shares of the RTL's cycles. */
const WANTED = { mean: 0.05, worst: 0.15 };

export const estimate: Bench = {
  name: 'estimate',
  describes: 'the performance model beside the RTL: all layers of both networks, dense and pruned',
  async run(progress) {
    const errors: NetworkErrors[] = [];
    const config = chipConfig(suite.config);
    for (const goal of suite.goals) {
      const { label, ...options } = optionsOf({ ...suite, ...goal, bandwidth: undefined }, suite.folder);
      progress.stage(label);
      const { report } = await simulateNetwork(options, progress);
      errors.push(estimateErrors(report, findNetwork(goal.network), config));
    }
    return estimateResult(errors);
  },
};

export function estimateResult(errors: readonly NetworkErrors[]): Awaited<ReturnType<Bench['run']>> {
  const all = summary(errors.flatMap(({ layers }) => layers));
  const { mean, worst } = all;
  return {
    text: `${errors.map(formatErrors).join('\n\n')}\n\nall layers: mean ${percent(mean)} (wanted: 5 %), worst ${percent(worst)} (wanted: 15 %)`,
    data: { networks: errors, ...all },
    passed: mean < WANTED.mean && worst < WANTED.worst,
  };
}

function formatErrors({ network, sparse, layers, mean, worst }: NetworkErrors): string {
  const rows = layers.map((each) => [
    each.layer,
    String(each.cycles),
    String(each.estimate),
    percent(each.error),
    `${each.milliseconds.toFixed(0)} ms`,
  ]);
  return [
    `${network}, ${sparse ? 'pruned weights' : 'weights dense'}`,
    formatTable([['layer', 'RTL', 'estimate', 'error', 'time'], ...rows]),
    `mean ${percent(mean)}, worst ${percent(worst)}`,
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
