/** Random expressions, typed and of bounded depth. */
import * as fc from 'fast-check';
import {
  awkwardWidths,
  type Compare,
  type Expression,
  inputTypes,
  type Kind,
  type Reduce,
  type Same,
  type Type,
} from './expression.ts';

const MAX_WIDTH = 140;

/** Integers of a type with a liking for the extremes. */
export function valueOf(type: Type): fc.Arbitrary<bigint> {
  const span = 1n << BigInt(type.width);
  const [low, high] = type.kind === 'sint' ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  const near = [low, low + 1n, -1n, 0n, 1n, high - 1n, high].filter((value) => low <= value && value <= high);
  return fc.oneof(fc.constantFrom(...near), fc.bigInt({ min: low, max: high }));
}

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
    () =>
      fc
        .tuple(of('bool', 1), same, same)
        .map(([condition, left, right]) => ({ type, op: 'mux', condition, left, right })),
    () => same.map((operand) => ({ type, op: 'not', operand })),
    () => pair(['and', 'or', 'xor'], type, same),
    // One value on both sides is one piece of hardware with two readers.
    () =>
      fc.tuple(fc.constantFrom<Same>('and', 'xor'), same).map(([op, each]) => ({ type, op, left: each, right: each })),
    () =>
      fc
        .integer({ min: 1, max: 5 })
        .chain((length) =>
          fc
            .tuple(
              fc.array(same, { minLength: length, maxLength: length }),
              of('uint', Math.max(1, Math.ceil(Math.log2(length)))),
            )
            .map(([parts, index]) => ({ type, op: 'at', parts, index })),
        ),
  ];
  if (kind === 'bool') {
    const operands = types.chain((operand) =>
      pair(
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
          .tuple(
            fc.constantFrom<Reduce>('orReduce', 'andReduce', 'xorReduce'),
            types.chain((each) => of(each.kind, each.width)),
          )
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
            : fc
                .tuple(of(from.kind, from.width), fc.integer({ min: 0, max: from.width - width }))
                .map(([operand, amount]) => ({ type, op: 'bits', operand, amount })),
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
      () => pair(['add', 'sub'], type, same),
      () => pair(['add', 'sub'], type, same),
      () =>
        fc
          .tuple(fc.constantFrom('shiftLeft', 'shiftRight'), same, amounts(depth - 1))
          .map(([op, left, right]) => ({ type, op, left, right })),
      () =>
        fc
          .integer({ min: 1, max: Math.min(9, MAX_WIDTH - width) })
          .chain((more) => of(kind, width + more).map((operand) => ({ type, op: 'trunc', operand }))),
      () =>
        fc
          .integer({ min: 1, max: 5 })
          .chain((amount) => of(kind, width + amount).map((operand) => ({ type, op: 'shr', operand, amount }))),
    );
    if (width > 1) {
      choices.push(
        () =>
          fc
            .integer({ min: 1, max: width - 1 })
            .chain((from) => of(kind, from).map((operand) => ({ type, op: 'extend', operand }))),
        () =>
          fc
            .integer({ min: 1, max: width - 1 })
            .chain((amount) => of(kind, width - amount).map((operand) => ({ type, op: 'shl', operand, amount }))),
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
  const wide = fc
    .constantFrom('u33a', 'u65b')
    .map((name): Expression => ({ type: inputTypes[name]!, op: 'input', name }));
  const narrow = fc.constantFrom(1, 2, 3, 7, 8).chain((width) => expressions({ kind: 'uint', width }, depth));
  return fc.oneof({ weight: 5, arbitrary: narrow }, { weight: 2, arbitrary: wide });
}

function pair(operators: (Same | Compare)[], type: Type, operand: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  return fc
    .tuple(fc.constantFrom(...operators), operand, operand, fc.boolean())
    .map(([op, left, right, plain]) => ({ type, op, left, right, plain }));
}

function leaf(type: Type): fc.Arbitrary<Expression> {
  const named = Object.entries(inputTypes).filter(
    ([, input]) => input.kind === type.kind && input.width === type.width,
  );
  const literal = valueOf(type).map((value): Expression => ({ type, op: 'literal', value }));
  if (named.length > 0) {
    const input = fc.constantFrom(...named.map(([name]): Expression => ({ type, op: 'input', name })));
    return fc.oneof({ weight: 4, arbitrary: input }, { weight: 1, arbitrary: literal });
  }
  // Of other widths there is the low part of a wide input.
  const wide: Expression = { type: { kind: 'bits', width: 65 }, op: 'input', name: 'b65a' };
  if (type.width >= 65) return literal;
  const part: Expression = {
    type: { kind: 'bits', width: type.width },
    op: 'bits',
    operand: wide,
    amount: 65 - type.width,
  };
  const own: Expression = type.kind === 'bits' ? part : { type, op: 'cast', operand: part };
  return fc.oneof({ weight: 3, arbitrary: fc.constant(own) }, { weight: 1, arbitrary: literal });
}
