/** Blocks of iacts without their values: where the non-zeros are. */
import type { Piece, Unit } from '../mapper/loops.ts';
import type { Mapping } from '../mapper/mapping.ts';
import type { WorkLayer } from '../mapper/work-layer.ts';
import type { IactWalkShape } from '../pe/iact-walk.ts';
import type { LayerMasks } from './masks.ts';
import { VALUES_OF_WORD } from './hardware-rules.ts';

/** What `IactBlocks` packs for a row piece and a unit of the reduction. */
export interface IactBlock {
  /** Entries of each segment; where the first of them stands in `positions`, each entry's place in its segment. */
  readonly counts: Uint16Array;
  readonly starts: Uint32Array;
  readonly positions: Uint16Array;
  /** Words of the link that the block takes. */
  readonly words: number;
}

export interface BlockShape {
  readonly work: WorkLayer;
  readonly mapping: Mapping;
  readonly walk: IactWalkShape;
  readonly segments: number;
}

/** Makes blocks, each different one once. */
export class IactBlockMaker {
  private readonly known = new Map<number, IactBlock>();
  private readonly none: IactBlock;
  private readonly buffer: Uint16Array;

  private readonly shape: BlockShape;
  private readonly masks: LayerMasks;

  constructor(shape: BlockShape, masks: LayerMasks) {
    this.shape = shape;
    this.masks = masks;
    const { walk, segments, mapping } = shape;
    this.buffer = new Uint16Array(segments * walk.segmentLength);
    if (mapping.encoding === 'dense') {
      const counts = new Uint16Array(segments).fill(walk.segmentLength);
      const positions = this.buffer.map((_, index) => index % walk.segmentLength);
      const starts = Uint32Array.from(counts, (_, index) => index * walk.segmentLength);
      this.none = { counts, starts, positions, words: segments * Math.ceil(walk.segmentLength / VALUES_OF_WORD) };
    } else {
      this.none = {
        counts: new Uint16Array(segments),
        starts: new Uint32Array(segments),
        positions: new Uint16Array(0),
        words: segments,
      };
    }
  }

  /** The block of a piece and a unit; of zeros where there is nothing, or only padding. Uncompressed, all are alike. */
  blockOf(group: number, piece: Piece | undefined, unit: Unit | undefined): IactBlock {
    const { work, mapping } = this.shape;
    if (mapping.encoding === 'dense' || group < 0 || piece === undefined || unit === undefined) return this.none;
    const y = piece.e * work.stride[0] + unit.kernelRow - work.pad[0];
    if (y < 0 || y >= work.h) return this.none;
    const place = (((group * work.n + piece.n) * work.h + y) * work.f + piece.f) * work.s + unit.kernelColumns.start;
    const identity = place * work.c + unit.channels.start;
    let block = this.known.get(identity);
    if (block === undefined) this.known.set(identity, (block = this.make(group, piece, unit, y)));
    return block;
  }

  private make(group: number, piece: Piece, { channels, kernelColumns }: Unit, y: number): IactBlock {
    const { work, walk, mapping, segments } = this.shape;
    const { masks, buffer } = this;
    const counts = new Uint16Array(segments);
    const starts = new Uint32Array(segments);
    const left = piece.f * work.stride[1] + kernelColumns.start - work.pad[1];
    // Beyond the last window of the output nothing is read.
    const end = left + (piece.windows - 1) * work.stride[1] + kernelColumns.size;
    let entries = 0;
    let words = 0;
    let segment = 0;
    let place = 0;
    let opened = 0;
    const steps = mapping.windows + walk.windowSteps - 1;
    for (let step = 0; step < steps; step++) {
      for (let column = 0; column < walk.stepColumns; column++) {
        const x = left + step * work.stride[1] + column;
        for (let channel = 0; channel < mapping.channels; channel++) {
          if (channel < channels.size && x < end) {
            const index = work.iactIndex(piece.n, group, channels.start + channel, y, x);
            if (index >= 0 && masks.iact(index)) buffer[entries++] = place;
          }
          if (++place < walk.segmentLength) continue;
          counts[segment] = entries - opened;
          starts[segment++] = opened;
          words += ((entries - opened) >> 1) + 1;
          opened = entries;
          place = 0;
        }
      }
    }
    return { counts, starts, positions: buffer.slice(0, entries), words };
  }
}
