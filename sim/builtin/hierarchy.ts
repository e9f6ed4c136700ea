/** The instances of a design, with the place of each and the names of what is in it. */
import type { CheckedModule } from '../../gen/ir/checked-module.ts';
import type { GroundType } from '../../gen/ir/ground-type.ts';
import type { Expression, MemoryIr } from '../../gen/ir/module-ir.ts';
import type { ExternalCode } from './external-code.ts';
import type { Extent } from './layout.ts';
import { ModuleCode } from './module-code.ts';

export interface InstanceNode {
  /** Of the top, the module's; of others the instance's. */
  readonly name: string;
  /** Names from the top's instances down: empty for the top. */
  readonly path: readonly string[];
  readonly code: ModuleCode | ExternalCode;
  /** Where it begins in the arrays. */
  readonly base: Extent;
  readonly children: readonly InstanceNode[];
}

export function instanceTree(code: ModuleCode | ExternalCode): InstanceNode {
  const node = (name: string, path: readonly string[], own: ModuleCode | ExternalCode, base: Extent): InstanceNode => {
    const children =
      own instanceof ModuleCode
        ? own.children.map((child) => {
            const childName = own.checked.names.instances.get(child.instance)!;
            return node(childName, [...path, childName], child.code, {
              int: base.int + child.base.int,
              real: base.real + child.base.real,
              big: base.big + child.base.big,
            });
          })
        : [];
    return { name, path, code: own, base, children };
  };
  return node(code.checked.ir.name, [], code, { int: 0, real: 0, big: 0 });
}

/** An instance and all below it, parents first. */
export function* instancesOf(node: InstanceNode): Iterable<InstanceNode> {
  yield node;
  for (const child of node.children) yield* instancesOf(child);
}

/** A signal or expression of a module that has a name, and how to evaluate it. */
export interface NamedValue {
  readonly name: string;
  readonly type: GroundType;
  readonly value: Expression;
}

/** What can be looked at in a module: ports, registers, driven wires, and named expressions. */
export function namedValues({ ir, names, combinational, ghost }: CheckedModule): NamedValue[] {
  const signals = ir.signals.flatMap((signal): NamedValue[] => {
    const name = names.signals.get(signal);
    const driven = signal.category !== 'wire' || combinational.has(signal) || ghost.combinational.has(signal);
    // The ports of instances are shown in the instances.
    if (name === undefined || !driven || signal.instance !== undefined) return [];
    return [{ name, type: signal.type, value: { op: 'signal', signal, type: signal.type, site: signal.site } }];
  });
  const expressions = [...names.expressions].map(([value, name]) => ({ name, type: value.type, value }));
  return [...signals, ...expressions];
}

/** The memories of a module that something uses. */
export function namedMemories({ names, writes, ghost }: CheckedModule): { name: string; memory: MemoryIr }[] {
  return [...writes.keys(), ...ghost.writes.keys()].map((memory) => ({ name: names.memories.get(memory)!, memory }));
}
