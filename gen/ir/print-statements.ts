import { valueText } from './ground-type.ts';
import { inDomainText } from './clock-domain.ts';
import type { Statement } from './module-ir.ts';
import { type Naming, printIrExpression } from './print-expression.ts';

/** Statements as lines: `head := add(head, 1): UInt(3)` under the `when`s around them. */
export function printStatements(statements: readonly Statement[], naming: Naming, indent: string): string[] {
  return statements.flatMap((statement) => printStatement(statement, naming, indent));
}

function printStatement(statement: Statement, naming: Naming, indent: string): string[] {
  const print = (body: readonly Statement[]): string[] => printStatements(body, naming, `${indent}  `);
  switch (statement.kind) {
    case 'assign': {
      const { target, part, value } = statement;
      const bits = part === undefined ? '' : `[${part.high}:${part.low}]`;
      return [`${indent}${naming.signal(target)}${bits} := ${printIrExpression(value, naming)}`];
    }
    case 'write': {
      const { memory, address, data, mask, domain } = statement;
      const target = `${naming.memory(memory)}[${printIrExpression(address, naming)}]`;
      const masked = mask === undefined ? '' : ` masked ${printIrExpression(mask, naming)}`;
      return [`${indent}${target} := ${printIrExpression(data, naming)}${masked}${inDomainText(domain)}`];
    }
    case 'check':
      return [
        `${indent}${statement.check} ${statement.label === undefined ? '' : `${statement.label}: `}${printIrExpression(statement.condition, naming)}${inDomainText(statement.domain)}`,
      ];
    case 'when':
      return [
        ...statement.branches.flatMap(({ condition, body }, index) => [
          `${indent}${index === 0 ? 'when' : 'elseWhen'} ${printIrExpression(condition, naming)}`,
          ...print(body),
        ]),
        ...(statement.otherwise === undefined ? [] : [`${indent}otherwise`, ...print(statement.otherwise)]),
      ];
    case 'switch':
      return [
        `${indent}switch ${printIrExpression(statement.subject, naming)}`,
        ...statement.cases.flatMap(({ values, body }) => [
          `${indent}case ${values.map((value) => valueText(statement.subject.type, value)).join(', ')}`,
          ...print(body),
        ]),
        ...(statement.otherwise === undefined ? [] : [`${indent}default`, ...print(statement.otherwise)]),
      ];
  }
}
