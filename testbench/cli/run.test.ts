import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChipReport } from '../../sim/run/chip-report.ts';
import type { PeReport } from '../../sim/run/pe-report.ts';
import { formatNpy, writeNpy } from '../../sim/tensor/npy.ts';
import { zeros } from '../../sim/tensor/tensor.ts';
import { readTensorFile, writeTensorFiles } from '../run/numpy.ts';
import { mainFile, saccade } from './built-cli.ts';
import { saccadeInProcess } from './in-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-cli-run-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const shape = { m: 5, c: 6, h: 4, w: 3, r: 1, s: 1 };

const onPe = ['--config', 'pe'];
const onChip = ['--config', 'v2-1x1', '--engine', 'builtin'];

function layerFile(json: object = shape, name = 'layer.json'): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

/** Paths of all outputs that a run can write, in a folder of their own. */
function outputs(): { place: string; args: string[] } {
  const place = mkdtempSync(join(folder, 'out-'));
  const args = ['psums', 'report', 'trace'].flatMap((name) => [`--${name}`, join(place, name)]);
  return { place, args };
}

/** The commonest faults also through the program itself, as a process. */
describe('bad input, as a user meets it', () => {
  test.each([
    ['layer with an unknown key', () => [layerFile({ ...shape, strde: [1, 1] }, 'bad.json')], 'bad.json: unknown key'],
    ['an .npy that is none', () => [layerFile(), '--weights', layerFile()], 'layer.json: not an .npy file, but text'],
    [
      'no Verilator on PATH',
      () => [layerFile(), '--config', 'pe'],
      'cannot build a simulation:\n  Verilator is not on PATH',
    ],
  ])('%s', (_, args, message) => {
    const { place, args: files } = outputs();
    const { status, stdout, stderr } = saccade(['run', ...args(), ...files], {
      PATH: '',
      SACCADE_VERILATOR: undefined,
    });
    expect({ status, stdout, files: readdirSync(place) }).toEqual({ status: 2, stdout: '', files: [] });
    expect(stderr.replaceAll(`${folder}/`, '')).toContain(`saccade: ${message}`);
  });
});

