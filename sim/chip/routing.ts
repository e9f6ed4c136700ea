/** Which mode each router of the mesh has, and what that makes of the networks (J19 section III-B, Figs 8 and 11). */
import type { PsumTargetName, RouterModeName } from '../../hw/noc/routing.ts';
import type { ClusterRole } from '../mapper/loops.ts';
import { type ChipLayer, isChainLast, isWeightSource, stepsFromSource } from './chip-layer.ts';

/** The modes of an iact router: one for each source. */
export interface IactModes {
  readonly local: RouterModeName;
  readonly north: RouterModeName;
  readonly south: RouterModeName;
  readonly side: RouterModeName;
}

export interface WeightModes {
  readonly local: RouterModeName;
  readonly side: RouterModeName;
}

export interface PsumTargets {
  readonly bank: PsumTargetName;
  readonly pe: PsumTargetName;
  readonly north: PsumTargetName;
}

/** How a network as a whole is used: see `networkModes`. */
export type NetworkMode = 'high bandwidth' | 'high reuse' | 'grouped multicast' | 'interleaved multicast';

/**
 * Iacts go to all clusters that differ in filters only. Such cluster rows lie together: from one in the middle words go north and
 * south, row by row, and in each row to the horizontal neighbour where that has other filters too. The routers of a cluster work
 * alike, but for those that have no row of PEs to serve.
 */
export function iactModes(layer: ChipLayer, role: ClusterRole, router = 0): IactModes {
  const { mapping, chip } = layer;
  const { filters } = mapping.vertical;
  const toSide = mapping.side === 'filters' && chip.clusterColumns > 1;
  const off: IactModes = { local: 'off', north: 'off', south: 'off', side: 'off' };
  if (router >= layer.loops.peRows) return off;
  if (toSide && role.column > 0) return { ...off, side: 'unicast' };
  const steps = stepsFromSource(mapping, role.row);
  if (steps === 0) return { ...off, local: modeOf(filters > 1, toSide) };
  const half = Math.floor(filters / 2);
  const farthest = steps > 0 ? filters - 1 - half : -half;
  const mode = modeOf(steps !== farthest, toSide);
  return steps > 0 ? { ...off, north: mode } : { ...off, south: mode };
}

/** Weights go to the horizontal neighbour where that works on other positions with the same weights. */
export function weightModes(layer: ChipLayer, role: ClusterRole): WeightModes {
  const toSide = layer.mapping.side === 'positions' && layer.chip.clusterColumns > 1;
  if (!isWeightSource(layer, role)) return { local: 'off', side: 'unicast' };
  return { local: modeOf(false, toSide), side: 'off' };
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
 * reaches one cluster (high bandwidth), all of them (high reuse), the two clusters of a row (grouped multicast), or clusters of a
 * column, which is every second one in the order of the mesh (interleaved multicast).
 */
export function networkModes({ mapping, chip }: ChipLayer): { iacts: NetworkMode; weights: NetworkMode } {
  const { clusterRows, clusterColumns } = chip;
  const across = (side: string): number => (mapping.side === side ? clusterColumns : 1);
  return {
    iacts: networkMode(mapping.vertical.filters, across('filters'), clusterRows * clusterColumns),
    weights: networkMode(1, across('positions'), clusterRows * clusterColumns),
  };
}

function networkMode(vertical: number, horizontal: number, clusters: number): NetworkMode {
  if (vertical * horizontal === 1) return 'high bandwidth';
  if (vertical * horizontal === clusters) return 'high reuse';
  return vertical > 1 ? 'interleaved multicast' : 'grouped multicast';
}
