/** In which packets the tiles of a PE row travel: see `TilePackets`, which writes them. */
import type { ChipLayer } from '../chip/chip-layer.ts';
import { PacketSplitter } from '../chip/packet-splitter.ts';
import type { WeightPacket } from './weight-model.ts';
import type { WeightTile } from './weight-tile.ts';

export class PacketPlan {
  readonly #dense: boolean;
  readonly #splitter: PacketSplitter;

  constructor(layer: ChipLayer) {
    this.#dense = layer.dense;
    this.#splitter = new PacketSplitter(layer);
  }

  /** @param tiles of a turn: one for each PE column, or one for all */
  of(tiles: readonly WeightTile[]): WeightPacket[] {
    const sets = tiles.map((_, set) => set);
    const words = tiles.map(({ linkWords }) => linkWords);
    if (this.#dense) return [{ sets, words: words.reduce((sum, each) => sum + each, 0) }];
    const first = this.#splitter.first(words);
    return [
      ...sets.map((set) => ({ sets: [set], words: first[set]! })),
      ...sets.flatMap((set) => (first[set]! < words[set]! ? [{ sets: [set], words: words[set]! - first[set]! }] : [])),
    ];
  }
}
