/** Which clusters of the mesh have to wait for each other. */
import type { ClusterRole, Loops } from '../mapper/loops.ts';
import { roleOf } from '../mapper/loops.ts';
import { iactSpan, weightSpan } from '../mapper/sharing.ts';

/** Clusters that get the same iacts, and those that get the same weights, by any name that tells them apart. */
export function iactSharers({ mapping }: Loops, { group, position, chain, column }: ClusterRole): string {
  return `${group} ${position} ${chain} ${Math.floor(column / iactSpan(mapping))}`;
}

export function weightSharers({ mapping }: Loops, { row, column }: ClusterRole): string {
  return `${row} ${Math.floor(column / weightSpan(mapping))}`;
}

export function chainOf({ mapping, chip }: Loops, { row, column }: ClusterRole): string {
  return `${Math.floor(row / mapping.vertical.chain) * chip.clusterColumns + column}`;
}

/**
 * The clusters in groups that share nothing with each other, as the mapping connects them.
 *
 * @param most clusters of a group that differ in filters only that are kept
 */
export function clusterGroups(loops: Loops, most: number): ClusterRole[][] {
  const { chip, filterClusters, mapping } = loops;
  const kept = Math.min(filterClusters, Math.max(2, most));
  const beside = mapping.horizontal.filters;
  const groups = new Map<string, Set<ClusterRole>>();
  for (let cluster = 0; cluster < chip.clusterRows * chip.clusterColumns; cluster++) {
    const role = roleOf(loops, cluster);
    if (Math.floor(role.filter / beside) * beside >= kept) continue;
    const names = [`i${iactSharers(loops, role)}`, `w${weightSharers(loops, role)}`, `c${chainOf(loops, role)}`];
    const merged = new Set([role]);
    for (const name of names) for (const other of groups.get(name) ?? []) merged.add(other);
    for (const member of merged) {
      groups.set(`i${iactSharers(loops, member)}`, merged);
      groups.set(`w${weightSharers(loops, member)}`, merged);
      groups.set(`c${chainOf(loops, member)}`, merged);
    }
  }
  return [...new Set(groups.values())].map((group) => [...group].sort((a, b) => a.row - b.row || a.column - b.column));
}
