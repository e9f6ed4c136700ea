import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ChipRun } from '../../sim/chip/run-on-chip.ts';
import type { NetworkOptions } from '../../sim/network/network-options.ts';
import type { NetworkReport } from '../../sim/network/network-report.ts';
import { HardwareFault } from '../../sim/pe/hardware-fault.ts';
import { readNpy } from '../../sim/tensor/npy.ts';
import { closeHardware, hardware, runTiny } from './tiny-hardware.ts';
import { tinyNetwork } from './tiny-network.ts';

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

/** What does not depend on the day, nor, by a few cycles, on the layers before. */
function lasting({ layers, network, config, seed, totals }: NetworkReport) {
  const { checked, effectualMacs } = totals;
  const parts = layers.map(({ layer, operands, densities, mapping, offChipBytes, rtlMacs }) => {
    return { layer, operands, densities, mapping, offChipBytes, rtlMacs };
  });
  return { network, config, seed, checked, effectualMacs, layers: parts };
}

describe('a network', () => {
  test('runs from the first layer to the last on one chip, every output right, and totals add up', async () => {
    const { ran, open } = hardware();
    const oacts = join(folder, 'oacts.npy');
    const { code, said, report } = await run({ oacts }, { ran, open });
    expect({ code, said, ran }).toEqual({ code: 0, said: '', ran: ['conv', 'dw', 'pw', 'fc'] });
    expect(report.layers.map(({ layer }) => layer)).toEqual(ran);
    expect(report).toMatchObject({ network: 'tiny', config: 'v2-1x1', engine: 'builtin', seed: 3, sparse: false });
    const { totals, layers } = report;
    const sum = (of: (layer: (typeof layers)[number]) => number) =>
      layers.reduce((total, layer) => total + of(layer), 0);
    expect(totals).toMatchObject({
      layers: 4,
      macs: 13_716,
      cycles: sum(({ cycles }) => cycles),
      effectualMacs: sum(({ effectualMacs }) => effectualMacs),
      boundCycles: sum(({ boundCycles }) => boundCycles),
      checked: 9 * 8 * 6 + 2 * 6 * 20 + 7,
      mismatches: 0,
      images: 1,
    });
    expect(totals.offChipBytes.weight).toBe(sum(({ offChipBytes }) => offChipBytes.weight));
    expect(totals.glbBytes.read).toBe(sum(({ glbBytes }) => glbBytes.read));
    expect(totals.phases.stall).toBe(sum(({ phases }) => phases.stall));
    expect(totals.inferencesPerSecond).toBeCloseTo(200e6 / (totals.cycles + totals.tailCycles), 6);
    expect(layers[1]!.densities).toMatchObject({ weight: 1 });
    expect(layers[1]!.densities.iact).toBeCloseTo(0.7, 1);
    expect(layers[1]!.densities.oact).toBeCloseTo(0.5, 1);
    expect(layers[1]!.operands.iacts).toEqual({ made: 'outputs of pool' });
    const outputs = readNpy(oacts, { dtype: 'int8', shape: [1, 7, 1, 1], what: 'outputs' });
    expect(Math.max(...Array.from(outputs.data, Math.abs))).toBe(127);
  });

  test('prints a table with a line a layer, the sum, and how fast that is', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const { report } = await run({ quiet: false, sparse: true });
    const lines = String(log.mock.calls[0]).split('\n');
    expect(lines[0]).toBe('tiny, pruned weights, seed 3, on v2-1x1, 200 MHz, simulated by builtin');
    const at = (first: string) =>
      lines
        .find((line) => line.startsWith(first))
        ?.split(/\s+/)
        .slice(1);
    expect(at('layer')).toEqual(['cycles', 'MACs', 'effectual', 'bound', 'ratio']);
    for (const { layer, cycles } of report.layers) expect(at(layer)![0]).toBe(cycles.toLocaleString('en-US'));
    expect(at('total')!.slice(0, 2)).toEqual([report.totals.cycles.toLocaleString('en-US'), '13,716']);
    expect(lines.at(-2)).toContain(`${report.totals.inferencesPerSecond!.toFixed(1)} inferences per second at 200 MHz`);
    expect(lines.at(-1)).toBe('match: all 679 outputs of 4 layers equal the golden model');
  });

  test('--page writes a page with a picture, from kept reports without running anything', async () => {
    const [page, resume] = [join(folder, 'deep', 'page'), join(folder, 'for-page')];
    const { report } = await run({ page, resume, sparse: true });
    expect(readdirSync(page).sort()).toEqual(['index.md', 'tiny-sparse.svg']);
    const text = readFileSync(join(page, 'index.md'), 'utf8');
    for (const { layer, cycles } of report.layers) {
      const cells = text.split('\n').find((line) => line.startsWith(`| ${layer} `));
      expect(cells).toContain(` ${cycles.toLocaleString('en-US')} |`);
    }
    rmSync(page, { recursive: true });
    const { ran, open } = hardware();
    await run({ page, resume, sparse: true }, { ran, open });
    expect(ran).toEqual([]);
    expect(readFileSync(join(page, 'index.md'), 'utf8')).toBe(text);
  });

  test('--json prints the report alone', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    const { report } = await run({ json: true, quiet: false, layers: ['fc'] });
    expect(JSON.parse(String(write.mock.calls[0]![0]))).toEqual(report);
    expect(write.mock.calls).toHaveLength(1);
  });

  test('runs the layers that were asked for on the inputs that they have in the whole', async () => {
    const whole = (await run({})).report;
    const { ran, open } = hardware();
    const { report } = await run({ layers: ['fc', 'dw'] }, { ran, open });
    expect(ran).toEqual(['dw', 'fc']);
    expect(lasting(report).layers).toEqual([lasting(whole).layers[1], lasting(whole).layers[3]]);
    expect(report.totals.inferencesPerSecond).toBeNull();
  });

  test('is the same in several processes', { timeout: 120_000 }, async () => {
    const one = (await run({})).report;
    const { ran, open } = hardware();
    const { report, code } = await run({ jobs: 2 }, { ran, open });
    expect({ code, ran }).toEqual({ code: 0, ran: [] });
    expect(lasting(report)).toEqual(lasting(one));
    for (const [index, { cycles }] of report.layers.entries()) {
      expect(Math.abs(cycles - one.layers[index]!.cycles)).toBeLessThan(5);
    }
  });
});

