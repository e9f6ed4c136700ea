/** A layer on a chip that need not exist: mapping, cycles, traffic, energy, without computing anything. */
import type { EncodingChoice, OrderChoice } from '../cli/options.ts';
import type { ChipConfig } from '../config/config.ts';
import type { EnergyTable } from '../energy/energy-table.ts';
import type { Layer } from '../layer/layer.ts';
import { chooseMapping } from '../mapper/search.ts';
import { estimateCycles } from './estimate-cycles.ts';
import { type EstimateReport, makeEstimateReport } from './estimate-report.ts';
import type { LayerMasks } from './masks.ts';

export interface EstimateSettings {
  readonly encoding: EncodingChoice;
  readonly order: OrderChoice;
  /** Bytes a cycle. */
  readonly bandwidth: number | undefined;
  readonly energyTable: EnergyTable;
  readonly explain: boolean;
}

/** @throws InputError when no mapping fits the chip */
export function estimateLayer(
  layer: Layer,
  masks: LayerMasks,
  sources: EstimateReport['operands'],
  config: ChipConfig,
  { encoding, order, bandwidth, energyTable, explain }: EstimateSettings,
): EstimateReport {
  const started = performance.now();
  const chosen = chooseMapping(layer, masks.weights, masks.density.iact, config.chip, {
    ...(encoding === 'auto' ? {} : { encoding }),
    ...(bandwidth === undefined ? {} : { bandwidth }),
    channelDensities: masks.iactChannels,
    balance: order === 'balanced',
  });
  const estimate = estimateCycles(layer, chosen.mapping, config.chip, masks, chosen.cost.cycles);
  const seconds = (performance.now() - started) / 1000;
  return makeEstimateReport({
    layer,
    config,
    masks,
    sources,
    chosen,
    estimate,
    explain,
    bandwidth,
    energyTable,
    seconds,
  });
}
