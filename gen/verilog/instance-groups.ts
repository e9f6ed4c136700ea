/** Which instances a module's Verilog has, and which net stands at each of their pins. */
import type { ModuleNames } from '../ir/checked-module.ts';
import type { InstanceArrayIr, InstanceIr, ModuleIr, SignalIr } from '../ir/module-ir.ts';
import { type PortGroup, portLayout } from '../ir/port-layout.ts';
import { uniqueName } from '../passes/unique-name.ts';
import type { Site } from '../source/site.ts';

/** One instance, or an array of them that is written as a loop. */
export interface InstanceGroup {
  readonly module: ModuleIr;
  readonly name: string;
  readonly elements: readonly InstanceIr[];
  /** Whether it is written as a loop. */
  readonly looped: boolean;
  readonly pins: readonly Pin[];
  readonly site: Site;
}

/** One Verilog port over all elements of the group. */
export interface Pin {
  readonly port: PortGroup;
  /** What the net is called that is connected to it, where it needs one of its own. */
  readonly net: string;
  /** The parent's ground signals that make up the net, from bit 0 up: those of element 0, then those of element 1, and on. */
  readonly signals: readonly SignalIr[];
}

/** @param unroll every element of an array stands as an instance of its own */
export function groupInstances(
  ir: ModuleIr,
  names: ModuleNames,
  unroll: boolean,
  taken: Set<string>,
): readonly InstanceGroup[] {
  const arrays = new Map<InstanceArrayIr, InstanceIr[]>();
  const bundles: { name: string; elements: InstanceIr[]; looped: boolean }[] = [];
  for (const instance of ir.instances) {
    const array = instance.element?.array;
    const looped = array !== undefined && !unroll && !array.unroll;
    const known = looped ? arrays.get(array) : undefined;
    if (known !== undefined) {
      known.push(instance);
      continue;
    }
    const elements = [instance];
    if (looped) arrays.set(array, elements);
    bundles.push({ name: looped ? names.arrays.get(array)! : names.instances.get(instance)!, elements, looped });
  }

  const layouts = new Map<ModuleIr, readonly PortGroup[]>();
  return bundles.map(({ name, elements, looped }) => {
    const { module, site } = elements[0]!;
    const layout = layouts.get(module) ?? portLayout(module);
    layouts.set(module, layout);
    const position = new Map(module.ports.map((port, index) => [port, index]));
    const pins = layout.map((port): Pin => {
      const signals = elements.flatMap(({ ports }) => port.leaves.map(({ signal }) => ports[position.get(signal)!]!));
      const first = signals[0]!;
      const own = signals.length === 1 && first.lanes === undefined && !looped;
      return { port, signals, net: own ? names.signals.get(first)! : uniqueName(`${name}_${port.name}`, taken) };
    });
    return { module, name, elements, looped, pins, site };
  });
}
