/** Where the cycles of a chip's PEs went, from its counters. */
import type { ChipCounters } from '../chip/chip-counters.ts';
import type { ChipLayer } from '../chip/chip-layer.ts';
import { filterTileOf, groupOf, pieceOf, unitOf } from '../mapper/loops.ts';
import type { Phases, Stalls } from './report.ts';

/** PEs that have a share of the layer, in each cluster: the others walk through the same loops with nothing but zeros. */
export function activePes({ loops, roles, chip }: Pick<ChipLayer, 'loops' | 'roles' | 'chip'>): number[] {
  // In the first turn of every loop there is most to do.
  return roles.map((role) => {
    if (groupOf(loops, role, 0) < 0) return 0;
    let active = 0;
    for (let row = 0; row < chip.peRows; row++) {
      if (unitOf(loops, role, 0, row) === undefined) continue;
      for (let column = 0; column < chip.peColumns; column++) {
        const works = filterTileOf(loops, role, column, 0) >= 0 && pieceOf(loops, role, column, 0, 0) !== undefined;
        if (works) active++;
      }
    }
    return active;
  });
}

/**
 * The cycles of the average active PE, in whole cycles that add up to those of the layer.
 *
 * `compute` is what all PEs computed, by the active ones: compressed, the others compute nothing; uncompressed, they multiply zeros
 * as all do, and the average is over them too. The rest is shared out in the proportions in which the PEs of the clusters with work
 * counted it. `load` has the cycles of the command, too; `drain` those in which nothing at all is in a PE, before its first word and after
 * its last psum.
 *
 * @param active of each cluster
 */
export function chipPhases(
  { chip, clusters }: ChipCounters,
  active: readonly number[],
  pesOfCluster: number,
  dense: boolean,
): { phases: Phases; stalls: Stalls } {
  const working = clusters.filter((_, cluster) => active[cluster]! > 0);
  const total = (name: keyof (typeof working)[number]): number =>
    working.reduce((sum, counts) => sum + counts[name], 0);
  const running = chip.cycles - chip.commandCycles;
  const walking = working.length * pesOfCluster;
  const sharing = dense ? walking : active.reduce((sum, pes) => sum + pes, 0);
  const compute = Math.min(running, Math.ceil(total('peCompute') / Math.max(1, sharing)));
  const causes = [total('peLoad'), total('peDrain'), total('peWaitPsum'), total('peWaitIact'), total('peWindowEnd')];
  const busy = causes.reduce((sum, cycles) => sum + cycles, total('peCompute'));
  causes[1]! += Math.max(0, walking * running - busy);
  const [load, drain, waitPsum, waitIact, windowEnd] = apportion(running - compute, causes) as [
    ...(readonly [number, number, number, number, number]),
  ];
  return {
    phases: { load: load + chip.commandCycles, compute, drain, stall: waitPsum + waitIact + windowEnd },
    stalls: { waitPsum, waitIact, windowEnd },
  };
}

/** `whole` in whole parts, as near to the proportions of `shares` as can be: what rounding leaves goes to the largest remainders. */
export function apportion(whole: number, shares: readonly number[]): number[] {
  const sum = shares.reduce((all, share) => all + share, 0);
  if (sum === 0) return shares.map((_, index) => (index === 0 ? whole : 0));
  const exact = shares.map((share) => (share * whole) / sum);
  const parts = exact.map(Math.floor);
  const order = exact.map((_, index) => index).sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!));
  const left = whole - parts.reduce((all, part) => all + part, 0);
  for (const index of order.slice(0, left)) parts[index]!++;
  return parts;
}
