import { leavesOf } from './aggregate.ts';
import type { Tree } from './tree.ts';
import { memoryIrOf } from './memory.ts';
import { currentModule } from './module-builder.ts';

/**
 * Says that something is there on purpose although nothing reads it: a register for a debugger, an instance for its side
 * effects. Takes signals, bundles, vectors, streams, memories and instances; without it, what has no effect is an error.
 *
 * @returns what it is given
 */
export function keep<T extends object>(value: T): T {
  const kept = currentModule('keep()').ir.kept!;
  const memory = memoryIrOf(value);
  if (memory !== undefined) kept.push(memory);
  else kept.push(...leavesOf(value as Tree).map(({ expression }) => expression));
  return value;
}
