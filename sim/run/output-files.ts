import { accessSync, constants, mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../errors.ts';
import { reason } from '../user-file.ts';

/** A file that the user asked for. */
export interface OutputFile {
  readonly path: string;
  /** What is in it, as messages say it. */
  readonly what: string;
}

/**
 * Makes sure, before any long work, that files can be written where they are wanted. Nothing is changed.
 *
 * @param inputs paths that are read, none of which may be overwritten
 * @throws InputError about the first that cannot, or that names the same place as another
 */
export function checkOutputFiles(files: readonly OutputFile[], inputs: readonly OutputFile[]): void {
  const taken = new Map(inputs.map(({ path, what }) => [destination(path, what), what]));
  for (const { path, what } of files) {
    const target = destination(path, what);
    if (isSpecial(target)) continue;
    const other = taken.get(target);
    if (other !== undefined) {
      throw new InputError(`${path}: the ${what} and the ${other} would be one file; give them different names`);
    }
    taken.set(target, what);
    try {
      accessSync(dirname(target), constants.W_OK | constants.X_OK);
    } catch (error) {
      throw cannotWrite(path, what, error);
    }
  }
}

/**
 * Writes files, all of them or none: the contents go to temporary files beside them, which then take their names. What
 * had those names before stays whole until then.
 *
 * @throws InputError when one cannot be written
 */
export function writeOutputFiles(files: readonly (OutputFile & { readonly contents: Uint8Array | string })[]): void {
  const written: { path: string; what: string; temporary: string; target: string }[] = [];
  try {
    for (const { path, what, contents } of files) {
      const target = destination(path, what);
      // A pipe or a device is written to, and not replaced.
      const temporary = isSpecial(target) ? target : join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
      if (temporary !== target) written.push({ path, what, temporary, target });
      try {
        writeFileSync(temporary, contents);
      } catch (error) {
        throw cannotWrite(path, what, error);
      }
    }
    for (const { path, what, temporary, target } of written) {
      try {
        renameSync(temporary, target);
      } catch (error) {
        throw cannotWrite(path, what, error);
      }
    }
  } finally {
    for (const { temporary } of written) rmSync(temporary, { force: true });
  }
}

/**
 * Makes a folder, and those around it, unless it is there.
 *
 * @param what is to be written there: several of them
 * @throws InputError when it cannot be made
 */
export function makeOutputFolder(path: string, what: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new InputError(`${path}: the ${what} cannot be written there: ${reason(error)}`, { cause: error });
  }
}

/** The file that a path stands for, links followed; it need not exist, but its folder must. */
function destination(path: string, what: string): string {
  try {
    const isFolder = path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
    return realpathOrNew(path);
  } catch (error) {
    throw cannotWrite(path, what, error);
  }
}

function realpathOrNew(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return join(realpathSync(dirname(path)), basename(path));
  // A pipe has no place: /dev/stdout can lead to something that is in no folder.
  return stats.isFile() ? realpathSync(path) : path;
}

function isSpecial(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false;
}

function cannotWrite(path: string, what: string, error: unknown): InputError {
  return new InputError(`${path}: cannot write the ${what}: ${reason(error)}`, { cause: error });
}
