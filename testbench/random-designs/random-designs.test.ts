/**
 * Random designs do the same, in every cycle and on every output, in the built-in simulator, in Verilator and in Icarus
 * Verilog. Other designs, and more of them:
 *
 *     SACCADE_SEED=1 SACCADE_COUNT=500 npx vitest run --config testbench/vitest.config.ts testbench/random-designs
 *
 * What is found is reduced, and shown as TypeScript: `regressions.test.ts` is the place for it.
 */
import { afterAll, describe as group, expect, test } from 'vitest';
import type { VerilogDesign } from '../../gen/index.ts';
import { full } from '../full.ts';
import { hasYosys, runTool } from '../gen/tools.ts';
import { disagreements } from './compare.ts';
import { cover, type Coverage, expected } from './coverage.ts';
import { describe } from './describe.ts';
import { randomDesign } from './random-design.ts';
import { report } from './report.ts';
import { trialOf } from './trial.ts';

const seed = Number(process.env['SACCADE_SEED'] ?? 20_260_000);
const count = Number(process.env['SACCADE_COUNT'] ?? (full ? 5000 : 30));
/** One build in Verilator. */
const BATCH = 100;
/** Beyond these, what is wrong is wrong often. */
const REPORTED = 3;

const designs = (first: number, length: number) =>
  Array.from({ length }, (_, index) => ({ seed: first + index, design: randomDesign(first + index) }));

test(`${count} designs agree`, { timeout: 3_600_000 }, async () => {
  const batches = Array.from({ length: Math.ceil(count / BATCH) }, (_, index) => index * BATCH);
  const found: Awaited<ReturnType<typeof disagreements>>[] = [];
  // One is described while another is compiled.
  const worker = async (): Promise<void> => {
    for (let first = batches.shift(); first !== undefined; first = batches.shift())
      found.push(await disagreements(designs(seed + first, Math.min(BATCH, count - first))));
  };
  await Promise.all([worker(), worker()]);
  const all = found.flat();
  const reports: string[] = [];
  for (const each of all.slice(0, REPORTED)) reports.push(await report(each));
  expect(reports.join('\n\n')).toBe('');
});

group('the Verilog of random designs', () => {
  const own = designs(seed, Math.min(count, 30)).map(({ design, seed: each }) => trialOf(design, each));
  const files = new Map(
    own
      .filter(({ clock }) => clock === undefined)
      .flatMap(({ verilog }) => verilog.files.map((file) => [file.path, file])),
  );
  const all: Pick<VerilogDesign, 'files'> = { files: [...files.values()] };

  test('is clean in the eyes of Verilator', () => {
    // What random expressions compare can turn out to be constant; to say so is right, but not of interest here.
    const off = ['-Wno-MULTITOP', '-Wno-CMPCONST', '-Wno-UNSIGNED'];
    expect(runTool(all, 'verilator', (paths) => ['--lint-only', '-Wall', ...off, ...paths])).toBe('');
  });

  test.skipIf(!hasYosys)('is accepted by Yosys', () => {
    const script = 'hierarchy -check; proc; check -assert';
    expect(runTool(all, 'yosys', (paths) => ['-q', '-p', `read_verilog ${paths.join(' ')}; ${script}`])).toBe('');
  });
});

group('random designs are made of everything', () => {
  const coverage: Coverage = new Map();
  afterAll(() => {
    if (!full) return;
    const lines = [...coverage].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what}: ${times}`);
    console.log(lines.join('\n'));
  });

  test('each kind of node, type, statement and declaration', () => {
    for (const { design } of designs(seed, full ? 1000 : 80)) cover(describe(design).checked, coverage);
    expect(expected.filter((what) => !coverage.has(what))).toEqual([]);
  });
});
