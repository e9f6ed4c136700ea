/** A layer with the mapping that it runs by, and the sizes that command and streams are made from. */
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { type IactRing, iactRing } from '../mapper/iact-ring.ts';
import { type ClusterRole, type Loops, loopsOf, roleOf } from '../mapper/loops.ts';
import type { Mapping } from '../mapper/mapping.ts';
import { columnsFromSource, iactSpan, weightSpan } from '../mapper/sharing.ts';
import { type WorkLayer, workLayer } from '../mapper/work-layer.ts';
import { encodingsFor } from '../pe/encodings.ts';
import type { IactWalkShape } from '../pe/iact-walk.ts';

export interface ChipLayer {
  readonly layer: Layer;
  readonly chip: ChipParameters;
  readonly mapping: Mapping;
  readonly work: WorkLayer;
  readonly loops: Loops;
  readonly dense: boolean;
  readonly walk: IactWalkShape;
  /** How the iact banks walk over their blocks. */
  readonly ring: IactRing;
  /** Columns of a weight tile, C0·S0. */
  readonly tileColumns: number;
  /** What each cluster does, row by row. */
  readonly roles: readonly ClusterRole[];
}

/** @throws InputError when the PEs don't read the mapping's encoding */
export function chipLayer(layer: Layer, mapping: Mapping, chip: ChipParameters): ChipLayer {
  encodingsFor(layer, chip.pe, mapping.encoding);
  const work = workLayer(layer, mapping.flatten, mapping.bundle, mapping.order);
  const loops = loopsOf(work, mapping, chip);
  const ring = iactRing(loops);
  return {
    layer,
    chip,
    mapping,
    work,
    loops,
    dense: mapping.encoding === 'dense',
    walk: ring.walk,
    ring,
    tileColumns: mapping.channels * mapping.kernelColumns,
    roles: Array.from({ length: chip.clusterRows * chip.clusterColumns }, (_, cluster) => roleOf(loops, cluster)),
  };
}

/** Whether a cluster's routers take iacts from outside or their banks, and send them to the clusters that share them. */
export function isIactSource({ mapping }: ChipLayer, { row, column }: ClusterRole): boolean {
  return stepsFromSource(mapping, row) === 0 && columnsFromSource(column, iactSpan(mapping)) === 0;
}

/**
 * Rows of clusters from the one that iacts come from, of those that share them, as they differ in filters only: southwards, and
 * negative northwards. Words go all the way within a cycle, so the source is in the middle.
 */
export function stepsFromSource({ vertical }: Mapping, row: number): number {
  return (Math.floor(row / vertical.chain) % vertical.filters) - Math.floor(vertical.filters / 2);
}

/** Whether a cluster takes weights from outside; otherwise they come from a horizontal neighbour. */
export function isWeightSource({ mapping }: ChipLayer, { column }: ClusterRole): boolean {
  return columnsFromSource(column, weightSpan(mapping)) === 0;
}

/** Whether a cluster's psums are complete: it is the last of its chain. */
export function isChainLast({ mapping }: ChipLayer, { chain }: ClusterRole): boolean {
  return chain === mapping.vertical.chain - 1;
}
