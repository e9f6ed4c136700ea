/** The iact words that come from outside: blocks for the banks, in the order in which these are filled. */
import type { ChipLayer } from './chip-layer.ts';
import { isIactSource } from './chip-layer.ts';
import { groupOf, pieceOf, unitOf } from '../mapper/loops.ts';
import { concatenate } from '../pe/pack-words.ts';
import type { BlockKey, IactBlocks } from './iact-blocks.ts';

/** The blocks that one iact router takes in a layer, in order. */
export interface RouterBlocks {
  readonly cluster: number;
  readonly router: number;
  readonly keys: Uint32Array;
}

/**
 * The blocks of every iact router of the clusters that are fed from outside, in ascending order of clusters and routers. They come chunk by chunk,
 * within a chunk in the order of their numbers in the bank, and as often as the bank does not keep them. Past the
 * bank, they come as the PEs read them.
 */
export function iactBlockOrder(layer: ChipLayer, blocks: IactBlocks): RouterBlocks[] {
  const { loops, roles, mapping } = layer;
  const orders: RouterBlocks[] = [];
  roles.forEach((role, cluster) => {
    if (!isIactSource(layer, role)) return;
    for (let router = 0; router < loops.peRows; router++) {
      const times = mapping.replay && mapping.iacts !== 'bypass' ? 1 : loops.replays;
      const chunks: Uint32Array[] = [];
      for (let chunk = 0; chunk < loops.chunks; chunk++) {
        const keys = chunkBlocks(layer, blocks, cluster, router, chunk);
        for (let time = 0; time < times; time++) chunks.push(keys);
      }
      orders.push({ cluster, router, keys: concatenate(chunks) });
    }
  });
  return orders;
}

/** The blocks of one chunk for a router, which serves the PE row of the same number, by their numbers in the bank. */
function chunkBlocks(
  layer: ChipLayer,
  blocks: IactBlocks,
  cluster: number,
  router: number,
  chunk: number,
): Uint32Array {
  const { loops, mapping, roles, ring } = layer;
  const role = roles[cluster]!;
  const group = groupOf(loops, role, chunk);
  // A bank that takes each pass for a chunk of its own begins to count anew; their blocks follow each other all the same.
  const passBlocks = mapping.iacts === 'shared' ? ring.passBlocks : ring.slots * mapping.rows;
  const count = mapping.iacts === 'shared' ? ring.chunkBlocks : loops.passes * passBlocks;
  const keys = new Int32Array(count).fill(-1);
  for (let pass = 0; pass < loops.passes; pass++) {
    const unit = unitOf(loops, role, pass, router);
    for (let row = 0; row < mapping.rows; row++) {
      for (let slot = 0; slot < ring.slots; slot++) {
        const piece = pieceOf(loops, role, slot, chunk, row);
        if (piece === undefined || unit === undefined || group < 0) continue;
        const number = slot * ring.slotBlocks + row * ring.rowBlocks + pass * passBlocks;
        const key = blocks.keyOf(group, piece, unit);
        const before = keys[number]!;
        if (before >= 0 && before !== key)
          throw new Error(
            `layer ${layer.layer.name}: block ${number} of chunk ${chunk} is two different ones: the rows of this mapping cannot share iacts`,
          );
        keys[number] = key;
      }
    }
  }
  return Uint32Array.from(keys, (key) => Math.max(0, key));
}

/** The words of the blocks, one after the other. */
export function iactWords(blocks: IactBlocks, keys: ArrayLike<BlockKey>): Uint32Array {
  let total = 0;
  for (let at = 0; at < keys.length; at++) total += blocks.lengthOf(keys[at]!);
  const words = new Uint32Array(total);
  let next = 0;
  for (let at = 0; at < keys.length; at++) {
    const block = blocks.wordsOf(keys[at]!);
    words.set(block, next);
    next += block.length;
  }
  return words;
}
