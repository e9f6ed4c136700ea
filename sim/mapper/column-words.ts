/** How many words of the weight data SPad the columns of a weight tile take, from the actual weights. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import type { Encoding } from '../pe/mapping.ts';
import type { Span } from '../pe/tiles.ts';
import type { WorkLayer } from './work-layer.ts';

/** Number of a weight column of a group: in the order in which a filter's weights lie in memory. */
export function columnIndex({ r, s }: WorkLayer, channel: number, kernelRow: number, kernelColumn: number): number {
  return (channel * r + kernelRow) * s + kernelColumn;
}

/**
 * Words that each weight column of a group takes when it holds the filters of `span`: half its entries, rounded up; fillers
 * are entries too (see `encodeCsc`). Uncompressed, half the filters. Ordered as `columnIndex` says.
 *
 * @param weights [g·m, c, r, s] of the layer as given
 */
export function columnWords(
  work: WorkLayer,
  weights: Int8Array,
  group: number,
  span: Span,
  encoding: Encoding,
  pe: PeParameters,
): Uint16Array {
  const words = new Uint16Array(work.c * work.r * work.s);
  if (encoding === 'dense') return words.fill(Math.ceil(span.size / 2));
  const entries = span.size <= 2 ** pe.countBits ? nonZeros : entriesWithFillers;
  entries(work, weights, group, span, pe.countBits, words);
  for (let column = 0; column < words.length; column++) words[column] = (words[column]! + 1) >> 1;
  return words;
}

/** Where the weights of a filter begin in memory, and which columns of the work layer they are. */
interface FilterRow {
  readonly row: number;
  readonly from: number;
  readonly firstColumn: number;
}

function filterRows({ layer, bundle }: WorkLayer, group: number, span: Span): FilterRow[] {
  const size = layer.c * layer.r * layer.s;
  const rows: FilterRow[] = [];
  for (let row = 0; row < span.size; row++) {
    const filter = span.start + row;
    const block = Math.floor(filter / layer.m);
    if (group * bundle + block >= layer.g) break;
    rows.push({ row, from: (group * bundle * layer.m + filter) * size, firstColumn: block * size });
  }
  return rows;
}

/** Few enough filters that no run of zeros needs a filler. */
function nonZeros(
  work: WorkLayer,
  weights: Int8Array,
  group: number,
  span: Span,
  _countBits: number,
  into: Uint16Array,
): void {
  const size = work.layer.c * work.layer.r * work.layer.s;
  for (const { from, firstColumn } of filterRows(work, group, span)) {
    for (let index = 0; index < size; index++) into[firstColumn + index]! += weights[from + index] === 0 ? 0 : 1;
  }
}

function entriesWithFillers(
  work: WorkLayer,
  weights: Int8Array,
  group: number,
  span: Span,
  countBits: number,
  into: Uint16Array,
): void {
  const size = work.layer.c * work.layer.r * work.layer.s;
  const next = new Uint16Array(into.length); // the row after a column's last non-zero
  for (const { row, from, firstColumn } of filterRows(work, group, span)) {
    for (let index = 0; index < size; index++) {
      if (weights[from + index] === 0) continue;
      const column = firstColumn + index;
      into[column]! += 1 + ((row - next[column]!) >> countBits);
      next[column] = row + 1;
    }
  }
}

/** Words of the weight tile that has these channels of these columns of a kernel row. */
export function tileWords(
  work: WorkLayer,
  words: Uint16Array,
  channels: Span,
  kernelRow: number,
  kernelColumns: Span,
): number {
  let sum = 0;
  for (let channel = channels.start; channel < channels.start + channels.size; channel++) {
    const first = columnIndex(work, channel, kernelRow, kernelColumns.start);
    for (let column = first; column < first + kernelColumns.size; column++) sum += words[column]!;
  }
  return sum;
}
