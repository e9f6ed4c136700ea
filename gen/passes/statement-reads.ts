import { bodiesOf, type Expression, readsOf, type Statement, withBodies } from '../ir/module-ir.ts';

/** The expressions that statements read, with those of the statements in them. */
export function readsWithin(statements: readonly Statement[]): Expression[] {
  return statements.flatMap((statement) => [
    ...readsOf(statement),
    ...(statement.kind === 'when' || statement.kind === 'switch' ? bodiesOf(statement).flatMap(readsWithin) : []),
  ]);
}

/** The same statements with other expressions. */
export function withReads(
  statements: readonly Statement[],
  replace: (expression: Expression) => Expression,
): Statement[] {
  return statements.map((statement): Statement => {
    switch (statement.kind) {
      case 'assign':
        return { ...statement, value: replace(statement.value) };
      case 'write': {
        const mask = statement.mask === undefined ? {} : { mask: replace(statement.mask) };
        return { ...statement, address: replace(statement.address), data: replace(statement.data), ...mask };
      }
      case 'check':
        return { ...statement, condition: replace(statement.condition) };
      case 'when': {
        const branches = statement.branches.map((each) => ({ ...each, condition: replace(each.condition) }));
        return withBodies(
          { ...statement, branches },
          bodiesOf(statement).map((body) => withReads(body, replace)),
        );
      }
      case 'switch':
        return withBodies(
          { ...statement, subject: replace(statement.subject) },
          bodiesOf(statement).map((body) => withReads(body, replace)),
        );
    }
  });
}
