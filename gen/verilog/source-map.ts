/** Verilog lines back to TypeScript lines, as a standard source map (version 3) that editors and debuggers read. */
import { dirname, relative } from 'node:path';
import { addMapping, GenMapping, toEncodedMap } from '@jridgewell/gen-mapping';
import type { VerilogFile } from './design.ts';

/**
 * The map of one emitted file, as JSON text. It has one segment a line: where the line starts.
 *
 * @param path where the Verilog file lies, so that the map can point to the sources relative to it
 */
export function sourceMapOf(file: Pick<VerilogFile, 'path' | 'sites'>, path: string): string {
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
