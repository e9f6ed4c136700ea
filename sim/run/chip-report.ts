import { chipWidths, peCount } from '../../hw/parameters.ts';
import type { ClusterCounterName } from '../../hw/control/counters.ts';
import type { ChipCounters } from '../chip/chip-counters.ts';
import type { ChipRun } from '../chip/run-on-chip.ts';
import type { ChipConfig } from '../config/config.ts';
import { accessesOfRun } from '../energy/accesses.ts';
import { denseMapping, type EnergyReport, energyReport } from '../energy/energy.ts';
import type { EnergyTable } from '../energy/energy-table.ts';
import type { CostParts } from '../mapper/cost.ts';
import { mappingLine } from '../mapper/explain.ts';
import type { Mapping } from '../mapper/mapping.ts';
import type { ChosenMapping } from '../mapper/search.ts';
import { chipBounds, type CycleBound } from './chip-bounds.ts';
import { failedChipChecks, fullCounters } from './chip-checks.ts';
import { activePes, chipPhases } from './chip-phases.ts';
import { chipWork } from './chip-work.ts';
import { bytes, type FinishedLayer, type LayerReport, ratio, reportOfLayer } from './report.ts';

/**
 * The report of a layer on a chip. `phases` and `stalls` are those of the average active PE, see `chipPhases`; they add up to
 * `cycles`, which count from the first word of the command to the last word of the outputs.
 */
export interface ChipReport extends LayerReport {
  readonly clusters: { readonly rows: number; readonly columns: number };
  /** What the mapper chose; `explain` is there when it was asked for. */
  readonly mapping: Mapping & { readonly line: string; readonly explain?: readonly string[] };
  /** Cycles that the mapper expected, and where. */
  readonly mapperEstimate: { readonly cycles: number; readonly parts: CostParts };
  /** Of off-chip memory, in bytes a cycle; null: unlimited. */
  readonly bandwidth: number | null;
  /** Cycles that the effectual MACs take, `macsPerPe` in every PE. */
  readonly macBoundCycles: number;
  /** What no run by this mapping can be faster than: `boundCycles` first, then the links; the largest binds. */
  readonly bounds: readonly CycleBound[];
  /** Words of weights of the PE that has most of them. */
  readonly busiestCycles: number;
  /** Of `rtlMacs`, those of windows that the layer does not have: see `chipWork`. */
  readonly surplusMacs: number;
  readonly commandBytes: number;
  /** Of `cycles`, and after them: see the table of counters. */
  readonly commandCycles: number;
  readonly tailCycles: number;
  /** Accesses to memories, words over links, by type. */
  readonly activity: ChipActivity;
  /** Activity times a table of energies, beside the same layer uncompressed: see `accessesOfRun` for what is charged as what. */
  readonly energy: EnergyReport;
  /** Cycles of clusters in which something stood still for want of the outside; they overlap with all else. */
  readonly outsideStalls: { readonly weight: number; readonly iact: number; readonly output: number };
  /** The sums over all clusters, by the names in the table of counters. */
  readonly counters: Readonly<Record<ClusterCounterName, number>>;
  /** Counters that got to their highest value, and tell too little. */
  readonly fullCounters: readonly string[];
}

export interface ChipActivity {
  readonly macs: { readonly done: number; readonly gated: number };
  /** In words: of two weights, or with one MAC of one; of one psum. */
  readonly spad: { readonly weightReads: number; readonly psumReads: number; readonly psumWrites: number };
  /** In words: of the iact link; of two psums. */
  readonly glb: {
    readonly iactReads: number;
    readonly iactWrites: number;
    readonly psumReads: number;
    readonly psumWrites: number;
  };
  /** Words that left routers: into the PE cluster, and to other clusters; psums also into banks and output units. */
  readonly noc: {
    readonly iact: { readonly local: number; readonly vertical: number; readonly horizontal: number };
    readonly weight: { readonly local: number; readonly horizontal: number };
    readonly psum: { readonly local: number; readonly vertical: number; readonly bank: number };
  };
}

