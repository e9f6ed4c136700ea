/** Energies: by hand from counters, against the RTL from a dense run, and the files that swap them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterCounters, type ClusterCounterName } from '../../hw/control/counters.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { type Accesses, accessesOfRun } from '../../sim/energy/accesses.ts';
import { denseAccesses } from '../../sim/energy/dense-accesses.ts';
import { denseMapping, energyOf, energyReport } from '../../sim/energy/energy.ts';
import { eyerissEnergies, readEnergyTable } from '../../sim/energy/energy-table.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { macs } from '../../sim/layer/shape.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';

function counted(counts: Partial<Record<ClusterCounterName, number>>): Record<ClusterCounterName, number> {
  const none = Object.fromEntries(clusterCounters.map(({ name }) => [name, 0]));
  return { ...none, ...counts } as Record<ClusterCounterName, number>;
}

const positions = { columns: 'positions' } as const;
const filters = { columns: 'filters' } as const;

/** Energy of one count of one counter, by the default table, on the paper's chip. */
function energyOfOne(name: ClusterCounterName, mapping: { columns: 'positions' | 'filters' } = positions) {
  return energyOf(accessesOfRun(counted({ [name]: 1 }), mapping, eyerissV2Chip, 0), eyerissEnergies).components;
}

describe('what a counter is charged as', () => {
  const none = { mac: 0, spad: 0, noc: 0, glb: 0, offChip: 0 };
  // A link's word is 24 bits: three accesses; a psum is 20: two and a half; two of them are five.
  it.each([
    ['macs', { mac: 1, spad: 2.5 + 2.5 }],
    ['peCompute', { spad: 3 + 1 }],
    ['iactBankWrites', { glb: 3 * 6 }],
    ['iactBankReads', { glb: 3 * 6 }],
    ['psumBankWrites', { glb: 5 * 6 }],
    ['psumBankReads', { glb: 5 * 6 }],
    ['iactNorth', { noc: 3 * 2 }],
    ['iactSouth', { noc: 3 * 2 }],
    ['iactSide', { noc: 3 * 2 }],
    ['iactLocal', { noc: 3 * 2, spad: 3 }],
    ['weightLocal', { noc: 3 * 2, spad: 4 * 3 }],
    ['weightSide', { noc: 3 * 2 }],
    ['psumPe', { noc: 5 * 2 }],
    // Between three PEs and out of the last; each reads and writes two psums.
    ['psumBank', { noc: 3 * 5 * 2, spad: 3 * 2 * (2.5 + 2.5) }],
    ['psumSouth', { noc: 3 * 5 * 2, spad: 3 * 2 * (2.5 + 2.5) }],
    ['iactIn', { offChip: 3 * 200 }],
    ['weightIn', { offChip: 3 * 200 }],
    ['outputWords', { offChip: 3 * 200 }],
    ['iactInjected', {}],
    ['outputPsums', {}],
    ['outputs', {}],
    ['peLoad', {}],
    ['stallWeight', {}],
  ] as const)('%s', (name, expected) => {
    expect(energyOfOne(name)).toEqual({ ...none, ...expected });
  });

  it('where PE columns have filters of their own, iacts are written in each and weights in one', () => {
    expect(energyOfOne('iactLocal', filters).spad).toBe(4 * 3);
    expect(energyOfOne('weightLocal', filters).spad).toBe(3);
  });

  it('the command, by its bytes', () => {
    const { offChip } = energyOf(accessesOfRun(counted({}), positions, eyerissV2Chip, 10), eyerissEnergies).components;
    expect(offChip).toBe(2000);
  });
});

describe('a table', () => {
  const accesses = accessesOfRun(
    counted({ macs: 7, peCompute: 4, iactBankReads: 5, weightSide: 6, weightIn: 2 }),
    positions,
    eyerissV2Chip,
    4,
  );

  it('scales each component by itself, and an access by its bits', () => {
    const table = { ...eyerissEnergies, mac: 2, spad: 3, noc: 5, glb: 7, offChip: 11, bitsPerAccess: 16 };
    const { components, parts, total } = energyOf(accesses, table);
    expect(components).toEqual({
      mac: 14,
      spad: (3 * (4 * (24 + 8) + 7 * 40)) / 16,
      noc: (5 * 6 * 24) / 16,
      glb: (7 * 5 * 24) / 16,
      offChip: (11 * (2 * 24 + 32)) / 16,
    });
    expect(total).toBeCloseTo(
      Object.values(components).reduce((sum, part) => sum + part, 0),
      9,
    );
    expect(parts.spad.weightReads).toBe((3 * 4 * 24) / 16);
    expect(parts.offChip).toEqual({ iact: 0, weight: (11 * 48) / 16, output: 0, command: (11 * 32) / 16 });
  });

  it('gives no ratio where there is no reference', () => {
    const report = energyReport(accesses, undefined, eyerissEnergies, { effectualMacs: 0, commandBytes: 0 });
    expect([report.dense, report.gain, report.perEffectualMac]).toEqual([null, null, 0]);
  });
});

