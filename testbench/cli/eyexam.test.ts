import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Eyexam } from '../../sim/eyexam/eyexam.ts';
import { eyerissEnergies } from '../../sim/energy/energy-table.ts';
import type { ChipReport } from '../../sim/run/chip-report.ts';
import { saccadeInProcess } from './in-process.ts';

let folder: string;
let layer: string;
let report: string;
let summary: string;
const small = ['--config', 'v2-1x1'];
const builtin = [...small, '--engine', 'builtin'];

const at = (name: string): string => join(folder, name);
const write = (name: string, contents: unknown): string => {
  writeFileSync(at(name), JSON.stringify(contents));
  return at(name);
};
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const runReport = (): ChipReport => read(report) as ChipReport;
const layersOf = (stdout: string): Eyexam[] => (JSON.parse(stdout) as { layers: Eyexam[] }).layers;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-eyexam-'));
  layer = write('pw.json', { m: 6, c: 5, h: 4, w: 4, r: 1, s: 1 });
  report = at('report.json');
  const energy = write('energy.json', { name: 'mine', offChip: 0, mac: 10 });
  const run = await saccadeInProcess(['run', layer, ...builtin, '--seed', '3', '--report', report, '--energy', energy]);
  summary = run.stdout;
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('saccade run', () => {
  it('reports energies by the table that it was given', () => {
    expect(summary).toMatch(
      /^energy {8}[\d,]+ MACs: MAC [\d.]+ %, SPads .*off-chip 0\.0 %; uncompressed [\d,]+, [\d.]+ times as much$/m,
    );
    const { energy, rtlMacs, counters } = runReport();
    expect(energy.table).toEqual({ ...eyerissEnergies, name: 'mine', offChip: 0, mac: 10 });
    expect(energy.components.mac).toBe(10 * rtlMacs);
    expect(energy.components.glb).toBeCloseTo(
      6 *
        (3 * (counters.iactBankReads + counters.iactBankWrites) +
          5 * (counters.psumBankReads + counters.psumBankWrites)),
      6,
    );
    expect(energy.gain).toBeCloseTo(energy.dense!.total / energy.total, 12);
    expect(energy.total).toBeCloseTo(
      Object.values(energy.components).reduce((sum, part) => sum + part, 0),
      6,
    );
  });

  it('refuses a table for a PE, and one that is none, before anything runs', async () => {
    const table = write('none.json', { dram: 1 });
    const onPe = await saccadeInProcess(['run', layer, '--config', 'pe', '--energy', table]);
    expect([onPe.status, onPe.stderr]).toEqual([2, expect.stringContaining('--energy is for chips') as string]);
    const bad = await saccadeInProcess(['run', layer, ...builtin, '--energy', table, '--report', at('not.json')]);
    expect([bad.status, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/none\.json: not an energy table:[\s\S]*dram/) as string,
    ]);
    expect(readdirSync(folder)).not.toContain('not.json');
  });
});

