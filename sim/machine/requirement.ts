import { readFileSync } from 'node:fs';

/**
 * Something on the machine, outside of npm, that Saccade or its tests use. The list is JSON because the setup step, which
 * runs before anything is compiled, installs from it.
 */
export interface Requirement {
  readonly name: string;
  /** Programs that do, the preferred one first. */
  readonly commands?: readonly string[];
  /** Environment variable by which the user names another program. */
  readonly variable?: string;
  /** What makes the program print its version. */
  readonly versionOption?: string;
  /** A C header, where a library is required and not a program. */
  readonly header?: string;
  /** Oldest version that will do. */
  readonly minimum?: string;
  readonly debianPackage: string;
  /** Whether `saccade run` can do nothing without it. */
  readonly required: boolean;
  /** When the setup step installs it: for `npm start`, or for `npm test` only. */
  readonly group: 'start' | 'test';
  /** What it is for, to be read after "needed for". */
  readonly purpose: string;
}

/** All requirements, in the order in which work needs them. */
export function requirements(): Requirement[] {
  const text = readFileSync(new URL('requirements.json', import.meta.url), 'utf8');
  return JSON.parse(text) as Requirement[];
}
