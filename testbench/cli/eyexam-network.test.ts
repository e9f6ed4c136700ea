import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Eyexam } from '../../sim/eyexam/eyexam.ts';
import type { NetworkReport } from '../../sim/network/network-report.ts';
import { tinyNetwork } from '../network/tiny-network.ts';
import { saccadeInProcess } from './in-process.ts';

let folder: string;
let network: string;
let report: string;
let masks: string;
const small = ['--config', 'v2-1x1'];
const builtin = [...small, '--engine', 'builtin'];

const write = (name: string, contents: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(contents));
  return path;
};
const runReport = () => JSON.parse(readFileSync(report, 'utf8')) as NetworkReport;

interface Examined {
  readonly network: Eyexam;
  readonly layers: readonly Eyexam[];
}

async function examine(...args: string[]): Promise<Examined> {
  const { status, stdout, stderr } = await saccadeInProcess(['eyexam', network, ...small, '--json', ...args]);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Examined;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-eyexam-'));
  network = write('tiny.json', tinyNetwork);
  report = join(folder, 'report.json');
  masks = mkdtempSync(join(folder, 'masks-'));
  writeFileSync(join(masks, 'pw_iacts.txt'), '110011'.repeat(20));
  writeFileSync(join(masks, 'pw_weights.txt'), '011001'.repeat(6));
  const tensors = ['--seed', '3', '--sparse', '--masks', masks];
  await saccadeInProcess(['network', network, ...builtin, ...tensors, '--report', report, '--quiet']);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('saccade eyexam of a network', () => {
  it('adds up the cycles of its layers, step by step, and divides the sum of MACs by them', async () => {
    const { network: whole, layers } = await examine();
    expect(layers.map(({ layer }) => layer)).toEqual(['conv', 'dw', 'pw', 'fc']);
    expect(whole).toMatchObject({ layer: 'tiny', config: 'v2-1x1', macs: 13_716, lastStep: 'expected', peak: 24 });
    const sum = (of: (exam: Eyexam) => number) => layers.reduce((total, exam) => total + of(exam), 0);
    expect(whole.effectualMacs).toBe(sum((exam) => exam.effectualMacs));
    for (const [index, step] of whole.steps.entries()) {
      const cycles = sum(({ steps }) => steps[index]!.cycles);
      expect(step.cycles).toBe(cycles);
      expect(step.macsPerCycle).toBeCloseTo(whole.effectualMacs / cycles, 9);
      expect(step.nominalMacsPerCycle).toBeCloseTo(13_716 / cycles, 9);
      const before = whole.steps[index - 1]?.cycles ?? cycles;
      expect(step.lost).toBeCloseTo(1 - before / cycles, 9);
      const extra = layers.map(({ steps }) => steps[index]!.cycles - (steps[index - 1]?.cycles ?? 0));
      const most = index === 0 || cycles === before ? '' : `${Math.max(...extra)} in `;
      expect(step.reason).toContain(most);
    }
    expect(whole.steps[0]!.cycles).toBe(4);
    expect(whole.roofline.bytesIn).toBe(sum(({ roofline }) => roofline.bytesIn));
    expect(whole.steps[6]!.reason).toContain('nothing has been measured');
  });

  it('takes tensors, mappings and cycles of a run from its report', async () => {
    const run = runReport();
    const { network: whole, layers } = await examine('--report', report);
    expect(whole).toMatchObject({ lastStep: 'RTL', effectualMacs: run.totals.effectualMacs });
    expect(whole.steps[6]!.cycles).toBe(run.totals.cycles);
    expect(layers.map(({ steps }) => steps[6]!.cycles)).toEqual(run.layers.map(({ cycles }) => cycles));
    expect(layers.map(({ mapping }) => mapping)).toEqual(run.layers.map(({ mapping }) => mapping.line));
    expect(whole.steps[6]!.reason).toContain(
      `The RTL took them. Between layers there are ${run.totals.tailCycles} besides`,
    );
  });

  it('runs the layers itself, and comes to the same', async () => {
    const measured = await examine('--engine', 'builtin', '--measure', '--seed', '3', '--sparse', '--masks', masks);
    expect(measured).toEqual(await examine('--report', report));
  }, 60_000);

  it('takes a report of some layers, and expects the others', async () => {
    const run = runReport();
    const part = write('part.json', { ...run, layers: run.layers.slice(1, 3) });
    const { network: whole, layers } = await examine('--report', part);
    expect(layers.map(({ lastStep }) => lastStep)).toEqual(['expected', 'RTL', 'RTL', 'expected']);
    expect(whole.lastStep).toBe('expected');
    expect(whole.steps[6]!.reason).toContain('The RTL took those of 2 layers, the mapper expects those of 2.');
  });

  it('prints the whole and a line a layer, and writes pictures', async () => {
    const out = join(folder, 'new/pictures');
    const { status, stdout } = await saccadeInProcess(['eyexam', network, ...small, '--report', report, '--out', out]);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^tiny on v2-1x1: [\d,]+ effectual MACs of 13,716; all PEs together do 24 a cycle$/);
    expect(
      lines.filter((line) => /^\d (layer|dataflow|PEs|array shape|storage|bandwidth|measured) /.test(line)),
    ).toHaveLength(7);
    for (const name of ['conv', 'dw', 'pw', 'fc']) {
      expect(lines.filter((line) => line.startsWith(`${name} `))).toEqual([expect.stringMatching(/ \d+\.\d %$/)]);
    }
    expect(readdirSync(out).sort()).toEqual(['eyexam.json', 'roofline.svg', 'waterfall-layers.svg', 'waterfall.svg']);
    const [waterfall, roofline] = ['waterfall.svg', 'roofline.svg'].map((name) =>
      readFileSync(join(out, name), 'utf8'),
    );
    expect(waterfall).toContain('Eyexam of tiny on v2-1x1');
    for (const name of ['conv', 'dw', 'pw', 'fc']) expect(roofline).toContain(`${name}: `);
    expect(JSON.parse(readFileSync(join(out, 'eyexam.json'), 'utf8'))).toEqual(await examine('--report', report));
  });

  it('ends with 1 when a run was faster than its bound', async () => {
    const run = runReport();
    const layers = run.layers.map((each) => (each.layer === 'pw' ? { ...each, cycles: 5 } : each));
    const args = ['eyexam', network, ...small, '--report', write('fast.json', { ...run, layers })];
    const { status, stderr } = await saccadeInProcess(args);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^saccade: layer pw: it took 5 cycles, and its bound is \d+:[^\n]*\n$/) as string,
    ]);
  });

  it('says what is wrong with what it is given', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { status, stderr, stdout } = await saccadeInProcess(['eyexam', ...args]);
      expect([status, stdout]).toEqual([2, '']);
      return stderr;
    };
    const run = runReport();
    const given = (changes: object): Promise<string> =>
      refused(network, ...small, '--report', write('changed.json', { ...run, ...changes }));
    const pw = run.layers[2]!;
    expect(await refused(network, 'lenet5-fc1')).toMatch(/tiny\.json: it is a network, which is examined alone/);
    expect(await refused('alexnt')).toMatch(/no such layer or network .* did you mean "alexnet"\?/);
    expect(await refused('lenet5-fc1', '--masks', masks)).toMatch(/--masks is for networks/);
    expect(await refused('lenet5-fc1', '--sparse')).toMatch(/--sparse is for networks/);
    expect(await refused(network, ...small, '--report', report, '--report', report)).toMatch(/a network takes one/);
    expect(await refused(network, ...small, '--report', report, '--sparse')).toMatch(
      /--sparse: the report .* says what/,
    );
    expect(await refused(network, ...small, '--report', report, '--iact-density', '1')).toMatch(
      /--iact-density: the rep/,
    );
    expect(await refused(network, '--report', report)).toMatch(
      /this report is of config v2-1x1, not v2: give the run's/,
    );
    expect(await refused(network, ...small, '--report', network)).toMatch(/not a report of a network:/);
    expect(await refused('alexnet', ...small, '--report', report)).toMatch(/of network tiny, not alexnet/);
    expect(await given({ seed: 4 })).toMatch(
      /the run of conv had \d+ MACs of two non-zeros, and its tensors as they are/,
    );
    expect(await given({ layers: [{ ...pw, layer: 'pv' }] })).toMatch(/has a layer pv, and network tiny has none/);
    expect(await given({ layers: [{ ...pw, mismatches: 1 }] })).toMatch(/in this run of pw, 1 outputs were wrong/);
    expect(await given({ layers: [{ ...pw, dimensions: { ...pw.dimensions, w: 5 } }] })).toMatch(
      /with w 5, and layer pw/,
    );
    expect(await refused('googlenet', '--sparse')).toMatch(/googlenet: --sparse is for networks that say/);
    expect(await refused(network, ...small, '--masks', network)).toMatch(
      /cannot read the folder of masks: it is a file/,
    );
    expect(await refused(network, ...small, '--out', network)).toMatch(/the pictures cannot be written there/);
  });
});
