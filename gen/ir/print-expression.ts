/** Expressions of the module IR as text: prefix form, every operator with its type where that says something. */
import { inDomainText } from './clock-domain.ts';
import { groundTypeText, valueText } from './ground-type.ts';
import type { Expression, MemoryIr, SignalIr } from './module-ir.ts';

/** How to call what an expression refers to. */
export interface Naming {
  signal(signal: SignalIr): string;
  memory(memory: MemoryIr): string;
}

/** `add(head, 1): UInt(3)`, with the type at the outside only. */
export function printIrExpression(expression: Expression, naming: Naming): string {
  return `${bare(expression, naming)}: ${groundTypeText(expression.type)}`;
}

function bare(expression: Expression, naming: Naming): string {
  const text = bareValue(expression, naming);
  return expression.crossesTo === undefined ? text : `unsynchronised(${text})${inDomainText(expression.crossesTo)}`;
}

function bareValue(expression: Expression, naming: Naming): string {
  const print = (operand: Expression): string => bare(operand, naming);
  switch (expression.op) {
    case 'literal':
      return valueText(expression.type, expression.value);
    case 'signal':
      return naming.signal(expression.signal);
    case 'unary':
      return `${expression.operator}(${print(expression.operand)})`;
    case 'binary':
      return `${expression.operator}(${print(expression.left)}, ${print(expression.right)})`;
    case 'mux':
      return `mux(${print(expression.condition)}, ${print(expression.whenTrue)}, ${print(expression.whenFalse)})`;
    case 'concat':
      return `cat(${expression.parts.map(print).join(', ')})`;
    case 'slice':
      return `${print(expression.operand)}[${expression.high}:${expression.low}]`;
    case 'extend':
    case 'cast':
      return `${expression.op}(${print(expression.operand)}, ${groundTypeText(expression.type)})`;
    case 'read':
      return `${naming.memory(expression.memory)}[${print(expression.address)}]`;
  }
}
