import type { SignalIr } from '../ir/module-ir.ts';
import { leavesOf } from './aggregate.ts';
import type { Tree } from './tree.ts';
import type { HardwareType } from './types.ts';

/** A stream in a port, and the signals that it consists of: valid, ready, payload. */
export interface NestedStream {
  readonly path: readonly string[];
  /** It runs against the direction of the port. */
  readonly flipped: boolean;
  readonly signals: readonly SignalIr[];
}

/** Every stream in the tree of a port, in the order of declaration. */
export function streamsIn(
  type: HardwareType,
  tree: Tree,
  path: readonly string[],
  flipped = false,
): readonly NestedStream[] {
  const part = (inner: HardwareType, key: string): readonly NestedStream[] =>
    streamsIn(inner, (tree as Readonly<Record<string, Tree>>)[key]!, [...path, key], flipped);
  switch (type.kind) {
    case 'stream': {
      const signals = leavesOf(tree).flatMap(({ expression }) =>
        expression.op === 'signal' ? [expression.signal] : [],
      );
      return [{ path, flipped, signals }];
    }
    case 'flip':
      return streamsIn(type.type, tree, path, !flipped);
    case 'bundle':
      return Object.entries(type.fields).flatMap(([name, field]) => part(field, name));
    case 'vec':
      return Array.from({ length: type.length }, (_, index) => part(type.element, String(index))).flat();
    default:
      return [];
  }
}
