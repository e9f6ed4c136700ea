import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { reason } from '../user-file.ts';

/** A file of a set, by its name in the set's folder. */
export interface SetFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Puts a set of files into a folder in place of an earlier set; other files stay as they are. The new files are written
 * apart and then moved in, so a failure half way leaves no cut file.
 *
 * @param files the last one is moved last, when all is done that it speaks of
 * @param earlier names of the files of the earlier set
 * @throws InputError when the folder cannot be written, or a file that is in neither set would be overwritten
 */
export function replaceFileSet(folder: string, files: readonly SetFile[], earlier: readonly string[]): void {
  try {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
      throw new InputError(`${folder}: the Verilog cannot be written there, because it is a file; name a folder`);
    }
    refuseForeign(folder, files, earlier);
    mkdirSync(folder, { recursive: true });
    // In the folder itself, because moving needs the same file system.
    const apart = mkdtempSync(join(folder, '.saccade-'));
    try {
      for (const { name, text } of files) writeFileSync(join(apart, name), text);
      const names = new Set(files.map(({ name }) => name));
      for (const name of earlier) if (!names.has(name)) rmSync(join(folder, name), { force: true });
      for (const name of names) renameSync(join(apart, name), join(folder, name));
    } finally {
      rmSync(apart, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${folder}: cannot write the Verilog: ${reason(error)}`, { cause: error });
  }
}

/** A file that nobody asked us to replace may be somebody's work. */
function refuseForeign(folder: string, files: readonly SetFile[], earlier: readonly string[]): void {
  for (const { name, text } of files) {
    const path = join(folder, name);
    if (earlier.includes(name) || statSync(path, { throwIfNoEntry: false }) === undefined) continue;
    // After an interrupted run, files of the set lie there that no manifest names.
    if (readFileSync(path, 'utf8') === text) continue;
    throw new InputError(
      `${path}: this file is in the way, and no earlier generation wrote it; move it or choose another folder`,
    );
  }
}
