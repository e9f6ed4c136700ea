/** How many words of the weight data SPad the columns of a weight tile take, and how many cycles, from the actual weights. */
import type { PeParameters } from '../../hw/pe/parameters.ts';
import type { Encoding } from '../pe/mapping.ts';
import { columnCycles as cyclesOf } from '../pe/column-cycles.ts';
import type { Span } from '../pe/tiles.ts';
import type { WorkLayer } from './work-layer.ts';

/** Number of a weight column of a group: in the order in which a filter's weights lie in memory, if channels have no other. */
export function columnIndex({ r, s }: WorkLayer, channel: number, kernelRow: number, kernelColumn: number): number {
  return (channel * r + kernelRow) * s + kernelColumn;
}

/** Weights filter by filter, where nobody has all of them: what is not zero is all that matters of them. */
export interface WeightRows {
  /** The weights [c, r, s] of a filter of g·m. */
  readonly row: (filter: number) => ArrayLike<number>;
  /** Shares of non-zeros that are expected: of each filter [g·m], of each channel [c]. */
  readonly filterShares: Float64Array;
  readonly channelShares: Float64Array;
}

/** Weights [g·m, c, r, s], or as much of them as is asked for. */
export type Weights = Int8Array | WeightRows;

/**
 * Words that each weight column of a group takes when it holds the filters of `span`: half its entries, rounded up; fillers
 * are entries too (see `encodeCsc`). Uncompressed, half the filters. Ordered as `columnIndex` says.
 *
 * @param weights [g·m, c, r, s] of the layer as given
 */
export function columnWords(
  work: WorkLayer,
  weights: Weights,
  group: number,
  span: Span,
  encoding: Encoding,
  pe: PeParameters,
): Uint16Array {
  return columnEntries(work, weights, group, span, encoding, pe).map((entries) => (entries + 1) >> 1);
}

/** Cycles that a PE takes for each weight column when an iact meets it: with two MACs, as many as there are `columnWords`. */
export function columnCycles(
  work: WorkLayer,
  weights: Weights,
  group: number,
  span: Span,
  encoding: Encoding,
  pe: PeParameters,
): Uint16Array {
  return columnEntries(work, weights, group, span, encoding, pe).map((entries) => cyclesOf(entries, pe));
}

function columnEntries(
  work: WorkLayer,
  weights: Weights,
  group: number,
  span: Span,
  encoding: Encoding,
  pe: PeParameters,
): Uint16Array {
  const entries = new Uint16Array(work.c * work.r * work.s);
  if (encoding === 'dense') return entries.fill(span.size);
  const count = span.size <= 2 ** pe.countBits ? nonZeros : entriesWithFillers;
  count(work, weights, group, span, pe.countBits, entries);
  inColumnOrder(work, group, entries);
  return entries;
}

/** Puts what was counted for each column as it lies in memory where `columnIndex` looks for it. */
export function inColumnOrder({ c, r, s, order }: WorkLayer, group: number, counts: Uint16Array | Uint32Array): void {
  if (order === undefined) return;
  const kernel = r * s;
  const asInMemory = counts.slice();
  for (let place = 0; place < c; place++) {
    const from = order.channels[group * c + place]! * kernel;
    counts.set(asInMemory.subarray(from, from + kernel), place * kernel);
  }
}

/** The weights of a filter, where they begin in memory, and which columns of the work layer they are. */
interface FilterRow {
  readonly row: number;
  readonly weights: ArrayLike<number>;
  readonly from: number;
  readonly firstColumn: number;
}

function filterRows({ layer, bundle, m, order }: WorkLayer, weights: Weights, group: number, span: Span): FilterRow[] {
  const size = layer.c * layer.r * layer.s;
  const rows: FilterRow[] = [];
  for (let row = 0; row < span.size; row++) {
    const place = span.start + row;
    const filter = order === undefined ? place : order.filters[group * m + place]!;
    const block = Math.floor(filter / layer.m);
    if (group * bundle + block >= layer.g) break;
    const number = group * bundle * layer.m + filter;
    const found = ArrayBuffer.isView(weights)
      ? { weights, from: number * size }
      : { weights: weights.row(number), from: 0 };
    rows.push({ row, ...found, firstColumn: block * size });
  }
  return rows;
}

/** Few enough filters that no run of zeros needs a filler. */
function nonZeros(
  work: WorkLayer,
  all: Weights,
  group: number,
  span: Span,
  _countBits: number,
  into: Uint16Array,
): void {
  const size = work.layer.c * work.layer.r * work.layer.s;
  for (const { weights, from, firstColumn } of filterRows(work, all, group, span)) {
    for (let index = 0; index < size; index++) into[firstColumn + index]! += weights[from + index] === 0 ? 0 : 1;
  }
}

function entriesWithFillers(
  work: WorkLayer,
  all: Weights,
  group: number,
  span: Span,
  countBits: number,
  into: Uint16Array,
): void {
  const size = work.layer.c * work.layer.r * work.layer.s;
  const next = new Uint16Array(into.length); // the row after a column's last non-zero
  for (const { row, weights, from, firstColumn } of filterRows(work, all, group, span)) {
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
