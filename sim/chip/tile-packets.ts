/** How the tiles of a PE row travel. */
import { packWeightHeader } from '../../hw/pe-cluster/weight-packet.ts';
import { clusterCount } from '../../hw/parameters.ts';
import type { ChipLayer } from './chip-layer.ts';
import type { GrowingWords } from './growing-words.ts';

/**
 * Writes the packets of one router.
 *
 * - Columns that share a tile get it in one packet.
 * - Uncompressed tiles are equally long, and are dealt to the columns word by word.
 * - Compressed tiles have a packet each. What of a tile finds no room in the weight SPad beside the tile before waits for the last
 *   window of that one; so that it does not hold up the other columns' tiles, it comes in a second packet, behind all the first ones.
 *   Routers that share a lane take turns packet by packet, and so have a packet to a tile.
 */
export class TilePackets {
  readonly #stream: GrowingWords;
  readonly #layer: ChipLayer;
  readonly #addressWords: number;
  readonly #splits: boolean;
  /** Words of weights that each column's last tile has. */
  readonly #before: number[];

  constructor(stream: GrowingWords, layer: ChipLayer) {
    const { chip, tileColumns, loops } = layer;
    this.#stream = stream;
    this.#layer = layer;
    this.#addressWords = Math.ceil(tileColumns / 3);
    this.#splits = chip.weightLanes === clusterCount(chip) * chip.peRows;
    this.#before = Array.from({ length: loops.filterColumns }, () => 0);
  }

  /** @param tiles one for each PE column, or one for all */
  append(tiles: readonly Uint32Array[]): void {
    const { chip, dense } = this.#layer;
    if (tiles.length === 1) this.#packet(2 ** chip.peColumns - 1, tiles[0]!);
    else if (dense) this.#dealt(tiles);
    else if (this.#splits) this.#inTwo(tiles);
    else tiles.forEach((tile, column) => this.#packet(1 << column, tile));
  }

  #packet(columns: number, words: Uint32Array): void {
    this.#stream.push(packWeightHeader({ columns, output: false, words: words.length }));
    this.#stream.append(words);
  }

  #dealt(tiles: readonly Uint32Array[]): void {
    const columns = 2 ** tiles.length - 1;
    const length = tiles[0]!.length;
    this.#stream.push(packWeightHeader({ columns, output: false, dealt: true, words: tiles.length * length }));
    for (let word = 0; word < length; word++) for (const tile of tiles) this.#stream.push(tile[word]!);
  }

  #inTwo(tiles: readonly Uint32Array[]): void {
    const { weightDataDepth } = this.#layer.chip.pe;
    const fit = tiles.map(({ length }, column) => {
      const room = weightDataDepth - this.#before[column]!;
      this.#before[column] = length - this.#addressWords;
      return Math.min(length, this.#addressWords + room);
    });
    tiles.forEach((tile, column) => this.#packet(1 << column, tile.subarray(0, fit[column])));
    tiles.forEach((tile, column) => {
      if (fit[column]! < tile.length) this.#packet(1 << column, tile.subarray(fit[column]));
    });
  }
}
