import { execFileSync } from 'node:child_process';
import { InputError } from '../errors.ts';
import { findProgram } from '../machine/program-file.ts';

/** A program on this machine. */
export interface Tool {
  path: string;
  /** First line of what the program prints for --version. */
  version: string;
}

/** What a co-simulation is built with. */
export interface Toolchain {
  verilator: Tool;
  compiler: Tool;
}

const OLDEST = 5;

/** Verilator: $SACCADE_VERILATOR (a path, or a name on PATH) or `verilator`; undefined when there is none. */
export function findVerilator(): Tool | undefined {
  return find([process.env['SACCADE_VERILATOR'] || 'verilator']);
}

/** The C++ compiler: $CXX, g++, c++ or clang++, whichever is found first; undefined when there is none. */
export function findCompiler(): Tool | undefined {
  return find([process.env['CXX'] ?? '', 'g++', 'c++', 'clang++']);
}

/**
 * Everything a build needs.
 * @throws InputError that lists all that is missing or too old, what it is for and how to get it.
 */
export function findToolchain(): Toolchain {
  const verilator = findVerilator();
  const compiler = findCompiler();
  const wrong: string[] = [];
  const packages: string[] = [];
  if (verilator === undefined) {
    const named = process.env['SACCADE_VERILATOR'];
    wrong.push(
      named
        ? `SACCADE_VERILATOR names "${named}", which is no program that can be run`
        : 'Verilator is not on PATH; it turns the generated Verilog into a simulator',
    );
    packages.push('verilator');
  } else if (majorVersion(verilator) < OLDEST) {
    wrong.push(`${verilator.path} is "${verilator.version}"; Saccade needs Verilator ${OLDEST} or later`);
    packages.push('verilator');
  }
  if (compiler === undefined) {
    wrong.push('no C++ compiler (g++, c++, clang++, or the one $CXX names) is on PATH; it compiles that simulator');
    packages.push('g++');
  }
  if (verilator === undefined || compiler === undefined || wrong.length > 0) {
    throw new InputError(
      `cannot build a simulation:\n  ${wrong.join('\n  ')}\n` +
        `On Debian or Ubuntu: apt-get install -y ${packages.join(' ')}\n` +
        'A Verilator elsewhere is used when SACCADE_VERILATOR holds its path.',
    );
  }
  return { verilator, compiler };
}

/** Major version; Infinity where the text has none, so that unusual builds are given a chance. */
function majorVersion(tool: Tool): number {
  const match = /Verilator (\d+)\./.exec(tool.version);
  return match ? Number(match[1]) : Infinity;
}

const versions = new Map<string, string | undefined>();

function find(names: string[]): Tool | undefined {
  for (const name of names) {
    const path = name === '' ? undefined : findProgram(name);
    if (path === undefined) continue;
    if (!versions.has(path)) versions.set(path, versionOf(path));
    const version = versions.get(path);
    if (version !== undefined) return { path, version };
  }
  return undefined;
}

function versionOf(path: string): string | undefined {
  try {
    const text = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return text.split('\n', 1)[0]?.trim();
  } catch {
    return undefined;
  }
}