describe('an output that differs', () => {
  const wrong = (run: ChipRun, layer: string): ChipRun => {
    if (layer === 'pw') run.oacts!.data[7]! ^= 1;
    return run;
  };

  test('is told with its layer, and the network goes on', async () => {
    const { code, said, report } = await run({}, hardware(wrong));
    expect(code).toBe(1);
    expect(said).toContain('saccade: network tiny\nlayer pw: MISMATCH: 1 of 120 outputs differ');
    expect(said).toMatch(/output \[n, m, e, f\] = \[0, 0, 1, 3\] is -?\d+, expected/);
    expect(report.layers.map(({ mismatches }) => mismatches)).toEqual([0, 0, 1, 0]);
    expect(report.totals.mismatches).toBe(1);
  });

  test('is not kept as finished', async () => {
    const resume = join(folder, 'wrong');
    await run({ resume }, hardware(wrong));
    const { ran, open } = hardware();
    const { code } = await run({ resume }, { ran, open });
    expect({ code, ran }).toEqual({ code: 0, ran: ['pw'] });
  });
});

describe('--resume', () => {
  const failing = (layerThatFails: string) =>
    hardware((run, layer) => {
      if (layer === layerThatFails) throw new HardwareFault('the power is gone');
      return run;
    });

  test('goes on after the layers that were finished, to the same report', async () => {
    const whole = (await run({})).report;
    const resume = join(folder, 'interrupted');
    const { ran, open } = failing('pw');
    await expect(run({ resume }, { ran, open })).rejects.toThrow('the power is gone');
    expect(ran).toEqual(['conv', 'dw', 'pw']);
    expect(readdirSync(resume).sort()).toEqual(['01-conv.json', '02-dw.json', 'run.json']);
    const second = hardware();
    const { code, report } = await run({ resume }, second);
    expect({ code, ran: second.ran }).toEqual({ code: 0, ran: ['pw', 'fc'] });
    expect(lasting(report)).toEqual(lasting(whole));
    const third = hardware();
    expect(lasting((await run({ resume }, third)).report)).toEqual(lasting(whole));
    expect(third.ran).toEqual([]);
  });

  test('refuses reports of another run, and says what differs', async () => {
    const resume = join(folder, 'other');
    await run({ resume, layers: ['fc'] });
    const changed = join(folder, 'changed.json');
    writeFileSync(changed, JSON.stringify({ ...tinyNetwork, input: { density: 0.8 } }));
    const refused: [Partial<NetworkOptions>, string][] = [
      [{ seed: 4 }, `${resume}: the reports in it are of another run (seed 3 and not 4); name a new folder, or delete`],
      [{ sparse: true, encoding: 'csc' }, '(encoding "auto" and not "csc", sparse false and not true)'],
      [{ bandwidth: { bytesPerCycle: 9 } }, 'bandwidth null and not {"bytesPerCycle":9}'],
      [{ network: changed }, 'the contents of the network, of the config or of a tensor'],
    ];
    for (const [options, message] of refused) await expect(run({ resume, ...options })).rejects.toThrow(message);
  });

  test('refuses a folder of something else, and a file', async () => {
    const resume = join(folder, 'something');
    await run({ resume, layers: ['fc'] });
    rmSync(join(resume, 'run.json'));
    await expect(run({ resume })).rejects.toThrow(`${resume}: there are files in it, but no run.json`);
    await expect(run({ resume: network })).rejects.toThrow(`${network}: cannot keep reports there`);
  });
});

