/** Verilog expressions to text, with no more parentheses than reading needs. */
import type { VBinaryOperator, VExpression } from './ast.ts';

const precedence: Record<VBinaryOperator, number> = {
  '*': 9,
  '+': 8,
  '-': 8,
  '<<': 7,
  '>>': 7,
  '>>>': 7,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  '==': 5,
  '!=': 5,
  '&': 4,
  '^': 3,
  '|': 2,
  '&&': 1,
  '||': 0,
};
/** Operators whose chains read the same either way round. */
const associative: ReadonlySet<VBinaryOperator> = new Set(['+', '*', '&', '|', '^', '&&', '||']);

export function printExpression(expression: VExpression): string {
  switch (expression.kind) {
    case 'name':
      return expression.name;
    case 'number':
      return printNumber(expression);
    case 'unary':
      return `${expression.operator}${isPrimary(expression.operand) ? printExpression(expression.operand) : `(${printExpression(expression.operand)})`}`;
    case 'binary':
      return `${printOperand(expression.left, expression.operator)} ${expression.operator} ${printOperand(expression.right, expression.operator, true)}`;
    case 'ternary':
      return `${printChoice(expression)} : ${printExpression(expression.whenFalse)}`;
    case 'concat':
      return `{${expression.parts.map(printExpression).join(', ')}}`;
    case 'repeat':
      return `{${expression.count}{${printExpression(expression.part)}}}`;
    case 'slice':
      return expression.high === expression.low
        ? `${expression.name}[${expression.low}]`
        : `${expression.name}[${expression.high}:${expression.low}]`;
    case 'element':
      return `${expression.name}[${printExpression(expression.index)}]`;
    case 'lane':
      return printLane(expression);
    case 'sign':
      return `${expression.signed ? '$signed' : '$unsigned'}(${printExpression(expression.operand)})`;
  }
}

function printLane({ name, genvar, width, offset }: Extract<VExpression, { kind: 'lane' }>): string {
  const start = `${genvar}${width === 1 ? '' : `*${width}`}${offset === 0 ? '' : ` + ${offset}`}`;
  return width === 1 ? `${name}[${start}]` : `${name}[${start} +: ${width}]`;
}

/** `condition ? value`, the first half of a ternary. */
export function printChoice({ condition, whenTrue }: Extract<VExpression, { kind: 'ternary' }>): string {
  const test =
    isAtom(condition) || condition.kind === 'unary' ? printExpression(condition) : `(${printExpression(condition)})`;
  return `${test} ? ${whenTrue.kind === 'ternary' ? `(${printExpression(whenTrue)})` : printExpression(whenTrue)}`;
}

function printOperand(operand: VExpression, parent: VBinaryOperator, right = false): string {
  const text = printExpression(operand);
  if (isAtom(operand) || operand.kind === 'unary') return text;
  if (operand.kind === 'binary' && operand.operator === parent && (associative.has(parent) || !right)) return text;
  // Readers know arithmetic before comparison before logic; anything subtler gets parentheses.
  const known = operand.kind === 'binary' && precedence[operand.operator] >= 5 && (parent === '&&' || parent === '||');
  return known ? text : `(${text})`;
}

function isAtom(expression: VExpression): boolean {
  return expression.kind !== 'binary' && expression.kind !== 'ternary' && expression.kind !== 'unary';
}

/** What Verilog lets follow an operator of one operand: a negative number is such an operator's result already. */
function isPrimary(expression: VExpression): boolean {
  return isAtom(expression) && !(expression.kind === 'number' && expression.value < 0n);
}

function printNumber({ value, width, signed }: Extract<VExpression, { kind: 'number' }>): string {
  if (!signed) return value < 4096n ? `${width}'d${value}` : `${width}'h${value.toString(16)}`;
  if (value >= 0n) return `${width}'sd${value}`;
  // The lowest value has no positive counterpart to negate.
  return value === -(1n << BigInt(width - 1)) ? `${width}'sh${(-value).toString(16)}` : `-${width}'sd${-value}`;
}
