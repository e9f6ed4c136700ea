import type { Config } from '../config/config.ts';
import type { Convolution } from '../golden/convolution.ts';
import type { Layer } from '../layer/layer.ts';
import type { Encoding } from '../pe/mapping.ts';
import type { PeRun } from '../pe/run-on-pe.ts';
import type { TileSize } from '../pe/tiles.ts';
import { boundCycles } from './bound.ts';
import { failedChecks } from './checks.ts';
import type { Comparison } from './compare.ts';
import type { Operands } from './operands.ts';

/** What is known after a run; the JSON of `--report` and `--json`. */
export interface RunReport {
  /** Name of the layer. */
  readonly layer: string;
  /** Name of the config. */
  readonly config: string;
  readonly engine: string;
  /** Clock cycles from the first command to the last psum that left the hardware. */
  readonly cycles: number;
  readonly clockMHz: number;
  /** Nominal multiply-accumulates, those with padding and with zeros included. */
  readonly macs: number;
  /** Multiply-accumulates with both operands non-zero, by the golden model. */
  readonly effectualMacs: number;
  /** effectualMacs by what the active PEs could have done: two MACs each in every cycle. */
  readonly macUtilization: number;
  /** PEs that did something. */
  readonly activePes: number;
  readonly totalPes: number;
  /** Psums compared with the golden model. */
  readonly checked: number;
  /** Those that differ. */
  readonly mismatches: number;
  /** Outputs whose exact sum does not fit psumBits. */
  readonly psumOverflows: number;
  /** Bytes that crossed the edge of the hardware; psums both ways. */
  readonly offChipBytes: {
    readonly iact: number;
    readonly weight: number;
    readonly psum: number;
    readonly oact: number;
  };
  /** Bytes read from and written to the global buffer; 0 where the hardware has none. */
  readonly glbBytes: { readonly read: number; readonly write: number };
  /** Where the cycles went. What is missing from `cycles` lies between the end of a command and the work on the next. */
  readonly phases: {
    /** Weights come in, and nothing else happens. */
    readonly load: number;
    /** A word of weights meets an iact. */
    readonly compute: number;
    /** All is computed, and the last psums leave. */
    readonly drain: number;
    /** Any other cycle: the sum of `stalls`. */
    readonly stall: number;
  };
  /** Wall time of the simulation alone: no build, no golden model. */
  readonly wallSeconds: number;
  /** cycles by wallSeconds. */
  readonly simCyclesPerSecond: number;

  /** The layer's dimensions, its defaults filled in. */
  readonly dimensions: Omit<Layer, 'name' | 'output'>;
  /** Where each tensor comes from. */
  readonly operands: Operands['sources'];
  readonly encoding: Encoding;
  /** Sizes of a full tile. */
  readonly mapping: TileSize;
  readonly tiles: number;
  /** `phases.stall` by cause. */
  readonly stalls: {
    /** A column is ready, but the psums of earlier windows have not left. */
    readonly waitPsum: number;
    /** No column is there: iacts have not come, or all their columns are empty. */
    readonly waitIact: number;
    /** A window ends without a non-zero to carry its end. */
    readonly windowEnd: number;
  };
  /** Cycles that the work needs at least, see `boundCycles`. */
  readonly boundCycles: number;
  /** boundCycles by cycles: 1 is a PE that is never idle. */
  readonly boundShare: number;
  /** effectualMacs as the hardware counted them. */
  readonly rtlMacs: number;
  /** What else the run showed to be wrong, a sentence each; empty when all is well. */
  readonly failedChecks: readonly string[];
}

/** What a report is made of. */
export interface FinishedRun {
  readonly layer: Layer;
  readonly config: Config;
  readonly engine: string;
  readonly operands: Operands;
  readonly run: PeRun;
  readonly golden: Convolution;
  readonly comparison: Comparison;
}

/** The report of a layer on one PE. */
export function makeReport({ layer, config, engine, operands, run, golden, comparison }: FinishedRun): RunReport {
  const { pe, clockMHz } = config;
  const { name, output: _output, ...dimensions } = layer;
  const { load, compute, drain, waitPsum, waitIact, windowEnd, mac0, mac1 } = run.activity;
  const { filters, channels, kernelColumns, encoding } = run.mapping;
  const wordBits = 2 * (pe.dataBits + pe.countBits);
  const activePes = 1;
  const bound = boundCycles(layer, operands.iacts, operands.weights, run.mapping, pe);
  const measured = { encoding, compute, boundCycles: bound, effectualMacs: golden.effectualMacs, rtlMacs: mac0 + mac1 };
  return {
    layer: name,
    config: config.name,
    engine,
    cycles: run.cycles,
    clockMHz,
    macs: golden.macs,
    effectualMacs: golden.effectualMacs,
    macUtilization: ratio(golden.effectualMacs, run.cycles * 2 * activePes),
    activePes,
    totalPes: 1,
    checked: comparison.checked,
    mismatches: comparison.mismatches,
    psumOverflows: golden.overflows,
    offChipBytes: {
      iact: bytes(run.moved.iact, wordBits),
      weight: bytes(run.moved.weight, wordBits),
      psum: bytes(run.moved.psumIn + run.moved.psumOut, 2 * pe.psumBits),
      oact: 0,
    },
    glbBytes: { read: 0, write: 0 },
    phases: { load, compute, drain, stall: waitPsum + waitIact + windowEnd },
    wallSeconds: run.simulationSeconds,
    simCyclesPerSecond: ratio(run.cycles, run.simulationSeconds),
    dimensions,
    operands: operands.sources,
    encoding,
    mapping: { filters, channels, kernelColumns },
    tiles: run.tiles,
    stalls: { waitPsum, waitIact, windowEnd },
    boundCycles: bound,
    boundShare: ratio(bound, run.cycles),
    rtlMacs: mac0 + mac1,
    failedChecks: failedChecks(measured),
  };
}

/** Whether the hardware did what it should. */
export function isGood(report: RunReport): boolean {
  return report.mismatches === 0 && report.failedChecks.length === 0;
}

function bytes(words: number, bits: number): number {
  return Math.ceil((words * bits) / 8);
}

/** 0 where there is nothing to divide by: JSON has no infinity. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
