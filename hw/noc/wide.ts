/** Meshes with more than two columns of clusters, where routers have two horizontal neighbours (J19 section III-B). */

/** What tells a wide mesh from others. */
export interface MeshColumns {
  readonly clusterColumns: number;
}

/** Whether a router has a neighbour to the west and one to the east, instead of one at its side. */
export function isWide({ clusterColumns }: MeshColumns): boolean {
  return clusterColumns > 2;
}

/** What the names of modules that have ports to horizontal neighbours end with in wide meshes. */
export function wideSuffix(mesh: MeshColumns): string {
  return isWide(mesh) ? '_wide' : '';
}
