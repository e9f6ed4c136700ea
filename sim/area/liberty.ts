/** What of a library of standard cells is needed to count area. */
import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.ts';
import { readUserFile } from '../user-file.ts';
import { isNand2 } from './boolean-function.ts';

/** Names another library than Debian's. */
export const libertyVariable = 'SACCADE_LIBERTY';

/** OSU's library for a 180 nm process: the one that comes with Debian. */
export const debianLiberty = {
  path: '/usr/share/qflow/tech/osu018/osu018_stdcells.lib',
  debianPackage: 'qflow-tech-osu018',
};

export interface Cell {
  /** In the library's unit, whatever it is. */
  readonly area: number;
  readonly isFlipFlop: boolean;
}

export interface Liberty {
  /** As the library calls itself. */
  readonly name: string;
  /** The whole file, unpacked. */
  readonly text: string;
  readonly cells: ReadonlyMap<string, Cell>;
  /** The smallest NAND of two inputs: the unit that areas are given in. */
  readonly nand2: { readonly name: string; readonly area: number };
}

/** The library that the user wants, or Debian's; undefined where neither is there. */
export function libertyPath(): string | undefined {
  const own = process.env[libertyVariable];
  if (own) return own;
  return existsSync(debianLiberty.path) ? debianLiberty.path : undefined;
}

/**
 * Reads a library of standard cells; the file may be packed by gzip.
 *
 * @throws InputError when it can't be read, or has no NAND of two inputs
 */
export function readLiberty(path: string): Liberty {
  const bytes = readUserFile(path, 'library of standard cells');
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseLiberty((packed ? gunzipSync(bytes) : bytes).toString('utf8'), path);
}

/** @param source names the file in messages */
export function parseLiberty(text: string, source: string): Liberty {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, '');
  const name = /\blibrary\s*\(\s*"?([^")\s]+)"?\s*\)/.exec(plain)?.[1];
  if (name === undefined) throw new InputError(`${source}: not a liberty file: there is no "library (...)" in it`);

  const cells = new Map<string, Cell>();
  const nands: { name: string; area: number }[] = [];
  // Each cell ends where the next one begins, or the file does: what lies between cells is of no interest here.
  for (const part of plain.split(/\bcell\s*\(/).slice(1)) {
    const cell = /^\s*"?([^")\s]+)/.exec(part)?.[1] ?? '';
    const area = Number(/\barea\s*:\s*"?([\d.eE+-]+)/.exec(part)?.[1] ?? 0);
    const isFlipFlop = /\bff(_bank)?\s*\(/.test(part);
    cells.set(cell, { area, isFlipFlop });
    const functions = [...part.matchAll(/\bfunction\s*:\s*"([^"]*)"/g)].map((match) => match[1]!);
    if (area > 0 && !isFlipFlop && functions.length === 1 && isNand2(functions[0]!)) nands.push({ name: cell, area });
  }
  const nand2 = nands.sort((a, b) => a.area - b.area)[0];
  if (nand2 === undefined) {
    throw new InputError(
      `${source}: none of its ${cells.size} cells is a NAND of two inputs with an area, which areas are to be counted in`,
    );
  }
  return { name, text, cells, nand2 };
}
