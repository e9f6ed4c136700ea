import { describe, expect, it } from 'vitest';
import type { ChipCounters } from '../../sim/chip/chip-counters.ts';
import { chipLayer } from '../../sim/chip/chip-layer.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { activePes, apportion, chipPhases } from '../../sim/run/chip-phases.ts';
import { clusterCounters } from '../../hw/control/counters.ts';

describe('apportion', () => {
  it.each([
    [10, [1, 1], [5, 5]],
    [10, [1, 1, 1], [4, 3, 3]],
    [7, [0, 3, 0], [0, 7, 0]],
    [5, [0.6, 0.2, 0.2], [3, 1, 1]],
    [100, [1, 98.4, 0.6], [1, 98, 1]],
    [3, [0, 0], [3, 0]],
    [0, [4, 2], [0, 0]],
  ])('%d by %j is %j', (whole, shares, parts) => {
    expect(apportion(whole, shares)).toEqual(parts);
  });
});

type Counts = ChipCounters['total'];
const none = Object.fromEntries(clusterCounters.map(({ name }) => [name, 0])) as Counts;

function counters(cycles: number, clusters: Partial<Counts>[]): ChipCounters {
  return {
    chip: { cycles, commandCycles: 10, tailCycles: 1 },
    clusters: clusters.map((counts) => ({ ...none, ...counts })),
    total: none,
  };
}

describe('the phases of the average PE', () => {
  it('are what the PEs counted, the command is load, and idle cycles are drain', () => {
    const counts = { peCompute: 200, peLoad: 40, peWaitPsum: 20, peWaitIact: 60, peWindowEnd: 8, peDrain: 32 };
    // 4 PEs of 100 cycles, of which 40 PE cycles are idle.
    expect(chipPhases(counters(110, [counts]), [4], 4, false)).toEqual({
      phases: { load: 20, compute: 50, drain: 18, stall: 22 },
      stalls: { waitPsum: 5, waitIact: 15, windowEnd: 2 },
    });
  });

  it('are those of the active PEs: the others compute nothing, and share what else there is', () => {
    const counts = { peCompute: 100, peWaitIact: 200, peLoad: 100 };
    const { phases, stalls } = chipPhases(counters(110, [counts, { peWaitIact: 400 }]), [2, 0], 4, false);
    // Half of the 100 cycles are left for waiting and loading, two to one.
    expect(phases).toEqual({ load: 17 + 10, compute: 50, drain: 0, stall: 33 });
    expect(stalls).toEqual({ waitPsum: 0, waitIact: 33, windowEnd: 0 });
  });

  it('are those of all PEs of the cluster where zeros are multiplied', () => {
    const counts = { peCompute: 320, peLoad: 80 };
    expect(chipPhases(counters(110, [counts]), [1], 4, true).phases).toEqual({
      load: 30,
      compute: 80,
      drain: 0,
      stall: 0,
    });
  });

  it('add up even when counters are full', () => {
    const { phases } = chipPhases(counters(110, [{ peCompute: 4000, peLoad: 4000 }]), [4], 4, false);
    expect(phases).toEqual({ load: 10, compute: 100, drain: 0, stall: 0 });
  });
});

describe('active PEs', () => {
  const chip = chipLike({ clusterRows: 2, clusterColumns: 1 });
  const mapping: Mapping = {
    encoding: 'csc',
    flatten: false,
    bundle: 1,
    filters: 2,
    channels: 2,
    kernelColumns: 1,
    windows: 3,
    rows: 1,
    columns: 'positions',
    horizontal: across('positions', 1),
    vertical: { groups: 1, positions: 1, filters: 2, chain: 1 },
    iacts: 'own',
    replay: false,
  };
  const active = (shape: object, changes: Partial<Mapping> = {}): number[] =>
    activePes(chipLayer(parseLayer({ r: 1, s: 1, ...shape }, 'layer'), { ...mapping, ...changes }, chip));

  it('have filters, a part of the reduction, and positions', () => {
    expect(active({ m: 4, c: 6, h: 4, w: 3 })).toEqual([12, 12]);
    // Filters for one cluster only; channels for two rows of PEs; rows of output for three columns.
    expect(active({ m: 2, c: 6, h: 4, w: 3 })).toEqual([12, 0]);
    expect(active({ m: 4, c: 4, h: 4, w: 3 })).toEqual([8, 8]);
    expect(active({ m: 4, c: 6, h: 3, w: 3 })).toEqual([9, 9]);
  });

  it('have filters of their own, if columns differ in filters', () => {
    expect(active({ m: 10, c: 6, h: 4, w: 3 }, { columns: 'filters' })).toEqual([12, 3]);
  });

  it('have a group of their own, if clusters differ in groups', () => {
    const vertical = { groups: 2, positions: 1, filters: 1, chain: 1 };
    expect(active({ g: 1, m: 2, c: 6, h: 4, w: 3 }, { vertical })).toEqual([12, 0]);
    expect(active({ g: 3, m: 2, c: 6, h: 4, w: 3 }, { vertical })).toEqual([12, 12]);
  });

  it('have a part of the reduction in every pass, if rows share iacts', () => {
    // Each kernel row is a pass, in which one part of the reduction leaves two rows of PEs idle.
    const shape = { m: 4, c: 2, h: 6, w: 3, r: 3 };
    expect(active(shape, { iacts: 'shared' })).toEqual([4, 4]);
    expect(active(shape)).toEqual([12, 12]);
  });
});