describe('a request that cannot be met', () => {
  test.each<[string, Partial<NetworkOptions>, string]>([
    ['a single PE', { config: 'pe' }, 'config pe is a single PE, and networks run on chips'],
    ['a layer that is not there', { layers: ['fc2'] }, 'there is no layer "fc2" to run: did you mean "fc"?'],
    [
      'an operation of the host',
      { layers: ['sum'] },
      'there is no layer "sum" to run: its layers are conv, dw, pw, fc',
    ],
    ['a network that is not there', { network: 'lenet' }, 'no such network in the library'],
    ['a waveform of several layers', { trace: 't.vcd' }, '4 are to run: name one, such as saccade network'],
    [
      'a waveform of what may have run',
      { trace: 't.vcd', layers: ['fc'], resume: 'd' },
      '--trace needs a run, and --resume may find the layer finished',
    ],
    ['psums of a layer that is left out', { psums: 'p.npy', layers: ['dw'] }, 'the psums of the last layer, fc, which'],
    ['masks that are not there', { masks: '/dev/null/masks' }, 'cannot read the folder of masks'],
    ['energies that are not there', { energy: '/dev/null/e' }, 'cannot read the energy table'],
    ['a page in a file', { page: '/dev/null' }, '/dev/null: the page cannot be written there'],
    ['a report where there is no folder', { report: '/dev/null/r.json' }, '/dev/null/r.json: cannot write the report'],
  ])('%s is told before anything runs', async (_what, options, message) => {
    const { ran, open } = hardware();
    await expect(run(options, { ran, open })).rejects.toThrow(message);
    expect(ran).toEqual([]);
  });

  test('pruned weights of a network that has none', async () => {
    const dense = join(folder, 'dense.json');
    writeFileSync(dense, JSON.stringify({ layers: [tinyNetwork.layers[7]] }));
    await expect(run({ network: dense, sparse: true })).rejects.toThrow(
      'no layer of this one has "prunedWeightDensity"',
    );
  });

  test('a file that is read as the place of the report', async () => {
    await expect(run({ report: network })).rejects.toThrow('the report and the network file would be one file');
    const energy = join(folder, 'unlike.json');
    writeFileSync(energy, '{}');
    await expect(run({ energy, report: energy })).rejects.toThrow('the report and the energy table would be one file');
    const masks = mkdtempSync(join(folder, 'masks-'));
    writeFileSync(join(masks, 'pw_iacts.txt'), '1'.repeat(120));
    writeFileSync(join(masks, 'pw_weights.txt'), '1'.repeat(36));
    const report = join(masks, 'pw_weights.txt');
    await expect(run({ masks, report })).rejects.toThrow('the report and the tensor file of pw would be one file');
  });
});
