/** How a layer is cut into tiles that a PE can hold. */
import type { Layer } from '../layer/layer.ts';

/** A part of a dimension: from `start`, `size` long. */
export interface Span {
  readonly start: number;
  readonly size: number;
}

/** The sizes of a full tile: M0 filters, C0 channels, S0 columns of the kernel. */
export interface TileSize {
  readonly filters: number;
  readonly channels: number;
  readonly kernelColumns: number;
}

/** The weights that a PE holds at a time: one row of the kernel, of some filters, channels and columns of one group. */
export interface Tile {
  readonly group: number;
  readonly filters: Span;
  readonly channels: Span;
  readonly kernelRow: number;
  readonly kernelColumns: Span;
}

/** `total` in parts of at most `size`; the last may be smaller. */
export function spans(total: number, size: number): Span[] {
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    start: index * size,
    size: Math.min(size, total - index * size),
  }));
}

/** All tiles of a layer; those that read the same iacts follow each other. */
export function tilesOf(layer: Layer, size: TileSize): Tile[] {
  const tiles: Tile[] = [];
  for (let group = 0; group < layer.g; group++) {
    for (const channels of spans(layer.c, size.channels)) {
      for (let kernelRow = 0; kernelRow < layer.r; kernelRow++) {
        for (const kernelColumns of spans(layer.s, size.kernelColumns)) {
          for (const filters of spans(layer.m, size.filters))
            tiles.push({ group, filters, channels, kernelRow, kernelColumns });
        }
      }
    }
  }
  return tiles;
}

/** The columns of the tile's weight matrix: `weights` [g·m, c, r, s] as M0 values for each channel of each kernel column. */
export function weightColumns(
  layer: Layer,
  weights: Int8Array,
  { group, filters, channels, kernelRow, kernelColumns }: Tile,
): Int8Array[] {
  const { m, c, r, s } = layer;
  const columns: Int8Array[] = [];
  for (let x = kernelColumns.start; x < kernelColumns.start + kernelColumns.size; x++) {
    for (let channel = channels.start; channel < channels.start + channels.size; channel++) {
      const column = new Int8Array(filters.size);
      for (let filter = 0; filter < filters.size; filter++) {
        column[filter] = weights[(((group * m + filters.start + filter) * c + channel) * r + kernelRow) * s + x]!;
      }
      columns.push(column);
    }
  }
  return columns;
}

/** An output row, of image `n`, that the tile's kernel row adds to: the others meet only padding. */
export interface OutputRow {
  readonly n: number;
  readonly e: number;
  /** Row of the input that it reads. */
  readonly y: number;
}

export function outputRows(layer: Layer, e: number, kernelRow: number): OutputRow[] {
  const rows: OutputRow[] = [];
  for (let n = 0; n < layer.n; n++) {
    for (let row = 0; row < e; row++) {
      const y = row * layer.stride[0] + kernelRow - layer.pad[0];
      if (y >= 0 && y < layer.h) rows.push({ n, e: row, y });
    }
  }
  return rows;
}
