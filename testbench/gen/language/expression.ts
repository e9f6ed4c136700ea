/**
 * Expressions as data: each can be evaluated with BigInt (what the operators are to mean) and built as hardware (what they do).
 */
import { cat, keep, lit, mux, SInt, Bits, Bool, UInt, Vec, wire } from '../../../gen/index.ts';
import type { BitsVal, BoolVal, UIntVal } from '../../../gen/index.ts';
import type { SimpleType } from '../../../gen/language/types.ts';

export type Kind = 'uint' | 'sint' | 'bits' | 'bool';
export interface Type {
  readonly kind: Kind;
  readonly width: number;
}

export type Same = 'add' | 'sub' | 'and' | 'or' | 'xor';
export type Compare = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
export type Reduce = 'orReduce' | 'andReduce' | 'xorReduce';

export type Expression = { readonly type: Type } & (
  | { readonly op: 'input'; readonly name: string }
  | { readonly op: 'literal'; readonly value: bigint }
  | {
      readonly op: Same | Compare | 'addFull' | 'subFull' | 'mul' | 'shiftLeft' | 'shiftRight';
      readonly left: Expression;
      readonly right: Expression;
      /** Gives a literal on the right as a plain number. */
      readonly plain?: boolean;
    }
  | { readonly op: 'not' | 'extend' | 'trunc' | 'cast' | Reduce; readonly operand: Expression }
  | { readonly op: 'shl' | 'shr' | 'bits'; readonly operand: Expression; readonly amount: number }
  | { readonly op: 'mux'; readonly condition: Expression; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'cat'; readonly parts: readonly Expression[] }
  | { readonly op: 'at'; readonly index: Expression; readonly parts: readonly Expression[] }
);

export const bool: Type = { kind: 'bool', width: 1 };

/** The integer that `bits`, the low bits of any integer, mean as a value of a type. */
export function wrap(type: Type, bits: bigint): bigint {
  return type.kind === 'sint' ? BigInt.asIntN(type.width, bits) : BigInt.asUintN(type.width, bits);
}

/** What an expression is worth: the meaning that every simulator must agree with. */
export function evaluate(expression: Expression, inputs: Readonly<Record<string, bigint>>): bigint {
  const value = (operand: Expression): bigint => evaluate(operand, inputs);
  const pattern = (operand: Expression): bigint => BigInt.asUintN(operand.type.width, value(operand));
  const { type } = expression;
  switch (expression.op) {
    case 'input':
      return inputs[expression.name]!;
    case 'literal':
      return expression.value;
    case 'add':
    case 'addFull':
      return wrap(type, value(expression.left) + value(expression.right));
    case 'sub':
    case 'subFull':
      return wrap(type, value(expression.left) - value(expression.right));
    case 'mul':
      return wrap(type, value(expression.left) * value(expression.right));
    case 'and':
      return wrap(type, value(expression.left) & value(expression.right));
    case 'or':
      return wrap(type, value(expression.left) | value(expression.right));
    case 'xor':
      return wrap(type, value(expression.left) ^ value(expression.right));
    case 'eq':
      return BigInt(value(expression.left) === value(expression.right));
    case 'ne':
      return BigInt(value(expression.left) !== value(expression.right));
    case 'lt':
      return BigInt(value(expression.left) < value(expression.right));
    case 'le':
      return BigInt(value(expression.left) <= value(expression.right));
    case 'gt':
      return BigInt(value(expression.left) > value(expression.right));
    case 'ge':
      return BigInt(value(expression.left) >= value(expression.right));
    case 'shiftLeft': {
      const amount = value(expression.right);
      return amount >= BigInt(type.width) ? 0n : wrap(type, value(expression.left) << amount);
    }
    case 'shiftRight': {
      // BigInt shifts floor, as an arithmetic shift does; a huge amount leaves the sign only.
      const amount = value(expression.right);
      const limit = BigInt(type.width);
      return value(expression.left) >> (amount > limit ? limit : amount);
    }
    case 'not':
      return wrap(type, ~value(expression.operand));
    case 'extend':
      return value(expression.operand);
    case 'trunc':
    case 'cast':
      return wrap(type, value(expression.operand));
    case 'orReduce':
      return BigInt(pattern(expression.operand) !== 0n);
    case 'andReduce':
      return BigInt(pattern(expression.operand) === (1n << BigInt(expression.operand.type.width)) - 1n);
    case 'xorReduce':
      return BigInt(pattern(expression.operand).toString(2).replaceAll('0', '').length % 2);
    case 'shl':
      return value(expression.operand) << BigInt(expression.amount);
    case 'shr':
      return value(expression.operand) >> BigInt(expression.amount);
    case 'bits':
      return wrap(type, pattern(expression.operand) >> BigInt(expression.amount));
    case 'mux':
      return value(expression.condition) === 1n ? value(expression.left) : value(expression.right);
    case 'cat':
      return expression.parts.reduce((sum, part) => (sum << BigInt(part.type.width)) | pattern(part), 0n);
    case 'at': {
      const index = Number(value(expression.index));
      return value(expression.parts[Math.min(index, expression.parts.length - 1)]!);
    }
  }
}

