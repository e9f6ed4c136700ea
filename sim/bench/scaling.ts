/** How the array scales (J19 Fig 14), by the performance model: nobody can simulate 16,384 PEs. */
import { type ChipConfig, findConfig, isChip } from '../config/config.ts';
import { syntheticTensors } from '../network/network-tensors.ts';
import { networkEstimate } from '../network/estimate-network.ts';
import { layersOf } from '../network/network.ts';
import { findNetwork } from '../network/read-network.ts';
import { formatTable } from '../cli/table.ts';
import { peCount } from '../../hw/parameters.ts';
import type { Bench } from './bench.ts';

const networks = ['alexnet', 'googlenet', 'mobilenet-v1-1.0-224'];
const configs = ['scale-256', 'scale-1024', 'scale-16384'];

/** What a network takes on an array. */
export interface ScaledRun {
  readonly network: string;
  readonly pes: number;
  readonly cycles: number;
  /** Of these, until each layer's command is in. */
  readonly commandCycles: number;
}

export const scaling: Bench = {
  name: 'scaling',
  describes: 'AlexNet, GoogLeNet and MobileNet on 256, 1,024 and 16,384 PEs, by the performance model',
  run(progress) {
    const runs: ScaledRun[] = [];
    for (const name of networks) {
      for (const config of configs) {
        progress.advance(`${name} on ${config}`, runs.length, networks.length * configs.length);
        runs.push(estimated(name, chipConfig(config)));
      }
    }
    const text = `${formatScaling(runs)}\n\nThe paper (J19 Fig 14): linear to 1,024 PEs, more than 85 % of linear at 16,384. Uncompressed, one MAC in each PE, off-chip bandwidth unlimited.`;
    return Promise.resolve({ text, data: { runs }, passed: true });
  },
};

function estimated(name: string, config: ChipConfig): ScaledRun {
  const network = findNetwork(name);
  const options = { ...syntheticTensors, seed: 1, sparse: false, encoding: 'dense', order: 'balanced', bandwidth: undefined, energy: undefined } as const; // prettier-ignore
  const { totals, layers } = networkEstimate({ network, config, layers: layersOf(network), options });
  return {
    network: name,
    pes: peCount(config.chip),
    cycles: totals.cycles,
    commandCycles: layers.reduce((sum, { commandCycles }) => sum + commandCycles, 0),
  };
}

/** @param runs of each network, the smallest array first */
export function formatScaling(runs: readonly ScaledRun[]): string {
  const rows = runs.map(({ network, pes, cycles, commandCycles }) => {
    const least = runs.find((run) => run.network === network)!;
    const linear = (of: (run: ScaledRun) => number, now: number): string =>
      `${((100 * of(least) * least.pes) / (now * pes)).toFixed(1)} %`;
    return [
      network,
      pes.toLocaleString('en-US'),
      cycles.toLocaleString('en-US'),
      commandCycles.toLocaleString('en-US'),
      linear((run) => run.cycles, cycles),
      linear((run) => run.cycles - run.commandCycles, cycles - commandCycles),
    ];
  });
  return formatTable([['network', 'PEs', 'cycles', 'of these commands', 'of linear', 'without commands'], ...rows]);
}

function chipConfig(name: string): ChipConfig {
  const config = findConfig(name);
  if (!isChip(config)) throw new RangeError(`${name} is a single PE`);
  return config;
}
