/**
 * Takes aggregate types apart: builds the tree of ground signals behind a bundle, a vector or a stream, and drives one tree
 * from another.
 */
import { type GroundType, groundTypeText } from '../ir/ground-type.ts';
import { captureSite } from '../source/capture-site.ts';
import { fatal, type Operand, Signal } from './signal.ts';
import { bitsFor, type HardwareType, payloadPath } from './types.ts';

/** Run-time shape of a `Val` or `Var` of any type. */
export type Tree = Signal | { readonly [field: string]: Tree } | readonly Tree[];
type Plain = Operand | { readonly [field: string]: Plain } | readonly Plain[];

/** Makes one leaf: `flipped` leaves run against the direction of the whole (the `ready` of a stream). */
export type MakeLeaf = (type: GroundType, path: readonly string[], flipped: boolean) => Signal;

export function buildTree(type: HardwareType, makeLeaf: MakeLeaf, path: readonly string[] = []): Tree {
  switch (type.kind) {
    case 'bundle': {
      const fields = Object.entries(type.fields).map(([name, field]) => [
        name,
        buildTree(field, makeLeaf, [...path, name]),
      ]);
      return withSet(Object.fromEntries(fields) as { [field: string]: Tree });
    }
    case 'vec': {
      const elements = Array.from({ length: type.length }, (_, index) =>
        buildTree(type.element, makeLeaf, [...path, String(index)]),
      );
      Object.defineProperty(elements, 'at', { value: (index: Signal) => chooseElement(elements, index) });
      return withSet(elements);
    }
    case 'stream': {
      const valid = makeLeaf({ kind: 'bool', width: 1 }, [...path, 'valid'], false);
      const ready = makeLeaf({ kind: 'bool', width: 1 }, [...path, 'ready'], true);
      const data = buildTree(type.data, makeLeaf, [...path, ...payloadPath(type.data)]);
      const stream = { valid, ready, data };
      let fire: Signal | undefined;
      // Made on first use, so that a stream whose handshake nobody asks for costs nothing.
      Object.defineProperty(stream, 'fire', { get: () => (fire ??= handshake(valid, ready)) });
      return stream;
    }
    default:
      return makeLeaf({ kind: type.kind, width: type.width }, path, false);
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
  return Object.values(tree).flatMap(leavesOf);
}

/** Drives every leaf of `target` with the part of `value` in the same place. */
export function drive(target: Tree, value: Plain | Tree): void {
  if (target instanceof Signal) {
    target.set(value as Operand);
    return;
  }
  const given = value instanceof Signal || typeof value !== 'object' || value === null ? undefined : Object.keys(value);
  const expected = Object.keys(target);
  if (given === undefined || given.length !== expected.length || expected.some((key) => !given.includes(key))) {
    throw fatal(
      'W001',
      captureSite(),
      `set() needs the fields ${expected.join(', ')}, and is given ${given === undefined ? 'a single value' : given.join(', ')}`,
      'give every field exactly once; to drive one field alone, call set() on that field',
    );
  }
  for (const key of expected) drive((target as Record<string, Tree>)[key]!, (value as Record<string, Plain>)[key]!);
}

/** `condition` chooses between two trees of one shape. */
export function muxTree(condition: Signal, whenTrue: Tree, whenFalse: Tree, path: readonly string[] = []): Tree {
  if (whenTrue instanceof Signal || whenFalse instanceof Signal || typeof whenTrue !== 'object') {
    const choice = condition.mux(whenTrue as Operand, whenFalse as Operand);
    choice.expression.path = path;
    return choice;
  }
  const chosen = Object.entries(whenTrue).map(([key, tree]) => [
    key,
    muxTree(condition, tree, (whenFalse as Record<string, Tree>)[key]!, [...path, key]),
  ]);
  const object = Object.fromEntries(chosen) as Record<string, Tree>;
  return Array.isArray(whenTrue) ? Object.values(object) : object;
}

function chooseElement(elements: readonly Tree[], index: Signal): Tree {
  const expected = bitsFor(elements.length);
  if (index.type.kind !== 'uint' || index.width !== expected) {
    throw fatal(
      'W001',
      captureSite(),
      `at() of ${elements.length} elements needs an index of type UInt(${expected}), and is given ${groundTypeText(index.type)}`,
      `use extend(${expected}) or trunc(${expected}) on the index`,
    );
  }
  return elements
    .slice(0, -1)
    .reduceRight<Tree>(
      (rest, element, position) => muxTree(index.eq(position), element, rest),
      elements[elements.length - 1]!,
    );
}

function withSet<T extends object>(tree: T): T {
  return Object.defineProperty(tree, 'set', { value: (value: Plain) => drive(tree as Tree, value) });
}
