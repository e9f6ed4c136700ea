import type { Convolution } from '../golden/convolution.ts';
import type { Layer } from '../layer/layer.ts';
import type { Encoding } from '../pe/mapping.ts';
import type { Comparison } from './compare.ts';
import type { Operands } from './operands.ts';

/** What is known after a run, whatever ran the layer; part of the JSON of `--report` and `--json`. */
export interface LayerReport {
  /** Name of the layer. */
  readonly layer: string;
  /** Name of the config. */
  readonly config: string;
  readonly engine: string;
  /** Clock cycles from the start of the layer to its last output leaving the hardware. */
  readonly cycles: number;
  readonly clockMHz: number;
  /** Nominal multiply-accumulates, those with padding and with zeros included. */
  readonly macs: number;
  /** Multiply-accumulates with both operands non-zero, by the golden model. */
  readonly effectualMacs: number;
  /** effectualMacs by what the active PEs could have done: `macsPerPe` each in every cycle. */
  readonly macUtilization: number;
  /** PEs that have a share of the layer. */
  readonly activePes: number;
  readonly totalPes: number;
  /** MACs that a PE can do in a cycle. */
  readonly macsPerPe: number;
  /** Psums and outputs compared with the golden model. */
  readonly checked: number;
  /** Those that differ. */
  readonly mismatches: number;
  /** Outputs whose exact sum does not fit psumBits. */
  readonly psumOverflows: number;
  /** Bytes that crossed the edge of the hardware. */
  readonly offChipBytes: {
    readonly iact: number;
    readonly weight: number;
    /** Both ways. */
    readonly psum: number;
    readonly oact: number;
  };
  /** Bytes read from and written to the global buffer; 0 where the hardware has none. */
  readonly glbBytes: { readonly read: number; readonly write: number };
  /** Where the cycles of a PE went. */
  readonly phases: Phases;
  /** `phases.stall` by cause. */
  readonly stalls: Stalls;
  /** Wall time of the simulation alone: no build, no golden model. */
  readonly wallSeconds: number;
  /** cycles by wallSeconds. */
  readonly simCyclesPerSecond: number;

  /** The layer's dimensions, its defaults filled in. */
  readonly dimensions: Omit<Layer, 'name' | 'output'>;
  /** Where each tensor comes from. */
  readonly operands: Operands['sources'];
  readonly encoding: Encoding;
  /**
   * Cycles that the weights take which non-zero iacts meet, as many a cycle as a PE has MACs, spread evenly over all PEs; with PEs
   * that read nothing compressed, all weights and iacts.
   */
  readonly boundCycles: number;
  /** boundCycles by cycles: 1 is a PE that is never idle. */
  readonly boundShare: number;
  /** MACs with both operands non-zero as the hardware counted them. */
  readonly rtlMacs: number;
  /** What else the run showed to be wrong, a sentence each; empty when all is well. */
  readonly failedChecks: readonly string[];
}

/** What a PE did in its cycles. */
export interface Phases {
  /** Weights come in, and nothing else happens. */
  readonly load: number;
  /** A word of weights meets an iact; with one MAC, half a word. */
  readonly compute: number;
  /** All is computed, and the last psums leave. */
  readonly drain: number;
  /** Any other cycle: the sum of `stalls`. */
  readonly stall: number;
}

/** Why a PE computes nothing although it has weights. */
export interface Stalls {
  /** A column is ready, but the psums of earlier windows have not left. */
  readonly waitPsum: number;
  /** No column is there: iacts have not come, or all their columns are empty. */
  readonly waitIact: number;
  /** A window ends without a non-zero to carry its end. */
  readonly windowEnd: number;
}

/** What every report is made of. */
export interface FinishedLayer {
  readonly layer: Layer;
  readonly engine: string;
  readonly operands: Operands;
  readonly golden: Convolution;
  readonly comparisons: readonly Comparison[];
}

/** The part of a report that is the same for every hardware. */
export function reportOfLayer(
  { layer, engine, operands, golden, comparisons }: FinishedLayer,
  config: { readonly name: string; readonly clockMHz: number },
  { cycles, simulationSeconds }: { readonly cycles: number; readonly simulationSeconds: number },
  { activePes, totalPes, macsPerPe }: Pick<LayerReport, 'activePes' | 'totalPes' | 'macsPerPe'>,
) {
  const { name, output: _output, ...dimensions } = layer;
  const { macs, effectualMacs, overflows } = golden;
  return {
    layer: name,
    config: config.name,
    engine,
    cycles,
    clockMHz: config.clockMHz,
    macs,
    effectualMacs,
    macUtilization: ratio(effectualMacs, cycles * macsPerPe * activePes),
    activePes,
    totalPes,
    macsPerPe,
    checked: comparisons.reduce((sum, { checked }) => sum + checked, 0),
    mismatches: comparisons.reduce((sum, { mismatches }) => sum + mismatches, 0),
    psumOverflows: overflows,
    wallSeconds: simulationSeconds,
    simCyclesPerSecond: ratio(cycles, simulationSeconds),
    dimensions,
    operands: operands.sources,
  };
}

/** Whether the hardware did what it should. */
export function isGood(report: Pick<LayerReport, 'mismatches' | 'failedChecks'>): boolean {
  return report.mismatches === 0 && report.failedChecks.length === 0;
}

export function bytes(words: number, bits: number): number {
  return Math.ceil((words * bits) / 8);
}

/** 0 where there is nothing to divide by: JSON has no infinity. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
