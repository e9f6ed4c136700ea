/** Which expressions the RTL reads, as opposed to those that only checks read, or nothing. */
import { bodiesOf, type Expression, type ModuleIr, operandsOf, readsOf, type Statement } from '../ir/module-ir.ts';

/** Every expression that something other than a check or a ghost depends on. */
export function rtlExpressions(ir: ModuleIr): Set<Expression> {
  const pending = [...rootsIn(ir.body)];
  for (const { ghost, enable } of ir.signals) if (ghost !== true && enable !== undefined) pending.push(enable);
  const found = new Set<Expression>();
  for (let expression = pending.pop(); expression !== undefined; expression = pending.pop()) {
    if (found.has(expression)) continue;
    found.add(expression);
    pending.push(...operandsOf(expression));
  }
  return found;
}

/** What the statements read on behalf of the RTL: a condition counts as far as it decides on something that does. */
function rootsIn(statements: readonly Statement[]): Expression[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case 'check':
        return [];
      case 'assign':
        return statement.target.ghost === true ? [] : readsOf(statement);
      case 'write':
        return statement.memory.ghost === true ? [] : readsOf(statement);
      case 'when':
      case 'switch': {
        const bodies = bodiesOf(statement).map(rootsIn);
        const last = bodies.findLastIndex((roots) => roots.length > 0);
        return last < 0 ? [] : [...readsOf(statement).slice(0, last + 1), ...bodies.flat()];
      }
    }
  });
}