/** A chip's run of a layer, and what it ran by. */
export interface FinishedChipRun {
  readonly config: ChipConfig;
  readonly chosen: ChosenMapping;
  readonly run: ChipRun;
  readonly explain: boolean;
  /** Bytes a cycle. */
  readonly bandwidth: number | undefined;
  readonly energyTable: EnergyTable;
  /** What was wrong beside this run. */
  readonly otherFaults: readonly string[];
}

export function makeChipReport(
  finished: FinishedLayer,
  { config, chosen, run, explain, bandwidth, energyTable, otherFaults }: FinishedChipRun,
): ChipReport {
  const { layer, operands, golden } = finished;
  const { chip } = config;
  const { cycles, counters, moved, mapping } = run;
  const { total } = counters;
  const active = activePes(run.program.chipLayer);
  const pes = peCount(chip);
  const work = chipWork(layer, operands, mapping, chip);
  const bound = Math.ceil(work.words / pes);
  const { word } = chipWidths(chip);
  const outputBytes = bytes(moved.output, word);
  const pair = 2 * chip.pe.psumBits;
  const commandBytes = 4 * moved.command;
  const activeCount = active.reduce((sum, count) => sum + count, 0);
  return {
    ...reportOfLayer(finished, config, run, {
      activePes: activeCount,
      totalPes: pes,
      macsPerPe: chip.pe.macs,
    }),
    offChipBytes: {
      iact: bytes(moved.iact, word),
      weight: bytes(moved.weight, word),
      psum: layer.output === undefined ? outputBytes : 0,
      oact: layer.output === undefined ? 0 : outputBytes,
    },
    glbBytes: {
      read: bytes(total.iactBankReads, word) + bytes(total.psumBankReads, pair),
      write: bytes(total.iactBankWrites, word) + bytes(total.psumBankWrites, pair),
    },
    ...chipPhases(counters, active, chip.peRows * chip.peColumns, mapping.encoding === 'dense'),
    encoding: mapping.encoding,
    clusters: { rows: chip.clusterRows, columns: chip.clusterColumns },
    mapping: { ...mapping, line: mappingLine(mapping), ...(explain ? { explain: chosen.explain } : {}) },
    mapperEstimate: { cycles: Math.round(chosen.cost.cycles), parts: chosen.cost.parts },
    bandwidth: bandwidth ?? null,
    macBoundCycles: Math.ceil(golden.effectualMacs / (chip.pe.macs * pes)),
    boundCycles: bound,
    ...chipBounds(run, operands, { boundCycles: bound, bandwidth, outputBytes }),
    boundShare: ratio(bound, cycles),
    rtlMacs: total.macs,
    surplusMacs: work.surplusMacs,
    commandBytes,
    commandCycles: counters.chip.commandCycles,
    tailCycles: counters.chip.tailCycles,
    activity: activityOf(counters, chip.pe.macs),
    energy: energyReport(
      accessesOfRun(total, mapping, chip, commandBytes),
      denseMapping(layer, operands.weights.data, chip, bandwidth),
      energyTable,
      { effectualMacs: golden.effectualMacs, commandBytes },
    ),
    outsideStalls: { weight: total.stallWeight, iact: total.stallIact, output: total.stallOutput },
    counters: total,
    fullCounters: fullCounters(run, chip.counterBits),
    failedChecks: [
      ...failedChipChecks(run, {
        work,
        macsPerPe: chip.pe.macs,
        effectualMacs: golden.effectualMacs,
        counterBits: chip.counterBits,
      }),
      ...otherFaults,
    ],
  };
}

function activityOf({ total }: ChipCounters, macsPerPe: number): ChipActivity {
  return {
    macs: { done: total.macs, gated: macsPerPe * total.peCompute - total.macs },
    spad: { weightReads: total.peCompute, psumReads: total.macs, psumWrites: total.macs },
    glb: {
      iactReads: total.iactBankReads,
      iactWrites: total.iactBankWrites,
      psumReads: total.psumBankReads,
      psumWrites: total.psumBankWrites,
    },
    noc: {
      iact: { local: total.iactLocal, vertical: total.iactNorth + total.iactSouth, horizontal: total.iactSide },
      weight: { local: total.weightLocal, horizontal: total.weightSide },
      psum: { local: total.psumPe, vertical: total.psumSouth, bank: total.psumBank },
    },
  };
}
