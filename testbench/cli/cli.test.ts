import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { mainFile, saccade } from './built-cli.ts';

/** Code that makes the process itself faulty before the program starts. */
const preload = (code: string): string[] => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

describe('the command line', () => {
  test('--help lists the commands, examples and exit codes on stdout', () => {
    const { status, stdout, stderr } = saccade(['--help']);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const part of ['Usage: saccade', 'doctor', 'Examples:', 'Exit codes:']) expect(stdout).toContain(part);
  });

  test('--version prints the version of package.json', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as unknown;
    const { status, stdout } = saccade(['--version']);
    expect(status).toBe(0);
    expect(manifest).toMatchObject({ version: stdout.trim() });
  });

  test('without a command: help on stderr, and 2', () => {
    const { status, stdout, stderr } = saccade([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Usage: saccade');
  });

  test.each([
    [['doctro'], "saccade: unknown command 'doctro' (did you mean doctor?)\n"],
    [['doctor', '--jsn'], "saccade: unknown option '--jsn' (did you mean --json?)\n"],
    [['doctor', '--nonsense'], "saccade: unknown option '--nonsense'\n"],
    [['doctor', 'now'], "saccade: too many arguments for 'doctor'. Expected 0 arguments but got 1.\n"],
  ])('%j ends with 2 and one message', (args, message) => {
    expect(saccade(args)).toEqual({ status: 2, stdout: '', stderr: message });
  });

  test('through npm, arguments and exit codes arrive', () => {
    const npm = spawnSync('npm', ['run', '-s', 'saccade', '--', 'doctor', '--jsn'], { encoding: 'utf8' });
    expect(npm.status).toBe(2);
    expect(npm.stderr).toContain("saccade: unknown option '--jsn' (did you mean --json?)");
  });

  test('the built program can be executed by its path', () => {
    const { status, stdout } = spawnSync(mainFile, ['--version'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('failures', () => {
  test('a bug ends with 70 and a stack that names the TypeScript line', () => {
    const bug = preload("JSON.stringify = () => { throw new TypeError('boom'); };");
    const { status, stderr } = saccade(['doctor', '--json'], {}, bug);
    expect(status).toBe(70);
    expect(stderr).toContain('internal error');
    expect(stderr).toContain('TypeError: boom');
    expect(stderr).toMatch(/\/sim\/cli\/doctor\.ts:\d+:\d+/);
  });

  test('a bug outside of the awaited work ends the same way', () => {
    const bug = preload("process.once('beforeExit', () => Promise.reject(new Error('stray')));");
    const { status, stderr } = saccade(['--version'], {}, bug);
    expect({ status, told: stderr.includes('Error: stray') }).toEqual({ status: 70, told: true });
  });

  test('an error with an exit code of its own shows its message only', () => {
    const fault = preload(
      "JSON.stringify = () => { throw Object.assign(new Error('layer.json: no'), { exitCode: 2 }); };",
    );
    const { status, stderr } = saccade(['doctor', '--json'], {}, fault);
    expect({ status, stderr }).toEqual({ status: 2, stderr: 'saccade: layer.json: no\n' });
  });

  test('a reader who leaves early is no fault', () => {
    // The reader is gone before the first byte comes.
    const shell = `{ sleep 1; "${process.execPath}" "${mainFile}" doctor --json; echo $? >&2; } | true`;
    const { stderr } = spawnSync('bash', ['-c', shell], { encoding: 'utf8' });
    expect(stderr).toBe('0\n');
  });
});
