/** Packs the iacts of row pieces into blocks, each different one once. */
import { forEachEntry, greatestCount } from '../csc/csc.ts';
import type { Piece, Unit } from '../mapper/loops.ts';
import type { ChipLayer } from './chip-layer.ts';
import { GrowingWords } from './growing-words.ts';

/** A packed block's number in the cache. */
export type BlockKey = number;

/**
 * The blocks of a layer. A block holds the segments of a row piece for one unit of the reduction: what one PE reads while it
 * walks over the piece. Each segment begins on a word: compressed its number of entries, then the entries, two to a word;
 * uncompressed its values, three to a word.
 *
 * Blocks are told apart by what they hold (image, group, input row, piece of the row, kernel columns, channels), so a row of the
 * input that several kernel rows read is packed once.
 */
export class IactBlocks {
  readonly #layer: ChipLayer;
  readonly #iacts: Int8Array | Uint8Array;
  readonly #words = new GrowingWords(1 << 16);
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #keys = new Map<number, BlockKey>();
  readonly #values: Int16Array;
  #longest = 0;

  /** @param iacts [n, g·c, h, w] */
  constructor(layer: ChipLayer, iacts: Int8Array | Uint8Array) {
    this.#layer = layer;
    this.#iacts = iacts;
    this.#values = new Int16Array(layer.walk.segmentLength);
    // Key 0: nothing but zeros, for PEs that have nothing to do.
    this.#packed(() => {
      for (let segment = 0; segment < layer.ring.segments; segment++) this.#packSegment();
    });
  }

  /** The block of a piece and a unit; of zeros where there is nothing, or only padding. */
  keyOf(group: number, piece: Piece | undefined, unit: Unit | undefined): BlockKey {
    if (group < 0 || piece === undefined || unit === undefined) return 0;
    const { work, mapping } = this.#layer;
    const y = piece.e * work.stride[0] + unit.kernelRow - work.pad[0];
    if (y < 0 || y >= work.h) return 0;
    const place = (((group * work.n + piece.n) * work.h + y) * work.f + piece.f) * work.s + unit.kernelColumns.start;
    const identity = place * work.c + unit.channels.start;
    const known = this.#keys.get(identity);
    if (known !== undefined) return known;
    const steps = mapping.windows + this.#layer.walk.windowSteps - 1;
    const key = this.#packed(() => {
      for (let step = 0; step < steps; step++) this.#packStep(group, piece, unit, y, step);
    });
    this.#keys.set(identity, key);
    return key;
  }

  /** The words of a block; valid until another block is packed. */
  wordsOf(key: BlockKey): Uint32Array {
    return this.#words.slice(this.#starts[key]!, this.#ends[key]!);
  }

  lengthOf(key: BlockKey): number {
    return this.#ends[key]! - this.#starts[key]!;
  }

  /** Words of the longest block that was packed so far. */
  get longest(): number {
    return this.#longest;
  }

  #packed(pack: () => void): BlockKey {
    this.#starts.push(this.#words.length);
    pack();
    this.#ends.push(this.#words.length);
    const key = this.#starts.length - 1;
    this.#longest = Math.max(this.#longest, this.lengthOf(key));
    return key;
  }

  /** The step's iacts: for each input column of it, all channels of the unit, filled up with zeros to C0. */
  #packStep(group: number, piece: Piece, { channels, kernelColumns }: Unit, y: number, step: number): void {
    const { work, walk, mapping } = this.#layer;
    const values = this.#values;
    values.fill(0);
    const left = piece.f * work.stride[1] + kernelColumns.start - work.pad[1];
    // Beyond the last window of the output nothing is read: zeros cost no cycles.
    const end = left + (piece.windows - 1) * work.stride[1] + kernelColumns.size;
    let at = 0;
    for (let column = 0; column < walk.stepColumns; column++) {
      const x = left + step * work.stride[1] + column;
      for (let channel = 0; channel < mapping.channels; channel++) {
        const index =
          channel < channels.size && x < end ? work.iactIndex(piece.n, group, channels.start + channel, y, x) : -1;
        values[at++] = index < 0 ? 0 : this.#iacts[index]!;
        if (at < walk.segmentLength) continue;
        this.#packSegment();
        at = 0;
      }
    }
  }

  /** The segment in `#values`, from a new word on. */
  #packSegment(): void {
    const { chip, dense } = this.#layer;
    const { dataBits, countBits } = chip.pe;
    const values = this.#values;
    const mask = (1 << dataBits) - 1;
    if (dense) {
      for (let at = 0; at < values.length; at += 3)
        this.#words.push(
          (values[at]! & mask) |
            (((values[at + 1] ?? 0) & mask) << dataBits) |
            (((values[at + 2] ?? 0) & mask) << (2 * dataBits)),
        );
      return;
    }
    const entryBits = dataBits + countBits;
    const start = this.#words.length;
    let low = 0; // the number of entries, known at the end
    let entries = 0;
    forEachEntry(values, greatestCount(countBits), (count, value) => {
      const entry = (count << dataBits) | (value & mask);
      entries++;
      if (entries % 2 === 1) this.#words.push(low | (entry << entryBits));
      else low = entry;
    });
    if (entries % 2 === 0) this.#words.push(low);
    this.#words.set(start, (this.#words.slice(start, start + 1)[0]! & ~mask) | entries);
  }
}
