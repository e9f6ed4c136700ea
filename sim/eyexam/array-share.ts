/** How much of the array's rows and columns the dimensions of a layer fill. */
import type { Loops } from '../mapper/loops.ts';

/** A dimension laid out over places of the array. */
export interface SpreadDimension {
  /** Of one: "filter". */
  readonly what: string;
  readonly size: number;
  readonly places: number;
  /** size / (places · ⌈size / places⌉): the share of the places that have something to do, on average over the turns. */
  readonly kept: number;
}

export interface ArrayShare {
  readonly dimensions: readonly SpreadDimension[];
  /** PE rows without an iact router of their own have nothing to do. */
  readonly rowsKept: number;
  /** Product of all of these. */
  readonly kept: number;
}

/** What is lost if a PE could hold any part of the layer: only what places do with a dimension that does not divide counts. */
export function arrayShare(loops: Loops): ArrayShare {
  const { work, mapping, chip, peRows } = loops;
  // Two MACs take uncompressed filters in pairs, a word each; compressed, non-zeros of any filters share a word.
  const [filters, what] =
    mapping.encoding === 'dense' && chip.pe.macs === 2 ? [Math.ceil(work.m / 2), 'filter pair'] : [work.m, 'filter'];
  const dimensions = [
    spread('group', work.g, loops.groupClusters),
    spread(what, filters, loops.filterClusters * loops.filterColumns),
    spread('weight column', work.c * work.r * work.s, loops.unitsPerPass),
    spread('window', work.n * work.e * work.f, loops.positionClusters * loops.positionColumns),
  ];
  const rowsKept = peRows / chip.peRows;
  return { dimensions, rowsKept, kept: dimensions.reduce((product, { kept }) => product * kept, rowsKept) };
}

function spread(what: string, size: number, places: number): SpreadDimension {
  return { what, size, places, kept: size / (places * Math.ceil(size / places)) };
}
