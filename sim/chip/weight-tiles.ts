/** Packs weight tiles, each different one once. */
import { forEachEntry, greatestCount } from '../csc/csc.ts';
import { filtersOfTile, type Unit } from '../mapper/loops.ts';
import type { ChipLayer } from './chip-layer.ts';
import { GrowingWords } from './growing-words.ts';

/** A packed tile's number in the cache. */
export type TileKey = number;

/**
 * The tiles of a layer: the weights of M0 filters for one unit of the reduction. Compressed, a tile is the end address of each of
 * its C0·S0 columns (three to a word), then the words of two entries; uncompressed, M0 values a column, filled up to an even number,
 * three to a word. Columns run over the channels, then over the kernel columns.
 */
export class WeightTiles {
  readonly #layer: ChipLayer;
  readonly #weights: Int8Array;
  readonly #words: GrowingWords;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #keys = new Map<number, TileKey>();
  /** Filters of a column, M0, filled up to an even number. */
  readonly #height: number;
  /** The values of the column that is packed. */
  readonly #column: Int8Array;

  /** @param weights [g·m, c, r, s] */
  constructor(layer: ChipLayer, weights: Int8Array) {
    this.#layer = layer;
    this.#weights = weights;
    this.#words = new GrowingWords(weights.length);
    this.#height = 2 * Math.ceil(layer.mapping.filters / 2);
    this.#column = new Int8Array(this.#height);
    // Key 0: nothing but zeros, for PEs that have nothing to do.
    this.#packed(() => this.#pack(-1, -1, undefined));
  }

  /** The tile of a group, a filter tile and a unit; of zeros where there is nothing. */
  keyOf(group: number, filterTile: number, unit: Unit | undefined): TileKey {
    if (group < 0 || filterTile < 0 || unit === undefined) return 0;
    const { work, loops } = this.#layer;
    const place =
      ((group * loops.filterTiles + filterTile) * work.r + unit.kernelRow) * work.s + unit.kernelColumns.start;
    const identity = place * work.c + unit.channels.start;
    const known = this.#keys.get(identity);
    if (known !== undefined) return known;
    const key = this.#packed(() => this.#pack(group, filterTile, unit));
    this.#keys.set(identity, key);
    return key;
  }

  /** The words of a tile; valid until another tile is packed. */
  wordsOf(key: TileKey): Uint32Array {
    return this.#words.slice(this.#starts[key]!, this.#ends[key]!);
  }

  #packed(pack: () => void): TileKey {
    this.#starts.push(this.#words.length);
    pack();
    this.#ends.push(this.#words.length);
    return this.#starts.length - 1;
  }

  #pack(group: number, filterTile: number, unit: Unit | undefined): void {
    const { dense, tileColumns, chip, layer } = this.#layer;
    const { dataBits, weightDataDepth } = chip.pe;
    const mask = (1 << dataBits) - 1;
    if (dense) {
      let word = 0;
      let values = 0;
      for (let column = 0; column < tileColumns; column++) {
        const values8 = this.#columnValues(group, filterTile, unit, column);
        for (let filter = 0; filter < this.#height; filter++) {
          word |= (values8[filter]! & mask) << (dataBits * values);
          if (++values < 3) continue;
          this.#words.push(word);
          word = 0;
          values = 0;
        }
      }
      if (values > 0) this.#words.push(word);
      return;
    }
    const start = this.#words.length;
    const addressWords = Math.ceil(tileColumns / 3);
    for (let at = 0; at < addressWords; at++) this.#words.push(0);
    const data = this.#words.length;
    for (let column = 0; column < tileColumns; column++) {
      if (unit !== undefined) this.#packColumn(this.#columnValues(group, filterTile, unit, column));
      const end = this.#words.length - data;
      if (end > weightDataDepth)
        throw new Error(
          `layer ${layer.name}: a weight tile has more than ${end - 1} words, and a PE holds ${weightDataDepth}: this mapping does not fit`,
        );
      const address = start + Math.floor(column / 3);
      const before = this.#words.slice(address, address + 1)[0]!;
      this.#words.set(address, before | (end << (dataBits * (column % 3))));
    }
  }

  /** The weights of a column, zeros beyond the tile's filters; valid until the next call. */
  #columnValues(group: number, filterTile: number, unit: Unit | undefined, column: number): Int8Array {
    const { work, loops, mapping } = this.#layer;
    const values = this.#column;
    values.fill(0);
    if (unit === undefined) return values;
    const x = Math.floor(column / mapping.channels);
    const channel = column - x * mapping.channels;
    if (x >= unit.kernelColumns.size || channel >= unit.channels.size) return values;
    const filters = filtersOfTile(loops, filterTile);
    for (let filter = 0; filter < filters.size; filter++) {
      const index = work.weightIndex(
        group,
        filters.start + filter,
        unit.channels.start + channel,
        unit.kernelRow,
        unit.kernelColumns.start + x,
      );
      if (index >= 0) values[filter] = this.#weights[index]!;
    }
    return values;
  }

  /** Entries of a column, from a new word on; the last word's second half is zero where they are odd. */
  #packColumn(values: Int8Array): void {
    const { dataBits, countBits } = this.#layer.chip.pe;
    const entryBits = dataBits + countBits;
    const mask = (1 << dataBits) - 1;
    let low = -1; // an entry that waits for its neighbour
    forEachEntry(values, greatestCount(countBits), (count, value) => {
      const entry = (count << dataBits) | (value & mask);
      if (low < 0) {
        low = entry;
      } else {
        this.#words.push(low | (entry << entryBits));
        low = -1;
      }
    });
    if (low >= 0) this.#words.push(low);
  }
}
