import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { InputError } from '../../sim/errors.ts';
import { build } from '../../sim/verilator/build.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';
import { VerilogError } from '../../sim/verilator/verilog-error.ts';
import { counter } from './designs.ts';

const cache = mkdtempSync(join(tmpdir(), 'saccade-cache-'));
const entries = join(cache, 'verilator');

beforeEach(() => {
  vi.stubEnv('SACCADE_CACHE', cache);
  return () => vi.unstubAllEnvs();
});
afterAll(() => rmSync(cache, { recursive: true }));

function changed(change: (text: string) => string): VerilogDesign {
  return { ...counter, files: counter.files.map(({ path, text }) => ({ path, text: change(text) })) };
}

/** Names of the design entries, and of anything that should not be there. */
function listing(): string[] {
  return existsSync(entries) ? readdirSync(entries).filter((name) => !name.startsWith('runtime-')) : [];
}

/** In seconds, as utimes takes it. */
function daysAgo(count: number): number {
  return Date.now() / 1000 - count * 24 * 3600;
}

async function failure(design: VerilogDesign): Promise<Error> {
  const before = listing();
  const error: unknown = await build(design).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(listing()).toEqual(before);
  if (!(error instanceof Error)) throw new Error('the build did not fail');
  return error;
}

describe('the cache', { timeout: 120_000 }, () => {
  test('a second build of the same design takes the first, one of a changed design does not', async () => {
    const steps: string[] = [];
    const onProgress = (step: string): void => void steps.push(step);
    const first = await build(counter, { onProgress });
    expect(steps).toEqual(['Verilator reads counter', 'compiling the simulator of counter']);
    const made = statSync(first).mtimeMs;
    expect(await build(counter, { onProgress })).toBe(first);
    expect([steps.length, statSync(first).mtimeMs]).toEqual([2, made]);
    const annotated = { ...counter, files: counter.files.map((file) => ({ ...file, sites: ['elsewhere.ts:1'] })) };
    expect(await build(annotated, { onProgress })).toBe(first);
    const other = await build(
      changed((text) => text.replace("+ 8'd1", "+ 8'd2")),
      { onProgress },
    );
    expect(other).not.toBe(first);
    expect(steps.length).toBe(4);
    expect(readdirSync(join(first, '..'))).toEqual(['simulation.so']);
    expect(listing()).toHaveLength(2);
  });

  test('builds that race end with one entry', async () => {
    const design = changed((text) => `${text}// raced\n`);
    const before = listing().length;
    const [first, second] = await Promise.all([build(design), build(design)]);
    expect(first).toBe(second);
    expect(listing()).toHaveLength(before + 1);
  });

  test('an insertion drops what nothing used for 30 days', async () => {
    const [old, recent, leftover] = ['old-1', 'recent-1', 'tmp-old'].map((name) => join(entries, name));
    for (const path of [old!, recent!, leftover!]) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'simulation.so'), '');
    }
    const used = join(await build(counter), '..');
    utimesSync(old!, daysAgo(31), daysAgo(31));
    utimesSync(used, daysAgo(31), daysAgo(31));
    utimesSync(recent!, daysAgo(29), daysAgo(29));
    utimesSync(leftover!, daysAgo(2), daysAgo(2));
    await build(counter);
    await build(changed((text) => `${text}// inserted\n`));
    expect([old, recent, leftover, used].map((path) => existsSync(path!))).toEqual([false, true, false, true]);
    rmSync(recent!, { recursive: true });
  });

  test('a cache that cannot be written is an input error', async () => {
    const file = join(cache, 'file');
    writeFileSync(file, '');
    vi.stubEnv('SACCADE_CACHE', join(file, 'below'));
    await expect(build(counter)).rejects.toThrow(InputError);
    await expect(build(counter)).rejects.toThrow('Set SACCADE_CACHE to a directory that can be written.');
  });
});

describe('bad Verilog', { timeout: 120_000 }, () => {
  test('a syntax error is reported with its line', async () => {
    const error = await failure(changed((text) => text.replace('assign odd', 'asign odd')));
    expect(error).toBeInstanceOf(VerilogError);
    expect(error.message).toContain('Verilator does not accept the Verilog of design "counter"');
    expect(error.message).toMatch(/%Error: counter\.v:6:\d+: syntax error/);
  });

  test('a lint warning is an error', async () => {
    const error = await failure(changed((text) => text.replace("count + 8'd1", "count + 9'd1")));
    expect(error.message).toMatch(/%Warning-WIDTH: counter\.v:7:\d+:/);
  });

  test('ports that differ from the description are listed', async () => {
    const [clock, , enable, ...outputs] = counter.ports;
    const ports = [clock!, { ...enable!, width: 2 }, ...outputs, { ...enable!, name: 'extra' }];
    const error = await failure({ ...counter, ports });
    expect(error).toBeInstanceOf(VerilogError);
    expect(error.message).toContain('port "enable": the design says input of 2 bits, its Verilog has input of 1 bit');
    expect(error.message).toContain('port "extra": the design says input of 1 bit, its Verilog has no such port');
    expect(error.message).toContain('port "reset": the Verilog has it (input of 1 bit), the design does not');
  });

  test('a description that contradicts itself is refused', async () => {
    const stream = { name: 's', direction: 'input' as const, valid: 'enable', ready: 'count', payload: [] };
    expect((await failure({ ...counter, streams: [stream] })).message).toContain(
      'ready of input stream "s" must be a 1-bit output port; "count" is not',
    );
    const [file] = counter.files;
    expect((await failure({ ...counter, files: [{ ...file!, path: '../x.v' }] })).message).toContain('"../x.v"');
    expect((await failure({ ...counter, ports: [...counter.ports, counter.ports[0]!] })).message).toContain(
      'two ports are named "clock"',
    );
    const taken = changed((text) => text.replaceAll('odd', 'eval'));
    const ports = counter.ports.map((port) => ({ ...port, name: port.name === 'odd' ? 'eval' : port.name }));
    expect((await failure({ ...taken, ports })).message).toContain('port "eval" needs another name');
  });
});

describe('tools that are missing', () => {
  const empty = join(cache, 'empty');

  test('are told with the command that gets them', async () => {
    mkdirSync(empty, { recursive: true });
    vi.stubEnv('PATH', empty);
    const error = await failure(counter);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain('Verilator is not on PATH');
    expect(error.message).toContain('no C++ compiler');
    expect(error.message).toContain('apt-get install -y verilator g++');
  });

  test('an old Verilator, and a path that is none, are told', async () => {
    const old = join(cache, 'old-verilator');
    writeFileSync(old, '#!/bin/sh\necho "Verilator 4.038 2020-07-11"\n', { mode: 0o755 });
    vi.stubEnv('SACCADE_VERILATOR', old);
    expect((await failure(counter)).message).toContain('Saccade needs Verilator 5 or later');
    vi.stubEnv('SACCADE_VERILATOR', join(cache, 'none'));
    expect((await failure(counter)).message).toContain('SACCADE_VERILATOR names');
  });
});
