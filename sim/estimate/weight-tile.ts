/** Weight tiles without their values: how many words their columns take. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import { filtersOfTile, type Loops, type Unit } from '../mapper/loops.ts';
import { columnCycles } from '../pe/column-cycles.ts';
import { ADDRESSES_OF_WORD, VALUES_OF_WORD } from './hardware-rules.ts';
import type { LayerMasks } from './masks.ts';

/** What `WeightTiles` packs for a filter tile and a unit of the reduction. */
export interface WeightTile {
  /** Words of the data SPad of each column; where they end, from the tile's start; all of them. */
  readonly words: Uint16Array;
  /** Cycles in which they are read. */
  readonly cycles: Uint16Array;
  readonly ends: Uint16Array;
  readonly total: number;
  /** Words of the link: the addresses that come first, and all, the header left out. */
  readonly addressWords: number;
  readonly linkWords: number;
}

/** Makes tiles, each different one once. */
export class WeightTileMaker {
  private readonly known = new Map<number, WeightTile>();
  private readonly none: WeightTile;
  private readonly columns: number;

  private readonly loops: Loops;
  private readonly pe: PeParameters;
  private readonly masks: LayerMasks;

  constructor(loops: Loops, pe: PeParameters, masks: LayerMasks) {
    this.loops = loops;
    this.pe = pe;
    this.masks = masks;
    const { mapping } = loops;
    this.columns = mapping.channels * mapping.kernelColumns;
    this.none = this.tile(new Uint16Array(this.columns).fill(mapping.encoding === 'dense' ? mapping.filters : 0));
  }

  /** The tile of a group, a filter tile and a unit; of zeros where there is nothing. Uncompressed, all are alike. */
  tileOf(group: number, filterTile: number, unit: Unit | undefined): WeightTile {
    const { work, mapping, filterTiles } = this.loops;
    if (mapping.encoding === 'dense' || group < 0 || filterTile < 0 || unit === undefined) return this.none;
    const place = ((group * filterTiles + filterTile) * work.r + unit.kernelRow) * work.s + unit.kernelColumns.start;
    const identity = place * work.c + unit.channels.start;
    let tile = this.known.get(identity);
    if (tile === undefined) this.known.set(identity, (tile = this.make(group, filterTile, unit)));
    return tile;
  }

  private make(group: number, filterTile: number, unit: Unit): WeightTile {
    const { work, mapping } = this.loops;
    const filters = filtersOfTile(this.loops, filterTile);
    const longestRun = 2 ** this.pe.countBits;
    const ofColumns = new Uint16Array(this.columns);
    for (let x = 0; x < unit.kernelColumns.size; x++) {
      for (let channel = 0; channel < unit.channels.size; channel++) {
        let entries = 0;
        let next = 0;
        for (let filter = 0; filter < filters.size; filter++) {
          const index = work.weightIndex(
            group,
            filters.start + filter,
            unit.channels.start + channel,
            unit.kernelRow,
            unit.kernelColumns.start + x,
          );
          if (index < 0 || !this.masks.weight(index)) continue;
          // Runs too long for a count take an entry more.
          entries += 1 + Math.floor((filter - next) / longestRun);
          next = filter + 1;
        }
        ofColumns[x * mapping.channels + channel] = entries;
      }
    }
    this.fit(ofColumns);
    return this.tile(ofColumns);
  }

  /** A mapping has tiles that fit. Drawn ones may be a little too large: the largest columns then lose words. */
  private fit(entries: Uint16Array): void {
    let excess = entries.reduce((sum, count) => sum + ((count + 1) >> 1), 0) - this.pe.weightDataDepth;
    for (; excess > 0; excess--) {
      const largest = entries.indexOf(Math.max(...entries));
      entries[largest] = Math.max(0, entries[largest]! - 2);
    }
  }

  private tile(entries: Uint16Array): WeightTile {
    const words = entries.map((count) => (count + 1) >> 1);
    const dense = this.loops.mapping.encoding === 'dense';
    let total = 0;
    const ends = words.map((count) => (total += count));
    const addressWords = dense ? 0 : Math.ceil(words.length / ADDRESSES_OF_WORD);
    return {
      words,
      cycles: entries.map((count) => columnCycles(count, this.pe)),
      ends,
      total,
      addressWords,
      linkWords: dense ? Math.ceil((2 * total) / VALUES_OF_WORD) : addressWords + total,
    };
  }
}
