/** Takes aggregate types apart: builds the tree of ground signals behind a bundle, a vector or a stream. */
import type { GroundType } from '../ir/ground-type.ts';
import type { Lane } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import { asDrivableRecord, asDrivableVector } from './drive-tree.ts';
import { fatal } from './report.ts';
import { type Operand, Signal } from './signal.ts';
import type { Plain, Tree } from './tree.ts';
import { groundOf, type HardwareType, isData, payloadPath } from './types.ts';

/** The types of the trees whose parts run both ways. */
const directedTypes = new WeakMap<object, HardwareType>();

/** The type that a tree with directions was built of; undefined of plain data, and of what a user put together. */
export function directedTypeOf(tree: Tree): HardwareType | undefined {
  return directedTypes.get(tree);
}

/**
 * Makes one leaf: `flipped` leaves run against the direction of the whole (the `ready` of a stream). `lanes` are the indices
 * of vectors of plain data in the path; absent where there are none.
 */
export type MakeLeaf = (type: GroundType, path: readonly string[], flipped: boolean, lanes?: readonly Lane[]) => Signal;

export function buildTree(
  type: HardwareType,
  makeLeaf: MakeLeaf,
  path: readonly string[] = [],
  flipped = false,
  lanes?: readonly Lane[],
): Tree {
  switch (type.kind) {
    case 'flip':
      return buildTree(type.type, makeLeaf, path, !flipped, lanes);
    case 'bundle': {
      const fields = Object.entries(type.fields).map(([name, field]) => [
        name,
        buildTree(field, makeLeaf, [...path, name], flipped, lanes),
      ]);
      const record = Object.fromEntries(fields) as { [field: string]: Tree };
      return isData(type) ? asDrivableRecord(record) : asDirected(type, record);
    }
    case 'vec': {
      const { length, element } = type;
      const packed = isData(element);
      const elements = Array.from({ length }, (_, index) => {
        const lane = { at: path.length, index, length };
        return buildTree(
          element,
          makeLeaf,
          [...path, String(index)],
          flipped,
          packed ? [...(lanes ?? []), lane] : lanes,
        );
      });
      return packed ? asDrivableVector(elements) : asDirected(type, elements);
    }
    case 'stream': {
      const valid = makeLeaf({ kind: 'bool', width: 1 }, [...path, 'valid'], flipped, lanes);
      const ready = makeLeaf({ kind: 'bool', width: 1 }, [...path, 'ready'], !flipped, lanes);
      const data = buildTree(type.data, makeLeaf, [...path, ...payloadPath(type.data)], flipped, lanes);
      const stream = { valid, ready, data };
      let fire: Signal | undefined;
      // Made on first use, so that a stream whose handshake nobody asks for costs nothing.
      Object.defineProperty(stream, 'fire', { get: () => (fire ??= handshake(valid, ready)) });
      return asDirected(type, stream);
    }
    default:
      return makeLeaf(groundOf(type), path, flipped, lanes);
  }
}

function handshake(valid: Signal, ready: Signal): Signal {
  const fire = valid.and(ready);
  if (valid.expression.op === 'signal') fire.expression.handshakeOf = valid.expression.signal;
  return fire;
}

/** Ground signals of a tree, in the order of declaration. */
export function leavesOf(tree: Tree): Signal[] {
  if (tree instanceof Signal) return [tree];
  // Users without types give other things too, which have none.
  return typeof tree === 'object' && tree !== null ? Object.values(tree).flatMap(leavesOf) : [];
}

/**
 * `condition` chooses between two trees of one shape.
 *
 * @throws ElaborationError naming the parts that one of them lacks
 */
export function muxTree(condition: Signal, whenTrue: Plain, whenFalse: Plain, path: readonly string[] = []): Tree {
  if (isSingle(whenTrue) || isSingle(whenFalse)) {
    const choice = condition.mux(whenTrue as Operand, whenFalse as Operand);
    choice.expression.path = path;
    return choice;
  }
  checkShapes(whenTrue, whenFalse);
  const [onTrue, onFalse] = [whenTrue, whenFalse] as [Record<string, Plain>, Record<string, Plain>];
  // Plain values come in whatever order they were written.
  const keys = Object.keys(isTree(whenTrue) ? onTrue : onFalse);
  const chosen = keys.map((key) => [key, muxTree(condition, onTrue[key]!, onFalse[key]!, [...path, key])] as const);
  return Array.isArray(whenTrue) ? chosen.map(([, tree]) => tree) : Object.fromEntries(chosen);
}

function checkShapes(whenTrue: object, whenFalse: object): void {
  const [first, second] = [Object.keys(whenTrue), Object.keys(whenFalse)];
  const lacks = (which: string, keys: readonly string[], others: readonly string[]): string[] => {
    const missing = others.filter((key) => !keys.includes(key));
    return missing.length === 0 ? [] : [`the ${which} lacks ${missing.join(', ')}`];
  };
  const differences = [...lacks('first', first, second), ...lacks('second', second, first)];
  if (differences.length === 0) return;
  throw fatal(
    'W005',
    captureSite(),
    `mux() between values of different shape: ${differences.join(', and ')}`,
    'give both the same parts',
  );
}

function isSingle(value: Plain): value is Operand {
  return value instanceof Signal || typeof value !== 'object' || value === null;
}

/** Whether all of it is signals, in the order of their type. */
function isTree(value: Plain): value is Tree {
  return isSingle(value) ? value instanceof Signal : Object.values(value).every(isTree);
}

/** What runs both ways is neither driven as a whole nor chosen by an index. */
function asDirected<T extends object>(type: HardwareType, tree: T): T {
  directedTypes.set(tree, type);
  const refuse = (what: string, fix: string) => (): never => {
    throw fatal('D005', captureSite(), `${what} on streams or fields that run both ways`, fix);
  };
  Object.defineProperty(tree, 'set', { value: refuse('set()', 'use connect(sink, source)') });
  if (type.kind === 'vec')
    Object.defineProperty(tree, 'at', { value: refuse('at()', 'take the elements apart: their data can be chosen') });
  return tree;
}
