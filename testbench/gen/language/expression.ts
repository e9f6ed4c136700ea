/**
 * Expressions as data: random ones come from fast-check, and each can be evaluated with BigInt (what the operators are to
 * mean) and built as hardware (what they do).
 */
import fc from 'fast-check';
import { cat, lit, mux, SInt, Bits, Bool, UInt, Vec, wire } from '../../../gen/index.ts';
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
      readonly op: Same | Compare | 'addFull' | 'mul' | 'shiftLeft' | 'shiftRight';
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
      return lit<SimpleType>(hardwareType(type), value as never) as unknown as Loose;
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
      return mux(condition as unknown as BoolVal, left as unknown as UIntVal, right as unknown as UIntVal) as unknown as Loose;
    }
    case 'cat':
      return cat(...(expression.parts.map(build) as unknown as [BitsVal])) as unknown as Loose;
    case 'at': {
      const vector = wire(Vec(expression.parts.length, hardwareType(type)));
      vector.set(expression.parts.map(build) as never);
      return vector.at(build(expression.index) as unknown as UIntVal) as unknown as Loose;
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

/** Integers of a type with a liking for the extremes. */
export function valueOf(type: Type): fc.Arbitrary<bigint> {
  const span = 1n << BigInt(type.width);
  const [low, high] = type.kind === 'sint' ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  const near = [low, low + 1n, -1n, 0n, 1n, high - 1n, high].filter((value) => low <= value && value <= high);
  return fc.oneof(fc.constantFrom(...near), fc.bigInt({ min: low, max: high }));
}

export const awkwardWidths = [1, 2, 7, 8, 31, 32, 33, 64, 65];
const MAX_WIDTH = 140;

/** The inputs that random expressions read, by name. */
export const inputTypes: Readonly<Record<string, Type>> = Object.fromEntries([
  ...(['uint', 'sint', 'bits'] as const).flatMap((kind) =>
    awkwardWidths.flatMap((width) => ['a', 'b'].map((which) => [`${kind[0]}${width}${which}`, { kind, width }])),
  ),
  ...['c0', 'c1', 'c2'].map((name) => [name, bool]),
]) as Record<string, Type>;

const widths = fc.oneof(fc.constantFrom(...awkwardWidths), fc.integer({ min: 1, max: 40 }));
export const types: fc.Arbitrary<Type> = fc
  .tuple(fc.constantFrom<Kind>('uint', 'sint', 'bits', 'bool'), widths)
  .map(([kind, width]) => ({ kind, width: kind === 'bool' ? 1 : width }));

/** A random expression of a type, of at most so many operators on a path. */
export function expressions(type: Type, depth: number): fc.Arbitrary<Expression> {
  if (depth === 0) return leaf(type);
  const of = (kind: Kind, width: number): fc.Arbitrary<Expression> => expressions({ kind, width }, depth - 1);
  const same = of(type.kind, type.width);
  const { kind, width } = type;
  const choices: (() => fc.Arbitrary<Expression>)[] = [
    () => leaf(type),
    () => fc.tuple(of('bool', 1), same, same).map(([condition, left, right]) => ({ type, op: 'mux', condition, left, right })),
    () => same.map((operand) => ({ type, op: 'not', operand })),
    () => pair<Same>(['and', 'or', 'xor'], type, same),
    // One value on both sides is one piece of hardware with two readers.
    () => fc.tuple(fc.constantFrom<Same>('and', 'xor'), same).map(([op, each]) => ({ type, op, left: each, right: each })),
    () =>
      fc.integer({ min: 1, max: 5 }).chain((length) =>
        fc
          .tuple(fc.array(same, { minLength: length, maxLength: length }), of('uint', Math.max(1, Math.ceil(Math.log2(length)))))
          .map(([parts, index]) => ({ type, op: 'at', parts, index })),
      ),
  ];
  if (kind === 'bool') {
    const operands = types.chain((operand) =>
      pair<Compare>(
        operand.kind === 'uint' || operand.kind === 'sint' ? ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] : ['eq', 'ne'],
        type,
        of(operand.kind, operand.width),
      ),
    );
    choices.push(
      () => operands,
      () => operands,
      () =>
        fc
          .tuple(fc.constantFrom<Reduce>('orReduce', 'andReduce', 'xorReduce'), types.chain((each) => of(each.kind, each.width)))
          .map(([op, operand]) => ({ type, op, operand })),
    );
  }
  if (kind !== 'bool') {
    choices.push(() =>
      fc
        .constantFrom<Kind>('uint', 'sint', 'bits', ...(width === 1 ? (['bool'] as const) : []))
        .chain((from) => of(from, width))
        .map((operand) => (operand.type.kind === kind ? operand : { type, op: 'cast', operand })),
    );
  }
  if (kind === 'bits') {
    choices.push(
      () =>
        types.chain((from) =>
          from.width < width
            ? same
            : fc.tuple(of(from.kind, from.width), fc.integer({ min: 0, max: from.width - width })).map(([operand, amount]) => ({ type, op: 'bits', operand, amount })),
        ),
      () => {
        if (width < 2) return same;
        return fc
          .tuple(fc.integer({ min: 1, max: width - 1 }), fc.constantFrom<Kind>('uint', 'sint', 'bits'))
          .chain(([low, from]) => fc.tuple(of(from, width - low), of('uint', low)))
          .map((parts) => ({ type, op: 'cat', parts }));
      },
    );
  }
  if (kind === 'uint' || kind === 'sint') {
    choices.push(
      () => pair<Same>(['add', 'sub'], type, same),
      () => pair<Same>(['add', 'sub'], type, same),
      () =>
        fc
          .tuple(fc.constantFrom('shiftLeft', 'shiftRight'), same, amounts(depth - 1))
          .map(([op, left, right]) => ({ type, op, left, right })),
      () => fc.integer({ min: 1, max: Math.min(9, MAX_WIDTH - width) }).chain((more) => of(kind, width + more).map((operand) => ({ type, op: 'trunc', operand }))),
      () => fc.integer({ min: 1, max: 5 }).chain((amount) => of(kind, width + amount).map((operand) => ({ type, op: 'shr', operand, amount }))),
    );
    if (width > 1) {
      choices.push(
        () => fc.integer({ min: 1, max: width - 1 }).chain((from) => of(kind, from).map((operand) => ({ type, op: 'extend', operand }))),
        () => fc.integer({ min: 1, max: width - 1 }).chain((amount) => of(kind, width - amount).map((operand) => ({ type, op: 'shl', operand, amount }))),
        () =>
          fc
            .tuple(fc.integer({ min: 1, max: width - 1 }), fc.boolean())
            .chain(([narrow, turned]) => {
              const [left, right] = turned ? [narrow, width - 1] : [width - 1, narrow];
              return fc.tuple(of(kind, left), of(kind, right));
            })
            .map(([left, right]) => ({ type, op: 'addFull', left, right })),
        () =>
          fc
            .integer({ min: 1, max: width - 1 })
            .chain((left) => fc.tuple(of(kind, left), of(kind, width - left)))
            .map(([left, right]) => ({ type, op: 'mul', left, right })),
      );
    }
  }
  return fc.constantFrom(...choices).chain((choice) => choice());
}

