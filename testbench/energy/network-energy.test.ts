/** Energies of networks: sums over layers, rows for people, ratios beside the paper's. */
import { describe, expect, test } from 'vitest';
import { energyRatios } from '../../sim/energy/energy-ratios.ts';
import { energyRows } from '../../sim/energy/energy-rows.ts';
import { type EnergyTable, eyerissEnergies } from '../../sim/energy/energy-table.ts';
import { type NetworkEnergy, sumEnergies } from '../../sim/energy/sum-energies.ts';
import { energyReport } from './energy-report.ts';
import type { NetworkReport } from '../../sim/network/network-report.ts';

describe('energies of layers', () => {
  const one = energyReport({ macs: 10, peCompute: 6, iactBankReads: 3, weightIn: 2 }, 5000);
  const other = energyReport({ macs: 4, iactIn: 5, psumBankWrites: 7, outputWords: 1, psumPe: 2 }, 7000);
  const sum = sumEnergies([one, other], 7);

  test('add up by component and part', () => {
    expect(sum.total).toBeCloseTo(one.total + other.total, 9);
    expect(sum.components.mac).toBe(14);
    expect(sum.components.glb).toBe(3 * 3 * 6 + 7 * 5 * 6);
    expect(sum.parts.spad.weightReads).toBe(6 * 3);
    expect(sum.parts.glb.psumWrites).toBe(7 * 5 * 6);
    expect(sum.onChip).toBeCloseTo(sum.total - (2 + 5 + 1) * 3 * 200 - 2 * 2 * 200, 9);
    expect(sum.perEffectualMac).toBeCloseTo(sum.total / 7, 9);
    expect([sum.dense!.total, sum.dense!.onChip]).toEqual([12_000, 7200]);
    expect(sum.gain).toBeCloseTo(12_000 / sum.total, 9);
  });

  test('add up by type of data', () => {
    // An iact is read from its SPad in each cycle of computing: 6; banks 54, off-chip memory 3000.
    expect(sum.data.iact).toBe(6 + 54 + 3000);
    expect(sum.data.weight).toBe(6 * 3 + 2 * 3 * 200);
    // SPads: of 14 MACs, read and written 2.5 each; the links 2 words of two; banks 210.
    expect(sum.data.psum).toBe(14 * 5 + 2 * 5 * 2 + 210);
    expect(sum.data.output).toBe(3 * 200);
    expect(sum.data.command).toBe(4 * 200);
    const { mac } = sum.components;
    expect(Object.values(sum.data).reduce((all, each) => all + each, mac)).toBeCloseTo(sum.total, 9);
  });

  test('have no reference unless all layers have one', () => {
    const none = sumEnergies([one, energyReport({ macs: 1 }, null)], 0);
    expect([none.dense, none.gain, none.perEffectualMac]).toEqual([null, null, 0]);
  });

  test('are shown as shares, lines and columns adding up', () => {
    const rows = energyRows(sum);
    expect(rows.map(([name]) => name)).toEqual(['energy', 'MACs', 'SPads', 'NoC', 'GLB', 'off-chip', 'all']);
    expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([7]));
    const share = (cell: string) => (cell === '' ? 0 : Number(cell.replace(' %', '')));
    for (const row of rows.slice(2, -1)) {
      const parts = row.slice(1, -1).reduce((all, cell) => all + share(cell), 0);
      expect(parts).toBeCloseTo(share(row.at(-1)!), 0);
    }
    expect(rows.at(-1)!.at(-1)).toBe(`${Math.round(sum.total).toLocaleString('en-US')} MACs`);
    expect(rows[4]).toEqual(['GLB', '0.9 %', '', '3.5 %', '', '', '4.4 %']);
  });
});

describe('ratios', () => {
  function report(
    network: string,
    sparse: boolean,
    {
      onChip,
      offChip,
      dense = null,
      images = 1,
      complete = true,
      table = eyerissEnergies,
    }: {
      onChip: number;
      offChip: number;
      dense?: Pick<NetworkEnergy, 'total' | 'onChip'> | null;
      images?: number;
      complete?: boolean;
      table?: EnergyTable;
    },
  ): NetworkReport {
    const energy = { table, total: onChip + offChip, onChip, dense };
    const totals = { energy, images, inferencesPerSecond: complete ? 1 : null };
    // What the ratios look at.
    return { network, sparse, totals } as unknown as NetworkReport;
  }
  const alexnet = report('alexnet', false, { onChip: 800, offChip: 1600, dense: { total: 6000, onChip: 1600 } });
  const sparseAlexnet = report('alexnet', true, { onChip: 200, offChip: 600 });
  const mobilenet = report('mobilenet-v1-0.5-128', false, { onChip: 160, offChip: 240, images: 2 });
  const sparseMobilenet = report('mobilenet-v1-0.5-128', true, {
    onChip: 60,
    offChip: 100,
    dense: { total: 240, onChip: 90 },
  });

  test('of what reports there are, beside the paper’s', () => {
    const { ratios } = energyRatios([alexnet, sparseAlexnet, mobilenet, sparseMobilenet]);
    const rounded = ratios.map(({ paper, ...rest }) => ({
      ...rest,
      paper: paper === null ? null : Number(paper.toFixed(2)),
    }));
    expect(rounded).toEqual([
      { what: 'alexnet, sparse by dense', onChip: 4, withOffChip: 3, paper: 3.8 },
      // Two images took 160.
      { what: 'mobilenet-v1-0.5-128, sparse by dense', onChip: 80 / 60, withOffChip: 200 / 160, paper: 1.3 },
      { what: 'mobilenet-v1-0.5-128 by alexnet, dense', onChip: 10, withOffChip: 12, paper: 11.27 },
      { what: 'mobilenet-v1-0.5-128 by alexnet, sparse', onChip: 200 / 60, withOffChip: 5, paper: 3.85 },
      { what: 'alexnet, dense, by uncompressed', onChip: 2, withOffChip: 2.5, paper: null },
      { what: 'mobilenet-v1-0.5-128, sparse, by uncompressed', onChip: 1.5, withOffChip: 1.5, paper: 1.3 },
    ]);
  });

  test('of networks that the paper does not have stand alone', () => {
    const other = report('vgg16', true, { onChip: 400, offChip: 0 });
    expect(energyRatios([other]).ratios).toEqual([]);
    expect(energyRatios([sparseAlexnet, other]).ratios).toEqual([
      { what: 'vgg16 by alexnet, sparse', onChip: 0.5, withOffChip: 2, paper: null },
    ]);
    expect(energyRatios([]).ratios).toEqual([]);
  });

  test('to Eyeriss v1 are not formed, and it is said why', () => {
    const { v1 } = energyRatios([alexnet]);
    expect(v1.ratios).toBeNull();
    expect(v1.why).toMatch(/there is no model/);
    expect(v1.paper).toEqual({ alexnet: 11.3, 'mobilenet-v1-0.5-128': 2.5 });
  });

  test('that would say nothing are refused', () => {
    const part = report('alexnet', false, { onChip: 1, offChip: 1, complete: false });
    expect(() => energyRatios([part])).toThrow('the report of alexnet, dense is of some layers only');
    expect(() => energyRatios([alexnet, alexnet])).toThrow('there are two reports of alexnet, dense');
    const table = { ...eyerissEnergies, name: 'mine', offChip: 1 };
    const mine = report('alexnet', true, { onChip: 1, offChip: 1, table });
    expect(() => energyRatios([alexnet, mine])).toThrow('is by the energy table "mine", that of alexnet by "eyeriss"');
  });
});
