import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saccadeInProcess } from './in-process.ts';

describe('saccade draw', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saccade-draw-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes the drawings of a layer on the default chip', async () => {
    const out = join(folder, 'new', 'drawings');
    const { status, stdout, stderr } = await saccadeInProcess(['draw', 'lenet5-fc1', '--out', out]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`chip.svg, array.svg, pe.svg, formats.svg, command.md in ${out}: lenet5-fc1 on v2\n`);
    expect(readdirSync(out).sort()).toEqual(['array.svg', 'chip.svg', 'command.md', 'formats.svg', 'pe.svg']);
    expect(readFileSync(join(out, 'array.svg'), 'utf8')).toContain('<title id="title">lenet5-fc1 on v2</title>');
    expect(readFileSync(join(out, 'command.md'), 'utf8')).toMatch(/^# The command of lenet5-fc1\n/);
  });

  it('takes another chip, and replaces what it wrote before', async () => {
    const out = join(folder, 'again');
    for (const config of ['v2', 'v2-2x2'])
      expect((await saccadeInProcess(['draw', 'lenet5-fc1', '--config', config, '--out', out])).status).toBe(0);
    expect(readFileSync(join(out, 'array.svg'), 'utf8')).toContain('lenet5-fc1 on v2-2x2');
  });

  it('says what is wrong with what it is given', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const refused = async (...args: string[]): Promise<string> => {
      const { status, stderr } = await saccadeInProcess(['draw', ...args]);
      expect(status).toBe(2);
      return stderr;
    };
    expect(await refused('lenet5-fc1')).toMatch(/required option '--out <dir>' not specified/);
    expect(await refused('lenet5-fc2', '--out', folder)).toMatch(/lenet5-fc2: .*did you mean "lenet5-fc1"\?/);
    expect(await refused('lenet5-fc1', '--config', 'pe', '--out', folder)).toMatch(/config pe: it is a single PE/);
    expect(await refused('lenet5-fc1', '--out', file)).toMatch(/file: the drawings cannot be written there: /);
  });
});
