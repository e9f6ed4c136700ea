/** The bench of networks: what fails, what it prints, and a small run of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failuresOf, formatNetworkResults, type NetworkResult } from '../../sim/bench/network-results.ts';
import { measureNetworks, type NetworkSuite } from '../../sim/bench/networks.ts';
import { type ChipRun, type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import type { Progress } from '../../sim/cli/progress.ts';
import { compareNetwork } from '../../sim/network/network-comparison.ts';
import { layerReport, networkReport } from '../network/synthetic-reports.ts';
import { tinyNetwork } from '../network/tiny-network.ts';

function result(cycles: number, given: Partial<NetworkResult> = {}): NetworkResult {
  const layers = [layerReport('CONV1', { cycles: cycles - 10 })];
  const limited = { ...networkReport([layerReport('CONV1', { cycles: 2 * cycles - 10 })]), bandwidth: 128 };
  const comparison = compareNetwork(networkReport(layers), limited);
  return { comparison, must: 5000, aim: 4000, simulationSeconds: 1.25, seconds: 9.5, verdicts: [], ...given };
}

describe('what must be', () => {
  test.each([4000, 4001, 5000])('%d cycles of at most 5000 are no failure', (cycles) => {
    expect(failuresOf(result(cycles))).toEqual([]);
  });

  test('a cycle too many is', () => {
    expect(failuresOf(result(5001))).toEqual(['alexnet: 5,001 cycles, and it must not take more than 5,000']);
    expect(failuresOf(result(5001, { must: null }))).toEqual([]);
  });

  test('so is an output that differs, with the bandwidth limited as well, and a count that is wrong', () => {
    const { comparison } = result(4000);
    const wrong = { ...comparison, mismatches: 1, limited: { ...comparison.limited!, mismatches: 2 } };
    expect(failuresOf(result(4000, { comparison: wrong }))).toEqual([
      "alexnet: 3 outputs differ from the golden model's",
    ]);
    expect(failuresOf(result(4000, { verdicts: ['layer CONV1: counted wrong'] }))).toEqual([
      'alexnet: layer CONV1: counted wrong',
    ]);
  });
});

test('the tables have what was published, wanted and measured', () => {
  const text = formatNetworkResults([result(4000), result(1_000_000, { must: null, aim: null, seconds: null })]);
  const cells = text.split('\n').map((line) => line.split(/ {2,}/));
  expect(cells.filter(([first]) => first === 'alexnet')).toEqual([
    ['alexnet', '102.1', '1,958,864', '5,000', '4,000', '4,000', '50000.0', '489.72', '600'],
    ['alexnet', '102.1', '1,958,864', '-', '-', '1,000,000', '200.0', '1.96', '600'],
    ['alexnet', '128', '8,000', '50.0 %', '-'],
    ['alexnet', '128', '2,000,000', '50.0 %', '-'],
    ['alexnet', '1,100', '72.4 % (72.4 %, CONV1)', '1.3', '9.5', '1,000', '0'],
    ['alexnet', '1,100', '99.9 % (99.9 %, CONV1)', '1.3', '-', '1,000', '0'],
  ]);
});

describe('a small network on a small chip', () => {
  let folder: string;
  let opened: Promise<OpenChip> | undefined;
  let suite: NetworkSuite;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-bench-networks-'));
    const network = join(folder, 'tiny.json');
    writeFileSync(network, JSON.stringify(tinyNetwork));
    suite = {
      goals: [
        { network, sparse: true, must: 100_000 },
        { network, sparse: false },
      ],
      config: 'v2-1x1',
      engine: 'builtin',
      seed: 3,
      jobs: 1,
      limit: { bytesPerCycle: 1 },
      folder: join(folder, 'page'),
    };
  });
  afterAll(async () => {
    (await opened)?.close();
    rmSync(folder, { recursive: true });
  });

  /** Layers that ran, and stages that were shown. */
  async function measure(given: Partial<NetworkSuite> = {}, look: (run: ChipRun) => ChipRun = (run) => run) {
    const ran: string[] = [];
    const stages: string[] = [];
    const open: typeof openChip = async (chip, options) => {
      opened ??= openChip(chip, options);
      const chipThatStays = await opened;
      return {
        simulation: chipThatStays.simulation,
        run: (layer, operands, asked) => {
          ran.push(layer.name);
          return look(chipThatStays.run(layer, operands, asked));
        },
        close() {},
      };
    };
    const progress: Progress = { shown: true, stage: (label) => stages.push(label), advance() {}, finish() {} };
    const { text, data, passed } = await measureNetworks({ ...suite, ...given }, progress, open);
    return { ran, stages, text, passed, data: data as { networks: NetworkResult[]; failures: string[] } };
  }

  const layers = ['conv', 'dw', 'pw', 'fc'];

  test('runs with and without a limit, dense and sparse; writes the page; keeps what it ran, and runs it no more', async () => {
    const first = await measure();
    expect(first).toMatchObject({ passed: true, ran: Array.from({ length: 4 }, () => layers).flat() });
    expect(first.stages.filter((stage) => stage.includes('(network'))).toEqual([
      'tiny, sparse (network 1 of 2)',
      'tiny, sparse, limited bandwidth (network 1 of 2)',
      'tiny (network 2 of 2)',
      'tiny, limited bandwidth (network 2 of 2)',
    ]);
    expect(first.text).toContain('every output is right');
    for (const { comparison, seconds } of first.data.networks) {
      expect(seconds).toBeGreaterThan(0);
      expect(comparison).toMatchObject({ checked: 679, mismatches: 0, paper: null, speedup: null });
      expect(comparison.limited).toMatchObject({ bytesPerCycle: 1, checked: 679 });
      expect(comparison.limited!.loss).toBeGreaterThan(0);
      expect(comparison.limited!.loss).toBeLessThan(1);
      // Bounds are of the same runs.
      expect(comparison.boundCycles).toBeLessThan(comparison.cycles);
      expect(comparison.boundCycles).toBeGreaterThan(0);
    }
    expect(readdirSync(suite.folder).sort()).toEqual(['index.md', 'kept', 'tiny-sparse.svg', 'tiny.svg']);
    const page = readFileSync(join(suite.folder, 'index.md'), 'utf8');
    expect(page.match(/^## .*/gm)).toEqual(['## tiny, sparse', '## tiny']);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);

    const again = await measure();
    expect(again.ran).toEqual([]);
    expect(again.data.networks.map(({ comparison }) => comparison)).toEqual(
      first.data.networks.map(({ comparison }) => comparison),
    );
    expect(again.data.networks.map(({ seconds }) => seconds)).toEqual([null, null]);
    expect(readFileSync(join(suite.folder, 'index.md'), 'utf8')).toBe(page);
  });

  test('what is kept of another run is run anew, and not used', async () => {
    const goals = suite.goals.slice(1);
    await measure({ goals });
    const { ran, passed } = await measure({ goals, seed: 4 });
    expect({ ran, passed }).toEqual({ ran: [...layers, ...layers], passed: true });
  });

  test('fails when a network takes more cycles than it must', async () => {
    const { passed, text, data } = await measure({ goals: [{ ...suite.goals[0]!, must: 10 }] });
    expect(passed).toBe(false);
    expect(data.failures).toHaveLength(1);
    expect(text).toMatch(/tiny, sparse: [\d,]+ cycles, and it must not take more than 10$/);
  });

  test('fails when an output differs', async () => {
    const wrong = (run: ChipRun): ChipRun => {
      run.oacts!.data[0]! ^= 1;
      return run;
    };
    const { passed, text } = await measure({ goals: [{ ...suite.goals[0]!, must: 1e6 }], seed: 9 }, wrong);
    expect(passed).toBe(false);
    expect(text).toContain("tiny, sparse: 8 outputs differ from the golden model's");
    expect(text).toContain('tiny, sparse: layer pw: MISMATCH');
  });
});
