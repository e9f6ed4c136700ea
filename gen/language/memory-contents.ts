/** What a memory holds at power-up: from data in the description, or from a file. */
import { readFileSync } from 'node:fs';
import { type GroundType, groundTypeText, rangeOf } from '../ir/ground-type.ts';
import type { Site } from '../source/site.ts';
import type { EnumType } from './enum.ts';
import { partsFromTop } from './packing.ts';
import { fatal } from './report.ts';
import { type BoolType, type BundleType, type DataType, groundOf, type SimpleType, widthOf } from './types.ts';
import type { Literal } from './values.ts';

/** A plain value of a type: what a memory can hold before the hardware runs. */
export type Constant<T extends DataType> = T extends BoolType
  ? boolean
  : T extends EnumType<infer M>
    ? M
    : T extends SimpleType
      ? Literal
      : T extends BundleType<infer F>
        ? { readonly [K in keyof F]: Constant<F[K]> }
        : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
          ? readonly Constant<E>[]
          : never;

/**
 * A file of words as `$readmemh` and `$readmemb` read it: digits with `_` between them, separated by spaces or lines; `@` and
 * a hexadecimal address to go on elsewhere; comments as in Verilog.
 */
export interface ContentsFile {
  /** A path, relative to the working directory, or a URL: `new URL('sine.hex', import.meta.url)`. */
  readonly file: string | URL;
  /** `hex` by default. */
  readonly format?: 'hex' | 'bin';
}

/** The memory that is filled, for messages. */
interface Filled {
  readonly type: DataType;
  readonly depth: number;
  readonly site: Site;
}

/**
 * Words from plain values, as the memory keeps them: of a ground type as values, else as the bits of all parts.
 *
 * @throws ElaborationError M003 for a value that does not fit, M004 for too many
 */
export function wordsOfData(memory: Filled, values: readonly unknown[]): bigint[] {
  const { type, depth, site } = memory;
  if (values.length > depth) {
    throw fatal(
      'M004',
      site,
      `the memory has ${depth} words, and is given ${values.length} initial values`,
      'deepen the memory, or give fewer; words that are not given are zero',
    );
  }
  return values.map((value, index) => asWord(type, bitsOf(memory, type, value, `initial[${index}]`)));
}

/** The parts of a value side by side, as `pack` lays them. */
function bitsOf(memory: Filled, type: DataType, value: unknown, path: string): bigint {
  if (type.kind !== 'vec' && type.kind !== 'bundle') return groundBits(memory, groundOf(type), value, path);
  const parts = partsFromTop(type);
  const given = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const wrong = given.length !== parts.length || parts.some(([key]) => !given.includes(key));
  if (wrong || Array.isArray(value) !== (type.kind === 'vec')) {
    const keys = parts.map(([key]) => key).join(', ');
    const wanted = type.kind === 'vec' ? `a list of ${type.length}` : `an object of ${keys}`;
    throw fatal('M003', memory.site, `${path} of the memory is not ${wanted}`, `give ${wanted}`);
  }
  return parts.reduce((sum, [key, part]) => {
    const inner = type.kind === 'vec' ? `${path}[${key}]` : `${path}.${key}`;
    const bits = bitsOf(memory, part, (value as Record<string, unknown>)[key], inner);
    return (sum << BigInt(widthOf(part))) | bits;
  }, 0n);
}

function groundBits({ site }: Filled, type: GroundType, value: unknown, path: string): bigint {
  const number = integerOf(type, value);
  if (number === undefined) {
    const members = type.enumeration === undefined ? [] : [...type.enumeration.members.keys()];
    throw fatal(
      'M003',
      site,
      `${path} of the memory is ${shown(value)}, which is no value of ${groundTypeText(type)}`,
      type.kind === 'bool'
        ? 'give true or false'
        : type.kind === 'enum'
          ? `give one of ${members.join(', ')}`
          : 'give a whole number, or a bigint',
    );
  }
  const { low, high } = rangeOf(type);
  if (number < low || number > high) {
    throw fatal(
      'M003',
      site,
      `${path} of the memory is ${number}, which does not fit ${groundTypeText(type)}: that holds ${low} to ${high}`,
      'give a value in that range, or widen the memory',
    );
  }
  return BigInt.asUintN(type.width, number);
}

/** A plain value of a type as an integer; undefined for all else. */
function integerOf({ kind, enumeration }: GroundType, value: unknown): bigint | undefined {
  if (kind === 'enum') return typeof value === 'string' ? enumeration!.members.get(value) : undefined;
  if (kind === 'bool') return typeof value === 'boolean' ? BigInt(value) : undefined;
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === undefined ? 'undefined' : `a value of type ${typeof value}`;
}

/** Bits as a memory of a type keeps them. */
function asWord(type: DataType, bits: bigint): bigint {
  return type.kind === 'sint' ? BigInt.asIntN(type.width, bits) : bits;
}

/**
 * Words from a file.
 *
 * @throws ElaborationError M005 for a file that can't be read or is not of that format, M004 for too many words
 */
export function wordsOfFile(memory: Filled, { file, format = 'hex' }: ContentsFile): bigint[] {
  const { type, depth, site } = memory;
  const name = String(file);
  const width = widthOf(type);
  const refuse = (code: 'M004' | 'M005', message: string, fix: string): Error => fatal(code, site, message, fix);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(
      'M005',
      `the contents of the memory can't be read from ${name}: ${reason}`,
      'paths are relative to the working directory; new URL(file, import.meta.url) is relative to the source',
    );
  }
  const digits = format === 'hex' ? /^[0-9a-f][0-9a-f_]*$/i : /^[01][01_]*$/;
  const words: bigint[] = [];
  let address = 0;
  // What a comment leaves behind keeps its lines, so that the ones after it are counted right.
  const plain = text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
  plain.split('\n').forEach((line, index) => {
    const place = `${name}:${index + 1}`;
    for (const word of line.split(/\s+/).filter((each) => each !== '')) {
      if (/^@[0-9a-f]+$/i.test(word)) {
        address = Number.parseInt(word.slice(1), 16);
        continue;
      }
      if (!digits.test(word)) {
        throw refuse(
          'M005',
          `${place}: "${word}" is no ${format === 'hex' ? 'hexadecimal' : 'binary'} number`,
          'words are digits with _ between them; x and z, and signs, stand for no bits',
        );
      }
      const value = BigInt(`${format === 'hex' ? '0x' : '0b'}${word.replaceAll('_', '')}`);
      if (value >> BigInt(width) !== 0n) {
        throw refuse('M005', `${place}: "${word}" has more bits than the ${width} of a word`, 'widen the memory');
      }
      if (address >= depth) {
        throw refuse(
          'M004',
          `${place}: "${word}" is for address ${address}, and the memory has ${depth} words`,
          'deepen the memory, or shorten the file',
        );
      }
      words[address++] = asWord(type, value);
    }
  });
  return Array.from(words, (word) => word ?? 0n);
}
