import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChipRun, ChipRunOptions, OpenChip } from '../../sim/chip/run-on-chip.ts';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import type { RunOptions } from '../../sim/cli/options.ts';
import { wrapPsum } from '../../sim/golden/psum.ts';
import { requantise } from '../../sim/golden/requantisation.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { biasShape, iactShape, macs, psumShape, weightShape } from '../../sim/layer/shape.ts';
import { runOnPe } from '../../sim/pe/run-on-pe.ts';
import { tightestBound } from '../../sim/run/chip-bounds.ts';
import type { ChipReport } from '../../sim/run/chip-report.ts';
import { type Hardware, runLayer } from '../../sim/run/run-layer.ts';
import { readNpy, writeNpy } from '../../sim/tensor/npy.ts';
import { tfjsConvolution } from '../golden/tfjs-oracle.ts';
import { writeTensorFiles } from './numpy.ts';
import { quietRun } from './run-options.ts';

let folder: string;
/** Chips that were opened: a layer leaves nothing behind, so the next one can have the same. */
const opened = new Map<unknown, Promise<OpenChip>>();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-run-chip-'));
});
afterAll(async () => {
  for (const chip of opened.values()) (await chip).close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Hardware whose runs of a layer are looked at, or tampered with. */
function hardware(look: (run: ChipRun, options: ChipRunOptions) => ChipRun = (run) => run): Hardware {
  return {
    runOnPe,
    openChip: async (chip, options) => {
      if (!opened.has(chip)) opened.set(chip, openChip(chip, options));
      const open = await opened.get(chip)!;
      return {
        simulation: open.simulation,
        run: (layer, operands, asked = {}) => look(open.run(layer, operands, asked), asked),
        close() {},
      };
    },
  };
}

const onChip: RunOptions = { ...quietRun, config: 'v2-1x1', engine: 'builtin' };

interface Told {
  readonly code: number;
  readonly said: string;
  readonly report: ChipReport;
}

/** Runs a layer file: the exit code, what was said on stderr, and the report. */
async function run(layer: string, options: Partial<RunOptions>, by = hardware()): Promise<Told> {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const report = join(folder, 'report.json');
  const code = await runLayer({ ...onChip, ...options, layer, report }, by);
  return {
    code,
    said: error.mock.calls.flat().join('\n'),
    report: JSON.parse(readFileSync(report, 'utf8')) as ChipReport,
  };
}

function layerFile(name: string, json: object): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

const output = { relu: true, multiplier: 3, shift: 10, zeroPoint: 5 };
const layers: Record<string, { json: object; options?: Partial<RunOptions>; densities?: [number, number] }> = {
  '3×3 with rows that do not divide': { json: { m: 5, c: 3, h: 7, w: 8, r: 3, s: 3, pad: [1, 1, 1, 1], output } },
  '1×1, dense': { json: { m: 10, c: 7, h: 5, w: 6, r: 1, s: 1, output }, options: { encoding: 'dense' } },
  '5×5 stride 2, psums only': { json: { m: 6, c: 2, h: 9, w: 10, r: 5, s: 5, stride: [2, 2] } },
  depthwise: { json: { g: 6, m: 1, c: 1, h: 8, w: 7, r: 3, s: 3, pad: [1, 1, 1, 1], output } },
  'fully connected, signed': {
    json: { m: 33, c: 37, h: 1, w: 1, r: 1, s: 1, iactSigned: true, output: { ...output, signed: true } },
  },
  'batch 2, groups': { json: { n: 2, g: 2, m: 3, c: 5, h: 5, w: 6, r: 2, s: 3, pad: [1, 0, 0, 2], output } },
  'nothing but zeros': { json: { m: 4, c: 3, h: 4, w: 4, r: 1, s: 1, output }, densities: [0, 1] },
  'two by two clusters': {
    json: { m: 9, c: 5, h: 6, w: 6, r: 3, s: 3, output },
    options: { config: 'v2-2x2' },
  },
};

describe.each(Object.entries(layers))('%s', (name, { json, options = {}, densities: [iact, weight] = [0.6, 0.5] }) => {
  test('gives the psums and outputs that it should, and a report that adds up', async () => {
    const path = layerFile(name.replaceAll(/\W+/g, '-'), json);
    const layer = parseLayer(json, path);
    const files = ['iacts', 'weights', 'bias', 'psums', 'oacts'].map((what) => `${path}.${what}.npy`);
    const [iacts, weights, bias, psums, oacts] = files as [string, string, string, string, string];
    const dtype = layer.iactSigned ? ('int8' as const) : ('uint8' as const);
    writeTensorFiles([
      { path: iacts, dtype, shape: iactShape(layer), density: iact, seed: 1 },
      { path: weights, dtype: 'int8', shape: weightShape(layer), density: weight, seed: 2 },
    ]);
    const channels = biasShape(layer)[0];
    const biases = { shape: [channels], data: Int32Array.from({ length: channels }, (_, i) => 3000 * i - 5000) };
    writeNpy(bias, biases, 'bias');
    const makesOutputs = layer.output !== undefined;
    const asked = { ...options, iacts, weights, bias, psums, ...(makesOutputs ? { oacts } : {}) };
    const { code, said, report } = await run(path, asked);
    expect({ code, said }).toEqual({ code: 0, said: '' });

    const iactTensor = readNpy(iacts, { dtype, shape: iactShape(layer), what: 'iacts' });
    const weightTensor = readNpy(weights, { dtype: 'int8', shape: weightShape(layer), what: 'weights' });
    const exact = tfjsConvolution(layer, iactTensor, weightTensor);
    const psumTensor = readNpy(psums, { dtype: 'int32', shape: psumShape(layer), what: 'psums' });
    expect(Array.from(psumTensor.data)).toEqual(exact.map((sum) => wrapPsum(sum, 20)));
    expectConsistent(report, layer);
    expect([report.encoding, 'auto']).toContain(options.encoding ?? 'auto');
    if (layer.output === undefined) return;
    const expected = requantise(layer, psumTensor, biases);
    const outputType = layer.output.signed ? 'int8' : 'uint8';
    const written = readNpy(oacts, { dtype: outputType, shape: psumShape(layer), what: 'oacts' });
    // The psums that leave for their own sake are no part of the run that is reported.
    const { report: alone } = await run(path, { ...asked, psums: undefined });
    // oxlint-disable-next-line vitest/no-conditional-expect
    expect([written, alone.cycles, withoutIdle(alone.counters), 2 * alone.checked]).toEqual([
      expected,
      report.cycles,
      withoutIdle(report.counters),
      report.checked,
    ]);
  });
});

test('tiles are balanced, unless channels and filters are to be cut as they are given', async () => {
  const path = layerFile('order', layers['3×3 with rows that do not divide']!.json);
  const balanced = await run(path, { encoding: 'csc' });
  const given = await run(path, { encoding: 'csc', order: 'given' });
  expect([balanced.code, given.code]).toEqual([0, 0]);
  expect(balanced.report.mapping.order?.channels.length).toBeGreaterThan(0);
  expect(given.report.mapping.order).toBeUndefined();
});

test('off-chip memory of little bandwidth is one of the bounds, and the tightest', async () => {
  const path = layerFile('slow-memory', layers['3×3 with rows that do not divide']!.json);
  const { report } = await run(path, { bandwidth: { bytesPerCycle: 2 } });
  const { iact, weight, oact } = report.offChipBytes;
  const tightest = tightestBound(report.bounds);
  expect(tightest.what).toBe('off-chip memory at 2 bytes a cycle');
  const all = Math.floor((iact + weight + oact + report.commandBytes) / 2);
  expect(tightest.cycles).toBeGreaterThan(all - report.tailCycles - 1);
  expect(tightest.cycles).toBeLessThanOrEqual(Math.min(all, report.cycles));
});
/** On a chip that has run another layer, who drains last may be another PE: arbiters remember whose turn it is. */
function withoutIdle({ peDrain: _peDrain, ...counters }: ChipReport['counters']) {
  return counters;
}

function numbersIn(record: object): number[] {
  return Object.values(record) as number[];
}

/** What must hold in the report of any layer that matches. */
function expectConsistent(report: ChipReport, layer: Layer): void {
  const { cycles, phases, stalls, offChipBytes, glbBytes, activity, counters, totalPes, activePes } = report;
  const outputs = psumShape(layer).reduce((product, size) => product * size);
  const makesOutputs = layer.output !== undefined;
  expect(report).toMatchObject({
    layer: layer.name,
    engine: 'builtin',
    clockMHz: 200,
    macs: macs(layer),
    checked: makesOutputs ? 2 * outputs : outputs,
    mismatches: 0,
    fullCounters: [],
    failedChecks: [],
    bandwidth: null,
  });
  expect(totalPes).toBe(report.config === 'v2-2x2' ? 48 : 12);
  expect(activePes).toBeGreaterThan(0);
  expect(activePes).toBeLessThanOrEqual(totalPes);
  expect(report.rtlMacs).toBe(report.effectualMacs + report.surplusMacs);
  expect(report.macUtilization).toBe(report.effectualMacs / (2 * cycles * activePes));
  for (const part of [...numbersIn(phases), ...numbersIn(stalls)]) {
    expect(part).toBe(Math.round(part));
    expect(part).toBeGreaterThanOrEqual(0);
  }
  expect(phases.load + phases.compute + phases.drain + phases.stall).toBe(cycles);
  expect(stalls.waitPsum + stalls.waitIact + stalls.windowEnd).toBe(phases.stall);
  expect(phases.load).toBeGreaterThanOrEqual(report.commandCycles);
  expect(2 * phases.compute * (report.encoding === 'csc' ? activePes : totalPes)).toBeGreaterThanOrEqual(
    report.effectualMacs,
  );
  expect(report.macBoundCycles).toBeLessThanOrEqual(report.boundCycles);
  expect(report.boundCycles).toBeLessThanOrEqual(phases.compute);
  expect(report.boundShare).toBe(report.boundCycles / cycles);
  expect(report.bounds[0]!.cycles).toBe(report.boundCycles);
  // Iacts and weights from outside, iacts from banks, psums out of columns and into output units.
  expect(report.bounds).toHaveLength(6);
  for (const bound of report.bounds) expect(bound.cycles).toBeLessThanOrEqual(cycles);
  expect(report.busiestCycles).toBeGreaterThanOrEqual(report.boundCycles);
  expect(report.busiestCycles).toBeLessThanOrEqual(cycles - report.commandCycles);
  // A word is 24 bits, be it of operands or outputs; windows beyond the output leave, too.
  expect(makesOutputs ? outputs : counters.outputWords).toBeGreaterThanOrEqual(outputs);
  expect(offChipBytes).toEqual({
    iact: 3 * counters.iactIn,
    weight: 3 * counters.weightIn,
    psum: makesOutputs ? 0 : 3 * counters.outputWords,
    oact: makesOutputs ? 3 * counters.outputWords : 0,
  });
  expect(glbBytes.read).toBe(3 * counters.iactBankReads + 5 * counters.psumBankReads);
  expect(glbBytes.write).toBe(3 * counters.iactBankWrites + 5 * counters.psumBankWrites);
  expect(activity.macs.done + activity.macs.gated).toBe(2 * activity.spad.weightReads);
  const { cycles: expected, parts } = report.mapperEstimate;
  expect(Math.round(numbersIn(parts).reduce((sum, part) => sum + part, 0))).toBe(expected);
  expect(report.mapping.line).toContain(report.encoding);
  expect(report.mapping).not.toHaveProperty('explain');
}

describe('off-chip memory', () => {
  test('that is slow takes the cycles that the bytes need', async () => {
    const layer = layerFile('memory', { m: 20, c: 12, h: 4, w: 4, r: 1, s: 1, output });
    const { report: free } = await run(layer, {});
    const { code, report } = await run(layer, { bandwidth: { megabytesPerSecond: 200 } });
    expect({ code, bandwidth: report.bandwidth }).toEqual({ code: 0, bandwidth: 1 });
    const { iact, weight, oact } = report.offChipBytes;
    expect(report.cycles).toBeGreaterThan(free.cycles);
    // A few bytes are there beforehand.
    expect(report.cycles).toBeGreaterThan(report.commandBytes + iact + weight + oact - 300);
    expect(report.outsideStalls.weight + report.outsideStalls.iact).toBeGreaterThan(100);
  });
});

describe('a chip that is wrong', () => {
  const layer = (): string => layerFile('wrong', { m: 5, c: 6, h: 4, w: 4, r: 1, s: 1, output: { shift: 6 } });

  test('in one output: 1, where it is, and the file as the hardware gave it', async () => {
    const oacts = join(folder, 'wrong.npy');
    const { code, said, report } = await run(
      layer(),
      { oacts },
      hardware((each) => {
        each.oacts!.data[2 * 16 + 4 + 3]! ^= 1;
        return each;
      }),
    );
    expect({ code, checked: report.checked, mismatches: report.mismatches }).toEqual({
      code: 1,
      checked: 80,
      mismatches: 1,
    });
    const place = 'output \\[n, m, e, f\\] = \\[0, 2, 1, 3\\]';
    const told = new RegExp(
      `^saccade: layer wrong\nMISMATCH: 1 of 80 outputs differ\n  ${place} is (\\d+), expected \\d+$`,
    ).exec(said);
    expect(told).not.toBeNull();
    const written = readNpy(oacts, { dtype: 'uint8', shape: [1, 5, 4, 4], what: 'oacts' });
    expect(String(written.data[2 * 16 + 4 + 3])).toBe(told![1]);
  });

  test('in the psums, or in the outputs when psums leave', async () => {
    const inPsums = hardware((each) => {
      if (each.psums !== undefined) each.psums.data[0]! += 1;
      return each;
    });
    const psums = await run(layer(), { checkPsums: true }, inPsums);
    expect(psums.code).toBe(1);
    expect(psums.report).toMatchObject({ checked: 160, mismatches: 1, failedChecks: [] });
    expect(psums.said).toContain('MISMATCH: 1 of 80 psums differ\n  psum [n, m, e, f] = [0, 0, 0, 0] is');
    // Unless they are asked for, they do not leave.
    expect((await run(layer(), {}, inPsums)).code).toBe(0);

    const inOutputs = hardware((each, { psums: leave }) => {
      if (leave === true) each.oacts!.data[7]! ^= 1;
      return each;
    });
    const outputs = await run(layer(), { checkPsums: true }, inOutputs);
    expect(outputs.code).toBe(1);
    expect(outputs.said).toContain('match: all 80 outputs and 80 psums equal the golden model\nCHECK FAILED: 1 of 80');
  });

  test.each<[string, (run: ChipRun) => ChipRun, RegExp]>([
    ['cycles', (each) => ({ ...each, engineCycles: each.cycles + 1 }), /counted \d+ cycles, and the simulation \d+$/],
    ['MACs', counting({ macs: 1 }), /counted \d+ effectual MACs, and the golden model \d+$/],
    ['words of weights', counting({ peCompute: -1 }), /words of weights read, and the non-zero iacts meet \d+$/],
    ['iacts taken', counting({ iactIn: 1 }), /words of iacts taken, and the simulation gave \d+$/],
    ['weights taken', counting({ weightIn: 1 }), /words of weights taken, and the simulation gave \d+$/],
    ['outputs given', counting({ outputWords: 1 }), /words of outputs given, and the simulation took \d+$/],
  ])('in what it counts: %s', async (_, tamper, message) => {
    const { code, said, report } = await run(layer(), { encoding: 'csc' }, hardware(tamper));
    expect({ code, mismatches: report.mismatches, failed: report.failedChecks.length }).toEqual({
      code: 1,
      mismatches: 0,
      failed: 1,
    });
    expect(said).toMatch(message);
  });

  test('in what it counts, uncompressed: fewer words than the non-zeros meet', async () => {
    const { report } = await run(layer(), { encoding: 'dense' }, hardware(counting({ peCompute: -100_000 })));
    expect(report.failedChecks).toEqual([expect.stringMatching(/words of weights read, and the non-zero iacts meet/)]);
  });

  test('which leaves no files when it does not come to an end', async () => {
    const place = mkdtempSync(join(folder, 'hang-'));
    const failing = hardware(() => {
      throw new Error('it hangs');
    });
    const options = { ...onChip, layer: layer(), oacts: join(place, 'o.npy') };
    await expect(runLayer(options, failing)).rejects.toThrow('it hangs');
    expect(readdirSync(place)).toEqual([]);
  });

  test('counters that are full are no proof of anything', async () => {
    const highest = 2 ** 32 - 1;
    const full = hardware((each) => {
      const clusters = each.counters.clusters.map((counts) => ({ ...counts, macs: highest }));
      return { ...each, counters: { ...each.counters, clusters, total: { ...each.counters.total, macs: highest } } };
    });
    const { code, report } = await run(layer(), {}, full);
    expect({ code, full: report.fullCounters }).toEqual({ code: 0, full: ['macs'] });
  });
});

/** Adds to counters of the first cluster. */
function counting(changes: Partial<ChipRun['counters']['total']>): (run: ChipRun) => ChipRun {
  return (each) => {
    const [first, ...others] = each.counters.clusters;
    const added = (counts: ChipRun['counters']['total']) => {
      const changed = Object.entries(changes).map(([name, by]) => [name, counts[name as keyof typeof counts] + by]);
      return { ...counts, ...(Object.fromEntries(changed) as typeof counts) };
    };
    const counters = { ...each.counters, clusters: [added(first!), ...others], total: added(each.counters.total) };
    return { ...each, counters };
  };
}

describe('what the chip is asked', () => {
  test('is the mapping that was chosen, and progress only where somebody sees it', async () => {
    const layer = layerFile('asked', { m: 2, c: 2, h: 2, w: 2, r: 1, s: 1 });
    const seen: ChipRunOptions[] = [];
    const looking = hardware((each, options) => {
      seen.push(options);
      return each;
    });
    await run(layer, { bandwidth: { bytesPerCycle: 12.5 } }, looking);
    expect(seen).toEqual([{ mapping: expect.anything() as unknown, psums: true, bandwidth: 12.5 }]);

    const { stderr } = process;
    const isTTY = Object.getOwnPropertyDescriptor(stderr, 'isTTY');
    Object.defineProperty(stderr, 'isTTY', { value: true, configurable: true });
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await run(layer, { quiet: false }, looking);
    } finally {
      if (isTTY === undefined) Reflect.deleteProperty(stderr, 'isTTY');
      else Object.defineProperty(stderr, 'isTTY', isTTY);
    }
    expect(seen[1]!.onProgress).toBeDefined();
    expect(written.mock.calls.flat().join('')).toMatch(/choosing a mapping \.\.\.\n.*simulating \.\.\.\n/s);
  });
});