describe('bad input ends with 2 and one message; nothing is printed, built or written', () => {
  async function refusal(args: string[]): Promise<string> {
    const { place, args: files } = outputs();
    // Nothing can be built: a fault of the input must be found before that is.
    const env = { PATH: '', SACCADE_VERILATOR: undefined };
    const { status, stdout, stderr } = await saccadeInProcess(['run', ...args, ...files, '--quiet'], env);
    expect({ status, stdout, files: readdirSync(place) }).toEqual({ status: 2, stdout: '', files: [] });
    expect(stderr).toMatch(/^saccade: .+\n$/s);
    expect(stderr).not.toMatch(/\n {4}at |internal error/);
    return stderr.replaceAll(`${folder}/`, '');
  }

  test.each([
    ['an unknown key', { ...shape, strde: [1, 1] }, 'unknown key "strde": did you mean "stride"?'],
    ['a missing dimension', { ...shape, h: undefined }, '"h" is missing: expected a whole number from 1'],
    ['a negative stride', { ...shape, stride: [1, -2] }, '"stride[1]" is -2: expected a whole number from 1'],
    ['a kernel larger than the padded input', { ...shape, r: 7, pad: [1, 0, 1, 0] }, 'kernel'],
    ['no object', [1, 2], 'expected a JSON object that describes a layer'],
  ])('layer with %s', async (_, json, message) => {
    const told = await refusal([layerFile(json, 'bad.json')]);
    expect(told).toMatch(/^saccade: bad\.json: /);
    expect(told).toContain(message);
  });

  test('layer that is no JSON, that is not there, and whose name is mistyped', async () => {
    writeFileSync(join(folder, 'text.json'), 'm: 5');
    expect(await refusal([join(folder, 'text.json')])).toContain('text.json: the layer file is not valid JSON');
    expect(await refusal([join(folder, 'none.json')])).toContain('none.json: there is no such layer file');
    expect(await refusal(['mobilenet-conv4-pv'])).toContain('did you mean "mobilenet-conv4-pw"?');
  });

  test('a layer that no mapping fits, and options of chips for a PE', async () => {
    const config = join(folder, 'tiny.json');
    const chip = { clusterRows: 1, clusterColumns: 1, peRows: 1, peColumns: 1, iactBanks: 1, pe: { loopBits: 1 } };
    writeFileSync(config, JSON.stringify({ name: 'tiny', chip }));
    const large = layerFile({ ...shape, m: 1, c: 1, h: 300, w: 300 }, 'large.json');
    expect(await refusal([large, '--config', config])).toMatch(
      /^saccade: layer large: this chip has no mapping for it\. What comes nearest fails because 90000 chunks of .+ count to 65535$/m,
    );
    for (const option of [['--check-psums'], ['--bandwidth', '8']])
      expect(await refusal([layerFile(), '--config', 'pe', ...option])).toBe(
        `saccade: ${option[0]} is for chips, and config pe is a single PE: leave it out, or name a chip\n`,
      );
  });

  test('--oacts for a layer that has no output', async () => {
    const oacts = join(folder, 'oacts.npy');
    expect(await refusal([layerFile(), '--oacts', oacts])).toContain('the layer has no "output"');
  });

  test('config that does not exist', async () => {
    expect(await refusal([layerFile(), '--config', 'eyeriss'])).toContain('eyeriss: there is no such preset');
    expect(await refusal([layerFile(), '--config', 'constructor'])).toContain('constructor: there is no such preset');
  });

  test('hardware that tensors of 8 bits do not fit', async () => {
    const config = join(folder, 'misfit.json');
    const runOn = (pe: object) => {
      writeFileSync(config, JSON.stringify({ name: 'misfit', pe }));
      return refusal([layerFile(), '--config', config]);
    };
    expect(await runOn({ dataBits: 4, countBits: 2, weightDataDepth: 15, psumBits: 40 })).toBe(
      'saccade: config misfit: no layer can be run on this hardware, only its Verilog generated:\n' +
        '  pe.dataBits is 4; 8b tensors can be run with 8 to 10\n' +
        '  pe.psumBits is 40; psums are int32, so at most 32\n',
    );
    expect(await runOn({ dataBits: 12, countBits: 6, psumBits: 25 })).toContain('pe.dataBits is 12');
  });

  test.each([
    ['wrong type', formatNpy(zeros('int8', [1, 6, 4, 3])), 'holds int8 [1, 6, 4, 3]: expected uint8 [1, 6, 4, 3]'],
    ['wrong shape', formatNpy(zeros('uint8', [1, 6, 3, 5])), 'holds uint8 [1, 6, 3, 5]: expected uint8 [1, 6, 4, 3]'],
    ['wrong rank', formatNpy(zeros('uint8', [6, 4, 3])), 'holds uint8 [6, 4, 3]: expected uint8 [1, 6, 4, 3]'],
    ['truncated', formatNpy(zeros('uint8', [1, 6, 4, 3])).subarray(0, -1), 'is truncated, with 71 of 72 bytes'],
    ['cut in the header', formatNpy(zeros('uint8', [1, 6, 4, 3])).subarray(0, 40), 'header is damaged or cut short'],
    ['not an .npy', Buffer.from('1, 2, 3\n'), 'not an .npy file, but text'],
  ])('iacts: %s', async (_, bytes, message) => {
    const iacts = join(folder, 'iacts.npy');
    writeFileSync(iacts, bytes);
    const told = await refusal([layerFile(), '--iacts', iacts]);
    expect(told).toMatch(/^saccade: iacts\.npy: /);
    expect(told).toContain(message);
    expect(told).toContain('for the iacts of layer layer');
  });

  test('weights and bias are looked at as well', async () => {
    const wrong = join(folder, 'wrong.npy');
    writeNpy(wrong, zeros('int32', [6]), 'test');
    expect(await refusal([layerFile(), '--weights', wrong])).toContain('expected int8 [5, 6, 1, 1] for the weights');
    expect(await refusal([layerFile(), '--bias', wrong])).toContain(
      'holds int32 [6]: expected int32 [5] for the biases',
    );
  });

  test('an output that cannot be written, before anything is built', async () => {
    const layer = layerFile({ ...shape, output: {} }, 'output.json');
    const told = await refusal([layer, '--oacts', join(folder, 'no', 'oacts.npy')]);
    expect(told).toBe('saccade: no/oacts.npy: cannot write the oacts: no such file or folder; check the path\n');
    const input = join(folder, 'layer-as-report.json');
    layerFile(shape, 'layer-as-report.json');
    const { status, stderr } = await saccadeInProcess(['run', input, '--report', input]);
    expect({ status, stderr: stderr.replaceAll(`${folder}/`, '') }).toEqual({
      status: 2,
      stderr:
        'saccade: layer-as-report.json: the report and the layer file would be one file; give them different names\n',
    });
    expect(JSON.parse(readFileSync(input, 'utf8'))).toEqual(shape);
  });
});

