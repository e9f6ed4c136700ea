/** Pass: refuses RTL that reads what exists only for checks. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModuleNames } from '../ir/checked-module.ts';
import { bodiesOf, type Expression, type ModuleIr, operandsOf, readsOf, type Statement } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import type { Drivers, Target } from './collect-drivers.ts';

export function checkGhosts(ir: ModuleIr, drivers: Drivers, names: ModuleNames, diagnostics: Diagnostic[]): void {
  const ghostOf = ghostFinder();
  const refuse = (what: string, expression: Expression, site: Site): void => {
    const ghost = ghostOf(expression);
    if (ghost === undefined) return;
    const name = 'depth' in ghost ? names.memories.get(ghost) : names.signals.get(ghost);
    diagnostics.push({
      code: 'A001',
      message: `${what} is part of the RTL, and reads ${name}, which exists only for checks`,
      site,
      related: [{ text: `${name} is made`, site: ghost.site }],
      fix: `make ${name} outside of ghost() and past(), or move what reads it into ghost()`,
    });
  };
  for (const [target, statements] of drivers) {
    if (target.ghost === true) continue;
    const name = 'depth' in target ? names.memories.get(target)! : names.signals.get(target)!;
    for (const { expression, site } of readsIn(statements)) refuse(name, expression, site);
  }
  for (const signal of ir.signals) {
    if (signal.ghost !== true && signal.enable !== undefined)
      refuse(names.signals.get(signal)!, signal.enable, signal.site);
  }
}

function readsIn(statements: readonly Statement[]): { expression: Expression; site: Site }[] {
  return statements.flatMap((statement) => [
    ...readsOf(statement).map((expression) => ({ expression, site: statement.site })),
    ...(statement.kind === 'when' || statement.kind === 'switch' ? bodiesOf(statement).flatMap(readsIn) : []),
  ]);
}

/** Gives a ghost that an expression reads, if it does; each expression is looked at once. */
function ghostFinder(): (expression: Expression) => Target | undefined {
  const found = new Map<Expression, Target | undefined>();
  return (root) => {
    const path = [root];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const waiting = found.has(top) ? [] : operandsOf(top).filter((operand) => !found.has(operand));
      if (waiting.length > 0) {
        path.push(...waiting);
        continue;
      }
      path.pop();
      if (found.has(top)) continue;
      const own = top.op === 'signal' ? top.signal : top.op === 'read' ? top.memory : undefined;
      const below = operandsOf(top).map((operand) => found.get(operand));
      found.set(top, own?.ghost === true ? own : below.find((ghost) => ghost !== undefined));
    }
    return found.get(root);
  };
}
