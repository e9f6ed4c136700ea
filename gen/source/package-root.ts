import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let found: string | undefined;

/**
 * Absolute path of the directory that holds Saccade's package.json. Files that the compiler does not copy (templates,
 * presets) are found from here, whether the caller runs from the sources or from the compiled tree.
 */
export function packageRoot(): string {
  found ??= search(dirname(fileURLToPath(import.meta.url)));
  return found;
}

function search(start: string): string {
  for (let directory = start; ; directory = dirname(directory)) {
    const manifest = join(directory, 'package.json');
    if (existsSync(manifest)) {
      const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
      if (typeof parsed === 'object' && parsed !== null && 'name' in parsed && parsed.name === 'saccade') {
        return directory;
      }
    }
    if (dirname(directory) === directory) {
      throw new Error(`no package.json named "saccade" in ${start} or any directory above it`);
    }
  }
}
