/** The report of a layer that the performance model looked at. */
import { chipWidths, peCount } from '../../hw/parameters.ts';
import type { ClusterCounterName } from '../../hw/control/counters.ts';
import { insideShare } from '../mapper/cost.ts';
import { mappingLine } from '../mapper/explain.ts';
import type { ChosenMapping } from '../mapper/search.ts';
import { commandWordCount } from '../chip/command-words.ts';
import type { ChipConfig } from '../config/config.ts';
import { accessesOfRun } from '../energy/accesses.ts';
import { type EnergyReport, energyOf } from '../energy/energy.ts';
import type { EnergyTable } from '../energy/energy-table.ts';
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import type { ChipReport } from '../run/chip-report.ts';
import { activePes, chipPhases } from '../run/chip-phases.ts';
import type { OperandSource } from '../run/operands.ts';
import { bytes, ratio } from '../run/report.ts';
import { type EstimatedCounters, estimatedCounters } from './estimated-counters.ts';
import type { CycleEstimate } from './estimate-cycles.ts';
import type { LayerMasks } from './masks.ts';

/** Of a chip's report what can be known of a run that did not take place. */
export interface EstimateReport extends Omit<
  ChipReport,
  | 'operands'
  | 'counters'
  | 'energy'
  | 'activity'
  | 'psumOverflows'
  | 'rtlMacs'
  | 'surplusMacs'
  | 'outsideStalls'
  | 'fullCounters'
  | 'bounds'
  | 'busiestCycles'
> {
  readonly engine: 'estimate';
  /** Nothing is computed, so nothing is compared. */
  readonly checked: 0;
  readonly operands: { readonly iacts: OperandSource; readonly weights: OperandSource };
  readonly densities: LayerMasks['density'];
  readonly counters: EstimatedCounters;
  /** Beside no reference: what the layer takes uncompressed is another estimate. */
  readonly energy: EnergyReport & { readonly dense: null };
  /** Share of the layer's turns that the model walked through; the others are like these. */
  readonly walked: number;
}

/** What was estimated, and by what. */
export interface FinishedEstimate {
  readonly layer: Layer;
  readonly config: ChipConfig;
  readonly masks: LayerMasks;
  readonly sources: EstimateReport['operands'];
  readonly chosen: ChosenMapping;
  readonly estimate: CycleEstimate;
  readonly explain: boolean;
  /** Bytes a cycle. */
  readonly bandwidth: number | undefined;
  readonly energyTable: EnergyTable;
  readonly seconds: number;
}

/** Cycles after the last output word until the next command may come: in nearly all layers everything is at rest by then. */
const TAIL_CYCLES = 1;

export function makeEstimateReport(finished: FinishedEstimate): EstimateReport {
  const { layer, config, masks, sources, chosen, estimate, explain, bandwidth, energyTable, seconds } = finished;
  const { chip } = config;
  const { mapping, cost } = chosen;
  const { name, output: _output, ...dimensions } = layer;
  const { density } = masks;
  const macs = macsOf(layer);
  const effectualMacs = Math.round(macs * insideShare(layer) * density.iact * density.weight);
  const counters = estimatedCounters(estimate, cost, effectualMacs);
  const { word } = chipWidths(chip);
  const pair = 2 * chip.pe.psumBits;
  const outputBytes = bytes(counters.outputWords, word);
  const commandBytes = 4 * commandWordCount(chip);
  const offChipBytes = {
    iact: bytes(counters.iactIn, word),
    weight: bytes(counters.weightIn, word),
    psum: layer.output === undefined ? outputBytes : 0,
    oact: layer.output === undefined ? 0 : outputBytes,
  };
  const moved = offChipBytes.iact + offChipBytes.weight + outputBytes;
  const cycles = Math.max(estimate.cycles, bandwidth === undefined ? 0 : Math.ceil(moved / bandwidth));
  const pes = peCount(chip);
  const active = activePes(estimate.layer).reduce((sum, count) => sum + count, 0);
  const bound = Math.ceil(cost.parts.compute);
  const energy = energyOf(accessesOfRun(allCounters(counters), mapping, chip, commandBytes), energyTable);
  return {
    layer: name,
    config: config.name,
    engine: 'estimate',
    cycles,
    clockMHz: config.clockMHz,
    macs,
    effectualMacs,
    macUtilization: ratio(effectualMacs, cycles * chip.pe.macs * active),
    macsPerPe: chip.pe.macs,
    activePes: active,
    totalPes: pes,
    checked: 0,
    mismatches: 0,
    wallSeconds: seconds,
    simCyclesPerSecond: ratio(cycles, seconds),
    dimensions,
    operands: sources,
    densities: density,
    offChipBytes,
    glbBytes: {
      read: bytes(counters.iactBankReads, word) + bytes(counters.psumBankReads, pair),
      write: bytes(counters.iactBankWrites, word) + bytes(counters.psumBankWrites, pair),
    },
    ...phasesOf(counters, { cycles, commandCycles: estimate.commandCycles }, active, mapping.encoding === 'dense', pes),
    encoding: mapping.encoding,
    clusters: { rows: chip.clusterRows, columns: chip.clusterColumns },
    mapping: { ...mapping, line: mappingLine(mapping), ...(explain ? { explain: chosen.explain } : {}) },
    mapperEstimate: { cycles: Math.round(cost.cycles), parts: cost.parts },
    bandwidth: bandwidth ?? null,
    macBoundCycles: Math.ceil(effectualMacs / (chip.pe.macs * pes)),
    boundCycles: bound,
    boundShare: ratio(bound, cycles),
    commandBytes,
    commandCycles: estimate.commandCycles,
    tailCycles: TAIL_CYCLES,
    energy: {
      table: energyTable,
      ...energy,
      perEffectualMac: ratio(energy.total, effectualMacs),
      dense: null,
      gain: null,
    },
    counters,
    failedChecks: [],
    walked: estimate.share,
  };
}

/** Nominal MACs, those with padding included. */
function macsOf(layer: Layer): number {
  const { e, f } = outputShape(layer);
  return layer.n * layer.g * layer.m * layer.c * layer.r * layer.s * e * f;
}

/** As if all clusters were one: the model does not tell them apart. */
function phasesOf(
  counters: EstimatedCounters,
  chip: { readonly cycles: number; readonly commandCycles: number },
  active: number,
  dense: boolean,
  pes: number,
): Pick<ChipReport, 'phases' | 'stalls'> {
  const total = allCounters(counters);
  return chipPhases({ chip: { ...chip, tailCycles: TAIL_CYCLES }, clusters: [total], total }, [active], pes, dense);
}

function allCounters(counters: EstimatedCounters): Readonly<Record<ClusterCounterName, number>> {
  return { ...counters, stallWeight: 0, stallIact: 0, stallOutput: 0 };
}
