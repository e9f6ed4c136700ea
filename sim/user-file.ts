import { readFileSync, writeFileSync } from 'node:fs';
import { InputError } from './errors.ts';

/**
 * Reads a file that the user named.
 *
 * @param what what the file is for, as it appears in the message: "layer file", "weights"
 * @throws InputError when it cannot be read, with the reason in plain words
 */
export function readUserFile(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`${path}: cannot read the ${what}: ${reason(error)}`, { cause: error });
  }
}

/**
 * Reads a JSON file that the user named.
 *
 * @param what as for `readUserFile`
 * @throws InputError when it cannot be read, or is not JSON
 */
export function readUserJson(path: string, what: string): unknown {
  // Editors on some systems begin UTF-8 files with a byte order mark, which JSON.parse refuses.
  const text = readUserFile(path, what)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path}: the ${what} is not valid JSON: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Writes a file that the user asked for, replacing what was there. Folders are not created.
 *
 * @throws InputError when it cannot be written, with the reason in plain words
 */
export function writeUserFile(path: string, bytes: Uint8Array | string, what: string): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    throw new InputError(`${path}: cannot write the ${what}: ${reason(error)}`, { cause: error });
  }
}

/** Why a file operation failed, in plain words, with what to do about it. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'no such file or folder; check the path';
    case 'EISDIR':
      return 'it is a folder; name a file in it';
    case 'ENOTDIR':
      return 'a part of the path is a file, not a folder; check the path';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied; change its permissions or choose another place';
    case 'EROFS':
      return 'the file system is read-only; choose another place';
    case 'ENOSPC':
      return 'the disk is full; free some space';
    default:
      return message;
  }
}
