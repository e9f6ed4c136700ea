/** How the output units cut what they make: into tiles of filters, and windows into segments. */
import { OUTPUT_SEGMENT_BITS } from '../../hw/control/command.ts';
import type { ChipLayer } from './chip-layer.ts';

export interface OutputPlan {
  /** Times that a PE column's filters change, the first time included, and windows between two changes. */
  readonly tiles: number;
  readonly windows: number;
  /** Chunks after which the filters of a replay are others. */
  readonly changesEvery: number;
}

/** Filters change with every replay; where there is one only, they stay until the group changes. */
export function outputPlan({ loops, mapping }: ChipLayer): OutputPlan {
  const { replays, chunks, groupChunks, pieceChunks } = loops;
  const windows = mapping.rows * mapping.windows;
  return replays === 1
    ? { tiles: groupChunks, windows: pieceChunks * windows, changesEvery: pieceChunks }
    : { tiles: chunks * replays, windows, changesEvery: 1 };
}

/**
 * Outputs of a segment: the most that a PE of this chip holds as one segment and a command can say, and that divide the window, so
 * that a next layer whose channels are cut alike reads them as they are.
 */
export function outputSegmentLength({ mapping, chip }: ChipLayer): number {
  const most = Math.min(mapping.filters, chip.pe.iactDataDepth - 1, 2 ** OUTPUT_SEGMENT_BITS - 1);
  for (let length = most; length > 1; length--) if (mapping.filters % length === 0) return length;
  return 1;
}
