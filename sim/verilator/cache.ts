import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../gen/source/cache-directory.ts';
import { InputError } from '../errors.ts';

const DAY = 24 * 3600 * 1000;
/** Entries that nothing asked for in this time are dropped. */
const KEEP_ENTRIES = 30 * DAY;
/** Work directories as old as this were left by a process that was killed. */
const KEEP_WORK = DAY;
const WORK_PREFIX = 'tmp-';

const underWay = new Map<string, Promise<string>>();

/**
 * Path of the entry `key` of the simulation cache, a directory; `fill` makes its contents when it isn't there yet.
 *
 * `fill` works in a directory of its own beside the entry, which becomes the entry by one rename: other processes see
 * the whole entry or none, and two that fill the same one both end with it. When `fill` fails nothing is left.
 * @param key file name that stands for everything the contents depend on
 * @throws InputError when the cache cannot be written; whatever `fill` throws
 */
export async function cached(key: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const root = entryPath('');
  const entry = entryPath(key);
  const running = underWay.get(entry);
  if (running !== undefined) return running;
  const promise = lookUp(root, entry, fill);
  underWay.set(entry, promise);
  try {
    return await promise;
  } finally {
    underWay.delete(entry);
  }
}

/** Where the entry of a key lies. The folder is our own: what is old in it is deleted. */
export function entryPath(key: string): string {
  return join(cacheDirectory(), 'verilator', key);
}

async function lookUp(root: string, entry: string, fill: (directory: string) => Promise<void>): Promise<string> {
  if (await touch(entry)) return entry;
  const work = await makeWorkDirectory(root);
  try {
    await fill(work);
    // An entry that another process finished in the meantime is as good as ours.
    await rename(work, entry).catch(async (error: unknown) => {
      if (!(await touch(entry))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await dropUnused(root);
  return entry;
}

/** Marks an entry as used now; false when it doesn't exist. */
async function touch(entry: string): Promise<boolean> {
  const now = new Date();
  try {
    await utimes(entry, now, now);
    return true;
  } catch {
    // A cache that others own can be used without being marked.
    return stat(entry).then(
      () => true,
      () => false,
    );
  }
}

async function makeWorkDirectory(root: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true });
    return await mkdtemp(join(root, WORK_PREFIX));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `cannot write the build cache ${root}: ${reason}\nSet SACCADE_CACHE to a directory that can be written.`,
    );
  }
}

async function dropUnused(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const isWork = name.startsWith(WORK_PREFIX);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age <= (isWork ? KEEP_WORK : KEEP_ENTRIES)) continue;
    // Renamed first: an entry that is being deleted must not be found by others.
    const doomed = isWork ? path : join(root, `${WORK_PREFIX}${process.pid}-${name}`);
    if (!isWork) await rename(path, doomed).catch(() => undefined);
    await rm(doomed, { recursive: true, force: true });
  }
}
