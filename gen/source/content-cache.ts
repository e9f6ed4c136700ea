/** What is costly to derive from a text is kept on disk under the text's hash, so that later runs pay for one small read. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './cache-directory.ts';

/**
 * The result of `derive`, from an earlier run where there was one.
 *
 * @param kind names the kind of result; to be changed with the meaning of an entry
 * @param key everything that the result depends on
 */
export function cachedByContent(kind: string, key: string, derive: () => string): string {
  const folder = join(cacheDirectory(), kind);
  const entry = join(folder, createHash('sha256').update(key).digest('hex'));
  try {
    return readFileSync(entry, 'utf8');
  } catch {
    const result = derive();
    try {
      mkdirSync(folder, { recursive: true });
      const temporary = `${entry}.${process.pid}`;
      writeFileSync(temporary, result);
      renameSync(temporary, entry);
    } catch {
      // A cache that can't be written costs time, not correctness.
    }
    return result;
  }
}
