import type { VerilogDesign } from '../../gen/index.ts';
import { saccadeVersion } from '../cli/version.ts';
import type { Config } from '../config/config.ts';
import { type MemoryShape, memoryShapes } from './memory-shapes.ts';

/** Names of the files beside the Verilog. */
export const manifestName = 'manifest.json';
export const fileListName = 'filelist.f';
/** Lists the files that bind checks to the Verilog; there where there are such. */
export const checkListName = 'checks.f';

/** The source map of a Verilog file. */
export function sourceMapName(file: string): string {
  return `${file}.map`;
}

/** What a folder of generated Verilog holds, as `manifest.json` tells it. */
export interface Manifest {
  readonly generator: { readonly name: string; readonly version: string };
  readonly config: Config;
  /** Name of the top module. */
  readonly top: string;
  /** The Verilog files, children before parents. */
  readonly files: readonly string[];
  /** SystemVerilog that binds assertions to it, where there are any. */
  readonly checkFiles?: readonly string[];
  /** The ready/valid streams of the top module, by the ports that make them. */
  readonly streams: VerilogDesign['streams'];
  /** In the order of the files. */
  readonly modules: VerilogDesign['modules'];
  /** Every shape of memory that the design has, and how often. */
  readonly memories: readonly MemoryShape[];
  /** The memories that stand in modules of their own, for macros to take their place; absent where there are none. */
  readonly macros?: VerilogDesign['macros'];
}

export function makeManifest(config: Config, design: VerilogDesign): Manifest {
  return {
    generator: { name: 'saccade', version: saccadeVersion() },
    config,
    top: design.top,
    files: design.files.map(({ path }) => path),
    ...(design.checkFiles.length === 0 ? {} : { checkFiles: design.checkFiles.map(({ path }) => path) }),
    streams: design.streams,
    modules: design.modules,
    memories: memoryShapes(design),
    ...(design.macros.length === 0 ? {} : { macros: design.macros }),
  };
}

/**
 * The names of all files that belong to a manifest, itself included; undefined when the text is no manifest of Saccade's.
 * Only plain names of Verilog files count, so that no manifest, however it came about, reaches out of its folder.
 */
export function filesOfManifest(text: string): string[] | undefined {
  let manifest: Partial<Manifest> | null;
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null;
  } catch {
    return undefined;
  }
  if (manifest?.generator?.name !== 'saccade' || !Array.isArray(manifest.files)) return undefined;
  const { files, checkFiles = [] } = manifest;
  if (!Array.isArray(checkFiles)) return undefined;
  const plain = [...(files as unknown[]), ...(checkFiles as unknown[])].filter(
    (name): name is string => typeof name === 'string' && /^\w+\.(v|sv|hex)$/.test(name),
  );
  const lists = checkFiles.length === 0 ? [fileListName] : [fileListName, checkListName];
  return [...plain.flatMap((file) => [file, sourceMapName(file)]), ...lists, manifestName];
}
