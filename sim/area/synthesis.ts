/** Synthesis with Yosys, as far as counting cells. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { VerilogDesign } from '../../gen/index.ts';
import { InputError } from '../errors.ts';
import { findProgram } from '../machine/program-file.ts';
import { clockGateModule, clockGateRules } from './clock-gates.ts';
import type { Liberty } from './liberty.ts';

/** For each module, its own cells by type, those of the modules in it left out; instances of modules count as cells too. */
export type CellCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Synthesised {
  /** A register with an enable has a multiplexer before each flip-flop. */
  readonly plain: CellCounts;
  /** It has a clock gate instead. */
  readonly gated: CellCounts;
}

/**
 * Maps a design to the cells of a library, each module once and by itself: nothing is flattened. Memories that are macros
 * should be black boxes in it.
 *
 * @throws InputError when Yosys is missing, or does not take the library
 */
export async function synthesise(design: Pick<VerilogDesign, 'top' | 'files'>, liberty: Liberty): Promise<Synthesised> {
  const yosys = findProgram('yosys');
  if (yosys === undefined) throw new InputError('Yosys is not on this machine: apt-get install yosys');
  const folder = mkdtempSync(join(tmpdir(), 'saccade-area-'));
  try {
    for (const { path, text } of design.files) writeFileSync(join(folder, path), text);
    writeFileSync(join(folder, 'cells.lib'), liberty.text);
    writeFileSync(join(folder, 'clock-gate.v'), clockGateModule);
    writeFileSync(join(folder, 'clock-gates.map.v'), clockGateRules);
    const sources = design.files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
    writeFileSync(join(folder, 'synth.ys'), scriptFor(design.top, sources));
    await promisify(execFile)(yosys, ['-q', '-s', 'synth.ys'], { cwd: folder, maxBuffer: 2 ** 28 }).catch(
      (error: { stderr?: string; message: string }) => {
        throw new InputError(`Yosys cannot synthesise ${design.top}: ${error.stderr?.trim() || error.message}`);
      },
    );
    const counts = (file: string): CellCounts => parseStat(readFileSync(join(folder, file), 'utf8'));
    return { plain: counts('plain.txt'), gated: counts('gated.txt') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Both ways part after the memories have become registers, and have everything before in common. */
function scriptFor(top: string, sources: readonly string[]): string {
  // Mapping to the library follows, so abc need not map to general gates before.
  const map = (file: string): string[] => [
    `synth -noabc -top ${top} -run fine:`,
    'dfflibmap -liberty cells.lib',
    'abc -liberty cells.lib',
    'opt_clean',
    `tee -q -o ${file} stat`,
  ];
  return [
    `read_verilog clock-gate.v ${sources.join(' ')}`,
    `hierarchy -check -top ${top}`,
    `synth -top ${top} -run begin:fine`,
    'opt -fast -full',
    'memory_map',
    'opt -undriven -fine',
    'design -save registers',
    ...map('plain.txt'),
    'design -load registers',
    'techmap -map clock-gates.map.v',
    ...map('gated.txt'),
  ].join('\n');
}

/**
 * Reads what Yosys' `stat` prints; its JSON is none where modules lie in one another. Older versions say "TYPE COUNT" in the list
 * of cells, newer ones "COUNT TYPE".
 */
export function parseStat(text: string): CellCounts {
  const counts = new Map<string, Map<string, number>>();
  let cells = new Map<string, number>();
  let inCells = false;
  for (const line of text.split('\n')) {
    const heading = /^=== (.+) ===$/.exec(line.trim())?.[1];
    // From here on, all is said again as a tree.
    if (heading === 'design hierarchy') break;
    if (heading !== undefined) {
      cells = new Map();
      counts.set(heading, cells);
      inCells = false;
    } else if (/^\s+(Number of cells:\s+\d+|\d+ (cells|submodules))$/.test(line)) inCells = true;
    else if (inCells) {
      const [, first, second] = /^\s+(\S+)\s+(\S+)$/.exec(line) ?? [];
      if (first === undefined || second === undefined) inCells = false;
      else if (/^\d+$/.test(second)) cells.set(first, Number(second));
      else cells.set(second, Number(first));
    }
  }
  return counts;
}
