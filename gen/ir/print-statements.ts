import type { Statement } from './module-ir.ts';
import { type Naming, printIrExpression } from './print-expression.ts';

/** Statements as lines: `head := add(head, 1): UInt(3)` under the `when`s around them. */
export function printStatements(statements: readonly Statement[], naming: Naming, indent: string): string[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'assign')
      return [`${indent}${naming.signal(statement.target)} := ${printIrExpression(statement.value, naming)}`];
    if (statement.kind === 'write') {
      const address = printIrExpression(statement.address, naming);
      return [
        `${indent}${naming.memory(statement.memory)}[${address}] := ${printIrExpression(statement.data, naming)}`,
      ];
    }
    const lines = statement.branches.flatMap(({ condition, body }, index) => [
      `${indent}${index === 0 ? 'when' : 'elseWhen'} ${printIrExpression(condition, naming)}`,
      ...printStatements(body, naming, `${indent}  `),
    ]);
    if (statement.otherwise === undefined) return lines;
    return [...lines, `${indent}otherwise`, ...printStatements(statement.otherwise, naming, `${indent}  `)];
  });
}
