import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock without a readable owner is given this long to be written before it counts as abandoned. */
const ownerGraceMilliseconds = 5000;

/**
 * Runs `work` while no other setup of the same clone runs: two of them would pull `node_modules` and `out/dist` from
 * under each other's feet.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {() => void} work
 */
export async function withLock(root, say, work) {
  const file = join(root, 'out', 'setup.lock');
  mkdirSync(join(root, 'out'), { recursive: true });
  let told = false;
  while (!acquire(file)) {
    if (isAbandoned(file)) {
      rmSync(file, { force: true });
    } else {
      if (!told) say(`waiting for another setup of this clone (${file}) ...`);
      told = true;
      await sleep(100);
    }
  }
  try {
    work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
function acquire(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} file */
function isAbandoned(file) {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    if (!(owner > 0)) return Date.now() - statSync(file).mtimeMs > ownerGraceMilliseconds;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    // No such process. A lock that just disappeared (ENOENT) is simply tried again.
    return hasCode(error, 'ESRCH');
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
