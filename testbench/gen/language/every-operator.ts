import { bool, type Compare, type Expression, inputTypes, type Reduce, type Same, type Type } from './expression.ts';

/**
 * Each operator on each input type, with inputs and with the extremes as numbers: for each type, all results side by side, as
 * a port for each would take a simulator long to build.
 */
export function everyOperator(): Extract<Expression, { op: 'cat' }>[] {
  const operands = Object.entries(inputTypes).filter(([name, { kind }]) => kind !== 'bool' && name.endsWith('a'));
  return [...operands.map(([name, type]) => operatorsOf(name.slice(0, -1), type)), booleans()].map((parts) => ({
    type: { kind: 'bits', width: parts.reduce((sum, part) => sum + part.type.width, 0) },
    op: 'cat',
    parts,
  }));
}

/** All that can be done with inputs `<name>a` and `<name>b` of a type; shifted also by u1a, u7a and u65a, chosen by c0. */
export function operatorsOf(name: string, type: Type): Expression[] {
  const { kind, width } = type;
  const [a, b]: Expression[] = ['a', 'b'].map((which): Expression => ({ type, op: 'input', name: name + which })) as [
    Expression,
    Expression,
  ];
  const span = 1n << BigInt(width);
  const extremes = kind === 'sint' ? [-span / 2n, -1n, 0n, span / 2n - 1n] : [0n, 1n, span - 1n];
  const literals = extremes.map((value): Expression => ({ type, op: 'literal', value }));
  const numeric = kind !== 'bits';
  const same: Same[] = ['and', 'or', 'xor', ...(numeric ? (['add', 'sub'] as const) : [])];
  const compare: Compare[] = ['eq', 'ne', ...(numeric ? (['lt', 'le', 'gt', 'ge'] as const) : [])];
  const reduce: Reduce[] = ['orReduce', 'andReduce', 'xorReduce'];
  const result: Expression[] = [
    { type, op: 'not', operand: a },
    ...literals,
    ...literals.map((operand): Expression => ({ type, op: 'not', operand })),
  ];
  for (const right of [b, ...literals]) {
    for (const op of same) result.push({ type, op, left: a, right, plain: true });
    for (const op of compare) result.push({ type: bool, op, left: a, right, plain: true });
  }
  // A constant on the left can't be a plain number.
  for (const left of literals) for (const op of compare) result.push({ type: bool, op, left, right: a });
  for (const op of reduce) result.push({ type: bool, op, operand: a });
  for (const to of ['uint', 'sint', 'bits'] as const)
    if (to !== kind) result.push({ type: { kind: to, width }, op: 'cast', operand: a });
  result.push({ type, op: 'mux', condition: { type: bool, op: 'input', name: 'c0' }, left: a, right: literals[0]! });
  result.push({
    type: { kind: 'bits', width: 2 * width + 3 },
    op: 'cat',
    parts: [a, { type: { kind: 'uint', width: 3 }, op: 'literal', value: 5n }, b],
  });
  for (const [low, part] of [
    [0, width],
    [width - 1, 1],
    [Math.floor(width / 2), Math.ceil(width / 3)],
  ] as const) {
    if (low + part <= width) result.push({ type: { kind: 'bits', width: part }, op: 'bits', operand: a, amount: low });
  }
  if (numeric) {
    const grown = { kind, width: width + 1 };
    const amounts = [
      ...['u1a', 'u7a', 'u65a'].map((each): Expression => ({ type: inputTypes[each]!, op: 'input', name: each })),
      ...[0n, 1n, 200n].map(amount),
    ];
    for (const right of amounts)
      for (const op of ['shiftLeft', 'shiftRight'] as const) result.push({ type, op, left: a, right });
    for (const right of [b, ...literals]) {
      result.push(
        { type: grown, op: 'addFull', left: a, right },
        { type: { kind: 'sint', width: width + 1 }, op: 'subFull', left: a, right },
        { type: { kind, width: 2 * width }, op: 'mul', left: a, right },
      );
    }
    for (const operand of [a, ...literals]) {
      result.push(
        { type: { kind, width: width + 3 }, op: 'extend', operand },
        { type: { kind, width: width + 3 }, op: 'shl', operand, amount: 3 },
      );
      if (width === 1) continue;
      result.push(
        { type: { kind, width: width - 1 }, op: 'trunc', operand },
        { type: { kind, width: width - 1 }, op: 'shr', operand, amount: 1 },
      );
    }
  }
  return result;
}

function booleans(): Expression[] {
  const [a, b, c] = ['c0', 'c1', 'c2'].map((name): Expression => ({ type: bool, op: 'input', name })) as [
    Expression,
    Expression,
    Expression,
  ];
  const operators: (Same | Compare)[] = ['and', 'or', 'xor', 'eq', 'ne'];
  return [
    ...operators.map((op): Expression => ({ type: bool, op, left: a, right: b })),
    { type: bool, op: 'not', operand: a },
    { type: bool, op: 'mux', condition: a, left: b, right: c },
    { type: bool, op: 'andReduce', operand: a },
    { type: { kind: 'uint', width: 1 }, op: 'cast', operand: a },
    { type: { kind: 'sint', width: 1 }, op: 'cast', operand: a },
  ];
}

function amount(value: bigint): Expression {
  return { type: { kind: 'uint', width: 8 }, op: 'literal', value };
}
