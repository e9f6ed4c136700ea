import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { reportFailure } from '../../sim/cli/failure.ts';
import type { EncodingChoice } from '../../sim/cli/options.ts';
import { wrapPsum } from '../../sim/golden/psum.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { iactShape, macs, psumShape, weightShape } from '../../sim/layer/shape.ts';
import { HardwareFault } from '../../sim/pe/hardware-fault.ts';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import { type PeRun, runOnPe } from '../../sim/pe/run-on-pe.ts';
import type { PeReport } from '../../sim/run/pe-report.ts';
import { type Hardware, runLayer } from '../../sim/run/run-layer.ts';
import { readNpy, writeNpy } from '../../sim/tensor/npy.ts';
import { tfjsConvolution } from '../golden/tfjs-oracle.ts';
import { writeTensorFiles } from './numpy.ts';
import { quietRun } from './run-options.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-run-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const layers = {
  '1×1': { m: 10, c: 7, h: 5, w: 6, r: 1, s: 1 },
  '3×3': { m: 5, c: 3, h: 7, w: 8, r: 3, s: 3, pad: [1, 1, 1, 1] },
  '3×3 stride 2, padded on one side': { m: 4, c: 5, h: 8, w: 8, r: 3, s: 3, stride: [2, 2], pad: [0, 0, 1, 1] },
  '5×5': { m: 6, c: 2, h: 9, w: 10, r: 5, s: 5 },
  '11×11 stride 4': { m: 7, c: 3, h: 23, w: 27, r: 11, s: 11, stride: [4, 4] },
  '1×1 stride 3 down, 2 across': { m: 3, c: 4, h: 7, w: 6, r: 1, s: 1, stride: [3, 2] },
  depthwise: { g: 6, m: 1, c: 1, h: 8, w: 7, r: 3, s: 3, pad: [1, 1, 1, 1] },
  'depthwise stride 2, two filters a channel': { g: 3, m: 2, c: 1, h: 9, w: 9, r: 3, s: 3, stride: [2, 2] },
  grouped: { g: 3, m: 5, c: 4, h: 6, w: 5, r: 3, s: 2 },
  'fully connected': { m: 33, c: 37, h: 1, w: 1, r: 1, s: 1 },
  'fully connected over a plane': { m: 19, c: 3, h: 4, w: 5, r: 4, s: 5 },
  'batch 2': { n: 2, m: 3, c: 5, h: 5, w: 6, r: 2, s: 3, pad: [1, 0, 0, 2] },
  'signed iacts': { m: 6, c: 4, h: 6, w: 6, r: 3, s: 3, iactSigned: true },
  'nothing divides': { m: 37, c: 23, h: 4, w: 3, r: 1, s: 3, pad: [0, 1, 0, 1] },
};

/** Of iacts, of weights, and how they travel. */
const densities: readonly (readonly [number, number, EncodingChoice])[] = [
  [0, 1, 'auto'],
  [1, 0, 'auto'],
  [0.1, 0.1, 'auto'],
  [0.5, 0.5, 'csc'],
  [0.5, 0.5, 'dense'],
  [1, 1, 'auto'],
];

interface Case {
  readonly layer: Layer;
  readonly iacts: string;
  readonly weights: string;
  readonly base: string;
}

/** All files of the tests below, in one call of Python. */
const cases = new Map<string, Case>();
beforeAll(() => {
  const files = Object.entries(layers).flatMap(([name, json], number) =>
    densities.flatMap(([iactDensity, weightDensity, encoding], variant) => {
      const base = join(folder, `${number}-${variant}`);
      writeFileSync(`${base}.json`, JSON.stringify(json));
      const layer = parseLayer(json, `${base}.json`);
      const [iacts, weights] = [`${base}-iacts.npy`, `${base}-weights.npy`];
      cases.set(caseKey(name, iactDensity, weightDensity, encoding), { layer, iacts, weights, base });
      const dtype = layer.iactSigned ? ('int8' as const) : ('uint8' as const);
      const seed = number * 100 + variant;
      return [
        { path: iacts, dtype, shape: iactShape(layer), density: iactDensity, seed },
        { path: weights, dtype: 'int8' as const, shape: weightShape(layer), density: weightDensity, seed: seed + 50 },
      ];
    }),
  );
  writeTensorFiles(files);
});

function caseKey(...parts: (string | number)[]): string {
  return parts.join('/');
}

