import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../gen/source/package-root.ts';

/** Saccade's own version, as package.json has it. */
export function saccadeVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return String((manifest as { version: unknown }).version);
}
