import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolStatus } from '../../sim/machine/tools.ts';
import { saccade } from './built-cli.ts';

interface DoctorReport {
  readonly ok: boolean;
  readonly tools: readonly ToolStatus[];
  readonly install: string | null;
  readonly cache: { readonly path: string; readonly bytes: number };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-doctor-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A program that prints `text`, whatever it is asked. */
function fakeProgram(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${text}'\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What `saccade doctor --json` says of a machine on which only the fake programs exist. */
function diagnose(env: NodeJS.ProcessEnv = {}): { status: number | null; report: DoctorReport } {
  const { status, stdout } = saccade(['doctor', '--json'], {
    PATH: folder,
    SACCADE_VERILATOR: undefined,
    CXX: undefined,
    ...env,
  });
  return { status, report: JSON.parse(stdout) as DoctorReport };
}

function toolNamed(report: DoctorReport, name: string): ToolStatus | undefined {
  return report.tools.find((tool) => tool.name === name);
}

describe('saccade doctor', () => {
  test('without anything on PATH: every tool is missing, the command to type is told, and it ends with 2', () => {
    const env = { PATH: '', SACCADE_VERILATOR: '', CXX: '' };
    const { status, stdout, stderr } = saccade(['doctor'], env);
    expect(status).toBe(2);
    expect(stderr).toBe('saccade: required tools cannot be used: Verilator, C++ compiler\n');
    expect(stdout).toMatch(/^Verilator +- +missing +turns/m);
    expect(stdout).toMatch(/^Yosys +- +missing \(optional\)/m);
    expect(stdout).toMatch(/apt-get install -y --no-install-recommends verilator g\+\+ .*iverilog yosys/);
  });

  test('the columns are aligned and no line ends in blanks', () => {
    const table = saccade(['doctor'], { PATH: '' }).stdout.split('\n\n')[0]?.split('\n') ?? [];
    const column = table[0]?.indexOf('NEEDED FOR') ?? -1;
    expect(table.length).toBe(8);
    for (const line of table) {
      expect(line.slice(column - 2, column)).toBe('  ');
      expect(line[column]).toMatch(/\S/);
      expect(line).toBe(line.trimEnd());
    }
  });

  test('required tools that are there make it end with 0, whatever else is missing', () => {
    const paths = [
      fakeProgram('verilator', 'Verilator 5.012 2023-06-13 rev v5.012'),
      fakeProgram('g++', 'g++ (Debian 12.2.0-14+deb12u1) 12.2.0'),
    ];
    const { status, report } = diagnose();
    expect(status).toBe(0);
    expect(report.ok).toBe(true);
    const required = report.tools.filter((tool) => tool.required && tool.name !== 'Node.js');
    expect(required.map(({ path, version, state }) => [path, version, state])).toEqual([
      [paths[0], '5.012', 'ok'],
      [paths[1], '12.2.0', 'ok'],
    ]);
    expect(toolNamed(report, 'Yosys')?.state).toBe('missing');
    expect(report.install).toContain('yosys');
    expect(report.install).not.toContain('verilator');
  });

  test('a Verilator that is too old is told apart from a missing one', () => {
    fakeProgram('verilator', 'Verilator 4.038 2020-07-11 rev v4.036-114');
    const { status, report } = diagnose();
    expect(status).toBe(2);
    expect(toolNamed(report, 'Verilator')).toMatchObject({
      state: 'too old',
      version: '4.038',
      note: '5.0 or newer is needed',
    });
  });

  test('a program that does not tell its version is broken', () => {
    fakeProgram('verilator', 'what?');
    expect(toolNamed(diagnose().report, 'Verilator')?.state).toBe('broken');
  });

  test('a variable names another program, and a wrong one is told', () => {
    const path = fakeProgram('my-verilator', 'Verilator 5.020 2024-01-01');
    const right = toolNamed(diagnose({ SACCADE_VERILATOR: path }).report, 'Verilator');
    expect(right).toMatchObject({ state: 'ok', path, version: '5.020' });
    const wrong = toolNamed(diagnose({ SACCADE_VERILATOR: '/nowhere/verilator' }).report, 'Verilator');
    expect(wrong?.state).toBe('missing');
    expect(wrong?.note).toContain('SACCADE_VERILATOR names "/nowhere/verilator"');
  });

  test('the cache of builds is shown with its size', () => {
    const cache = mkdtempSync(join(folder, 'cache-'));
    writeFileSync(join(cache, 'entry'), Buffer.alloc(2_500_000));
    expect(diagnose({ SACCADE_CACHE: cache }).report.cache).toEqual({ path: cache, bytes: 2_500_000 });
    expect(saccade(['doctor'], { SACCADE_CACHE: cache }).stdout).toContain(`${cache} (2.5 MB)`);
  });
});
