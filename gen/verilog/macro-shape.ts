/**
 * Memories that stand in a module of their own: for each shape one module, with a name and pins that follow from the shape
 * alone, so that a wrapper around an SRAM macro can take the place of its file.
 */
import type { SyncReadIr } from '../ir/module-ir.ts';

/** All that tells one macro from another. */
export interface MacroShape {
  /** What the name starts with. */
  readonly prefix: string;
  readonly depth: number;
  readonly width: number;
  /** Bits that one bit of a mask stands for; undefined where words are written whole. */
  readonly maskWidth: number | undefined;
  /** Combinational reads. */
  readonly reads: number;
  /** Registered reads, in the order of `underWriteKinds`. */
  readonly syncReads: readonly SyncReadIr['underWrite'][];
  readonly writes: number;
}

/** The kinds of registered reads in the order of a macro's ports, with their letters in its name. */
export const underWriteKinds = { old: 'rs', new: 'rsn', any: 'rsa' } as const;

/** `mem_512x24_1rs1w_m8`: depth, width, ports (`r` combinational, `rs` registered, `w` write), bits for each bit of a mask. */
export function macroName({ prefix, depth, width, maskWidth, reads, syncReads, writes }: MacroShape): string {
  const count = (number: number, letters: string): string => (number === 0 ? '' : `${number}${letters}`);
  const kinds = Object.entries(underWriteKinds).map(([kind, letters]) =>
    count(syncReads.filter((each) => each === kind).length, letters),
  );
  const ports = `${count(reads, 'r')}${kinds.join('')}${count(writes, 'w')}`;
  return `${prefix}_${depth}x${width}_${ports}${maskWidth === undefined ? '' : `_m${maskWidth}`}`;
}

/** What the pins of a port are called. */
export const macroPins = {
  read: (index: number) => ({ address: `r${index}_address`, data: `r${index}_data` }),
  syncRead: (index: number) => ({
    enable: `rs${index}_enable`,
    address: `rs${index}_address`,
    data: `rs${index}_data`,
  }),
  write: (index: number) => ({
    enable: `w${index}_enable`,
    address: `w${index}_address`,
    data: `w${index}_data`,
    mask: `w${index}_mask`,
  }),
};
