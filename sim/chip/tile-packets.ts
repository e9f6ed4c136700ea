/** How the tiles of a PE row travel. */
import { packWeightHeader } from '../../hw/pe-cluster/weight-packet.ts';
import type { ChipLayer } from './chip-layer.ts';
import type { GrowingWords } from './growing-words.ts';
import { PacketSplitter } from './packet-splitter.ts';

/**
 * Writes the packets of one router.
 *
 * - Columns that share a tile get it in one packet.
 * - Uncompressed tiles are equally long, and are dealt to the columns word by word.
 * - Compressed tiles have a packet each, or two: see `PacketSplitter`.
 */
export class TilePackets {
  readonly #stream: GrowingWords;
  readonly #layer: ChipLayer;
  readonly #splitter: PacketSplitter;

  constructor(stream: GrowingWords, layer: ChipLayer) {
    this.#stream = stream;
    this.#layer = layer;
    this.#splitter = new PacketSplitter(layer);
  }

  /** @param tiles one for each PE column, or one for all */
  append(tiles: readonly Uint32Array[]): void {
    const { chip, dense } = this.#layer;
    if (tiles.length === 1) this.#packet(2 ** chip.peColumns - 1, tiles[0]!);
    else if (dense) this.#dealt(tiles);
    else this.#ofColumns(tiles);
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

  #ofColumns(tiles: readonly Uint32Array[]): void {
    const first = this.#splitter.first(tiles.map(({ length }) => length));
    tiles.forEach((tile, column) => this.#packet(1 << column, tile.subarray(0, first[column])));
    tiles.forEach((tile, column) => {
      if (first[column]! < tile.length) this.#packet(1 << column, tile.subarray(first[column]));
    });
  }
}
