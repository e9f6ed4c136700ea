/** A design's area by parts that people name, rather than by modules. */
import type { ModuleArea } from './module-areas.ts';

/** All instances of a module, without what belongs to other parts in them. */
export interface Part {
  readonly label: string;
  readonly module: string;
  readonly without?: readonly string[];
}

export interface PartArea {
  readonly label: string;
  readonly instances: number;
  /** NAND2 equivalents. */
  readonly each: number;
  readonly total: number;
}

/** What a cluster is made of, and the rest of the chip: nothing is counted twice, nothing left out. */
export const chipParts: readonly Part[] = [
  { label: 'PE', module: 'Pe' },
  { label: 'rest of the PE cluster', module: 'PeCluster', without: ['Pe'] },
  { label: 'router cluster', module: 'RouterCluster' },
  { label: 'GLB control', module: 'GlbCluster' },
  { label: 'output unit', module: 'OutputUnit' },
  { label: 'counters', module: 'ClusterCounters' },
  {
    label: 'rest of the cluster',
    module: 'Cluster',
    without: ['PeCluster', 'RouterCluster', 'GlbCluster', 'OutputUnit', 'ClusterCounters'],
  },
  { label: 'controller and lanes', module: 'Chip', without: ['Cluster'] },
];

/** What a PE is made of; each SPad with what walks over it, loads it and drains it. */
export const peParts: readonly Part[] = [
  { label: 'iact SPads', module: 'IactSpads' },
  { label: 'weight SPads', module: 'WeightSpads' },
  { label: 'psum SPad', module: 'PsumSpad' },
  { label: 'MACs', module: 'MacLanes' },
  { label: 'rest', module: 'Pe', without: ['IactSpads', 'WeightSpads', 'PsumSpad', 'MacLanes'] },
];

/** @throws RangeError when the design lacks a module that a part names */
export function partAreas(modules: readonly ModuleArea[], parts: readonly Part[]): PartArea[] {
  const find = (name: string): ModuleArea => {
    const found = modules.find(({ module }) => module === name);
    if (found === undefined) throw new RangeError(`the design has no module "${name}"`);
    return found;
  };
  return parts.map(({ label, module, without = [] }) => {
    const { instances, total } = find(module);
    const own = without.reduce((left, inner) => left - find(inner).total, total);
    return { label, instances, each: own / instances, total: own };
  });
}
