import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** What one run of the setup did. */
export interface SetupOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The commands that would have changed the machine, as far as the stand-ins saw them. */
  readonly commands: readonly string[];
}

/**
 * A fresh clone with a program of one line, on a machine of its own: PATH holds stand-ins only, which note how they were
 * called. The stand-in for npm brings the packages of the real repository.
 */
export class Clone {
  readonly root = mkdtempSync(join(tmpdir(), 'saccade-setup-'));
  readonly #bin = join(this.root, 'machine', 'bin');
  readonly #log = join(this.root, 'machine', 'log');

  constructor() {
    for (const path of ['.setup', 'tsconfig.json', 'sim/machine/requirements.json']) {
      cpSync(join(repository, path), join(this.root, path), { recursive: true });
    }
    this.write('package.json', '{ "name": "clone", "type": "module" }');
    this.write('package-lock.json', '{ "lockfileVersion": 3 }');
    this.write('sim/cli/main.ts', "#!/usr/bin/env node\nconsole.log('first');\n");
    this.installProgram(
      'npm',
      `/bin/mkdir -p node_modules && /bin/ln -sf "${repository}"/node_modules/* node_modules/`,
    );
    this.installProgram('env', 'exec /usr/bin/env "$@"');
    this.#noteNothing();
  }

  /** Writes a file of the clone. */
  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Puts a program on PATH: a line of shell. Calls of npm, apt-get and sudo are noted. */
  installProgram(name: string, shell = ':'): void {
    const noted = ['npm', 'apt-get', 'sudo'].includes(name) ? `echo "${name} $*" >> "${this.#log}"\n` : '';
    const path = join(this.#bin, name);
    mkdirSync(this.#bin, { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${noted}${shell}\n`);
    chmodSync(path, 0o755);
  }

  /** Shell that puts a program on PATH, for a stand-in that installs others. */
  shellToInstall(name: string): string {
    const path = join(this.#bin, name);
    return `echo '#!/bin/sh' > "${path}"; /bin/chmod 755 "${path}"`;
  }

  /** Everything that the setup may ask for. */
  installAllTools(): void {
    for (const name of ['verilator', 'g++', 'iverilog', 'yosys', 'z3']) this.installProgram(name);
    this.write('machine/include/zlib.h', '');
  }

  setup(purpose: string, env: NodeJS.ProcessEnv = {}): SetupOutcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['.setup/setup.mjs', '--for', purpose], {
      cwd: this.root,
      encoding: 'utf8',
      env: { PATH: this.#bin, CPATH: join(this.root, 'machine', 'include'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const commands = readFileSync(this.#log, 'utf8').split('\n').slice(0, -1);
    this.#noteNothing();
    return { status, stdout, stderr, commands };
  }

  /** What the compiled program prints. */
  runProgram(): string {
    return spawnSync(join(this.root, 'out/dist/sim/cli/main.js'), { encoding: 'utf8' }).stdout;
  }

  delete(): void {
    rmSync(this.root, { recursive: true });
  }

  #noteNothing(): void {
    writeFileSync(this.#log, '');
  }
}
