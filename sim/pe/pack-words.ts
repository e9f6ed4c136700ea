/** Packs compressed and plain values into the words of a PE's links, and psums into pairs. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import { encodeCsc } from '../csc/csc.ts';
import { pairColumns } from '../csc/pairs.ts';

/** Entries of equal width, packed low end first into words of `perWord` of them; the last word is filled up with zeros. */
export class WordPacker {
  private words = new Uint32Array(1024);
  private entries = 0;
  private readonly bits: number;
  private readonly perWord: number;

  constructor(bits: number, perWord: number) {
    this.bits = bits;
    this.perWord = perWord;
  }

  /** @param entry its low bits count */
  push(entry: number): void {
    const word = Math.floor(this.entries / this.perWord);
    if (word === this.words.length) {
      const larger = new Uint32Array(2 * word);
      larger.set(this.words);
      this.words = larger;
    }
    const mask = 2 ** this.bits - 1;
    this.words[word]! |= (entry & mask) << (this.bits * (this.entries % this.perWord));
    this.entries++;
  }

  /** Leaves the rest of a word that is begun at zero: the next entry begins a word. */
  align(): void {
    this.entries = Math.ceil(this.entries / this.perWord) * this.perWord;
  }

  finish(): Uint32Array {
    return this.words.slice(0, Math.ceil(this.entries / this.perWord));
  }
}

/**
 * Segments of iacts as the PE's loader takes them, each from a word of its own on: its number of entries and then the entries,
 * two to a word; or plain values, three to a word.
 */
export function packIacts(segments: readonly ArrayLike<number>[], pe: PeParameters, dense: boolean): Uint32Array {
  if (dense) return packPlain(segments, pe, true);
  const packer = new WordPacker(pe.dataBits + pe.countBits, 2);
  const { data, counts, addresses } = encodeCsc(segments, pe);
  for (let segment = 0; segment < segments.length; segment++) {
    packer.push(addresses[segment + 1]! - addresses[segment]!);
    for (let entry = addresses[segment]!; entry < addresses[segment + 1]!; entry++)
      packer.push(entryBits(data[entry]!, counts[entry]!, pe));
    packer.align();
  }
  return packer.finish();
}

/** Columns of weights as the PE's loader takes them: the end address of each, then the words; or plain values, columns padded to even. */
export function packWeights(columns: readonly ArrayLike<number>[], pe: PeParameters, dense: boolean): Uint32Array {
  if (dense) return packPlain(columns.map(padToEven), pe, false);
  const { words, addresses } = pairColumns(encodeCsc(columns, pe));
  const ends = new WordPacker(pe.dataBits, 3);
  for (const end of addresses.slice(1)) ends.push(end);
  const pairs = new WordPacker(pe.dataBits + pe.countBits, 2);
  for (const { data0, count0, data1, count1 } of words) {
    pairs.push(entryBits(data0, count0, pe));
    pairs.push(entryBits(data1, count1, pe));
  }
  return concatenate([ends.finish(), pairs.finish()]);
}

/** @param aligned each part begins a word */
function packPlain(parts: readonly ArrayLike<number>[], pe: PeParameters, aligned: boolean): Uint32Array {
  const packer = new WordPacker(pe.dataBits, 3);
  for (const part of parts) {
    for (let index = 0; index < part.length; index++) packer.push(part[index]!);
    if (aligned) packer.align();
  }
  return packer.finish();
}

function padToEven(column: ArrayLike<number>): ArrayLike<number> {
  return column.length % 2 === 0 ? column : [...Array.from(column), 0];
}

function entryBits(data: number, count: number, pe: PeParameters): number {
  return (count << pe.dataBits) | (data & (2 ** pe.dataBits - 1));
}

/** One list of words after the other. */
export function concatenate(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Pairs of numbers of up to 32 bits as beats of words: the first of a pair in the lower bits, the second above it. */
export function packPairs(halves: Uint32Array, bits: number): Uint32Array {
  const size = Math.ceil((2 * bits) / 32);
  const words = new Uint32Array((halves.length / 2) * size);
  for (let beat = 0; beat < halves.length / 2; beat++) {
    const [low, high] = [halves[2 * beat]!, halves[2 * beat + 1]!];
    words[beat * size] = bits === 32 ? low : low | (high << bits);
    if (size === 2) words[beat * size + 1] = bits === 32 ? high : high >>> (32 - bits);
  }
  return words;
}

/** The pairs that `packPairs` packed. */
export function unpackPairs(words: Uint32Array, bits: number): Uint32Array {
  const size = Math.ceil((2 * bits) / 32);
  const mask = 2 ** bits - 1;
  const halves = new Uint32Array((words.length / size) * 2);
  for (let beat = 0; beat < words.length / size; beat++) {
    const [low, high] = [words[beat * size]!, size === 2 ? words[beat * size + 1]! : 0];
    halves[2 * beat] = low & mask;
    halves[2 * beat + 1] = bits === 32 ? high : ((low >>> bits) | (size === 2 ? high << (32 - bits) : 0)) & mask;
  }
  return halves;
}
