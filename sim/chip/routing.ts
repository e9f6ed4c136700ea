/** Which mode each router of the mesh has, and what that makes of the networks (J19 section III-B, Figs 8 and 11). */
import {
  forPorts,
  iactPortsOf,
  type OfPorts,
  type RouterPort,
  type SidePort,
  type WeightPort,
  weightPortsOf,
} from '../../hw/noc/router-ports.ts';
import type { PsumTargetName, RouterModeName } from '../../hw/noc/routing.ts';
import { isWide } from '../../hw/noc/wide.ts';
import type { ClusterRole } from '../mapper/loops.ts';
import { columnsFromSource, iactSpan, isFarthest, weightSpan } from '../mapper/sharing.ts';
import { type ChipLayer, isChainLast, isWeightSource, stepsFromSource } from './chip-layer.ts';

/** The modes of an iact router: one for each source. */
export type IactModes = OfPorts<RouterPort, RouterModeName>;

export type WeightModes = OfPorts<WeightPort, RouterModeName>;

export interface PsumTargets {
  readonly bank: PsumTargetName;
  readonly pe: PsumTargetName;
  readonly north: PsumTargetName;
}

/** How a network as a whole is used: see `networkModes`. */
export type NetworkMode = 'high bandwidth' | 'high reuse' | 'grouped multicast' | 'interleaved multicast';

/**
 * Iacts go to all clusters that differ in filters only. Such cluster rows lie together: from one in the middle words go north and
 * south, row by row, and in each row to the horizontal neighbours where those have other filters too. The routers of a cluster work
 * alike, but for those that have no row of PEs to serve.
 */
export function iactModes(layer: ChipLayer, role: ClusterRole, router = 0): IactModes {
  const { mapping, chip } = layer;
  const { filters } = mapping.vertical;
  const span = iactSpan(mapping);
  const toSide = span > 1;
  const off = forPorts(iactPortsOf(chip), (): RouterModeName => 'off');
  if (router >= layer.loops.peRows) return off;
  const columns = columnsFromSource(role.column, span);
  if (columns !== 0) return { ...off, ...fromSide(layer, columns, span) };
  const steps = stepsFromSource(mapping, role.row);
  if (steps === 0) return { ...off, local: modeOf(filters > 1, toSide) };
  const half = Math.floor(filters / 2);
  const farthest = steps > 0 ? filters - 1 - half : -half;
  const mode = modeOf(steps !== farthest, toSide);
  return steps > 0 ? { ...off, north: mode } : { ...off, south: mode };
}

/** Weights go to the horizontal neighbours that work on other positions with the same weights. */
export function weightModes(layer: ChipLayer, role: ClusterRole): WeightModes {
  const span = weightSpan(layer.mapping);
  const off = forPorts(weightPortsOf(layer.chip), (): RouterModeName => 'off');
  if (isWeightSource(layer, role)) return { ...off, local: modeOf(false, span > 1) };
  return { ...off, ...fromSide(layer, columnsFromSource(role.column, span), span) };
}

/**
 * The mode of words that come to a cluster from a neighbour in its row, which go on where somebody beyond shares them.
 *
 * @param columns from the cluster that they come from: see `columnsFromSource`
 */
function fromSide({ chip }: ChipLayer, columns: number, span: number): Partial<Record<SidePort, RouterModeName>> {
  const port = isWide(chip) ? (columns > 0 ? 'west' : 'east') : 'side';
  return { [port]: modeOf(false, !isFarthest(columns, span)) };
}

/** Psums enter the first cluster of a chain from its banks, go up its columns and on to the next cluster, and leave at the last one. */
export function psumTargets(layer: ChipLayer, role: ClusterRole): PsumTargets {
  const first = role.chain === 0;
  const last = isChainLast(layer, role);
  return { bank: first ? 'pe' : 'none', pe: last ? 'bank' : 'south', north: first ? 'none' : 'pe' };
}

function modeOf(vertical: boolean, horizontal: boolean): RouterModeName {
  if (vertical) return horizontal ? 'broadcast' : 'vertical';
  return horizontal ? 'horizontal' : 'unicast';
}

/**
 * What the modes of the routers come to for the iact and the weight network, in the paper's words (J19 Fig 8). A word from outside
 * reaches one cluster (high bandwidth), all of them (high reuse), clusters of a row (grouped multicast), or clusters of a column,
 * which in a mesh of two columns is every second one in the order of the mesh (interleaved multicast).
 */
export function networkModes({ mapping, chip }: ChipLayer): { iacts: NetworkMode; weights: NetworkMode } {
  const { clusterRows, clusterColumns } = chip;
  return {
    iacts: networkMode(mapping.vertical.filters, iactSpan(mapping), clusterRows * clusterColumns),
    weights: networkMode(1, weightSpan(mapping), clusterRows * clusterColumns),
  };
}

function networkMode(vertical: number, horizontal: number, clusters: number): NetworkMode {
  if (vertical * horizontal === 1) return 'high bandwidth';
  if (vertical * horizontal === clusters) return 'high reuse';
  return vertical > 1 ? 'interleaved multicast' : 'grouped multicast';
}
