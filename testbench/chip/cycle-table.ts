/** Cycles of layers that ran on a chip, beside those that their MACs need, and where the rest went. */
import { type ChipParameters, peCount } from '../../hw/parameters.ts';
import { formatTable } from '../../sim/cli/table.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { activePes, chipPhases } from '../../sim/run/chip-phases.ts';
import type { CheckedRun } from './check-run.ts';

/** Two effectual MACs a cycle in every PE; for depthwise layers, whose filters make no pairs, one MAC, effectual or not. */
export function idealCycles(layer: Layer, run: CheckedRun, chip: ChipParameters): number {
  const depthwise = layer.m === 1 && layer.c === 1;
  return depthwise ? run.golden.macs / peCount(chip) : run.golden.effectualMacs / (2 * peCount(chip));
}

const heading =
  'layer, cycles, ideal, ratio, computing, loading, psums wait, iacts wait, windows end, draining, cycles/s'.split(
    ', ',
  );

/** Rows are added as layers have run. */
export class CycleTable {
  private readonly rows: string[][] = [heading];
  private readonly chip: ChipParameters;

  constructor(chip: ChipParameters) {
    this.chip = chip;
  }

  add(name: string, layer: Layer, run: CheckedRun): void {
    const { chip } = this;
    const ideal = idealCycles(layer, run, chip);
    const { phases, stalls } = chipPhases(
      run.counters,
      activePes(run.program.chipLayer),
      chip.peRows * chip.peColumns,
      run.mapping.encoding === 'dense',
    );
    const parts = [phases.compute, phases.load, stalls.waitPsum, stalls.waitIact, stalls.windowEnd, phases.drain];
    this.rows.push([
      name,
      `${run.cycles}`,
      `${Math.round(ideal)}`,
      (run.cycles / ideal).toFixed(2),
      ...parts.map((part) => `${Math.round((100 * part) / run.cycles)} %`),
      `${Math.round(run.cycles / run.simulationSeconds)}`,
    ]);
  }

  print(): void {
    if (this.rows.length > 1) console.log(formatTable(this.rows));
  }
}