describe('a table from a file', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'saccade-energy-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (contents: string): string => {
    const path = join(folder, 'table.json');
    writeFileSync(path, contents);
    return path;
  };

  it('swaps what it names, and leaves the rest', () => {
    const path = file('{"offChip": 640, "unit": "pJ"}');
    expect(readEnergyTable(path)).toEqual({ ...eyerissEnergies, name: path, offChip: 640, unit: 'pJ' });
    expect(readEnergyTable(file('{"name": "mine"}')).name).toBe('mine');
  });

  it.each([
    ['{"dram": 200}', /dram/],
    ['{"mac": -1}', /mac/],
    ['{"mac": "1", "glb": null}', /mac[\s\S]*glb/],
    ['{"bitsPerAccess": 0}', /bitsPerAccess/],
    ['[]', /not an energy table/],
    ['{', /not valid JSON/],
  ])('%s is refused', (contents, expected) => {
    const path = file(contents);
    expect(() => readEnergyTable(path)).toThrow(expected);
    expect(() => readEnergyTable(path)).toThrow(path);
  });

  it('must be there', () => {
    expect(() => readEnergyTable(join(folder, 'none.json'))).toThrow(/cannot read the energy table/);
  });
});

describe('the uncompressed reference', () => {
  const shapes = {
    'pointwise': { m: 24, c: 24, h: 6, w: 8, r: 1, s: 1 },
    'with outputs': { m: 16, c: 12, h: 8, w: 8, r: 3, s: 3, output: { relu: true, multiplier: 3, shift: 9 } },
    'shared rows': { m: 4, c: 3, h: 10, w: 10, r: 3, s: 3 },
    'groups': { g: 4, m: 3, c: 5, h: 4, w: 4, r: 1, s: 1 },
  }; // prettier-ignore

  it('is what the RTL counts of a layer without zeros', async () => {
    for (const chip of [
      chipLike({ clusterRows: 1, clusterColumns: 1 }),
      chipLike({ clusterRows: 2, clusterColumns: 2 }),
    ]) {
      const open = await openChip(chip, { engine: 'builtin', checks: false });
      try {
        for (const [name, shape] of Object.entries(shapes)) {
          const layer = parseLayer({ name, ...shape }, name);
          const operands = synthesiseOperands(layer, { seed: 1, iactDensity: 1, weightDensity: 1 });
          const chosen = chooseMapping(layer, operands.weights.data, 1, chip, { encoding: 'dense' });
          const run = open.run(layer, operands, { mapping: chosen.mapping });
          const commandBytes = 4 * run.moved.command;
          const counted = accessesOfRun(run.counters.total, chosen.mapping, chip, commandBytes);
          const expected = denseAccesses(chosen, commandBytes);
          expect(counted.macs).toBe(macs(layer));
          const note = `${name} on ${chip.clusterRows}×${chip.clusterColumns}`;
          for (const [level, part, value] of flat(expected)) {
            const real = (counted[level] as Record<string, number>)[part]!;
            expect(real, `${note}: ${level} ${part}`).toBeGreaterThanOrEqual(0.8 * value);
            expect(real, `${note}: ${level} ${part}`).toBeLessThanOrEqual(1.35 * value);
          }
          const energies = [counted, expected].map((accesses) => energyOf(accesses, eyerissEnergies).total);
          // The bytes from outside are the mapper's expectation, the rest is exact.
          expect(Math.abs(energies[0]! / energies[1]! - 1), `energy of ${note}`).toBeLessThan(0.15);
        }
      } finally {
        open.close();
      }
    }
  }, 120_000);

  it('is there for a layer of any weights, and not where nothing fits', () => {
    const layer = parseLayer({ name: 'l', m: 8, c: 6, h: 4, w: 4, r: 1, s: 1 }, 'l');
    const weights = new Int8Array(48);
    const chosen = denseMapping(layer, weights, eyerissV2Chip, undefined)!;
    expect(chosen.mapping.encoding).toBe('dense');
    expect(denseAccesses(chosen, 0).macs).toBe(macs(layer));
    const huge = parseLayer({ name: 'h', m: 1, c: 1, h: 16_000, w: 16_000, r: 1, s: 1 }, 'h');
    const shortLoops = chipLike({ clusterRows: 1, clusterColumns: 1, pe: { ...eyerissV2Chip.pe, loopBits: 4 } });
    expect(denseMapping(huge, new Int8Array(1), shortLoops, undefined)).toBeUndefined();
  });
});

function flat(accesses: Accesses): [level: 'spad' | 'noc' | 'glb' | 'offChip', part: string, value: number][] {
  return (['spad', 'noc', 'glb', 'offChip'] as const).flatMap((level) =>
    Object.entries<number>({ ...accesses[level] }).map(
      ([part, value]) => [level, part, value] as [typeof level, string, number],
    ),
  );
}
