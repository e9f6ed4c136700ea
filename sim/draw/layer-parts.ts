/** The part of a layer that a cluster or a PE works on, in the letters of the loops. */
import type { ChipLayer } from '../chip/chip-layer.ts';
import {
  type ClusterRole,
  filtersOfTile,
  filterTileOf,
  groupOf,
  type Piece,
  pieceOf,
  type Unit,
  unitOf,
} from '../mapper/loops.ts';
import type { Span } from '../pe/tiles.ts';

/** Where the loops outside the array stand in a drawing: at their beginning. */
const FIRST = { chunk: 0, replay: 0, pass: 0 } as const;

/** Lines about a cluster's part in the first chunk and replay; undefined when there is none for it. */
export function clusterPart(layer: ChipLayer, role: ClusterRole): string[] | undefined {
  const columns = Array.from({ length: layer.chip.peColumns }, (_, column) => column);
  const filters = filtersText(layer, role, columns);
  const pieces = piecesText(layer, role, columns);
  if (filters === undefined || pieces === undefined) return undefined;
  const { loops, mapping } = layer;
  const first = role.chain * loops.peRows;
  const chain = mapping.vertical.chain > 1 ? [`units ${span(first, Math.min(loops.peRows, loops.units - first))}`] : [];
  return [filters, pieces, ...chain].filter((part) => part !== '');
}

/** Lines about a PE's part in the first chunk, replay and pass; undefined when there is none for it. */
export function pePart(layer: ChipLayer, role: ClusterRole, row: number, column: number): string[] | undefined {
  const unit = unitOf(layer.loops, role, FIRST.pass, row);
  const filters = filtersText(layer, role, [column]);
  const pieces = piecesText(layer, role, [column]);
  if (unit === undefined || filters === undefined || pieces === undefined) return undefined;
  return [unitText(layer, unit), filters, pieces].filter((part) => part !== '');
}

/** What the letters of a drawing stand for, those that this layer needs. */
export function letters({ layer, work }: ChipLayer): string[] {
  return [
    ...(work.n > 1 ? ['n image'] : []),
    ...(layer.g > 1 ? ['g group'] : []),
    'm filter (output channel)',
    work.flatten ? `k value of a window laid flat, of c·r·s = ${work.c}` : 'c channel',
    ...(work.r * work.s > 1 ? ['r, s row and column of the kernel'] : []),
    ...(work.e * work.f > 1 ? ['e, f row and column of the output'] : []),
  ];
}

/** Groups and filters, of the layer as it was given. */
function filtersText({ work, loops, mapping }: ChipLayer, role: ClusterRole, columns: readonly number[]) {
  const group = groupOf(loops, role, FIRST.chunk);
  const tiles = columns
    .map((column) => filterTileOf(loops, role, column, FIRST.replay))
    .filter((tile) => tile >= 0)
    .map((tile) => filtersOfTile(loops, tile));
  if (group < 0 || tiles.length === 0) return undefined;
  const [first, last] = [tiles[0]!, tiles.at(-1)!];
  const filters = span(first.start, last.start + last.size - first.start);
  const { layer } = work;
  if (layer.g === 1) return `m ${filters}`;
  const groups = Math.min(mapping.bundle, layer.g - group * mapping.bundle);
  const ofGroups = `g ${span(group * mapping.bundle, groups)}`;
  if (mapping.bundle === 1) return layer.m === 1 ? ofGroups : `${ofGroups}, m ${filters}`;
  return mapping.filters >= work.m ? ofGroups : `${ofGroups}, ${filters} of their filters`;
}

/** The output positions of some PE columns: all row pieces of theirs. */
function piecesText(
  { loops, work, mapping }: ChipLayer,
  role: ClusterRole,
  columns: readonly number[],
): string | undefined {
  const pieces = columns
    .flatMap((column) =>
      Array.from({ length: mapping.rows }, (_, row) => pieceOf(loops, role, column, FIRST.chunk, row)),
    )
    .filter((piece) => piece !== undefined);
  const [first, last] = [pieces[0], pieces.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const image = (piece: Piece): string => (work.n > 1 ? `n ${piece.n} ` : '');
  if (work.e * work.f === 1) return work.n > 1 ? `n ${span(first.n, last.n + 1 - first.n)}` : '';
  const wholeRows = first.f === 0 && last.f + last.windows === work.f;
  const sameImage = first.n === last.n;
  if (sameImage && wholeRows) return `${image(first)}e ${span(first.e, last.e + 1 - first.e)}`;
  if (sameImage && first.e === last.e)
    return `${image(first)}e ${first.e}, f ${span(first.f, last.f + last.windows - first.f)}`;
  const end = last.f + last.windows - 1;
  return `${image(first)}e ${first.e} f ${first.f} – ${sameImage ? '' : image(last)}e ${last.e} f ${end}`;
}

function unitText({ work, mapping }: ChipLayer, { kernelRow, kernelColumns, channels }: Unit): string {
  const inputs = work.flatten ? `k ${spanOf(channels)}` : `c ${spanOf(channels)}`;
  const kernel = work.r * work.s > 1 ? [`r ${kernelRow}`, `s ${spanOf(kernelColumns)}`] : [];
  // Channels of a bundle are those of its groups.
  const whole = mapping.bundle > 1 && channels.size === work.c;
  return [...kernel, ...(whole ? (kernel.length > 0 ? [] : ['all c']) : [inputs])].join(', ');
}

function spanOf({ start, size }: Span): string {
  return span(start, size);
}

/** `0–3`, or `3` alone. */
function span(start: number, size: number): string {
  return size === 1 ? String(start) : `${start}–${start + size - 1}`;
}
