import { clusterCount } from '../../hw/parameters.ts';
import type { ChipLayer } from './chip-layer.ts';

/**
 * Says where compressed tiles of a PE row are cut. What of a tile finds no room in the weight SPad beside the tile before waits for the last
 * window of that one; so that it does not hold up the other columns' tiles, it comes in a second packet, behind all the first ones.
 * Routers that share a lane take turns packet by packet, and so have a packet to a tile; and a tile for all columns holds up nobody.
 */
export class PacketSplitter {
  readonly #depth: number;
  readonly #addressWords: number;
  readonly #splits: boolean;
  /** Words of weights that each column's last tile has. */
  readonly #before: number[];

  constructor({ chip, tileColumns, loops }: ChipLayer) {
    this.#depth = chip.pe.weightDataDepth;
    this.#addressWords = Math.ceil(tileColumns / 3);
    this.#splits = loops.filterColumns > 1 && chip.weightLanes === clusterCount(chip) * chip.peRows;
    this.#before = Array.from({ length: loops.filterColumns }, () => 0);
  }

  /**
   * @param words of the columns' next tiles
   * @returns words of the first packet of each
   */
  first(words: readonly number[]): number[] {
    if (!this.#splits) return [...words];
    return words.map((all, column) => {
      const room = this.#depth - this.#before[column]!;
      this.#before[column] = all - this.#addressWords;
      return Math.min(all, this.#addressWords + room);
    });
  }
}
