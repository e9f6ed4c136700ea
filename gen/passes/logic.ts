/** Expressions that passes make, without what constants decide. */
import { type GroundType, sameType } from '../ir/ground-type.ts';
import type { BranchStatement, Expression, Statement } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';

const bool: GroundType = { kind: 'bool', width: 1 };

export function literal(type: GroundType, value: bigint, site: Site): Expression {
  return { op: 'literal', value, type, site };
}

export function truth(value: boolean, site: Site): Expression {
  return literal(bool, value ? 1n : 0n, site);
}

/** Whether an expression is a constant, and that one. */
export function isLiteral(expression: Expression, value: bigint): boolean {
  return expression.op === 'literal' && expression.value === value;
}

export function both(left: Expression, right: Expression, site: Site): Expression {
  if (isLiteral(left, 1n) || isLiteral(right, 0n)) return right;
  if (isLiteral(right, 1n) || isLiteral(left, 0n)) return left;
  return { op: 'binary', operator: 'and', left, right, type: bool, site };
}

export function either(left: Expression, right: Expression, site: Site): Expression {
  if (isLiteral(left, 0n) || isLiteral(right, 1n)) return right;
  if (isLiteral(right, 0n) || isLiteral(left, 1n)) return left;
  return { op: 'binary', operator: 'or', left, right, type: bool, site };
}

export function opposite(operand: Expression, site: Site): Expression {
  if (operand.op === 'literal') return truth(operand.value === 0n, site);
  if (operand.op === 'unary' && operand.operator === 'not') return operand.operand;
  return { op: 'unary', operator: 'not', operand, type: bool, site };
}

export function equal(left: Expression, right: Expression, site: Site): Expression {
  if (left === right) return truth(true, site);
  if (left.op === 'literal' && right.op === 'literal') return truth(left.value === right.value, site);
  return { op: 'binary', operator: 'eq', left, right, type: bool, site };
}

/** Whether the subject is any of some values. */
export function oneOf(subject: Expression, values: readonly bigint[], site: Site): Expression {
  return values
    .map((value) => equal(subject, literal(subject.type, value, site), site))
    .reduce((left, right) => either(left, right, site));
}

/** The branches of a statement, the cases of a switch with their conditions; each counts where none before it does. */
export function branchesOf(
  statement: BranchStatement,
): readonly { readonly condition: Expression; readonly body: readonly Statement[] }[] {
  if (statement.kind === 'when') return statement.branches;
  const { subject, cases, site } = statement;
  return cases.map(({ values, body }) => ({ condition: oneOf(subject, values, site), body }));
}

/** A choice between two values of one type; of conditions, as logic. */
export function choice(condition: Expression, whenTrue: Expression, whenFalse: Expression, site: Site): Expression {
  const same = whenTrue.op === 'literal' && isLiteral(whenFalse, whenTrue.value);
  if (whenTrue === whenFalse || same || isLiteral(condition, 1n)) return whenTrue;
  if (isLiteral(condition, 0n)) return whenFalse;
  const { type } = whenTrue;
  if (type.kind === 'bool') {
    if (isLiteral(whenTrue, 1n)) return either(condition, whenFalse, site);
    if (isLiteral(whenTrue, 0n)) return both(opposite(condition, site), whenFalse, site);
    if (isLiteral(whenFalse, 0n)) return both(condition, whenTrue, site);
    if (isLiteral(whenFalse, 1n)) return either(opposite(condition, site), whenTrue, site);
  }
  return { op: 'mux', condition, whenTrue, whenFalse, type, site };
}

/** Some bits of a value: of bits side by side, the very one that they are, where they are one. */
export function part(whole: Expression, high: number, low: number): Expression {
  const { site } = whole;
  const type: GroundType = { kind: 'bits', width: high - low + 1 };
  if (whole.op === 'literal') return literal(type, BigInt.asUintN(type.width, whole.value >> BigInt(low)), site);
  if (high === whole.type.width - 1 && low === 0) return readAs(whole, type);
  if (whole.op === 'concat') {
    let top = whole.type.width - 1;
    for (const each of whole.parts) {
      const bottom = top - each.type.width + 1;
      if (high <= top && low >= bottom) return part(each, high - bottom, low - bottom);
      top = bottom - 1;
    }
  }
  return { op: 'slice', operand: whole, high, low, type, site };
}

/** The same bits as another type of that width. */
export function readAs(operand: Expression, type: GroundType): Expression {
  const { site } = operand;
  if (sameType(operand.type, type)) return operand;
  if (operand.op === 'literal') {
    const value =
      type.kind === 'sint' ? BigInt.asIntN(type.width, operand.value) : BigInt.asUintN(type.width, operand.value);
    return literal(type, value, site);
  }
  return { op: 'cast', operand, type, site };
}
