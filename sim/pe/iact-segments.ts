import type { Layer } from '../layer/layer.ts';
import type { IactWalkShape } from './iact-walk.ts';
import type { OutputRow, Tile } from './tiles.ts';

/**
 * The iacts that a tile's windows walk over, cut into segments: for every output row, step after step, for every input
 * column of the step every channel of the tile. Columns in the padding are zeros.
 *
 * @param iacts [n, g·c, h, w]
 * @param windows windows of a row, F
 */
export function iactSegments(
  layer: Layer,
  iacts: Int8Array | Uint8Array,
  { group, channels, kernelColumns }: Pick<Tile, 'group' | 'channels' | 'kernelColumns'>,
  rows: readonly OutputRow[],
  windows: number,
  walk: IactWalkShape,
): ArrayLike<number>[] {
  const { g, c, h, w, stride, pad } = layer;
  const segments: ArrayLike<number>[] = [];
  const left = kernelColumns.start - pad[1];
  for (const { n, y } of rows) {
    for (let step = 0; step < windows + walk.windowSteps - 1; step++) {
      const values = new Int16Array(walk.stepIacts);
      let at = 0;
      for (let column = 0; column < walk.stepColumns; column++) {
        const x = left + step * stride[1] + column;
        for (let channel = channels.start; channel < channels.start + channels.size; channel++, at++) {
          if (x >= 0 && x < w) values[at] = iacts[((n * g * c + group * c + channel) * h + y) * w + x]!;
        }
      }
      for (let start = 0; start < values.length; start += walk.segmentLength)
        segments.push(values.subarray(start, start + walk.segmentLength));
    }
  }
  return segments;
}
