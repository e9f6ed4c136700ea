/** The work that a chip does by a mapping, counted without it: what its own counters must say. */
import type { Operands } from '../chip/chip-program.ts';
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { columnCycles, columnIndex, inColumnOrder } from '../mapper/column-words.ts';
import { filtersOfTile, kernelColumnsOfPart, type Loops, loopsOf } from '../mapper/loops.ts';
import type { Mapping } from '../mapper/mapping.ts';
import { type WorkLayer, workLayer } from '../mapper/work-layer.ts';

export interface ChipWork {
  /** Cycles of all PEs together for the weights that non-zero iacts meet in the layer's windows: words, or with one MAC weights. */
  readonly words: number;
  /** The same of windows that the layer does not have. */
  readonly surplusWords: number;
  /** MACs with both operands non-zero of such windows. */
  readonly surplusMacs: number;
}

/**
 * All PEs walk over equally many windows. Where the layer has fewer, zeros fill them up, except for two kinds that meet iacts of the
 * layer again, and whose psums nobody takes: windows behind the end of a row, as far as they reach back into its last
 * window; and, where rows share iacts, rows below the last one, as far as they reach back into its input rows.
 *
 * @returns how often weights are met if iacts and weights are compressed; uncompressed, the words are a lower bound. PEs that read
 *   nothing compressed meet all weights with all iacts, those of the padding too
 */
export function chipWork(
  layer: Layer,
  { iacts, weights }: Pick<Operands, 'iacts' | 'weights'>,
  mapping: Mapping,
  chip: ChipParameters,
): ChipWork {
  const work = workLayer(layer, mapping.flatten, mapping.bundle, mapping.order);
  const loops = loopsOf(work, mapping, chip);
  const surplus = surplusWindows(loops);
  const counts = { words: 0, surplusWords: 0, surplusMacs: 0 };
  for (let group = 0; group < work.g; group++) {
    const columns = weightColumns(loops, weights.data, group);
    for (let kernelRow = 0; kernelRow < work.r; kernelRow++) {
      for (let kernelColumn = 0; kernelColumn < work.s; kernelColumn++) {
        const behind = surplus.columns[kernelColumn]!;
        const below = surplus.rows[kernelRow]!;
        for (let channel = 0; channel < work.c; channel++) {
          const column = columnIndex(work, channel, kernelRow, kernelColumn);
          const words = columns.words[column]!;
          if (words === 0) continue;
          const met = (rows: number, windows: number): number =>
            nonZeros(work, iacts.data, { group, channel, kernelRow, kernelColumn }, rows, windows);
          const inside = met(work.e, work.f);
          counts.words += words * (chip.pe.sparse ? inside : work.n * work.e * work.f);
          if (behind === 0 && below === 0) continue;
          const all = met(work.e + below, work.f + behind);
          if (chip.pe.sparse) counts.surplusWords += words * (all - inside);
          counts.surplusMacs += columns.weights[column]! * (all - inside);
        }
      }
    }
  }
  return counts;
}

/** Of each weight column of a group, over all filter tiles: cycles for its words, and weights that are not zero. Ordered as `columnIndex` says. */
export function weightColumns(
  loops: Loops,
  weights: Int8Array,
  group: number,
): { words: Uint32Array; weights: Uint32Array } {
  const { work, chip, filterTiles } = loops;
  const words = new Uint32Array(work.c * work.r * work.s);
  for (let tile = 0; tile < filterTiles; tile++) {
    const filters = filtersOfTile(loops, tile);
    const ofTile = columnCycles(work, weights, group, filters, chip.pe.sparse ? 'csc' : 'dense', chip.pe);
    for (const [column, count] of ofTile.entries()) words[column]! += count;
  }
  const { layer, bundle } = work;
  const nonZero = new Uint32Array(words.length);
  const filterSize = layer.c * layer.r * layer.s;
  const first = group * bundle * layer.m;
  const last = Math.min(first + work.m, layer.g * layer.m);
  for (let filter = first; filter < last; filter++) {
    // Bundled groups lie side by side.
    const column = Math.floor((filter - first) / layer.m) * filterSize;
    for (let index = 0; index < filterSize; index++)
      if (weights[filter * filterSize + index] !== 0) nonZero[column + index]!++;
  }
  inColumnOrder(work, group, nonZero);
  return { words, weights: nonZero };
}

/**
 * For each kernel column, the windows behind the end of every row in which it still meets iacts that were sent for the row; for each
 * kernel row, the rows below the last one in which it does. What is behind the end of a row is below the last one, too.
 */
function surplusWindows(loops: Loops): { columns: number[]; rows: number[] } {
  const { work, mapping, kernelParts, piecesPerRow, positionColumns } = loops;
  /** Positions after the last one, at this distance from each other, from which a part of the kernel is less than `reach` away. */
  const within = (most: number, stride: number, reach: number): number =>
    Math.min(most, Math.max(0, Math.ceil(reach / stride) - 1));
  const columns: number[] = [];
  const windowsBehind = piecesPerRow * mapping.windows - work.f;
  for (let part = 0; part < kernelParts; part++) {
    const { start, size } = kernelColumnsOfPart(loops, part);
    for (let x = start; x < start + size; x++) columns.push(within(windowsBehind, work.stride[1], start + size - x));
  }
  const rowsOfChunk = positionColumns * mapping.rows;
  const rowsBelow = Math.ceil((work.n * work.e) / rowsOfChunk) * rowsOfChunk - work.n * work.e;
  const rows = Array.from({ length: work.r }, (_, kernelRow) =>
    mapping.iacts === 'shared' ? within(rowsBelow, work.stride[0], work.r - kernelRow) : 0,
  );
  return { columns, rows };
}

/** Non-zero iacts that one place of the kernel meets in the first `rows` rows of the output, of `windows` windows each. */
function nonZeros(
  work: WorkLayer,
  iacts: Int8Array | Uint8Array,
  at: { group: number; channel: number; kernelRow: number; kernelColumn: number },
  rows: number,
  windows: number,
): number {
  const { n, stride, pad, iactIndex } = work;
  let count = 0;
  for (let image = 0; image < n; image++) {
    for (let e = 0; e < rows; e++) {
      const y = e * stride[0] + at.kernelRow - pad[0];
      for (let f = 0; f < windows; f++) {
        const index = iactIndex(image, at.group, at.channel, y, f * stride[1] + at.kernelColumn - pad[1]);
        if (index >= 0 && iacts[index] !== 0) count++;
      }
    }
  }
  return count;
}
