/** What an iact bank is to do, told by a reference in TypeScript: blocks of words, and the order in which slots get them. */
import type { Random } from '../../../sim/tensor/random.ts';
import { entriesOf, entry, linkWords } from '../pe/link-words.ts';

/** The walk of a bank, in numbers of blocks; addresses follow from them. */
export interface Walk {
  readonly slots: number;
  readonly ownSlots: boolean;
  readonly slotBlocks: number;
  readonly rowBlocks: number;
  readonly passBlocks: number;
  readonly chunkBlocks: number;
  readonly rows: number;
  readonly passes: number;
  readonly replays: number;
  readonly chunks: number;
  readonly passRelease: number;
  readonly chunkRelease: number;
  readonly ringBlocks: number;
}

/** What blocks are made of. */
export interface BlockShape {
  readonly dense: boolean;
  readonly segments: number;
  /** Values of a segment. */
  readonly segmentLength: number;
  readonly density: number;
}

/** Every slot has blocks of its own, which come pass by pass. */
export function ownBlocks(
  slots: number,
  counts: Pick<Walk, 'rows' | 'passes' | 'replays' | 'chunks' | 'ringBlocks'>,
): Walk {
  const passBlocks = slots * counts.rows;
  return {
    ...counts,
    slots,
    ownSlots: true,
    slotBlocks: counts.rows,
    rowBlocks: 1,
    passBlocks,
    chunkBlocks: passBlocks * counts.passes,
    passRelease: passBlocks,
    chunkRelease: 0,
  };
}

/** Output rows over a kernel: blocks are input rows, each in so many parts, and a pass takes a part of one kernel row. */
export interface Kernel {
  readonly kernelRows: number;
  readonly stride: number;
  readonly parts: number;
}

/** Slots and their rows are output rows next to each other, so that their blocks overlap; a chunk begins where the one before ends. */
export function sharedBlocks(
  slots: number,
  { kernelRows, stride, parts }: Kernel,
  counts: Pick<Walk, 'ownSlots' | 'rows' | 'replays' | 'chunks' | 'ringBlocks'>,
): Walk {
  const { rows, ownSlots } = counts;
  const rowBlocks = stride * parts;
  const passes = kernelRows * parts;
  const chunkBlocks = (ownSlots ? slots : 1) * rows * rowBlocks;
  const passRelease = passes <= chunkBlocks ? 1 : 0;
  return {
    ...counts,
    slots,
    slotBlocks: rows * rowBlocks,
    rowBlocks,
    passBlocks: 1,
    chunkBlocks,
    passes,
    passRelease,
    chunkRelease: chunkBlocks - passes * passRelease,
  };
}

/** Numbers of the blocks that a slot gets, in order, counted from the first of the layer. */
export function blockOrder(walk: Walk, slot: number): number[] {
  const order: number[] = [];
  for (let chunk = 0; chunk < walk.chunks; chunk++) {
    for (let replay = 0; replay < walk.replays; replay++) {
      for (let pass = 0; pass < walk.passes; pass++) {
        for (let row = 0; row < walk.rows; row++) {
          const own = walk.ownSlots ? slot * walk.slotBlocks : 0;
          order.push(chunk * walk.chunkBlocks + own + pass * walk.passBlocks + row * walk.rowBlocks);
        }
      }
    }
  }
  return order;
}

/** Blocks up to the last that any slot gets. */
export function blocksNeeded(walk: Walk): number {
  return 1 + Math.max(...Array.from({ length: walk.slots }, (_, slot) => Math.max(...blockOrder(walk, slot))));
}

/** The fewest blocks that a ring must hold for the walk to come to its end. */
export function leastRing(walk: Walk): number {
  const last = (walk.ownSlots ? (walk.slots - 1) * walk.slotBlocks : 0) + (walk.rows - 1) * walk.rowBlocks;
  const kept = walk.replays > 1 ? walk.passBlocks : walk.passBlocks - walk.passRelease;
  return last + (walk.passes - 1) * kept + 1;
}

/** The words of a block of random values. */
export function randomBlock(random: Random, { dense, segments, segmentLength, density }: BlockShape): number[] {
  return Array.from({ length: segments }, () => {
    // Some segments of a block are emptier than others.
    const ofThis = random.fraction() < 0.2 ? 0 : density;
    const values = Array.from({ length: segmentLength }, () =>
      random.fraction() < ofThis ? random.integer(1, 255) : 0,
    );
    if (dense) return [...linkWords(values, 8, 3)];
    const entries = entriesOf(values);
    return [...linkWords([entries.length, ...entries.map(({ count, data }) => entry(count, data))], 12, 2)];
  }).flat();
}

/** The most words that a block can have, with the one for its length. */
export function mostBlockWords({ dense, segments, segmentLength }: BlockShape): number {
  return 1 + segments * (dense ? Math.ceil(segmentLength / 3) : Math.ceil((segmentLength + 1) / 2));
}
