import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceMapping } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../gen/index.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { Pe } from '../../hw/pe/pe.ts';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import type { Manifest } from '../../sim/run/manifest.ts';
import { type Outcome, saccade } from './built-cli.ts';
import { saccadeInProcess } from './in-process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-generate-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function generate(out: string, config = 'pe'): Promise<void> {
  const { status, stderr } = await saccadeInProcess(['generate', '--out', out, '--config', config]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

function contents(out: string): Record<string, string> {
  return Object.fromEntries(readdirSync(out).map((name) => [name, readFileSync(join(out, name), 'utf8')]));
}

function maps(files: readonly string[]): string[] {
  return files.map((file) => `${file}.map`);
}

function manifestOf(out: string): Manifest {
  return JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
}

/** The message with which a config file is refused. */
async function refusal(config: unknown, out = join(folder, 'refused')): Promise<string> {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(config));
  const { status, stdout, stderr } = await saccadeInProcess(['generate', '--out', out, '--config', path]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(existsSync(out)).toBe(false);
  return stderr.replaceAll(`${folder}/`, '');
}

const other = { name: 'other', pe: { weightDataDepth: 48, psumDepth: 16, iactDataDepth: 24, iactAddressDepth: 5 } };

function otherConfig(): string {
  const path = join(folder, 'other.json');
  writeFileSync(path, JSON.stringify(other));
  return path;
}

describe('the files of a PE', () => {
  let out: string;
  let outcome: Outcome;
  beforeAll(() => {
    out = join(folder, 'deep', 'rtl');
    outcome = saccade(['generate', '--out', out, '--config', 'pe']);
  });

  test('are written where they were asked for', () => {
    expect(outcome).toMatchObject({ status: 0, stderr: '' });
    expect(outcome.stdout).toMatch(
      /^\d+ modules in .*\/deep\/rtl, top Pe; .*\/deep\/rtl\/filelist\.f lists the files\n$/,
    );
  });

  test('come with source maps from each line to the TypeScript that it stands for', () => {
    const verilog = readFileSync(join(out, 'Pe.v'), 'utf8').split('\n');
    const map = new SourceMap(JSON.parse(readFileSync(join(out, 'Pe.v.map'), 'utf8')) as SourceMapPayload);
    const line = verilog.findIndex((text) => text.includes('wire nothing ='));
    const entry = map.findEntry(line, 0) as SourceMapping;
    const source = readFileSync(resolve(out, entry.originalSource), 'utf8').split('\n');
    expect(source[entry.originalLine]).toContain('const nothing = ');
    // All but the frame of the module, blank lines and the end.
    const untraced = verilog.filter(
      (_, index) => (map.findEntry(index, 0) as Partial<SourceMapping>).generatedLine !== index,
    );
    expect(untraced.filter((text) => !/^(module Pe \(|\);|endmodule|)$/.test(text))).toEqual([]);
  });

  test('are one a module, listed with children before parents', () => {
    const { top, files, checkFiles = [], modules } = manifestOf(out);
    expect(top).toBe('Pe');
    expect(files.at(-1)).toBe('Pe.v');
    expect(checkFiles).toContain('Stage_40_checks.sv');
    const listed = [...files, ...checkFiles];
    expect(readdirSync(out).sort()).toEqual(
      [...listed, ...maps(listed), 'checks.f', 'filelist.f', 'manifest.json'].sort(),
    );
    expect(readFileSync(join(out, 'filelist.f'), 'utf8')).toBe(files.map((name) => `${name}\n`).join(''));
    expect(readFileSync(join(out, 'checks.f'), 'utf8')).toBe(checkFiles.map((name) => `${name}\n`).join(''));
    expect(modules.map(({ name }) => `${name}.v`)).toEqual(files);
    const before = new Set<string>();
    for (const { name, instances } of modules) {
      for (const instance of instances) expect(before).toContain(instance.module);
      before.add(name);
    }
  });

  test('are told by the manifest: config, ports, memories, streams', () => {
    const { generator, config, modules, streams } = manifestOf(out);
    expect(generator.name).toBe('saccade');
    expect(config).toEqual({ name: 'pe', clockMHz: 200, pe: eyerissV2Pe });
    expect(streams.map(({ name }) => name).sort()).toEqual(['iact', 'psumIn', 'psumOut', 'weight']);
    const memories = modules.flatMap(({ memories }) => memories).map(({ width, depth }) => `${depth}×${width}`);
    // The psum SPad's 32 words are two banks of one module; two sets of 16 weight addresses lie three to a word.
    for (const size of ['9×4', '16×12', '12×21', '96×24', '16×20']) expect(memories).toContain(size);
    for (const { name, ports } of modules) {
      const text = readFileSync(join(out, `${name}.v`), 'utf8');
      for (const port of ports) expect(text).toMatch(new RegExp(`^  ${port.direction} wire .*\\b${port.name}\\b`, 'm'));
    }
  });

  test('are the same from the compiled program and from the sources', () => {
    for (const { path, text } of emitVerilog(Pe(eyerissV2Pe)).files) {
      expect(readFileSync(join(out, path), 'utf8')).toBe(text);
    }
  });

  test('are the same every time, and nothing else is left in the folder', async () => {
    const first = contents(out);
    await generate(out);
    expect(contents(out)).toEqual(first);
  });

  test.each([
    ['verilator', ['--lint-only', '-Wall', '--top-module', 'Pe', '-f', 'filelist.f']],
    ['iverilog', ['-g2005', '-Wall', '-s', 'Pe', '-o', '/dev/null', '-f', 'filelist.f']],
    ['yosys', ['-q', '-p', 'read_verilog @; hierarchy -check -top Pe; proc; check -assert']],
  ])('pass %s without a word, where it is installed', (tool, args) => {
    const list = manifestOf(out).files.join(' ');
    const run = spawnSync(
      tool,
      args.map((arg) => arg.replace('@', list)),
      { cwd: out, encoding: 'utf8' },
    );
    if (run.error !== undefined && 'code' in run.error && run.error.code === 'ENOENT') return;
    expect({ status: run.status, said: run.stdout + run.stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('a chip', () => {
  test("is the paper's, where nothing else is said, with its memories in the manifest", async () => {
    const out = join(folder, 'v2');
    const { status, stdout, stderr } = await saccadeInProcess(['generate', '--out', out]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+ modules in .*\/v2, top Chip; /);
    const { config, top, files, checkFiles = [], streams, modules, memories, macros = [] } = manifestOf(out);
    expect(config).toEqual({ name: 'v2', clockMHz: 200, chip: eyerissV2Chip });
    expect(top).toBe('Chip');
    for (const name of ['Pe', 'PeCluster', 'RouterCluster', 'GlbCluster', 'OutputUnit', 'Cluster', 'Mesh', 'Chip'])
      expect(files).toContain(`${name}.v`);
    const listed = [...files, ...checkFiles];
    expect(readdirSync(out).sort()).toEqual(
      [...listed, ...maps(listed), 'checks.f', 'filelist.f', 'manifest.json'].sort(),
    );
    // A command, 48 lanes each for iacts and weights, 16 for outputs, and the counters.
    expect(streams).toHaveLength(1 + 48 + 48 + 16 + 1);
    expect(modules.map(({ name }) => `${name}.v`)).toEqual(files);
    // Iact banks of 1.5 kB, psum banks of 1.875 kB, weight SPads of 288 B.
    for (const shape of [
      { depth: 512, width: 24, count: 48 },
      { depth: 375, width: 40, count: 64 },
      { depth: 96, width: 24, count: 192 },
    ])
      expect(memories).toContainEqual(expect.objectContaining(shape));
    for (const { module } of macros) expect(files).toContain(`${module}.v`);
  });

  test('of a config file comes out as that file says, and its lines lead to the TypeScript', async () => {
    const out = join(folder, 'small-chip');
    const path = join(folder, 'small-chip.json');
    const chip = { clusterRows: 1, clusterColumns: 2, peRows: 2, peColumns: 2, pe: { psumDepth: 16 } };
    writeFileSync(path, JSON.stringify({ name: 'small', clockMHz: 100, chip }));
    await generate(out, path);
    const { config, top } = manifestOf(out);
    expect(config).toMatchObject({ name: 'small', clockMHz: 100, chip: { ...chip, iactLanes: 6, weightLanes: 4 } });
    const verilog = readFileSync(join(out, `${top}.v`), 'utf8').split('\n');
    const map = new SourceMap(JSON.parse(readFileSync(join(out, `${top}.v.map`), 'utf8')) as SourceMapPayload);
    const line = verilog.findIndex((text) => text.includes(' controller ('));
    const entry = map.findEntry(line, 0) as SourceMapping;
    const source = readFileSync(resolve(out, entry.originalSource), 'utf8').split('\n');
    expect(source[entry.originalLine]).toContain('const controller = ');

    const printed = await saccadeInProcess(['generate', '--print-config', '--config', path]);
    expect(JSON.parse(printed.stdout)).toEqual(config);
    writeFileSync(path, printed.stdout);
    const again = await saccadeInProcess(['generate', '--print-config', '--config', path]);
    expect(again.stdout).toBe(printed.stdout);
  });

  test('that makes no sense is refused, each problem by its name', async () => {
    const message = await refusal({ name: 'x', chip: { counterBits: 33, iactLanes: 5, pe: { psumDepth: 12 } } });
    expect(message).toMatch(/^saccade: config\.json: this hardware can't be built:\n/);
    expect(message).toContain('chip.pe.psumDepth is 12');
    const lanes = await refusal({ name: 'x', chip: { counterBits: 33, iactLanes: 5 } });
    for (const problem of ['chip.counterBits is 33', 'chip.iactLanes is 5']) expect(lanes).toContain(problem);
  });
});

describe('another PE', () => {
  test('replaces the whole set, and leaves files of others alone', async () => {
    const out = join(folder, 'replaced');
    await generate(out);
    const before = manifestOf(out).files;
    writeFileSync(join(out, 'mine.v'), 'module mine; endmodule\n');
    await generate(out, otherConfig());
    const { files, checkFiles = [], config, top } = manifestOf(out);
    const listed = [...files, ...checkFiles];
    expect(config).toEqual({ name: 'other', clockMHz: 200, pe: { ...eyerissV2Pe, ...other.pe } });
    expect(before.filter((name) => !files.includes(name)).length).toBeGreaterThan(0);
    expect(readdirSync(out).sort()).toEqual(
      [...listed, ...maps(listed), 'checks.f', 'filelist.f', 'manifest.json', 'mine.v'].sort(),
    );
    const args = ['--lint-only', '-Wall', '--top-module', top, '-f', 'filelist.f'];
    const lint = spawnSync('verilator', args, { cwd: out, encoding: 'utf8' });
    expect(lint.stderr).toBe('');
  });

  test('starts from what --print-config prints, and comes back the same', async () => {
    const printed = await saccadeInProcess(['generate', '--print-config', '--config', otherConfig()]);
    expect(printed.status).toBe(0);
    expect(JSON.parse(printed.stdout)).toEqual({ name: 'other', clockMHz: 200, pe: { ...eyerissV2Pe, ...other.pe } });
    const path = join(folder, 'printed.json');
    writeFileSync(path, printed.stdout);
    const again = await saccadeInProcess(['generate', '--print-config', '--config', path]);
    expect(again.stdout).toBe(printed.stdout);
  });

  test('that makes no sense is refused, each problem by its name', async () => {
    const keys = await refusal({ name: 'x', pe: { psumDepth: -4, weightDepth: 96, psumBits: 'many' } });
    for (const key of ['psumDepth', 'weightDepth', 'psumBits']) expect(keys).toContain(key);
    const hardware = await refusal({ name: 'x', pe: { psumDepth: 12, dataBits: 8, countBits: 5, psumBits: 9 } });
    for (const problem of ['pe.psumDepth is 12', 'countBits 5', 'pe.psumBits is 9']) {
      expect(hardware).toContain(problem);
    }
    expect(hardware).toMatch(/^saccade: config\.json: /);
    expect(await refusal([])).toMatch(/^saccade: config\.json: /);
  });
});

describe('the folder', () => {
  test('is refused when it is a file', async () => {
    const out = join(folder, 'file');
    writeFileSync(out, 'text');
    const { status, stdout, stderr } = await saccadeInProcess(['generate', '--out', out, '--config', 'pe']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('it is a file; name a folder');
    expect(readFileSync(out, 'utf8')).toBe('text');
    const below = await saccadeInProcess(['generate', '--out', join(out, 'rtl'), '--config', 'pe']);
    expect(below.status).toBe(2);
    expect(below.stderr).toContain('a part of the path is a file');
  });

  test("keeps others' files of the same names, even when a manifest of another program lies there", async () => {
    const out = join(folder, 'site');
    mkdirSync(out);
    writeFileSync(join(out, 'manifest.json'), '{"generator": "a web site", "files": ["Pe.v"]}');
    const { status, stdout, stderr } = await saccadeInProcess(['generate', '--out', out, '--config', 'pe']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('manifest.json: this file is in the way');
    expect(readdirSync(out)).toEqual(['manifest.json']);
  });

  test('loses nothing outside of it, whatever its manifest says', async () => {
    const out = join(folder, 'edited');
    await generate(out);
    writeFileSync(join(folder, 'precious.v'), '');
    const manifest = manifestOf(out);
    const files = [...manifest.files, '../precious.v', '/etc/precious.v', 7];
    writeFileSync(join(out, 'manifest.json'), JSON.stringify({ ...manifest, files }));
    await generate(out);
    expect(existsSync(join(folder, 'precious.v'))).toBe(true);
  });

  test('gets comments that name the source lines, when they are asked for', () => {
    const out = join(folder, 'located');
    expect(saccade(['generate', '--out', out, '--config', 'pe', '--locations']).status).toBe(0);
    const text = readFileSync(join(out, 'Pe.v'), 'utf8');
    expect(text).toMatch(/assign .*; {2}\/\/ hw\/pe\/pe\.ts:\d+/);
    expect(text).not.toContain('.js:');
  });
});
