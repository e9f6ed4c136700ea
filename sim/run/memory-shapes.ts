import type { VerilogDesign } from '../../gen/index.ts';

/** Memories of one shape, wherever in the design they are. */
export interface MemoryShape {
  /** Words, and bits of each. */
  readonly depth: number;
  readonly width: number;
  /** How many there are, counting every copy of a module. */
  readonly count: number;
  /** The modules that have such memories in them. */
  readonly modules: readonly string[];
}

/** The shapes of all memories of a design, the largest first. */
export function memoryShapes({ modules, top }: Pick<VerilogDesign, 'modules' | 'top'>): MemoryShape[] {
  const copies = new Map([[top, 1]]);
  // Parents stand behind their children.
  for (const { name, instances } of modules.toReversed()) {
    for (const { module } of instances) copies.set(module, (copies.get(module) ?? 0) + copies.get(name)!);
  }
  const shapes = new Map<string, { depth: number; width: number; count: number; modules: Set<string> }>();
  for (const { name, memories } of modules) {
    for (const { depth, width } of memories) {
      const key = `${depth}x${width}`;
      const shape = shapes.get(key) ?? { depth, width, count: 0, modules: new Set() };
      shapes.set(key, shape);
      shape.count += copies.get(name)!;
      shape.modules.add(name);
    }
  }
  return [...shapes.values()]
    .map((shape) => ({ ...shape, modules: [...shape.modules] }))
    .sort((a, b) => b.depth * b.width - a.depth * a.width || b.depth - a.depth);
}
