import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './program-file.ts';
import type { Requirement } from './requirement.ts';
import { requirements } from './requirement.ts';
import { isAtLeast, versionIn } from './version-number.ts';

/** A tool, and how it stands with it on this machine. */
export interface ToolStatus {
  readonly name: string;
  readonly purpose: string;
  readonly required: boolean;
  /** `broken`: it is there, but does not run or does not tell its version. */
  readonly state: 'ok' | 'missing' | 'too old' | 'broken';
  readonly path?: string;
  readonly version?: string;
  readonly minimum?: string;
  /** Debian's name for what brings it; absent where all is well. */
  readonly debianPackage?: string;
  /** What the user should know beyond the state, such as which variable led to a wrong place. */
  readonly note?: string;
}

const answerMilliseconds = 20_000;

/** Looks for every tool and asks each for its version, all at once; Node.js, which runs this, comes first. */
export async function inspectTools(): Promise<ToolStatus[]> {
  const node: ToolStatus = {
    name: 'Node.js',
    purpose: 'runs Saccade',
    required: true,
    state: 'ok',
    path: process.execPath,
    version: process.versions.node,
  };
  return [node, ...(await Promise.all(requirements().map(inspect)))];
}

/**
 * The line that installs what is missing or too old on Debian and its relatives, for this user; undefined when nothing is.
 */
export function installCommand(tools: readonly ToolStatus[]): string | undefined {
  const packages = tools.flatMap(({ debianPackage }) => debianPackage ?? []);
  if (packages.length === 0) return undefined;
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

async function inspect(requirement: Requirement): Promise<ToolStatus> {
  const { name, purpose, required, minimum, debianPackage } = requirement;
  const common = { name, purpose, required, ...(minimum === undefined ? {} : { minimum }) };
  const { path, note } = locate(requirement);
  if (path === undefined) {
    return { ...common, state: 'missing', debianPackage, ...(note === undefined ? {} : { note }) };
  }
  if (requirement.versionOption === undefined) return { ...common, state: 'ok', path };

  const version = await versionOf(path, requirement.versionOption);
  if (version === undefined) {
    return { ...common, state: 'broken', path, debianPackage, note: `${path} ${requirement.versionOption} failed` };
  }
  if (minimum !== undefined && !isAtLeast(version, minimum)) {
    return { ...common, state: 'too old', path, version, debianPackage, note: `${minimum} or newer is needed` };
  }
  return { ...common, state: 'ok', path, version };
}

function locate({ commands = [], variable, header }: Requirement): { path?: string; note?: string } {
  if (header !== undefined) {
    const folders = [...(process.env['CPATH'] ?? '').split(delimiter), '/usr/include', '/usr/local/include'];
    const path = folders
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, header))
      .find((file) => existsSync(file));
    return path === undefined ? {} : { path };
  }
  const own = variable === undefined ? undefined : process.env[variable];
  if (variable !== undefined && own) {
    const path = findProgram(own);
    return path === undefined ? { note: `${variable} names "${own}", which is no program that can be run` } : { path };
  }
  for (const command of commands) {
    const path = findProgram(command);
    if (path !== undefined) return { path };
  }
  return {};
}

async function versionOf(path: string, option: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, [option], { timeout: answerMilliseconds });
    return versionIn(stdout);
  } catch {
    return undefined;
  }
}
