/**
 * Random designs do the same, in every cycle and on every output, in the built-in simulator, in Verilator and in Icarus
 * Verilog. Other designs, and more of them:
 *
 *     SACCADE_SEED=1 SACCADE_COUNT=500 npx vitest run --config testbench/vitest.config.ts testbench/random-designs
 *
 * What is found is reduced, and shown as TypeScript: `regressions.test.ts` is the place for it.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe as group, expect, test } from 'vitest';
import type { VerilogDesign } from '../../gen/index.ts';
import { full } from '../full.ts';
import { hasYosys, runTool } from '../gen/tools.ts';
import { type Agreement, agreementOn } from './agreement.ts';
import { cover, type Coverage, expected } from './coverage.ts';
import { describe } from './describe.ts';
import { randomDesign } from './random-design.ts';
import { trialOf } from './trial.ts';

const seed = Number(process.env['SACCADE_SEED'] ?? 20_260_000);
const count = Number(process.env['SACCADE_COUNT'] ?? (full ? 5100 : 30));
/** Of a hundred designs, one may be too slow for Icarus Verilog. */
const compared = count - Math.ceil(count / 100);
/** What one process runs. */
const CHUNK = 300;

const designs = (first: number, length: number) =>
  Array.from({ length }, (_, index) => ({ seed: first + index, design: randomDesign(first + index) }));

/** In processes of their own, two at a time, where there are many. */
async function agreementOnAll(): Promise<Agreement> {
  if (count <= CHUNK) return agreementOn(seed, count);
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) => index * CHUNK);
  const found: Agreement[] = [];
  const worker = async (): Promise<void> => {
    for (let first = chunks.shift(); first !== undefined; first = chunks.shift()) {
      found.push(await chunk(seed + first, Math.min(CHUNK, count - first)));
      const slow = found.reduce((sum, each) => sum + each.slow.length, 0);
      console.error(
        `${Math.min(count, found.length * CHUNK)} of ${count} designs, ${slow} too slow for Icarus Verilog`,
      );
    }
  };
  await Promise.all([worker(), worker()]);
  return { reports: found.flatMap(({ reports }) => reports), slow: found.flatMap(({ slow }) => slow) };
}

async function chunk(first: number, length: number): Promise<Agreement> {
  const program = fileURLToPath(new URL('run-chunk.ts', import.meta.url));
  const args = ['--import', 'tsx', program, String(first), String(length)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Agreement;
}

test(`${compared} designs agree`, { timeout: 3_600_000 }, async () => {
  const { reports, slow } = await agreementOnAll();
  expect(reports.join('\n\n')).toBe('');
  expect(count - slow.length).toBeGreaterThanOrEqual(compared);
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
