/** The loops of a mapping: how many times each turns, and which part of the layer every PE has at each turn. */
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Span } from '../pe/tiles.ts';
import type { Mapping } from './mapping.ts';
import type { WorkLayer } from './work-layer.ts';

/**
 * Counts that follow from a mapping. Every cluster does
 *
 *     for chunk < chunks: for replay < replays: for pass < passes:
 *       each PE: one weight tile, rows × windows windows
 *
 * Where a dimension does not divide, the last turns have less to do, or nothing: the parts are then made as even as they can be.
 */
export interface Loops {
  readonly work: WorkLayer;
  readonly mapping: Mapping;
  readonly chip: ChipParameters;
  /** Parts of the kernel's width, and of the channels. */
  readonly kernelParts: number;
  readonly channelTiles: number;
  /** PE rows of a cluster that add up: those with an iact router of their own. The others have no weights. */
  readonly peRows: number;
  /** Reduction units of a kernel row, idle ones that fill a pass included. */
  readonly unitsPerKernelRow: number;
  /** Reduction units, of which a pass takes `unitsPerPass`: one for each PE row of a chain. */
  readonly units: number;
  readonly unitsPerPass: number;
  readonly passes: number;
  readonly filterTiles: number;
  /** Clusters with filter tiles, groups, positions of their own. */
  readonly filterClusters: number;
  readonly groupClusters: number;
  readonly positionClusters: number;
  /** PE columns with filter tiles of their own, and with positions of their own: one of them is 1. */
  readonly filterColumns: number;
  readonly positionColumns: number;
  /** Filter tiles that a PE works on, one after the other, in a chunk. */
  readonly replays: number;
  /** Row pieces of a row of output, and of the whole output. */
  readonly piecesPerRow: number;
  readonly pieces: number;
  /** Chunks of groups (outer) and of row pieces (inner), and all chunks. */
  readonly groupChunks: number;
  readonly pieceChunks: number;
  readonly chunks: number;
}

export function loopsOf(work: WorkLayer, mapping: Mapping, chip: ChipParameters): Loops {
  const { vertical, columns, horizontal, rows } = mapping;
  const kernelParts = Math.ceil(work.s / mapping.kernelColumns);
  const channelTiles = Math.ceil(work.c / mapping.channels);
  const peRows = Math.min(chip.peRows, chip.iactBanks);
  const unitsPerPass = peRows * vertical.chain;
  const used = kernelParts * channelTiles;
  const unitsPerKernelRow = mapping.iacts === 'shared' ? Math.ceil(used / unitsPerPass) * unitsPerPass : used;
  const units = work.r * unitsPerKernelRow;
  const filterTiles = Math.ceil(work.m / mapping.filters);
  const filterClusters = vertical.filters * horizontal.filters;
  const groupClusters = vertical.groups * horizontal.groups;
  const positionClusters = vertical.positions * horizontal.positions;
  const filterColumns = columns === 'filters' ? chip.peColumns : 1;
  const positionColumns = columns === 'positions' ? chip.peColumns : 1;
  const piecesPerRow = Math.ceil(work.f / mapping.windows);
  const pieces = work.n * work.e * piecesPerRow;
  const groupChunks = Math.ceil(work.g / groupClusters);
  const pieceChunks = Math.ceil(pieces / (positionClusters * positionColumns * rows));
  return {
    work,
    mapping,
    chip,
    kernelParts,
    channelTiles,
    peRows,
    unitsPerKernelRow,
    units,
    unitsPerPass,
    passes: Math.ceil(units / unitsPerPass),
    filterTiles,
    filterClusters,
    groupClusters,
    positionClusters,
    filterColumns,
    positionColumns,
    replays: Math.ceil(filterTiles / (filterClusters * filterColumns)),
    piecesPerRow,
    pieces,
    groupChunks,
    pieceChunks,
    chunks: groupChunks * pieceChunks,
  };
}

/** Part `index` of `total`, cut into `parts` as even as can be: no part is longer than `total / parts`, rounded up. */
export function evenPart(total: number, parts: number, index: number): Span {
  const start = Math.floor((index * total) / parts);
  return { start, size: Math.floor(((index + 1) * total) / parts) - start };
}

/** The filters of a filter tile, in the work layer's numbers: what a tile holds is decided here alone. */
export function filtersOfTile({ work, filterTiles }: Loops, tile: number): Span {
  return evenPart(work.m, filterTiles, tile);
}

