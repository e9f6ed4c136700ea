/** What is told of runs on PEs with one MAC, and on PEs that read nothing compressed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { eyerissV2Pe, type PeParameters } from '../../hw/pe/parameters.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { InputError } from '../../sim/errors.ts';
import { type Eyexam, eyexam } from '../../sim/eyexam/eyexam.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import type { ChipReport } from '../../sim/run/chip-report.ts';
import { boundCycles } from '../../sim/run/pe-bound.ts';
import type { PeReport } from '../../sim/run/pe-report.ts';
import { runLayer } from '../../sim/run/run-layer.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { zeros } from '../../sim/tensor/tensor.ts';
import { quietRun } from './run-options.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-pe-variants-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

type Variant = Partial<Pick<PeParameters, 'macs' | 'sparse'>>;
const variants: Variant[] = [{ macs: 1 }, { macs: 1, sparse: false }, { sparse: false }];

const small = { c: 6, m: 7, h: 5, w: 6, r: 1, s: 1 };

/** Runs a layer on hardware that a config file describes, and gives its report and what was printed. */
async function run(config: object, options: Partial<typeof quietRun> = {}) {
  const [layer, hardware, report] = ['layer.json', 'config.json', 'report.json'].map((name) => join(folder, name));
  writeFileSync(layer!, JSON.stringify({ name: 'small', ...small }));
  writeFileSync(hardware!, JSON.stringify({ name: 'variant', ...config }));
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const given = { ...quietRun, layer: layer!, config: hardware!, report: report!, engine: 'builtin' as const };
  const code = await runLayer({ ...given, quiet: false, ...options });
  const text = said.mock.calls.flat().join('\n');
  return { code, text, report: JSON.parse(readFileSync(report!, 'utf8')) as unknown };
}

/** Eyexam of a layer on four PEs, as the mapper would map it. */
function examine(layer: Layer, variant: Variant, density: number): Eyexam {
  const operands = synthesiseOperands(layer, { seed: 1, iactDensity: density, weightDensity: density });
  const pe = { ...eyerissV2Pe, ...variant };
  const chip = chipLike({ clusterRows: 1, clusterColumns: 1, peRows: 2, peColumns: 2, pe });
  const { mapping, cost } = chooseMapping(layer, operands.weights.data, density, chip);
  const given = { layer, operands, config: { name: 'variant', chip }, mapping, bandwidth: undefined };
  return eyexam({ ...given, measured: undefined, expectedCycles: cost.cycles });
}

describe.each(variants)('with %o', (pe) => {
  const macs = pe.macs ?? 2;

  test('one PE: utilisation and bound are those of its MACs', async () => {
    const { code, text, report } = await run({ pe });
    const {
      cycles,
      effectualMacs,
      macUtilization,
      macsPerPe,
      boundCycles: bound,
      phases,
      ...rest
    } = report as PeReport;
    expect([code, macsPerPe, rest.failedChecks]).toEqual([0, macs, []]);
    expect(macUtilization).toBeCloseTo(effectualMacs / (macs * cycles), 12);
    expect(phases.compute).toBe(bound);
    expect(text).toMatch(new RegExp(`MACs/cycle +[\\d.]+ of ${macs}\\n`));
  });

  test('a chip: so are its utilisation, bound and gated MACs', async () => {
    const { code, text, report } = await run({
      chip: { pe, clusterRows: 1, clusterColumns: 1, peRows: 2, peColumns: 2 },
    });
    const chip = report as ChipReport;
    expect([code, chip.macsPerPe, chip.failedChecks]).toEqual([0, macs, []]);
    expect(chip.macUtilization).toBeCloseTo(chip.effectualMacs / (macs * chip.activePes * chip.cycles), 12);
    expect(chip.macBoundCycles).toBe(Math.ceil(chip.effectualMacs / (4 * macs)));
    expect(chip.activity.macs.gated).toBe(macs * chip.counters.peCompute - chip.counters.macs);
    const storedBits = pe.sparse === false ? 8 : 12;
    const { table, parts } = chip.energy;
    expect(parts.spad.weightReads).toBeCloseTo(
      (chip.counters.peCompute * macs * storedBits * table.spad) / table.bitsPerAccess,
      6,
    );
    expect(pe.sparse === false ? ['dense'] : ['csc', 'dense']).toContain(chip.encoding);
    expect(chip.boundShare).toBeLessThanOrEqual(1);
    expect(text).toContain(`of ${4 * macs}\n`);
    expect(text).toContain(macs === 1 ? 'with one MAC in each' : 'with two MACs in each');
  });

  test.runIf(macs === 1)('Eyexam: without zeros, one MAC bounds each PE to one a cycle', () => {
    const layer = parseLayer({ c: 8, m: 13, h: 6, w: 8, r: 1, s: 1 }, 'layer');
    expect(examine(layer, pe, 1).steps[2]!.macsPerCycle).toBe(4);
  });

  test('Eyexam: the peak is that of the MACs, and no bound is above it', () => {
    const layer = parseLayer({ c: 8, m: 13, h: 6, w: 8, r: 1, s: 1 }, 'layer');
    for (const density of [0.4, 1]) {
      const exam = examine(layer, pe, density);
      expect(exam.peak).toBe(4 * macs);
      for (const { macsPerCycle } of exam.steps.slice(2)) expect(macsPerCycle).toBeLessThanOrEqual(4 * macs);
      expect(exam.steps[2]!.reason).toMatch(
        macs === 1 ? /reads one weight for one iact/ : /reads a word of two weights/,
      );
    }
  });
});

test('compressed data are refused by name, and nothing is written', async () => {
  const hardware = { chip: { pe: { sparse: false }, clusterRows: 1, clusterColumns: 1 } };
  for (const config of [{ pe: { sparse: false } }, hardware]) {
    rmSync(join(folder, 'report.json'), { force: true });
    const error = await run(config, { encoding: 'csc' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(/pe\.sparse is false: this PE reads uncompressed data only/);
    expect(existsSync(join(folder, 'report.json'))).toBe(false);
  }
});

test('the bound of one PE, by hand', () => {
  const layer = parseLayer({ c: 1, m: 5, h: 1, w: 4, r: 1, s: 1 }, 'hand');
  const iacts = zeros('uint8', [1, 1, 1, 4]);
  const weights = zeros('int8', [5, 1, 1, 1]);
  iacts.data.set([3, 0, 0, 9]);
  weights.data.set([1, 0, 2, 0, 3]);
  const bound = (encoding: 'csc' | 'dense', pe: Variant): number =>
    boundCycles(
      layer,
      iacts,
      weights,
      { encoding, filters: 5, channels: 1, kernelColumns: 1 },
      { ...eyerissV2Pe, ...pe },
    );
  // Two iacts that are not zero, of four; three weights that are not, of five: two words or three, uncompressed three or five.
  expect([bound('csc', {}), bound('dense', {})]).toEqual([4, 6]);
  expect([bound('csc', { macs: 1 }), bound('dense', { macs: 1 })]).toEqual([6, 10]);
  expect([bound('dense', { sparse: false }), bound('dense', { macs: 1, sparse: false })]).toEqual([12, 20]);
});
