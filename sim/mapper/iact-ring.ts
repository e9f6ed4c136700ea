/** How the blocks of a mapping lie in an iact bank, and how a bank walks over them. */
import { iactWalkShape, type IactWalkShape, segmentsOfRow } from '../pe/iact-walk.ts';
import type { Loops } from './loops.ts';

/**
 * A bank is a ring of blocks of `blockWords` words. In `passes` × `rows` steps, `replays` times a chunk, slot q takes block
 * q·slotBlocks + row·rowBlocks + pass·passBlocks of the chunk. Blocks come from outside in the order of their numbers.
 */
export interface IactRing {
  readonly walk: IactWalkShape;
  /** Segments of a block, and, uncompressed, words of a segment. */
  readonly segments: number;
  readonly segmentWords: number;
  /** Words of a block whose values are all non-zero, and the one that holds its length. */
  readonly blockWords: number;
  /** Blocks that fit the bank. */
  readonly ringBlocks: number;
  /** Slots with blocks of their own. */
  readonly slots: number;
  readonly slotBlocks: number;
  readonly rowBlocks: number;
  readonly passBlocks: number;
  /** Blocks that come for a chunk: the bank has to hold them at once. */
  readonly chunkBlocks: number;
  /** The bank's own loops: what is sent again from outside counts as another chunk. */
  readonly rows: number;
  readonly passes: number;
  readonly replays: number;
  readonly chunks: number;
  /** Blocks that become free after each pass of a chunk's last replay, and after the chunk. */
  readonly passRelease: number;
  readonly chunkRelease: number;
}

export function iactRing(loops: Loops): IactRing {
  const { mapping, work, chip, passes, replays, chunks, positionColumns: slots } = loops;
  const { rows } = mapping;
  const walk = iactWalkShape(chip.pe, mapping.channels, mapping.kernelColumns, work.stride[1]);
  const segments = segmentsOfRow(walk, mapping.windows);
  const segmentWords = Math.ceil(walk.segmentLength / 3);
  const blockWords =
    1 + segments * (mapping.encoding === 'dense' ? segmentWords : Math.ceil((walk.segmentLength + 1) / 2));
  const ringBlocks = Math.floor(chip.iactBankWords / blockWords);
  const shared = mapping.iacts === 'shared';
  const stride = work.stride[0];
  // Blocks of a pass lie together, and are free after it. Without replay nothing tells a pass from a chunk.
  const passBlocks = shared ? 1 : slots * rows;
  const turns = mapping.replay ? passes : 1;
  const chunkBlocks = shared ? (slots * rows - 1) * stride + work.r : turns * passBlocks;
  return {
    walk,
    segments,
    segmentWords,
    blockWords,
    ringBlocks,
    slots,
    slotBlocks: slots === 1 ? 0 : shared ? rows * stride : 1,
    rowBlocks: rows === 1 ? 0 : shared ? stride : slots,
    passBlocks,
    chunkBlocks,
    rows,
    passes: shared ? passes : turns,
    replays: mapping.replay ? replays : 1,
    chunks: mapping.replay ? chunks : shared ? chunks * replays : chunks * replays * passes,
    passRelease: shared ? 0 : passBlocks,
    chunkRelease: shared ? chunkBlocks : 0,
  };
}
