/** What a run of a network takes beside the network, and gives beside its report. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import { eyerissEnergies } from '../../sim/energy/energy-table.ts';
import type { NetworkOptions } from '../../sim/network/network-options.ts';
import { readNpy } from '../../sim/tensor/npy.ts';
import { closeHardware, hardware, runTiny } from './tiny-hardware.ts';
import { tinyInception, tinyNetwork } from './tiny-network.ts';

let folder: string;
let network: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-network-'));
  network = join(folder, 'tiny.json');
  writeFileSync(network, JSON.stringify(tinyNetwork));
});
afterAll(async () => {
  await closeHardware();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const run = (options: Partial<NetworkOptions>, on?: ReturnType<typeof hardware>) =>
  runTiny(folder, { network, ...options }, on);

test('branches that are joined run, every output right', async () => {
  const inception = join(folder, 'inception.json');
  writeFileSync(inception, JSON.stringify(tinyInception));
  const { code, report } = await run({ network: inception });
  expect({ code, layers: report.layers.map(({ layer }) => layer) }).toEqual({
    code: 0,
    layers: ['stem', '1x1', '3x3', 'out'],
  });
  expect(report.layers[3]!.operands.iacts).toEqual({ made: 'outputs of joined' });
});

test('masks are told by the report and the table, and every output is compared', async () => {
  const masks = mkdtempSync(join(folder, 'masks-'));
  writeFileSync(join(masks, 'pw_iacts.txt'), '110010'.repeat(20));
  writeFileSync(join(masks, 'pw_weights.txt'), '011001'.repeat(6));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const { code, report } = await run({ masks, quiet: false });
  expect(code).toBe(0);
  expect(String(log.mock.calls[0])).toContain(
    'masks say where iacts and weights of pw are not zero; these iacts are not the outputs of the layer before\n',
  );
  expect(report.totals).toMatchObject({ checked: 679, mismatches: 0 });
  expect(report.tensors).toEqual({
    iacts: null,
    weights: null,
    bias: null,
    iactDensity: null,
    weightDensity: null,
    masks,
  });
  const pw = report.layers[2]!;
  expect(pw.operands.iacts).toEqual({ mask: join(masks, 'pw_iacts.txt'), seed: 3 });
  expect(pw.densities).toMatchObject({ iact: 0.5, weight: 0.5 });
  // Channel 1 alone has weights and iacts: of 6 filters and 20 places.
  expect(pw.effectualMacs).toBe(6 * 20);
  const resume = join(folder, 'masked');
  await run({ masks, resume, layers: ['pw'] });
  writeFileSync(join(masks, 'pw_weights.txt'), '011000'.repeat(6));
  await expect(run({ masks, resume, layers: ['pw'] })).rejects.toThrow('the reports in it are of another run');
});

test('psums of the last layer are compared and written', async () => {
  const psums = join(folder, 'psums.npy');
  const { ran, open } = hardware();
  const { code, report } = await run({ psums }, { ran, open });
  // The last layer runs twice: its psums leave in the second run.
  expect({ code, ran }).toEqual({ code: 0, ran: ['conv', 'dw', 'pw', 'fc', 'fc'] });
  expect(report.totals.checked).toBe(679 + 7);
  const { data } = readNpy(psums, { dtype: 'int32', shape: [1, 7, 1, 1], what: 'psums' });
  expect(new Set(data).size).toBeGreaterThan(3);
  const resume = join(folder, 'with-psums');
  await run({ resume });
  const second = hardware();
  await run({ resume, psums }, second);
  expect(second.ran).toEqual(['fc', 'fc']);
});

test('psums that differ are told', async () => {
  const tampered = hardware((run_) => {
    if (run_.psums !== undefined) run_.psums.data[2]! ^= 4;
    return run_;
  });
  const psums = join(folder, 'wrong.npy');
  const psumsOf = async (wrong: boolean): Promise<Int32Array> => {
    await run({ psums, layers: ['fc'] }, wrong ? tampered : hardware());
    return readNpy(psums, { dtype: 'int32', shape: [1, 7, 1, 1], what: 'psums' }).data;
  };
  const { code, said } = await run({ psums }, tampered);
  expect(code).toBe(1);
  expect(said).toMatch(/layer fc: MISMATCH: 1 of 7 psums differ\n {2}psum \[n, m, e, f\] = \[0, 2, 0, 0\]/);
  // The file has what the hardware gave.
  const files = [await psumsOf(true), await psumsOf(false)];
  expect(files.map(([, , third]) => third)).toEqual([files[1]![2]! ^ 4, files[1]![2]]);
});

test('a waveform of one layer', async () => {
  const trace = join(folder, 'fc.vcd');
  const real = (await run({ trace, layers: ['fc'] }, { ran: [], open: openChip })).code;
  expect(real).toBe(0);
  expect(readFileSync(trace, 'latin1').slice(0, 400)).toContain('$timescale');
});

test('energies add up, by component and by what is held or carried, by the table that was given', async () => {
  const energy = join(folder, 'energy.json');
  writeFileSync(energy, JSON.stringify({ name: 'mine', offChip: 3 }));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const { report } = await run({ energy, quiet: false });
  const { totals, layers } = report;
  expect(totals.energy.table).toEqual({ ...eyerissEnergies, name: 'mine', offChip: 3 });
  const sum = (of: (energy: (typeof layers)[number]['energy']) => number) =>
    layers.reduce((total, layer) => total + of(layer.energy), 0);
  expect(totals.energy.total).toBeCloseTo(
    sum(({ total }) => total),
    6,
  );
  expect(totals.energy.components.glb).toBeCloseTo(
    sum(({ components }) => components.glb),
    6,
  );
  const { mac } = totals.energy.components;
  const data = Object.values(totals.energy.data).reduce((all, one) => all + one, 0);
  expect(mac + data).toBeCloseTo(totals.energy.total, 6);
  expect(totals.energy.onChip).toBeCloseTo(totals.energy.total - totals.energy.components.offChip, 6);
  expect(totals.energy.dense!.total).toBeCloseTo(
    sum(({ dense }) => dense!.total),
    6,
  );
  expect(totals.energy.gain).toBeCloseTo(totals.energy.dense!.total / totals.energy.total, 9);
  const lines = String(log.mock.calls[0]).split('\n');
  const all = lines.find((line) => line.startsWith('all '))!;
  expect(all).toMatch(new RegExp(`${Math.round(totals.energy.total).toLocaleString('en-US')} MACs$`));
  expect(lines.find((line) => line.startsWith('unit: MACs, by table mine; uncompressed'))).toMatch(
    /[\d.]+ times as much, [\d.]+ without off-chip memory$/,
  );
  const resume = join(folder, 'energies');
  await run({ energy, resume, layers: ['fc'] });
  await expect(run({ resume, layers: ['fc'] })).rejects.toThrow(`energy "${energy}" and not null`);
});
