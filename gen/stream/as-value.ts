import type { Tree } from '../language/tree.ts';
import { asDrivableRecord, asDrivableVector } from '../language/drive-tree.ts';
import { Signal } from '../language/signal.ts';
import type { DataType } from '../language/types.ts';
import type { Val } from '../language/values.ts';

/** Records and arrays that a user put together, with what values of their type can do: the `at` of vectors. */
export function asValue<T extends DataType>(value: unknown): Val<T> {
  return valueOf(value as Tree) as unknown as Val<T>;
}

function valueOf(tree: Tree): Tree {
  if (tree instanceof Signal) return tree;
  if (Array.isArray(tree)) return asDrivableVector((tree as readonly Tree[]).map(valueOf));
  return asDrivableRecord(Object.fromEntries(Object.entries(tree).map(([name, field]) => [name, valueOf(field)])));
}
