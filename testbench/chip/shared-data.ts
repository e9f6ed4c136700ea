import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The path of a folder of real data beside the repository; where it isn't, undefined, and it is said why tests are skipped. */
export function sharedData(folder: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/data/${folder}`, import.meta.url));
  if (existsSync(path)) return path;
  console.warn(`skipped: no ${path}`);
  return undefined;
}
