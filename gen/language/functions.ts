/** Operators of several operands, where chains of methods would be hard to read. */
import { captureSite } from '../source/capture-site.ts';
import { buildTree, muxTree } from './aggregate.ts';
import type { Tree } from './tree.ts';
import { currentModule } from './module-builder.ts';
import { fatal } from './report.ts';
import { lowBits } from './packing.ts';
import { make, operand, type Operand, Signal } from './signal.ts';
import { type DataType, widthOf } from './types.ts';
import type { AnyVal, BitsVal, BoolVal, DataTypeOf, Drive, EnumVal, Literal, SIntVal, UIntVal, Val } from './values.ts';

/** True where every one of the conditions is. */
export function all(first: BoolVal, ...rest: BoolVal[]): BoolVal {
  return rest.reduce((sum, next) => sum.and(next), first);
}

/** True where at least one of the conditions is. */
export function any(first: BoolVal, ...rest: BoolVal[]): BoolVal {
  return rest.reduce((sum, next) => sum.or(next), first);
}

/** Wrapping sum of values of one width. */
export function sum<V extends UIntVal | SIntVal>(first: V, ...rest: V[]): V {
  return rest.reduce<V>(
    (total, next) => (total as unknown as Signal).add(next as unknown as Signal) as unknown as V,
    first,
  );
}

/** `whenTrue` where `condition` is 1, else `whenFalse`; of bundles and vectors, part by part. */
export function mux<W extends number>(
  condition: BoolVal,
  whenTrue: UIntVal<W>,
  whenFalse: UIntVal<W> | Literal,
): UIntVal<W>;
export function mux<W extends number>(condition: BoolVal, whenTrue: Literal, whenFalse: UIntVal<W>): UIntVal<W>;
export function mux<W extends number>(
  condition: BoolVal,
  whenTrue: SIntVal<W>,
  whenFalse: SIntVal<W> | Literal,
): SIntVal<W>;
export function mux<W extends number>(condition: BoolVal, whenTrue: Literal, whenFalse: SIntVal<W>): SIntVal<W>;
export function mux<W extends number>(
  condition: BoolVal,
  whenTrue: BitsVal<W>,
  whenFalse: BitsVal<W> | Literal,
): BitsVal<W>;
export function mux<W extends number>(condition: BoolVal, whenTrue: Literal, whenFalse: BitsVal<W>): BitsVal<W>;
export function mux<M extends string>(
  condition: BoolVal,
  whenTrue: EnumVal<M>,
  whenFalse: EnumVal<NoInfer<M>> | NoInfer<M>,
): EnumVal<M>;
export function mux<M extends string>(condition: BoolVal, whenTrue: NoInfer<M>, whenFalse: EnumVal<M>): EnumVal<M>;
export function mux(condition: BoolVal, whenTrue: BoolVal, whenFalse: BoolVal | boolean): BoolVal;
export function mux(condition: BoolVal, whenTrue: boolean, whenFalse: BoolVal): BoolVal;
export function mux<V extends object>(
  condition: BoolVal,
  whenTrue: V,
  whenFalse: NoInfer<V> | Drive<DataTypeOf<NoInfer<V>>>,
): V;
export function mux<V extends object>(condition: BoolVal, whenTrue: Drive<DataTypeOf<NoInfer<V>>>, whenFalse: V): V;
export function mux(condition: BoolVal, whenTrue: unknown, whenFalse: unknown): unknown {
  return muxTree(condition as unknown as Signal, whenTrue as Tree, whenFalse as Tree);
}

/** Bits side by side, the first on top. */
export function cat(...parts: [AnyVal, ...AnyVal[]]): BitsVal {
  return concat(parts as unknown as Signal[]) as unknown as BitsVal;
}

/** So many copies of the same bits side by side. */
export function repeat(value: AnyVal, count: number): BitsVal {
  if (!Number.isInteger(count) || count < 1)
    throw fatal('P001', captureSite(), `repeat() of ${count} copies`, 'a count is a whole number from 1');
  return concat(new Array<Signal>(count).fill(value as unknown as Signal)) as unknown as BitsVal;
}

/**
 * All bits of a value side by side: the first field of a bundle on top, element 0 of a vector at the bottom. `unpack` is the way
 * back.
 */
export function pack(value: object): BitsVal {
  return concat(leavesFromTop(value as Tree)) as unknown as BitsVal;
}

function leavesFromTop(tree: Tree): Signal[] {
  if (tree instanceof Signal) return [tree];
  const parts = Object.values(tree);
  return (Array.isArray(tree) ? parts.toReversed() : parts).flatMap(leavesFromTop);
}

/** Reads bits as a value of a type, the way `pack` lays it out. */
export function unpack<const T extends DataType>(type: T, bits: BitsVal): Val<T> {
  const whole = bits as unknown as Signal;
  if (whole.width !== widthOf(type)) {
    throw fatal(
      'W001',
      captureSite(),
      `unpack() of a type of ${widthOf(type)} bits is given ${whole.width} bits`,
      'give exactly the bits that the type takes',
    );
  }
  const lows = lowBits(type);
  const tree = buildTree(type, (part, path) => {
    const low = lows.get(path.join('.'))!;
    const slice = part.kind === 'bool' ? whole.bit(low) : whole.bits(low + part.width - 1, low);
    const leaf = slice.readAs(part);
    leaf.expression.path = path;
    return leaf;
  });
  return tree as unknown as Val<T>;
}

function concat(parts: readonly Signal[]): Signal {
  const builder = currentModule('cat()');
  const site = captureSite();
  const operands = parts.map((part) => operand(builder, part as Operand, part.type, site, 'cat()'));
  const width = operands.reduce((total, part) => total + part.type.width, 0);
  return make(builder, { op: 'concat', parts: operands, type: { kind: 'bits', width }, site });
}
