import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emitVerilog, sourceMapOf } from '../../gen/index.ts';
import { Chip } from '../../hw/chip.ts';
import { Pe } from '../../hw/pe/pe.ts';
import type { GenerateOptions } from '../cli/options.ts';
import { findConfig, isChip } from '../config/config.ts';
import { readUserFile } from '../user-file.ts';
import type { SetFile } from './file-set.ts';
import { replaceFileSet } from './file-set.ts';
import { checkListName, fileListName, filesOfManifest, makeManifest, manifestName, sourceMapName } from './manifest.ts';

/**
 * `saccade generate`: the Verilog of a config, one file a module, each with a source map to the TypeScript that describes it,
 * with a list of the files for other tools and a manifest.
 *
 * @returns 0
 * @throws InputError when the config cannot be built or the folder cannot be written
 */
export async function generateHardware({
  config: name,
  out,
  printConfig,
  locations,
}: GenerateOptions): Promise<number> {
  const config = findConfig(name);
  if (printConfig) {
    console.log(formatJson(config));
    return 0;
  }
  const design = emitVerilog(isChip(config) ? Chip(config.chip) : Pe(config.pe), { locations });
  const files: SetFile[] = [...design.files, ...design.checkFiles].map(({ path, text }) => ({ name: path, text }));
  const sources = design.files.filter(({ path }) => !path.endsWith('.hex'));
  for (const file of [...sources, ...design.checkFiles]) {
    files.push({ name: sourceMapName(file.path), text: sourceMapOf(file, resolve(out, file.path)) });
  }
  const list = sources.map(({ path }) => `${path}\n`).join('');
  files.push({ name: fileListName, text: list });
  if (design.checkFiles.length > 0)
    files.push({ name: checkListName, text: design.checkFiles.map(({ path }) => `${path}\n`).join('') });
  files.push({ name: manifestName, text: `${formatJson(makeManifest(config, design))}\n` });
  replaceFileSet(out, files, earlierFiles(out));
  console.log(
    `${design.modules.length} modules in ${out}, top ${design.top}; ${join(out, fileListName)} lists the files`,
  );
  return 0;
}

/** The files that an earlier generation left in the folder. */
function earlierFiles(folder: string): string[] {
  const manifest = join(folder, manifestName);
  if (!existsSync(manifest)) return [];
  return filesOfManifest(readUserFile(manifest, 'manifest').toString('utf8')) ?? [];
}

function formatJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}
