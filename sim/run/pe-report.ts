import type { PeConfig } from '../config/config.ts';
import type { PeRun } from '../pe/run-on-pe.ts';
import type { TileSize } from '../pe/tiles.ts';
import { boundCycles } from './pe-bound.ts';
import { failedChecks } from './pe-checks.ts';
import { bytes, type FinishedLayer, type LayerReport, ratio, reportOfLayer } from './report.ts';

/** The report of a layer on one PE. What `phases` leave of `cycles` is spent on starting, until the first word is there. */
export interface PeReport extends LayerReport {
  /** Sizes of a full tile. */
  readonly mapping: TileSize;
  readonly tiles: number;
}

export function makePeReport(finished: FinishedLayer, config: PeConfig, run: PeRun): PeReport {
  const { layer, operands, golden } = finished;
  const { pe } = config;
  const { load, compute, drain, waitPsum, waitIact, windowEnd, mac0, mac1 } = run.activity;
  const { filters, channels, kernelColumns, encoding } = run.mapping;
  const wordBits = 2 * (pe.dataBits + pe.countBits);
  const bound = boundCycles(layer, operands.iacts, operands.weights, run.mapping, pe);
  const measured = {
    encoding,
    macsPerPe: pe.macs,
    compute,
    boundCycles: bound,
    effectualMacs: golden.effectualMacs,
    rtlMacs: mac0 + mac1,
  };
  return {
    ...reportOfLayer(finished, config, run, { activePes: 1, totalPes: 1, macsPerPe: pe.macs }),
    offChipBytes: {
      iact: bytes(run.moved.iact, wordBits),
      weight: bytes(run.moved.weight, wordBits),
      psum: bytes(run.moved.psumIn + run.moved.psumOut, 2 * pe.psumBits),
      oact: 0,
    },
    glbBytes: { read: 0, write: 0 },
    phases: { load, compute, drain, stall: waitPsum + waitIact + windowEnd },
    stalls: { waitPsum, waitIact, windowEnd },
    encoding,
    mapping: { filters, channels, kernelColumns },
    tiles: run.tiles,
    boundCycles: bound,
    boundShare: ratio(bound, run.cycles),
    rtlMacs: mac0 + mac1,
    failedChecks: failedChecks(measured),
  };
}