/** Amounts of shifts. Wide ones are inputs, for Verilator refuses an amount that turns out to be a constant over 32 bits. */
function amounts(depth: number): fc.Arbitrary<Expression> {
  const wide = fc.constantFrom('u33a', 'u65b').map((name): Expression => ({ type: inputTypes[name]!, op: 'input', name }));
  const narrow = fc.constantFrom(1, 2, 3, 7, 8).chain((width) => expressions({ kind: 'uint', width }, depth));
  return fc.oneof({ weight: 5, arbitrary: narrow }, { weight: 2, arbitrary: wide });
}

function pair<O extends Same | Compare>(operators: O[], type: Type, operand: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc
    .tuple(fc.constantFrom(...operators), operand, operand, fc.boolean())
    .map(([op, left, right, plain]) => ({ type, op, left, right, plain }));
}

function leaf(type: Type): fc.Arbitrary<Expression> {
  const named = Object.entries(inputTypes).filter(([, input]) => input.kind === type.kind && input.width === type.width);
  const literal = valueOf(type).map((value): Expression => ({ type, op: 'literal', value }));
  if (named.length > 0) {
    const input = fc.constantFrom(...named.map(([name]): Expression => ({ type, op: 'input', name })));
    return fc.oneof({ weight: 4, arbitrary: input }, { weight: 1, arbitrary: literal });
  }
  // Of other widths there is the low part of a wide input.
  const wide: Expression = { type: { kind: 'bits', width: 65 }, op: 'input', name: 'b65a' };
  if (type.width >= 65) return literal;
  const part: Expression = { type: { kind: 'bits', width: type.width }, op: 'bits', operand: wide, amount: 65 - type.width };
  const own: Expression = type.kind === 'bits' ? part : { type, op: 'cast', operand: part };
  return fc.oneof({ weight: 3, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: literal });
}