describe.each(Object.keys(layers))('%s, from .npy files made elsewhere', (name) => {
  test.each(densities)('densities %d and %d, %s', async (iactDensity, weightDensity, encoding) => {
    const { layer, iacts, weights, base } = cases.get(caseKey(name, iactDensity, weightDensity, encoding))!;
    const [psums, report] = [`${base}-psums.npy`, `${base}-report.json`];
    const code = await runLayer({ ...quietRun, layer: `${base}.json`, encoding, iacts, weights, psums, report });
    expect(code).toBe(0);

    const dtype = layer.iactSigned ? 'int8' : 'uint8';
    const iactTensor = readNpy(iacts, { dtype, shape: iactShape(layer), what: 'iacts' });
    const weightTensor = readNpy(weights, { dtype: 'int8', shape: weightShape(layer), what: 'weights' });
    const exact = tfjsConvolution(layer, iactTensor, weightTensor);
    const written = readNpy(psums, { dtype: 'int32', shape: psumShape(layer), what: 'psums' });
    expect(Array.from(written.data)).toEqual(exact.map((sum) => wrapPsum(sum, 20)));
    const told = JSON.parse(readFileSync(report, 'utf8')) as PeReport;
    expect(told.psumOverflows).toBe(exact.filter((sum) => wrapPsum(sum, 20) !== sum).length);
    expectConsistent(told, layer);
    expect(told.operands).toEqual({ iacts: { file: iacts }, weights: { file: weights }, bias: null });
    expect(encoding === 'auto' ? ['csc', 'dense'] : [encoding]).toContain(told.encoding);
    expect(told.effectualMacs === 0).toBe(iactDensity === 0 || weightDensity === 0);
  });
});

function withPe(run: Hardware['runOnPe']): Hardware {
  return { runOnPe: run, openChip };
}

/** What must hold in the report of any layer that matches. */
function expectConsistent(report: PeReport, layer: Layer): void {
  const { cycles, phases, stalls, offChipBytes, mapping } = report;
  const outputs = psumShape(layer).reduce((product, size) => product * size);
  expect(report).toMatchObject({
    layer: layer.name,
    config: 'pe',
    engine: 'verilator',
    clockMHz: 200,
    macs: macs(layer),
    activePes: 1,
    totalPes: 1,
    checked: outputs,
    mismatches: 0,
    glbBytes: { read: 0, write: 0 },
    failedChecks: [],
  });
  expect(report.rtlMacs).toBe(report.effectualMacs);
  expect(report.macUtilization).toBe(report.effectualMacs / (2 * cycles));
  expect(report.simCyclesPerSecond).toBe(cycles / report.wallSeconds);
  expect(stalls.waitPsum + stalls.waitIact + stalls.windowEnd).toBe(phases.stall);
  const inPhases = phases.load + phases.compute + phases.drain + phases.stall;
  // Every run of tiles has a start, and its first words come a little later.
  expect(cycles - inPhases).toBeGreaterThanOrEqual(0);
  expect(cycles - inPhases).toBeLessThanOrEqual(16 + 4 * report.tiles);
  expect(report.boundCycles).toBeLessThanOrEqual(phases.compute);
  expect(report.boundShare).toBe(report.boundCycles / cycles);
  expect(2 * report.boundCycles).toBeGreaterThanOrEqual(report.effectualMacs);
  // 24 bits a word of operands, two psums of 20 bits a beat; every psum leaves at least once.
  expect(offChipBytes.iact % 3).toBe(0);
  expect(offChipBytes.weight % 3).toBe(0);
  expect(offChipBytes.psum % 5).toBe(0);
  expect(offChipBytes.psum).toBeGreaterThanOrEqual(outputs * 2.5);
  expect(offChipBytes.oact).toBe(0);
  const { g, m, c, r, s } = layer;
  const tiles = [m / mapping.filters, c / mapping.channels, s / mapping.kernelColumns].map(Math.ceil);
  expect(report.tiles).toBe(tiles.reduce((product, parts) => product * parts, g * r));
}

