/** The ports of iact and weight routers, in meshes of one or two columns and in wider ones. */
import { isWide, type MeshColumns } from './wide.ts';

/**
 * The ports of an iact router, each both a source and a destination: the GLB and the PE cluster (`local`), the neighbours above and
 * below, and the one horizontal neighbour that there is in a mesh of one or two columns.
 */
export const iactPorts = ['local', 'north', 'south', 'side'] as const;

/** Those of a weight router, which has no vertical neighbours. */
export const weightPorts = ['local', 'side'] as const;

/** The same where the mesh has more than two columns: one more pair of ports, as there are two horizontal neighbours. */
export const wideIactPorts = ['local', 'north', 'south', 'west', 'east'] as const;
export const wideWeightPorts = ['local', 'west', 'east'] as const;

export type RouterPort = (typeof iactPorts)[number] | (typeof wideIactPorts)[number];
export type WeightPort = (typeof weightPorts)[number] | (typeof wideWeightPorts)[number];
/** A port to a neighbour in the same row. */
export type SidePort = Exclude<WeightPort, 'local'>;

/** The horizontal neighbours that the routers of a mesh of so many columns have ports to. */
export function sidesOf({ clusterColumns }: MeshColumns): readonly SidePort[] {
  return isWide({ clusterColumns }) ? ['west', 'east'] : ['side'];
}

/** The ports of the iact routers of a mesh. */
export function iactPortsOf(mesh: MeshColumns): readonly RouterPort[] {
  return isWide(mesh) ? wideIactPorts : iactPorts;
}

/** The ports of its weight routers. */
export function weightPortsOf(mesh: MeshColumns): readonly WeightPort[] {
  return isWide(mesh) ? wideWeightPorts : weightPorts;
}

/** Something for each port of a router; of the ports to horizontal neighbours, those that `sidesOf` its mesh names are there. */
export type OfPorts<P extends RouterPort, T> = { readonly [K in Exclude<P, SidePort>]: T } & {
  readonly [K in Extract<P, SidePort>]?: T;
};

/** @param ports of a router, of a mesh of one kind or the other */
export function forPorts<P extends RouterPort, T>(ports: readonly P[], make: (port: P) => T): OfPorts<P, T> {
  return Object.fromEntries(ports.map((port) => [port, make(port)])) as OfPorts<P, T>;
}

/** The port at which words arrive that left by another. */
export const opposite: Readonly<Record<RouterPort, RouterPort>> = {
  local: 'local',
  north: 'south',
  south: 'north',
  side: 'side',
  west: 'east',
  east: 'west',
};

/** Whether the port leads to a neighbour in the same row. */
export function isSide(port: RouterPort): port is SidePort {
  return port === 'side' || port === 'west' || port === 'east';
}