describe('saccade eyexam', () => {
  it('prints a table of the steps, with the mapper’s expectation at their end', async () => {
    const { status, stdout, stderr } = await saccadeInProcess(['eyexam', layer, ...small]);
    expect([status, stderr]).toEqual([0, '']);
    const steps = stdout.split('\n').filter((line) => /^\d /.test(line));
    expect(steps.map((line) => line.split(/ {2,}/)[0])).toEqual([
      '1 layer',
      '2 dataflow',
      '3 PEs',
      '4 array shape',
      '5 storage',
      '6 bandwidth',
      '7 expected',
    ]);
  });

  it('takes tensors, mapping and cycles of a run from its report', async () => {
    const { status, stdout, stderr } = await saccadeInProcess([
      'eyexam',
      layer,
      ...small,
      '--report',
      report,
      '--json',
    ]);
    expect([status, stderr]).toEqual([0, '']);
    const [exam] = layersOf(stdout);
    const run = runReport();
    expect(exam).toMatchObject({ lastStep: 'RTL', effectualMacs: run.effectualMacs, mapping: run.mapping.line });
    expect(exam!.steps[6]!.cycles).toBe(run.cycles);
    expect(exam!.steps[6]!.cycles).toBeGreaterThan(exam!.steps[5]!.cycles);
  });

  it('runs the layer itself, and comes to the same', async () => {
    const args = ['eyexam', layer, ...builtin, '--measure', '--seed', '3', '--json'];
    const measured = await saccadeInProcess(args);
    expect([measured.status, measured.stderr]).toEqual([0, '']);
    const { stdout } = await saccadeInProcess(['eyexam', layer, ...small, '--report', report, '--json']);
    expect(measured.stdout).toBe(stdout);
  }, 60_000);

  it('takes several layers, and writes pictures and JSON', async () => {
    const out = at('new/pictures');
    const args = ['eyexam', layer, 'lenet5-conv1', ...small, '--report', report, '--out', out, '--iact-density', '1'];
    const { status, stdout } = await saccadeInProcess(args);
    expect(status).toBe(0);
    expect(stdout.match(/^7 (measured|expected)/gm)).toEqual(['7 measured', '7 expected']);
    expect(readdirSync(out).sort()).toEqual(['eyexam.json', 'roofline.svg', 'waterfall.svg']);
    expect(layersOf(readFileSync(join(out, 'eyexam.json'), 'utf8')).map((exam) => exam.layer)).toEqual([
      'pw',
      'lenet5-conv1',
    ]);
    for (const name of ['waterfall.svg', 'roofline.svg']) {
      const svg = readFileSync(join(out, name), 'utf8');
      expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(svg).toContain('lenet5-conv1');
    }
  });

  it('ends with 1 when a run was faster than its bound', async () => {
    const path = write('fast.json', { ...runReport(), cycles: 5 });
    const { status, stderr } = await saccadeInProcess(['eyexam', layer, ...small, '--report', path]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/layer pw: it took 5 cycles, and its bound is \d+/) as string,
    ]);
  });

  it('says what is wrong with what it is given', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { status, stderr, stdout } = await saccadeInProcess(['eyexam', ...args]);
      expect([status, stdout]).toEqual([2, '']);
      return stderr;
    };
    const run = runReport();
    const given = async (changes: object): Promise<string> =>
      refused(layer, ...small, '--report', write('changed.json', { ...run, ...changes }));
    expect(await refused()).toMatch(/missing required argument 'layer'/);
    expect(await refused('lenet5-fc2')).toMatch(/did you mean "lenet5-fc1"\?/);
    expect(await refused(layer, '--config', 'pe')).toMatch(/config pe: it is a single PE/);
    expect(await refused(layer, ...small, '--report', at('none.json.json'))).toMatch(/cannot read the report/);
    expect(await refused(layer, ...small, '--report', layer)).toMatch(
      /not a report of a layer on a chip:[\s\S]*cycles/,
    );
    expect(await refused(layer, '--config', 'v2-2x2', '--report', report)).toMatch(/of config v2-1x1, not v2-2x2/);
    expect(await refused('lenet5-fc1', ...small, '--report', report)).toMatch(/of layer pw, which is not examined/);
    expect(await refused(layer, ...small, '--report', report, '--report', report)).toMatch(/give one of them/);
    expect(await given({ mismatches: 2 })).toMatch(/2 outputs were wrong/);
    expect(await given({ dimensions: { ...run.dimensions, w: 5 } })).toMatch(/a layer with w 5, and layer pw has 4/);
    expect(await given({ effectualMacs: 1 })).toMatch(/the run of pw had 1 MACs of two non-zeros/);
    expect(await refused(layer, ...small, '--weight-density', '0')).toMatch(/nothing to examine/);
    expect(await refused(layer, ...small, '--out', layer)).toMatch(/the pictures cannot be written there/);
    expect(await refused(layer, '--bandwidth', 'fast')).toMatch(/Expected bytes a cycle/);
  });

  it('teaches its steps in --help', async () => {
    const { status, stdout } = await saccadeInProcess(['eyexam', '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/1 layer[\s\S]*7 measured[\s\S]*Examples:/);
    expect(stdout).toContain('--report <file>');
  });
});
