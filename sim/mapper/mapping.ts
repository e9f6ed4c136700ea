/** How a layer runs on a chip: everything that is chosen; the counts that follow from it are in `loops.ts`. */
import type { Encoding } from '../pe/mapping.ts';
import type { Order } from './order.ts';

/** What the PE columns of a cluster have that is different. With `positions`, they share weights; with `filters`, iacts. */
export type Columns = 'positions' | 'filters';

/**
 * How iacts reach the PEs.
 *
 * - `own`: through the banks; each (PE column, row piece, pass) has a block of its own. Bank i serves PE row i.
 * - `shared`: the same, except that row pieces share the input rows that they have in common. Each kernel row is a pass of its
 *   own (a PE row keeps its channels and kernel columns), so that column q, row piece t and kernel row r need block
 *   (q·T + t)·stride + r: a bank holds (Q·T - 1)·stride + R blocks, input rows one after the other, instead of Q·T·R. A row
 *   piece is then a whole row of output, and the Q·T pieces of a cluster are of one image.
 * - `bypass`: from outside straight to the routers; all columns get the same.
 */
export type Iacts = 'shared' | 'own' | 'bypass';

/** The rows of clusters in parts, from the outermost to the innermost; their product is the number of rows. */
export interface Vertical {
  readonly groups: number;
  readonly positions: number;
  /** Clusters that share iacts by vertical multicast. */
  readonly filters: number;
  /** Clusters whose psums go on from one to the next, southwards. */
  readonly chain: number;
}

/** The columns of clusters in parts, in the same way; their product is the number of columns. */
export interface Horizontal {
  readonly groups: number;
  /** Clusters that share iacts by horizontal multicast, where there is one position. */
  readonly filters: number;
  /** Clusters that share weights by horizontal multicast. */
  readonly positions: number;
}

/** All columns of clusters differ in one thing. */
export function across(what: keyof Horizontal, clusterColumns: number): Horizontal {
  return { groups: 1, filters: 1, positions: 1, [what]: clusterColumns };
}

export interface Mapping {
  /** `csc` skips zeros; `dense` sends every value. */
  readonly encoding: Encoding;
  /** Which work layer: see `WorkLayer`. */
  readonly flatten: boolean;
  readonly bundle: number;
  /** In which channels and filters are cut into tiles: as they lie in memory, unless given. */
  readonly order?: Order;
  /** M0: filters of a weight tile. */
  readonly filters: number;
  /** C0: channels of a weight tile. */
  readonly channels: number;
  /** S0: kernel columns of a weight tile. */
  readonly kernelColumns: number;
  /** F0: windows of a row piece. */
  readonly windows: number;
  /** T: row pieces that each PE column works on with a weight tile. */
  readonly rows: number;
  readonly columns: Columns;
  readonly horizontal: Horizontal;
  readonly vertical: Vertical;
  readonly iacts: Iacts;
  /** The banks replay a chunk's iacts for every filter tile; otherwise the outside sends them again. */
  readonly replay: boolean;
}
