import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Clone } from './clone.ts';

const npmCommand = 'npm ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund --loglevel=error';
const silence = { status: 0, stdout: '', stderr: '', commands: [] };
const forbidden = { SACCADE_SETUP_NO_INSTALL: '1' };

let clone: Clone;
beforeEach(() => {
  clone = new Clone();
});
afterEach(() => {
  clone.delete();
});

describe('packages and build', () => {
  test('the first run installs and compiles, the second does and says nothing', () => {
    clone.installAllTools();
    const first = clone.setup('test');
    expect(first).toEqual({
      status: 0,
      stdout: '',
      stderr: 'saccade setup: installing npm packages ...\nsaccade setup: compiling TypeScript ...\n',
      commands: [npmCommand],
    });
    expect(clone.runProgram()).toBe('first\n');

    expect(clone.setup('test')).toEqual(silence);
  });

  test('for the command line it is quiet even on the first run', () => {
    expect(clone.setup('cli')).toEqual({ ...silence, commands: [npmCommand] });
    expect(clone.runProgram()).toBe('first\n');
  });

  test('a changed source, a new one and a removed one each lead to a new build', () => {
    clone.write('gen/extra.ts', 'export const extra = 1;\n');
    clone.write('gen/module.hbs', 'module {{name}};');
    clone.setup('cli');
    expect(clone.exists('out/dist/gen/module.hbs')).toBe(true);

    clone.write('sim/cli/main.ts', "#!/usr/bin/env node\nconsole.log('second');\n");
    expect(clone.setup('cli')).toEqual(silence);
    expect(clone.runProgram()).toBe('second\n');

    clone.write('hw/new.ts', 'export const added = 2;\n');
    clone.setup('cli');
    expect(clone.exists('out/dist/hw/new.js')).toBe(true);

    clone.remove('gen/extra.ts');
    clone.setup('cli');
    expect(clone.exists('out/dist/gen/extra.js')).toBe(false);
  });

  test('sources that do not compile: 2, the errors, and again until they do', () => {
    clone.setup('cli');
    clone.write('sim/cli/main.ts', "#!/usr/bin/env node\nconst n: number = 'three';\nconsole.log(n);\n");
    for (let attempt = 0; attempt < 2; attempt++) {
      const { status, stderr } = clone.setup('cli');
      expect(status).toBe(2);
      expect(stderr).toContain('sim/cli/main.ts(2,7): error TS2322');
      expect(stderr).toContain('saccade setup: the TypeScript sources do not compile');
    }
    clone.write('sim/cli/main.ts', "#!/usr/bin/env node\nconsole.log('third');\n");
    expect(clone.setup('cli')).toEqual(silence);
    expect(clone.runProgram()).toBe('third\n');
  });

  test('a changed lock file leads to a new installation', () => {
    clone.setup('cli');
    clone.write('package-lock.json', '{ "lockfileVersion": 3, "name": "changed" }');
    expect(clone.setup('cli').commands).toEqual([npmCommand]);
    expect(clone.setup('cli')).toEqual(silence);
  });

  test('a failed installation: 2, what npm said, the command to try, and another attempt next time', () => {
    clone.installProgram('npm', 'echo "npm error network ENOTFOUND" >&2; exit 1');
    for (let attempt = 0; attempt < 2; attempt++) {
      const { status, stderr, commands } = clone.setup('cli');
      expect({ status, commands }).toEqual({ status: 2, commands: [npmCommand] });
      expect(stderr).toContain('npm error network ENOTFOUND');
      expect(stderr).toContain(`To try by hand: cd ${clone.root} && npm ci`);
    }
  });

  test('the lock of a setup that was killed does not stop the next one', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    clone.write('out/setup.lock', String(dead));
    expect(clone.setup('cli').status).toBe(0);
    expect(clone.exists('out/setup.lock')).toBe(false);
  });

  test('an unknown purpose is refused', () => {
    const { status, stderr } = clone.setup('fun');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'saccade setup: expected --for start, --for test or --for cli, got --for fun.\n',
    });
  });
});

describe('external tools', () => {
  beforeEach(() => {
    clone.installAllTools();
  });

  test('missing and not to be installed: the exact command, 2, and nothing else is done', () => {
    clone.remove('machine/bin/verilator');
    clone.installProgram('apt-get');
    const { status, stderr, commands } = clone.setup('start', forbidden);
    expect({ status, commands }).toEqual({ status: 2, commands: [] });
    expect(stderr).toMatch(/^saccade setup: missing on this machine: Verilator\. Install with:\n/);
    expect(stderr).toContain('apt-get install -y --no-install-recommends verilator');
    expect(clone.exists('node_modules')).toBe(false);
  });

  test('the command line runs without them: the command that needs one says so', () => {
    clone.remove('machine/bin/verilator');
    expect(clone.setup('cli')).toMatchObject({ status: 0, stderr: '' });
  });

  test('missing and installable: update, then install of just that', () => {
    clone.remove('machine/bin/verilator');
    clone.installProgram('sudo', '[ "$2" = true ] || { shift; exec "$@"; }');
    clone.installProgram('apt-get', `[ "$1" = install ] && ${clone.shellToInstall('verilator')}`);
    const { status, stderr, commands } = clone.setup('start');
    expect(status).toBe(0);
    expect(stderr).toContain('installing Verilator with apt-get');
    expect(commands.filter((command) => command.startsWith('apt-get'))).toEqual([
      'apt-get update',
      'apt-get install -y --no-install-recommends verilator',
    ]);
  });

  test('an installation that fails: 2, what apt-get said, the command to try', () => {
    clone.remove('machine/bin/verilator');
    clone.installProgram('sudo', '[ "$2" = true ] || { shift; exec "$@"; }');
    clone.installProgram('apt-get', 'echo "E: Unable to locate package"; exit 100');
    const { status, stderr } = clone.setup('start');
    expect(status).toBe(2);
    expect(stderr).toContain('E: Unable to locate package');
    expect(stderr).toContain('apt-get install -y --no-install-recommends verilator');
  });

  test('tools for tests only: no concern of start, a warning for test', () => {
    clone.remove('machine/bin/yosys');
    clone.setup('cli');
    expect(clone.setup('start', forbidden)).toEqual(silence);
    const { status, stderr } = clone.setup('test', forbidden);
    expect(status).toBe(0);
    expect(stderr).toContain('missing on this machine: Yosys');
    expect(stderr).toContain('skipped');
  });

  test('a tool that a variable names is not installed', () => {
    clone.remove('machine/bin/verilator');
    clone.setup('cli');
    expect(clone.setup('start', { ...forbidden, SACCADE_VERILATOR: '/opt/verilator' })).toEqual(silence);
  });
});
