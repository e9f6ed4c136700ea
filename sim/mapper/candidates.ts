/** What the mapper tries: work layers, sizes of weight tiles, places on the mesh, row pieces. Every list has a fixed order. */
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { outputShape } from '../layer/shape.ts';
import { iactWalkFits, iactWalkShape } from '../pe/iact-walk.ts';
import type { Loops } from './loops.ts';
import type { Columns, Horizontal, Iacts, Mapping, Vertical } from './mapping.ts';
import { type WorkLayer, workLayer } from './work-layer.ts';

/** Sizes of row pieces that are tried, beginning with the largest. */
const MOST_SIZES = 5;

/** Sizes up to `most` that cut `total` into even parts, one for each number of parts, the largest first. */
export function evenSizes(total: number, most: number, count = Infinity): number[] {
  const sizes: number[] = [];
  for (let size = Math.min(total, Math.floor(most)); size >= 1 && sizes.length < count; size--)
    if (Math.ceil(total / Math.ceil(total / size)) === size) sizes.push(size);
  return sizes;
}

/** The ways to rewrite a layer that can help. */
export function workLayers(layer: Layer, chip: ChipParameters, fixed: Partial<Mapping>): WorkLayer[] {
  const { e, f } = outputShape(layer);
  const flat = layer.r * layer.s > 1 && e * f === 1 ? [true] : layer.r * layer.s > 1 ? [false, true] : [false];
  const works: WorkLayer[] = [];
  for (const flatten of fixed.flatten === undefined ? flat : [fixed.flatten]) {
    const bundles =
      fixed.bundle === undefined
        ? bundlesOf(layer, flatten ? layer.c * layer.r * layer.s : layer.c, chip)
        : [fixed.bundle];
    for (const bundle of bundles) works.push(workLayer(layer, flatten, bundle, fixed.order));
  }
  return works;
}

/** Numbers of groups whose channels and filters together fit a PE. */
function bundlesOf(layer: Layer, channels: number, { pe }: ChipParameters): number[] {
  const most = Math.min(Math.floor(pe.weightAddressDepth / channels), Math.floor(pe.psumDepth / layer.m), layer.g);
  return most <= 1 ? [1] : evenSizes(layer.g, most);
}

/** Sizes of the weight tiles, but for their filters. */
export interface TileShape {
  readonly kernelColumns: number;
  readonly channels: number;
}

/** A bundle is there to fill a tile, so that a tile has all of its channels and filters. */
export function tileShapes(work: WorkLayer, { pe }: ChipParameters, fixed: Partial<Mapping>): TileShape[] {
  const shapes: TileShape[] = [];
  const bundled = work.bundle > 1 && fixed.bundle === undefined;
  const { kernelColumns: fixedColumns, channels: fixedChannels } = fixed;
  for (const kernelColumns of only(fixedColumns, () => evenSizes(work.s, pe.weightAddressDepth))) {
    const most = Math.floor(pe.weightAddressDepth / kernelColumns);
    for (const channels of only(fixedChannels, () => (bundled ? [work.c] : evenSizes(work.c, most))))
      // What is fixed and does not fit comes back as a sentence about the limit.
      if (fixedChannels !== undefined || iactWalkFits(pe, channels, kernelColumns, work.stride[1]))
        shapes.push({ kernelColumns, channels });
  }
  return shapes;
}

export function filterSizes(work: WorkLayer, { pe }: ChipParameters, fixed: Partial<Mapping>): readonly number[] {
  const bundled = work.bundle > 1 && fixed.bundle === undefined;
  return only(fixed.filters, () => (bundled ? [work.m] : evenSizes(work.m, pe.psumDepth)));
}

/** What the clusters and the PE columns differ in. */
export interface Layout {
  readonly vertical: Vertical;
  readonly horizontal: Horizontal;
  readonly columns: Columns;
}

/** All layouts of a mesh; those that a layer has no use for are dropped by `layoutIsUseful`. */
export function layouts(chip: ChipParameters, fixed: Partial<Mapping>): Layout[] {
  const found: Layout[] = [];
  const columns: readonly Columns[] = chip.peColumns === 1 ? ['positions'] : ['positions', 'filters'];
  for (const vertical of only(fixed.vertical, () => verticals(chip.clusterRows)))
    for (const horizontal of only(fixed.horizontal, () => horizontals(chip.clusterColumns)))
      for (const column of only(fixed.columns, () => columns)) found.push({ vertical, horizontal, columns: column });
  return found;
}

function verticals(rows: number): Vertical[] {
  const found: Vertical[] = [];
  for (const groups of divisors(rows)) {
    for (const positions of divisors(rows / groups)) {
      const rest = rows / groups / positions;
      found.push({ groups, positions, filters: rest, chain: 1 });
      if (rest > 1) found.push({ groups, positions, filters: 1, chain: rest });
    }
  }
  return found;
}