/** Every operator on one type: which of them a value really has is for `types.check.ts` to say. */
export interface Loose {
  readonly width: number;
  add(other: Loose | bigint): Loose;
  sub(other: Loose | bigint): Loose;
  and(other: Loose | bigint): Loose;
  or(other: Loose | bigint): Loose;
  xor(other: Loose | bigint): Loose;
  eq(other: Loose | bigint): Loose;
  ne(other: Loose | bigint): Loose;
  lt(other: Loose | bigint): Loose;
  le(other: Loose | bigint): Loose;
  gt(other: Loose | bigint): Loose;
  ge(other: Loose | bigint): Loose;
  addFull(other: Loose): Loose;
  subFull(other: Loose): Loose;
  mul(other: Loose): Loose;
  shiftLeft(amount: Loose): Loose;
  shiftRight(amount: Loose): Loose;
  not(): Loose;
  orReduce(): Loose;
  andReduce(): Loose;
  xorReduce(): Loose;
  extend(width: number): Loose;
  trunc(width: number): Loose;
  shl(amount: number): Loose;
  shr(amount: number): Loose;
  bits(high: number, low: number): Loose;
  bit(index: number): Loose;
  asUInt(): Loose;
  asSInt(): Loose;
  asBits(): Loose;
}

export function hardwareType({ kind, width }: Type): SimpleType {
  return { uint: UInt, sint: SInt, bits: Bits, bool: () => Bool }[kind](width);
}

/** The hardware of an expression in the module under elaboration. One object becomes one piece of hardware. */
export function construct(
  expression: Expression,
  inputs: Readonly<Record<string, Loose>>,
  made = new Map<Expression, Loose>(),
): Loose {
  const build = (operand: Expression): Loose => construct(operand, inputs, made);
  const known = made.get(expression);
  if (known !== undefined) return known;
  const result = constructNew(expression, inputs, build);
  made.set(expression, result);
  return result;
}

function constructNew(
  expression: Expression,
  inputs: Readonly<Record<string, Loose>>,
  build: (operand: Expression) => Loose,
): Loose {
  const { type } = expression;
  switch (expression.op) {
    case 'input':
      return inputs[expression.name]!;
    case 'literal': {
      const value = type.kind === 'bool' ? expression.value === 1n : expression.value;
      return lit<SimpleType>(hardwareType(type), value) as unknown as Loose;
    }
    case 'not':
    case 'orReduce':
    case 'andReduce':
    case 'xorReduce':
      return build(expression.operand)[expression.op]();
    case 'extend':
    case 'trunc':
      return build(expression.operand)[expression.op](type.width);
    case 'shl':
    case 'shr':
      return build(expression.operand)[expression.op](expression.amount);
    case 'cast': {
      const operand = build(expression.operand);
      if (type.kind === 'bool') return operand.bit(0);
      return { uint: () => operand.asUInt(), sint: () => operand.asSInt(), bits: () => operand.asBits() }[type.kind]();
    }
    case 'bits':
      return build(expression.operand).bits(expression.amount + type.width - 1, expression.amount);
    case 'mux': {
      const [condition, left, right] = [expression.condition, expression.left, expression.right].map(build);
      return mux(
        condition as unknown as BoolVal,
        left as unknown as UIntVal,
        right as unknown as UIntVal,
      ) as unknown as Loose;
    }
    case 'cat':
      return cat(...(expression.parts.map(build) as unknown as [BitsVal])) as unknown as Loose;
    case 'at': {
      // An index that has one place to point to goes unread.
      const index = keep(build(expression.index));
      const vector = wire(Vec(expression.parts.length, hardwareType(type)));
      vector.set(expression.parts.map(build) as never);
      return vector.at(index as unknown as UIntVal) as unknown as Loose;
    }
    default: {
      const left = build(expression.left);
      const { right } = expression;
      const plain = expression.plain === true && right.op === 'literal';
      // Only the operators that keep a width take plain numbers, and the generator says so.
      return left[expression.op]((plain ? right.value : build(right)) as Loose);
    }
  }
}

/** An expression as its source would look. */
export function text(expression: Expression): string {
  const { type } = expression;
  switch (expression.op) {
    case 'input':
      return expression.name;
    case 'literal':
      return `lit(${type.kind}${type.width}, ${expression.value})`;
    case 'not':
    case 'orReduce':
    case 'andReduce':
    case 'xorReduce':
      return `${text(expression.operand)}.${expression.op}()`;
    case 'extend':
    case 'trunc':
      return `${text(expression.operand)}.${expression.op}(${type.width})`;
    case 'cast':
      return `${text(expression.operand)}.as(${type.kind})`;
    case 'shl':
    case 'shr':
      return `${text(expression.operand)}.${expression.op}(${expression.amount})`;
    case 'bits':
      return `${text(expression.operand)}.bits(${expression.amount + type.width - 1}, ${expression.amount})`;
    case 'mux':
      return `mux(${text(expression.condition)}, ${text(expression.left)}, ${text(expression.right)})`;
    case 'cat':
      return `cat(${expression.parts.map(text).join(', ')})`;
    case 'at':
      return `[${expression.parts.map(text).join(', ')}].at(${text(expression.index)})`;
    default:
      return `${text(expression.left)}.${expression.op}(${text(expression.right)})`;
  }
}

export const awkwardWidths = [1, 2, 7, 8, 31, 32, 33, 64, 65];

/** The inputs that random expressions read, by name. */
export const inputTypes: Readonly<Record<string, Type>> = Object.fromEntries([
  ...(['uint', 'sint', 'bits'] as const).flatMap((kind) =>
    awkwardWidths.flatMap((width) => ['a', 'b'].map((which) => [`${kind[0]}${width}${which}`, { kind, width }])),
  ),
  ...['c0', 'c1', 'c2'].map((name) => [name, bool]),
]) as Record<string, Type>;
