/** Verilog lines back to TypeScript lines, as a standard source map (version 3) that editors and debuggers read. */
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import type { VerilogFile } from './verilog-file.ts';

/**
 * The map of one emitted file, as JSON text. It has one segment a line: where the line starts.
 *
 * @param path where the Verilog file lies, so that the map can point to the sources relative to it
 */
export function sourceMapOf(file: Pick<VerilogFile, 'path' | 'sites'>, path: string): string {
  // Loaded on demand: few runs want a map, and all would pay for it.
  const { addMapping, GenMapping, toEncodedMap } = createRequire(import.meta.url)(
    '@jridgewell/gen-mapping',
  ) as typeof import('@jridgewell/gen-mapping');
  const map = new GenMapping({ file: file.path });
  file.sites.forEach((site, index) => {
    const frame = site?.frames[0];
    if (frame === undefined) return;
    addMapping(map, {
      generated: { line: index + 1, column: 0 },
      source: relative(dirname(path), frame.file),
      original: { line: frame.line, column: frame.column - 1 },
    });
  });
  return `${JSON.stringify(toEncodedMap(map))}\n`;
}