describe('files out', () => {
  const json = { m: 5, c: 6, h: 4, w: 4, r: 1, s: 1, output: { relu: true, shift: 6, signed: true } };

  test('oacts are the requantised psums of the hardware, with the bias', async () => {
    const layerFile = join(folder, 'oacts.json');
    writeFileSync(layerFile, JSON.stringify(json));
    const layer = parseLayer(json, layerFile);
    const bias = { shape: [5], data: Int32Array.of(0, 5000, -5000, 100_000, 1) };
    const files = { bias: join(folder, 'bias.npy'), psums: join(folder, 'p.npy'), oacts: join(folder, 'o.npy') };
    writeNpy(files.bias, bias, 'bias');
    expect(await runLayer({ ...quietRun, layer: layerFile, ...files })).toBe(0);
    const psums = readNpy(files.psums, { dtype: 'int32', shape: [1, 5, 4, 4], what: 'psums' });
    const oacts = readNpy(files.oacts, { dtype: 'int8', shape: [1, 5, 4, 4], what: 'oacts' });
    expect(oacts).toEqual(requantise(layer, psums, bias));
    expect(new Set(oacts.data).size).toBeGreaterThan(5);
  });

  test('what was there before is replaced, and nothing else is left', async () => {
    const place = mkdtempSync(join(folder, 'out-'));
    const report = join(place, 'r.json');
    writeFileSync(report, 'old');
    expect(await runLayer({ ...quietRun, layer: join(folder, 'oacts.json'), report })).toBe(0);
    expect((JSON.parse(readFileSync(report, 'utf8')) as PeReport).layer).toBe('oacts');
    expect(readdirSync(place)).toEqual(['r.json']);
  });
});

describe('hardware that is wrong', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Runs a layer on hardware whose result is tampered with: the exit code, and what was said. */
  async function runTampered(tamper: (run: PeRun) => PeRun): Promise<TamperedRun> {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const layer = join(folder, 'tampered.json');
    writeFileSync(layer, JSON.stringify({ m: 5, c: 6, h: 4, w: 4, r: 1, s: 1 }));
    const [report, psums] = [join(folder, 'tampered-report.json'), join(folder, 'tampered.npy')];
    const options = { ...quietRun, layer, report, psums };
    const code = await runLayer(
      options,
      withPe(async (...args) => tamper(await runOnPe(...args))),
    );
    return {
      code,
      psums: readNpy(psums, { dtype: 'int32', shape: [1, 5, 4, 4], what: 'psums' }).data,
      said: error.mock.calls.flat().join('\n'),
      report: JSON.parse(readFileSync(report, 'utf8')) as PeReport,
    };
  }

  test('one wrong psum ends with 1, and says where', async () => {
    const { code, said, report, psums } = await runTampered((run) => {
      run.psums.data[2 * 16 + 4 + 3] = 123_456;
      return run;
    });
    expect(code).toBe(1);
    expect(psums[2 * 16 + 4 + 3]).toBe(123_456);
    expect(report).toMatchObject({ checked: 80, mismatches: 1, failedChecks: [] });
    expect(said).toMatch(
      /^saccade: layer tampered\nMISMATCH: 1 of 80 psums differ\n  psum \[n, m, e, f\] = \[0, 2, 1, 3\] is 123456, expected -?\d+$/,
    );
  });

  test('a MAC counter that disagrees with the golden model ends with 1', async () => {
    const { code, said, report } = await runTampered((run) => {
      run.activity.mac1++;
      return run;
    });
    expect(code).toBe(1);
    expect(report).toMatchObject({ mismatches: 0, rtlMacs: report.effectualMacs + 1 });
    expect(report.failedChecks).toHaveLength(1);
    expect(said).toMatch(/CHECK FAILED: the hardware counted \d+ effectual MACs, and the golden model \d+$/);
  });

  test('a word too many that was read ends with 1', async () => {
    const { code, said } = await runTampered((run) => {
      run.activity.compute++;
      return { ...run, mapping: { ...run.mapping, encoding: 'csc' } };
    });
    expect(code).toBe(1);
    expect(said).toContain('words of weights, and the non-zero iacts meet exactly');
  });

  test('hardware that hangs ends with 1, with its own message, and leaves no files', async () => {
    const place = mkdtempSync(join(folder, 'hang-'));
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    // More weights than the SPad holds.
    const mapping = { filters: 32, channels: 16, kernelColumns: 1, encoding: 'dense' } as const;
    const options = { ...quietRun, iactDensity: 1, weightDensity: 1, psums: join(place, 'p.npy') };
    const run = runLayer(
      options,
      withPe((layer, iacts, weights, pe) => runOnPe(layer, iacts, weights, pe, { mapping })),
    );
    const fault: unknown = await run.catch((reason: unknown) => reason);
    expect(fault).toBeInstanceOf(HardwareFault);
    expect(reportFailure(fault)).toBe(1);
    expect(error.mock.calls.flat().join('\n')).toMatch(/^saccade: the PE failed on layer mobilenet-conv4-pw: /);
    expect(readdirSync(place)).toEqual([]);
  });
});

interface TamperedRun {
  readonly code: number;
  readonly said: string;
  readonly report: PeReport;
  /** As they were written. */
  readonly psums: Int32Array;
}
