import type { ChipReport } from '../run/chip-report.ts';
import { ratio } from '../run/report.ts';
import type { EnergyReport } from '../energy/energy.ts';
import { type NetworkEnergy, sumEnergies } from '../energy/sum-energies.ts';
import type { NetworkTensors } from './network-tensors.ts';

/** A layer's report as a part of its network's. */
export interface NetworkLayerReport extends ChipReport {
  /** Shares of non-zeros in the tensors it was run on, and in the outputs. */
  readonly densities: { readonly iact: number; readonly weight: number; readonly oact: number };
  /** What the performance model expects of the same layer by the same mapping, from shapes and densities alone; where it was asked. */
  readonly modelEstimate?: { readonly cycles: number };
}

/** What of a layer's report is summed up; an estimate knows of no psums. */
export type SummedReport = Pick<
  NetworkLayerReport,
  | 'config'
  | 'engine'
  | 'clockMHz'
  | 'bandwidth'
  | 'dimensions'
  | 'totalPes'
  | 'macsPerPe'
  | 'layer'
  | 'cycles'
  | 'tailCycles'
  | 'macs'
  | 'effectualMacs'
  | 'boundCycles'
  | 'checked'
  | 'mismatches'
  | 'offChipBytes'
  | 'glbBytes'
  | 'phases'
  | 'wallSeconds'
> & {
  readonly psumOverflows?: number;
  readonly energy: EnergyReport;
  readonly operands: Pick<ChipReport['operands'], 'iacts'>;
};

/** What `--report` and `--json` of `saccade network` hold. */
export interface NetworkReport<Layer extends SummedReport = NetworkLayerReport> {
  readonly network: string;
  readonly config: string;
  readonly engine: string;
  readonly clockMHz: number;
  readonly seed: number;
  readonly sparse: boolean;
  /** What else gave tensors: paths as they were typed. Which layers have masks, their `operands` say. */
  readonly tensors: { readonly [Key in TensorKey]: NonNullable<NetworkTensors[Key]> | null };
  /** Of off-chip memory, in bytes a cycle; null: unlimited. */
  readonly bandwidth: number | null;
  readonly layers: readonly Layer[];
  readonly totals: NetworkTotals;
}

const tensorKeys = ['iacts', 'weights', 'bias', 'iactDensity', 'weightDensity', 'masks'] as const;
type TensorKey = (typeof tensorKeys)[number];

/** Sums over the layers that ran, and what follows from them. */
export interface NetworkTotals {
  readonly layers: number;
  /** Of all layers, each from its command to its last output. */
  readonly cycles: number;
  /** After the last outputs of layers, until the chip was ready for the next command. */
  readonly tailCycles: number;
  readonly macs: number;
  readonly effectualMacs: number;
  /** effectualMacs by what all PEs could have done: as many MACs each in every cycle as they have. */
  readonly macUtilization: number;
  readonly totalPes: number;
  readonly boundCycles: number;
  /** boundCycles by cycles. */
  readonly boundShare: number;
  readonly checked: number;
  readonly mismatches: number;
  /** Absent where nothing was computed. */
  readonly psumOverflows?: number;
  readonly offChipBytes: ChipReport['offChipBytes'];
  readonly glbBytes: ChipReport['glbBytes'];
  /** By component, and by type of data. */
  readonly energy: NetworkEnergy;
  readonly phases: ChipReport['phases'];
  readonly wallSeconds: number;
  readonly simCyclesPerSecond: number;
  /** Images in a run. */
  readonly images: number;
  /** At the clock, layers back to back: `cycles` and `tailCycles`. Null unless all layers ran. */
  readonly inferencesPerSecond: number | null;
}

/**
 * @param layers those that ran, at least one, in the order of the network
 * @param complete whether these are all layers of the network
 */
export function makeNetworkReport<Layer extends SummedReport>(
  network: string,
  layers: readonly Layer[],
  given: NetworkTensors,
  complete: boolean,
): NetworkReport<Layer> {
  const { config, engine, clockMHz, bandwidth } = layers[0]!;
  const { seed, sparse } = given;
  const tensors = Object.fromEntries(
    tensorKeys.map((key) => [key, given[key] ?? null]),
  ) as unknown as NetworkReport['tensors'];
  const totals = totalsOf(layers, complete);
  return { network, config, engine, clockMHz, seed, sparse, tensors, bandwidth, layers, totals };
}

function totalsOf(layers: readonly SummedReport[], complete: boolean): NetworkTotals {
  const sum = (value: (report: SummedReport) => number): number =>
    layers.reduce((total, report) => total + value(report), 0);
  const sums = <K extends string>(of: (report: SummedReport) => Readonly<Record<K, number>>): Record<K, number> => {
    const keys = Object.keys(of(layers[0]!)) as K[];
    return Object.fromEntries(keys.map((key) => [key, sum((report) => of(report)[key])])) as Record<K, number>;
  };
  const { totalPes, macsPerPe, clockMHz, dimensions } = layers[0]!;
  const cycles = sum((report) => report.cycles);
  const tailCycles = sum((report) => report.tailCycles);
  const effectualMacs = sum((report) => report.effectualMacs);
  const boundCycles = sum((report) => report.boundCycles);
  const wallSeconds = sum((report) => report.wallSeconds);
  return {
    layers: layers.length,
    cycles,
    tailCycles,
    macs: sum((report) => report.macs),
    effectualMacs,
    macUtilization: ratio(effectualMacs, cycles * macsPerPe * totalPes),
    totalPes,
    boundCycles,
    boundShare: ratio(boundCycles, cycles),
    checked: sum((report) => report.checked),
    mismatches: sum((report) => report.mismatches),
    ...(layers.every(({ psumOverflows }) => psumOverflows !== undefined)
      ? { psumOverflows: sum(({ psumOverflows }) => psumOverflows!) }
      : {}),
    offChipBytes: sums((report) => report.offChipBytes),
    glbBytes: sums((report) => report.glbBytes),
    energy: sumEnergies(
      layers.map(({ energy }) => energy),
      effectualMacs,
    ),
    phases: sums((report) => ({ ...report.phases })),
    wallSeconds,
    simCyclesPerSecond: ratio(cycles, wallSeconds),
    images: dimensions.n,
    inferencesPerSecond: complete ? ratio(dimensions.n * clockMHz * 1e6, cycles + tailCycles) : null,
  };
}
