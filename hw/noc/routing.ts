/**
 * Who may reach whom in a router (J19 Fig 11), in one place: the routers are built from these rules, and whoever chooses modes or
 * draws them asks the same functions.
 */
import { type PsumTarget, RouterMode } from '../control/command.ts';
import { isSide, type RouterPort } from './router-ports.ts';

/** Where the psums of a router come from: the bank, the top PE of the column, the router above. */
export const psumSources = ['bank', 'pe', 'north'] as const;

/** Where they go: the bank, the bottom PE of the column, the router below. */
export const psumDestinations = ['bank', 'pe', 'south'] as const;

export type PsumSource = (typeof psumSources)[number];
export type PsumDestination = (typeof psumDestinations)[number];
export type RouterModeName = (typeof RouterMode.members)[number];
export type PsumTargetName = (typeof PsumTarget.members)[number];

/**
 * Whether a word from `source` goes to `destination`. All modes but `off` reach the PEs of this cluster. Words travel vertically
 * first: what has come from a horizontal neighbour goes to the PEs, and further the same way where there is somebody, so no way
 * through the mesh leads back to where it began.
 */
export function allows(mode: RouterModeName, source: RouterPort, destination: RouterPort): boolean {
  if (mode === 'off') return false;
  if (destination === 'local') return true;
  if (source === destination || (isSide(source) && !isSide(destination))) return false;
  const multicast = isSide(destination) ? 'horizontal' : 'vertical';
  return mode === multicast || mode === 'broadcast';
}

/** The modes in which words from `source` go to `destination`; none where no mode lets them. */
export function modesThatReach(source: RouterPort, destination: RouterPort): RouterModeName[] {
  return RouterMode.members.filter((mode) => allows(mode, source, destination));
}

/** A way through a router. */
export interface Way<Source, Destination> {
  readonly source: Source;
  readonly destination: Destination;
}

/** The ways through a router with these ports, each open in some mode. */
export function waysOf<P extends RouterPort>(ports: readonly P[]): Way<P, P>[] {
  const all = ports.flatMap((source) => ports.map((destination) => ({ source, destination })));
  return all.filter(({ source, destination }) => modesThatReach(source, destination).length > 0);
}

/** The ways through a psum router. */
export function psumWays(): Way<PsumSource, PsumDestination>[] {
  const all = psumSources.flatMap((source) => psumDestinations.map((destination) => ({ source, destination })));
  return all.filter(({ source, destination }) => psumsReach(destination, source, destination));
}

/** Whether psums from `source` with this target go to `destination`: the bank's don't return to it, and the column's neither. */
export function psumsReach(target: PsumTargetName, source: PsumSource, destination: PsumDestination): boolean {
  return target === destination && source !== destination;
}
