import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../gen/source/package-root.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { blocksOf } from './snippets.ts';

const root = packageRoot();
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The only code block of a language in the README. */
function block(language: string): string {
  const blocks = blocksOf(readme).filter((each) => each.language === language);
  expect(blocks).toHaveLength(1);
  return blocks[0]!.text;
}

describe("the README's first module", () => {
  let folder: string;
  beforeAll(() => {
    execFileSync(process.execPath, ['.setup/setup.mjs', '--for', 'cli'], { cwd: root });
    // Below the repository, so that `saccade/hdl` means this package, as it does for a reader.
    mkdirSync(join(root, 'out'), { recursive: true });
    folder = mkdtempSync(join(root, 'out', 'readme-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const runExample = (source: string) => {
    writeFileSync(join(folder, 'peak.ts'), source);
    return spawnSync(process.execPath, ['--import', 'tsx', 'peak.ts'], { cwd: folder, encoding: 'utf8' });
  };

  it('gives the Verilog that stands below it', () => {
    const { stdout, stderr } = runExample(block('ts'));
    expect(stderr).toBe('');
    expect(stdout.trimEnd()).toBe(block('verilog').trimEnd());
  });

  it('is refused with the message that is shown, when its register is too narrow', () => {
    const { stderr, status } = runExample(block('ts').replace('reg(SInt(8)', 'reg(SInt(6)'));
    expect(status).not.toBe(0);
    const shown = /Make the register[\s\S]*?```\n([\s\S]*?)```/.exec(readme)![1]!;
    for (const line of shown.trimEnd().split('\n')) expect(stderr).toContain(line);
  });

  it('runs in simulation', () => {
    const { stdout, stderr } = runExample(`${block('ts').replace(/\nfor .*/, '')}
import { drive } from 'saccade/simulation';
const dut = await drive(Peak);
dut.exchange({ send: { sample: [3, 9, -2] } });
console.log(dut.ports.peak.peek());
`);
    expect(stderr).toBe('');
    expect(stdout).toBe('9\n');
  });

  it('has at most 20 lines', () => {
    expect(block('ts').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});

describe("the README's layer file", () => {
  it('is one that is taken', () => {
    expect(parseLayer(JSON.parse(block('json')), 'README.md').m).toBe(64);
  });
});