/** The channels of a channel tile, in the work layer's numbers. */
export function channelsOfTile({ work, channelTiles }: Loops, tile: number): Span {
  return evenPart(work.c, channelTiles, tile);
}

/** The kernel columns of a part of the kernel's width. */
export function kernelColumnsOfPart({ work, kernelParts }: Loops, part: number): Span {
  return evenPart(work.s, kernelParts, part);
}

/** What a cluster of the mesh does: its number among the clusters that differ in groups, positions and filters, and its place in its chain. */
export interface ClusterRole {
  readonly row: number;
  readonly column: number;
  readonly group: number;
  readonly position: number;
  readonly filter: number;
  readonly chain: number;
}

/** @param cluster row · clusterColumns + column */
export function roleOf({ mapping, chip }: Loops, cluster: number): ClusterRole {
  const { vertical, horizontal } = mapping;
  const row = Math.floor(cluster / chip.clusterColumns);
  const column = cluster % chip.clusterColumns;
  const chain = row % vertical.chain;
  const filter = Math.floor(row / vertical.chain) % vertical.filters;
  const position = Math.floor(row / (vertical.chain * vertical.filters)) % vertical.positions;
  const group = Math.floor(row / (vertical.chain * vertical.filters * vertical.positions));
  return {
    row,
    column,
    group: group * horizontal.groups + Math.floor(column / (horizontal.positions * horizontal.filters)),
    position: position * horizontal.positions + (column % horizontal.positions),
    filter: filter * horizontal.filters + (Math.floor(column / horizontal.positions) % horizontal.filters),
    chain,
  };
}

/** The group that a cluster works on in a chunk; -1 when there is none left for it. */
export function groupOf({ work, groupClusters, pieceChunks }: Loops, role: ClusterRole, chunk: number): number {
  const group = Math.floor(chunk / pieceChunks) * groupClusters + role.group;
  return group < work.g ? group : -1;
}

/** The filter tile of a PE column in a replay; -1 when there is none left for it. */
export function filterTileOf(
  { filterTiles, filterClusters, filterColumns }: Loops,
  role: ClusterRole,
  column: number,
  replay: number,
): number {
  const among = replay * filterClusters + role.filter;
  const tile = filterColumns === 1 ? among : among * filterColumns + column;
  return tile < filterTiles ? tile : -1;
}

/** A part of the reduction: a row of the kernel, some of its columns, some channels. */
export interface Unit {
  readonly kernelRow: number;
  readonly kernelColumns: Span;
  readonly channels: Span;
}

/** What a PE row adds up in a pass; undefined when there is nothing left for it. */
export function unitOf(loops: Loops, role: ClusterRole, pass: number, peRow: number): Unit | undefined {
  const { work, channelTiles, kernelParts, unitsPerKernelRow, unitsPerPass, peRows } = loops;
  if (peRow >= peRows) return undefined;
  const unit = pass * unitsPerPass + role.chain * peRows + peRow;
  const kernelRow = Math.floor(unit / unitsPerKernelRow);
  const within = unit - kernelRow * unitsPerKernelRow;
  if (kernelRow >= work.r || within >= kernelParts * channelTiles) return undefined;
  const part = Math.floor(within / channelTiles);
  return {
    kernelRow,
    kernelColumns: kernelColumnsOfPart(loops, part),
    channels: channelsOfTile(loops, within - part * channelTiles),
  };
}

/** Windows next to each other in a row of output. */
export interface Piece {
  readonly n: number;
  readonly e: number;
  /** Column of the output of its first window, and how many of its windows are in the output: at most F0. */
  readonly f: number;
  readonly windows: number;
}

/** Row piece `row` of a PE column in a chunk; undefined when there is none left for it. */
export function pieceOf(
  loops: Loops,
  role: ClusterRole,
  column: number,
  chunk: number,
  row: number,
): Piece | undefined {
  const { work, mapping, positionClusters, positionColumns, pieceChunks, piecesPerRow, pieces } = loops;
  const run = (chunk % pieceChunks) * positionClusters + role.position;
  const piece = (positionColumns === 1 ? run : run * positionColumns + column) * mapping.rows + row;
  if (piece >= pieces) return undefined;
  const line = Math.floor(piece / piecesPerRow);
  const n = Math.floor(line / work.e);
  const f = (piece - line * piecesPerRow) * mapping.windows;
  return { n, e: line - n * work.e, f, windows: Math.min(mapping.windows, work.f - f) };
}
