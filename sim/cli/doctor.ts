import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { cacheDirectory } from '../../gen/source/cache-directory.ts';
import type { ToolStatus } from '../machine/tools.ts';
import { inspectTools, installCommand } from '../machine/tools.ts';
import type { Finish } from './finish.ts';
import { formatTable } from './table.ts';

/** `saccade doctor`: what of the machine Saccade can use, and how to get the rest. Ends with 2 when it cannot work. */
export function doctorCommand(finish: Finish): Command {
  return new Command('doctor')
    .description('show which tools were found, what each is needed for, and how to get what is missing')
    .option('--json', 'print it as JSON')
    .action(async (options: { json?: boolean }) => {
      const tools = await inspectTools();
      const unusable = tools.filter(({ required, state }) => required && state !== 'ok');
      const cache = { path: cacheDirectory(), bytes: sizeOf(cacheDirectory()) };
      const install = installCommand(tools);
      if (options.json === true) {
        console.log(
          JSON.stringify({ ok: unusable.length === 0, tools, install: install ?? null, cache }, undefined, 2),
        );
      } else {
        console.log(`${formatTable(rowsOf(tools))}\n`);
        for (const { name, note } of tools) if (note !== undefined) console.log(`${name}: ${note}`);
        if (install !== undefined) console.log(`To get what is missing, on Debian or Ubuntu:\n  ${install}\n`);
        console.log(
          `Builds are cached in ${cache.path} (${megabytes(cache.bytes)}); the folder may be deleted at any time.`,
        );
      }
      if (unusable.length > 0) {
        console.error(`saccade: required tools cannot be used: ${unusable.map(({ name }) => name).join(', ')}`);
      }
      finish(unusable.length > 0 ? 2 : 0);
    });
}

function rowsOf(tools: readonly ToolStatus[]): string[][] {
  const rows = tools.map(({ name, version, required, state, purpose, path }) => [
    name,
    version ?? '-',
    state === 'ok' || required ? state : `${state} (optional)`,
    purpose,
    path ?? '-',
  ]);
  return [['TOOL', 'VERSION', 'STATE', 'NEEDED FOR', 'PATH'], ...rows];
}

/** Bytes of all files in a folder, as far as they can be seen. */
function sizeOf(folder: string): number {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    // Another process may clean up the cache meanwhile.
    return files.reduce((sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch {
    return 0;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