describe('a run on a PE', () => {
  test('ends its summary with the match', () => {
    const { status, stdout, stderr } = saccade(['run', layerFile(), ...onPe, '--seed', '3']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('match: all 60 psums equal the golden model');
    expect(lines[0]).toBe('layer         layer: 5 filters of 6×1×1 over 6×4×3');
    for (const heading of ['mapping', 'cycles', 'MACs', 'MACs/cycle', 'bound', 'other cycles', 'wall time']) {
      expect(lines.some((line) => line.startsWith(`${heading}  `))).toBe(true);
    }
  });

  test('takes .npy files, writes what it was asked for, and prints the same report that it writes', () => {
    const json = { ...shape, n: 2, g: 2, r: 3, s: 2, pad: [1, 0, 1, 1], iactSigned: true, output: { shift: 7 } };
    const [iacts, weights, bias] = ['i.npy', 'w.npy', 'b.npy'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeTensorFiles([
      { path: iacts, dtype: 'int8', shape: [2, 12, 4, 3], density: 0.6, seed: 1 },
      { path: weights, dtype: 'int8', shape: [10, 6, 3, 2], density: 0.4, seed: 2 },
    ]);
    writeNpy(bias, { shape: [10], data: new Int32Array(10).fill(1000) }, 'bias');
    const place = mkdtempSync(join(folder, 'files-'));
    const files = ['psums', 'oacts', 'report'].flatMap((name) => [`--${name}`, join(place, name)]);
    const layer = layerFile(json, 'full.json');
    const args = ['run', layer, ...onPe, '--iacts', iacts, '--weights', weights, '--bias', bias, ...files];
    const { status, stdout, stderr } = saccade([...args, '--json']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(place).sort()).toEqual(['oacts', 'psums', 'report']);
    expect(stdout).toBe(readFileSync(join(place, 'report'), 'utf8'));
    const report = JSON.parse(stdout) as PeReport;
    expect(report).toMatchObject({ layer: 'full', mismatches: 0, checked: 2 * 10 * 4 * 3 });
    expect(report.operands).toEqual({ iacts: { file: iacts }, weights: { file: weights }, bias: { file: bias } });
    const outputShape = [2, 10, 4, 3];
    const psums = readTensorFile(join(place, 'psums'), 'int32', outputShape);
    const oacts = readTensorFile(join(place, 'oacts'), 'uint8', outputShape);
    expect(psums).toMatchObject({ dtype: 'int32', shape: outputShape });
    const values = psums.values.map((psum) => Math.min(255, Math.max(0, Math.floor((psum + 1000) / 128 + 0.5))));
    expect(oacts).toEqual({ dtype: 'uint8', shape: outputShape, values });
  });

  test('is the same for the same seed, and another for another', async () => {
    const run = async (seed: string) => {
      const { stdout } = await saccadeInProcess([
        'run',
        layerFile({ ...shape, m: 30 }),
        ...onPe,
        '--seed',
        seed,
        '--json',
      ]);
      const { wallSeconds: _wall, simCyclesPerSecond: _speed, ...rest } = JSON.parse(stdout) as PeReport;
      return rest;
    };
    expect(await run('5')).toEqual(await run('5'));
    expect((await run('5')).effectualMacs).not.toBe((await run('6')).effectualMacs);
  });

  test('whose output finds no room ends with 2', () => {
    const shell = `"${process.execPath}" "${mainFile}" run "${layerFile()}" --config pe > /dev/full`;
    const { status, stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'saccade: cannot write to stdout: the disk is full; free some space\n',
    });
  });

  test('that is quiet says nothing', async () => {
    expect(await saccadeInProcess(['run', layerFile(), ...onPe, '--quiet'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('uses the encoding that it was told', async () => {
    for (const encoding of ['csc', 'dense']) {
      const { status, stdout } = await saccadeInProcess([
        'run',
        layerFile(),
        ...onPe,
        '--json',
        '--encoding',
        encoding,
      ]);
      expect({ status, encoding: (JSON.parse(stdout) as PeReport).encoding }).toEqual({ status: 0, encoding });
    }
  });

  test('on a PE with other SPads', async () => {
    const config = join(folder, 'large.json');
    const pe = { weightDataDepth: 128, weightAddressDepth: 32, iactDataDepth: 40, psumDepth: 16, psumBits: 24 };
    writeFileSync(config, JSON.stringify({ name: 'large', clockMHz: 500, pe }));
    const { status, stdout } = await saccadeInProcess([
      'run',
      layerFile({ ...shape, m: 20 }),
      '--json',
      '--config',
      config,
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ config: 'large', clockMHz: 500, mismatches: 0, failedChecks: [] });
  });

  test('with a trace says where it is and that it is slow', { timeout: 240_000 }, async () => {
    const trace = join(folder, 'run.fst');
    const { status, stdout, stderr } = await saccadeInProcess(['run', layerFile(), ...onPe, '--trace', trace]);
    if (stderr.includes('zlib')) return; // a machine that cannot write any
    expect(status).toBe(0);
    expect(stdout).toContain('match: all 60 psums');
    expect(stderr).toBe(
      `saccade: the waveform goes to ${trace}; a run that writes one is slow, and a long run's is large\n`,
    );
    expect(readFileSync(trace).length).toBeGreaterThan(1000);
  });
});

describe('a run on a chip', () => {
  const layer = (): string => layerFile({ ...shape, r: 2, s: 2, output: { relu: true, shift: 9 } }, 'chip.json');

  test('tells the mapping, where the cycles went and what moved, and ends with the match', async () => {
    const { status, stdout, stderr } = await saccadeInProcess(['run', layer(), ...onChip, '--explain']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [reasoning, summary] = stdout.split(/^layer {2}/m);
    expect(reasoning).toContain('loop nest\n');
    expect(reasoning).toMatch(/^expected: \d+ cycles: /m);
    const lines = summary!.trimEnd().split('\n');
    expect(lines[0]!.trim()).toBe('chip: 5 filters of 6×2×2 over 6×4×3');
    expect(lines.at(-1)).toBe('match: all 30 outputs equal the golden model');
    expect(summary).toMatch(/^hardware {6}v2-1x1, 12 PEs in 1×1 clusters, 200 MHz, simulated by builtin$/m);
    expect(summary).toMatch(/^mapping {7}(csc|dense) · .*M0 \d+ · C0 \d+/m);
    expect(summary).toMatch(/^cycles {8}[\d,]+ \([\d.]+ ms at 200 MHz\), [\d,]+ expected$/m);
    expect(summary).toMatch(/^MACs\/cycle {4}[\d.]+ of 24$/m);
    for (const heading of ['bound', 'other cycles', 'off-chip', 'GLB', 'overflows', 'wall time'])
      expect(lines.some((line) => line.startsWith(`${heading}  `))).toBe(true);
  });

  test('prints the report that it writes, and in it the reasoning if it is asked for', async () => {
    const place = mkdtempSync(join(folder, 'chip-'));
    const files = ['psums', 'oacts', 'report'].flatMap((name) => [`--${name}`, join(place, name)]);
    const options = ['--bandwidth', '800MB/s', '--explain', '--json'];
    const { status, stdout, stderr } = await saccadeInProcess(['run', layer(), ...onChip, ...files, ...options]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(readFileSync(join(place, 'report'), 'utf8'));
    const report = JSON.parse(stdout) as ChipReport;
    expect(report).toMatchObject({ layer: 'chip', config: 'v2-1x1', checked: 60, mismatches: 0, bandwidth: 4 });
    expect(report.mapping.explain!.length).toBeGreaterThan(10);
    const psums = readTensorFile(join(place, 'psums'), 'int32', [1, 5, 3, 2]);
    const oacts = readTensorFile(join(place, 'oacts'), 'uint8', [1, 5, 3, 2]);
    const values = psums.values.map((psum) => Math.min(255, Math.max(0, Math.floor(psum / 512 + 0.5))));
    expect(oacts.values).toEqual(values);
    expect(new Set(values).size).toBeGreaterThan(5);
  });
});
