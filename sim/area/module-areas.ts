/** From the cells of each module to the area of a design. */
import type { VerilogDesign } from '../../gen/index.ts';
import { CLOCK_GATE_NAND2, clockGateCell } from './clock-gates.ts';
import type { Liberty } from './liberty.ts';
import type { CellCounts } from './synthesis.ts';

/** A module of a design; areas are in NAND2 equivalents, and black boxes have none. */
export interface ModuleArea {
  readonly module: string;
  /** How often the whole design has it. */
  readonly instances: number;
  /** Flip-flops of one, without those of the modules in it. */
  readonly flipFlops: number;
  /** Area of one, without the modules in it. */
  readonly own: number;
  /** Area of one. */
  readonly each: number;
  /** Area of all: `instances` · `each`. */
  readonly total: number;
}

/**
 * Adds up a design from its modules, the top first. The own areas of all, times their instances, come to the top's.
 *
 * @throws RangeError when a cell is neither the library's nor a module of the design
 */
export function moduleAreas(
  design: Pick<VerilogDesign, 'top' | 'modules'>,
  cells: CellCounts,
  liberty: Liberty,
): ModuleArea[] {
  const each = new Map<string, number>();
  const below = new Map(
    design.modules.map(({ name, instances }) => [name, instances.map(({ module }) => module)] as const),
  );
  // Children come before parents.
  const measured = design.modules.map(({ name }) => {
    let own = 0;
    let flipFlops = 0;
    for (const [type, count] of cells.get(name) ?? []) {
      const cell = liberty.cells.get(type);
      if (cell !== undefined) {
        own += (count * cell.area) / liberty.nand2.area;
        if (cell.isFlipFlop) flipFlops += count;
      } else if (type === clockGateCell) own += count * CLOCK_GATE_NAND2;
      else if (!below.has(type)) throw new RangeError(`${name}: ${liberty.name} has no cell "${type}"`);
    }
    each.set(
      name,
      below.get(name)!.reduce((sum, child) => sum + each.get(child)!, own),
    );
    return { module: name, own, flipFlops };
  });

  const instances = new Map([[design.top, 1]]);
  for (const { module } of measured.toReversed())
    for (const child of below.get(module)!)
      instances.set(child, (instances.get(child) ?? 0) + (instances.get(module) ?? 0));
  return measured.toReversed().map(({ module, own, flipFlops }) => {
    const count = instances.get(module) ?? 0;
    return { module, instances: count, flipFlops, own, each: each.get(module)!, total: count * each.get(module)! };
  });
}