function horizontals(columns: number): Horizontal[] {
  return divisors(columns).flatMap((groups) =>
    divisors(columns / groups).map((filters) => ({ groups, filters, positions: columns / groups / filters })),
  );
}

function divisors(total: number): number[] {
  return Array.from({ length: total }, (_, index) => index + 1).filter((size) => total % size === 0);
}

/** Whether no factor of a layout is beyond what there is to spread, unless there is nothing else: positions take what is left. */
export function layoutIsUseful({ vertical, horizontal, columns }: Layout, loops: Loops): boolean {
  const { work, filterTiles, units, peRows, groupClusters, filterClusters, filterColumns } = loops;
  const spread = filterClusters * filterColumns;
  const wasted = (among: number, total: number, parts: number): boolean => parts > 1 && among - among / parts >= total;
  if ([vertical, horizontal].some(({ groups }) => wasted(groupClusters, work.g, groups))) return false;
  if ([vertical, horizontal].some(({ filters }) => wasted(spread, filterTiles, filters))) return false;
  if (columns === 'filters' && filterTiles === 1) return false;
  return vertical.chain === 1 || (vertical.chain - 1) * peRows < units;
}

/** How the output is cut for the PEs, and how iacts get there. */
export interface PieceChoice {
  readonly windows: number;
  readonly rows: number;
  readonly iacts: Iacts;
  readonly replay: boolean;
}

/** @param loops of the mapping with pieces of any size */
export function pieceChoices(loops: Loops, fixed: Partial<Mapping>): PieceChoice[] {
  const { work, mapping, replays, passes } = loops;
  const choices: PieceChoice[] = [];
  const ways: Iacts[] = ['own'];
  if (work.r > 1) ways.push('shared');
  if (mapping.columns === 'filters') ways.push('bypass');
  for (const iacts of only(fixed.iacts, () => ways)) {
    const replay = iacts === 'bypass' || replays === 1 ? [false] : [true, false];
    for (const replayed of only(fixed.replay, () => replay)) {
      const resident = iacts === 'own' && replayed ? passes : 1;
      for (const size of pieceSizes(loops, iacts, resident, fixed)) choices.push({ ...size, iacts, replay: replayed });
    }
  }
  return choices;
}

/** @param resident passes whose blocks a bank holds at once */
function pieceSizes(
  loops: Loops,
  iacts: Iacts,
  resident: number,
  fixed: Partial<Mapping>,
): { windows: number; rows: number }[] {
  const { work, mapping, chip, passes, positionClusters, positionColumns } = loops;
  const { walk, wordsOfSegment } = segmentOf(loops);
  const psums = passes > 1 ? Math.floor(chip.psumBankWords / Math.ceil(mapping.filters / 2)) : Infinity;
  const windowsIn = (blocks: number): number => {
    if (iacts === 'bypass') return psums;
    const segments = (Math.floor(chip.iactBankWords / blocks) - 1) / wordsOfSegment;
    return Math.min(psums, Math.floor(segments / walk.segmentsPerStep) - walk.windowSteps + 1);
  };
  const blocks = positionColumns * resident;
  const most = 2 ** chip.pe.loopBits - 1;
  const widths =
    iacts === 'shared'
      ? [work.f]
      : [
          ...evenSizes(work.f, clamp(windowsIn(blocks), 1, most), MOST_SIZES),
          ...evenSizes(work.f, clamp(windowsIn(2 * blocks), 1, most), 2),
        ];
  const sizes: { windows: number; rows: number }[] = [];
  for (const windows of only(fixed.windows, () => [...new Set(widths)])) {
    const lines = Math.ceil((work.n * work.e * Math.ceil(work.f / windows)) / (positionClusters * positionColumns));
    const words = 1 + (walk.windowSteps + windows - 1) * walk.segmentsPerStep * wordsOfSegment;
    const room = iacts === 'bypass' ? Infinity : chip.iactBankWords / words / (iacts === 'shared' ? 1 : blocks);
    const most = Math.min(room, psums / windows, 2 ** chip.pe.loopBits - 1);
    const rows = new Set([...evenSizes(lines, most, MOST_SIZES), 1]);
    for (const each of only(fixed.rows, () => [...rows])) sizes.push({ windows, rows: each });
  }
  return sizes;
}

function segmentOf({ work, mapping, chip }: Loops) {
  const walk = iactWalkShape(chip.pe, mapping.channels, mapping.kernelColumns, work.stride[1]);
  const wordsOfSegment =
    mapping.encoding === 'dense' ? Math.ceil(walk.segmentLength / 3) : Math.ceil((walk.segmentLength + 1) / 2);
  return { walk, wordsOfSegment };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

function only<T>(fixed: T | undefined, tried: () => readonly T[]): readonly T[] {
  return fixed === undefined ? tried() : [fixed];
}
