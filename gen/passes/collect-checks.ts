/**
 * Pass: takes the checks out of the statements. Each keeps the conditions around it as part of its own, so that what is left is
 * a flat list; and whatever looks at the past is held back until there is one.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Check, DomainNeeds, Driver, ModuleNames } from '../ir/checked-module.ts';
import { type ClockDomain, domainText } from '../ir/clock-domain.ts';
import {
  bodiesOf,
  type CheckStatement,
  type Expression,
  type ModuleIr,
  operandsOf,
  type SignalIr,
  type Statement,
} from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { both, branchesOf, either, opposite } from './logic.ts';
import { uniqueName } from './unique-name.ts';

export function collectChecks(
  ir: ModuleIr,
  names: ModuleNames,
  combinational: ReadonlyMap<SignalIr, Driver>,
  domains: ReadonlyMap<ClockDomain, DomainNeeds>,
  diagnostics: Diagnostic[],
): Check[] {
  const taken = new Set(names.takenWithGhosts);
  return statementsWithPaths(ir.body, undefined).map(({ statement, path }) => {
    const { check, message, domain, site } = statement;
    const label = uniqueName(statement.label ?? unnamedLabel(statement, names), taken);
    if (domains.get(domain)?.clocked !== true) {
      diagnostics.push({
        code: 'A003',
        message: `${check} "${label}" is judged at the edges of ${domainText(domain)}, and nothing in module ${ir.name} needs its clock`,
        site,
        related: [{ text: 'the module is described', site: ir.site }],
        fix: 'put the check into a module that has state, around this one',
      });
    }
    const active = [...(path === undefined ? [] : [path]), ...pastsKnown(statement, path, combinational)];
    const condition = active.reduceRight(
      (inner, each) => (check === 'cover' ? both(each, inner, site) : either(opposite(each, site), inner, site)),
      statement.condition,
    );
    return { check, condition, label, message, domain, site };
  });
}

interface Placed {
  readonly statement: CheckStatement;
  /** Where it counts; everywhere where undefined. */
  readonly path: Expression | undefined;
}

function statementsWithPaths(statements: readonly Statement[], path: Expression | undefined): Placed[] {
  return statements.flatMap((statement): Placed[] => {
    if (statement.kind === 'check') return [{ statement, path }];
    if (statement.kind !== 'when' && statement.kind !== 'switch') return [];
    const { site } = statement;
    const placed: Placed[] = [];
    let rest = path;
    for (const { condition, body } of branchesOf(statement)) {
      // Made only where a check needs it: most branches have none.
      if (hasChecks(body)) placed.push(...statementsWithPaths(body, joined(rest, condition, site)));
      rest = joined(rest, opposite(condition, site), site);
    }
    return [...placed, ...statementsWithPaths(statement.otherwise ?? [], rest)];
  });
}

function hasChecks(statements: readonly Statement[]): boolean {
  return statements.some((statement) =>
    statement.kind === 'when' || statement.kind === 'switch'
      ? bodiesOf(statement).some(hasChecks)
      : statement.kind === 'check',
  );
}

/** The registers that say whether there has been as much past as a check looks at; one for each domain. */
function pastsKnown(
  { condition, site }: CheckStatement,
  path: Expression | undefined,
  combinational: ReadonlyMap<SignalIr, Driver>,
): Expression[] {
  const deepest = new Map<ClockDomain | undefined, SignalIr>();
  const pending = [condition, ...(path === undefined ? [] : [path])];
  const seen = new Set<Expression>(pending);
  for (let expression = pending.pop(); expression !== undefined; expression = pending.pop()) {
    if (expression.op === 'signal' && expression.signal.past?.known !== undefined) {
      const { known } = expression.signal.past;
      const other = deepest.get(known.domain);
      if (other === undefined || other.past!.cycles < known.past!.cycles) deepest.set(known.domain, known);
    }
    const driver =
      expression.op === 'signal' && expression.signal.ghost === true ? combinational.get(expression.signal) : undefined;
    for (const source of driver === undefined ? operandsOf(expression) : [driver.value]) {
      if (!seen.has(source)) pending.push(source);
      seen.add(source);
    }
  }
  return [...deepest.values()].map((signal) => ({ op: 'signal', signal, type: signal.type, site }));
}

/** `assert_count`: after what it reads, so that other checks that come and go don't rename it. */
function unnamedLabel({ check, condition }: CheckStatement, names: ModuleNames): string {
  const own = names.expressions.get(condition);
  if (own !== undefined) return `${check}_${own}`;
  const read = new Set<string>();
  const pending: Expression[] = [condition];
  const seen = new Set<Expression>(pending);
  for (let next = pending.shift(); next !== undefined && read.size < 3; next = pending.shift()) {
    const name = next.op === 'signal' ? names.signals.get(next.signal) : names.expressions.get(next);
    if (name !== undefined) read.add(name);
    else {
      for (const source of operandsOf(next)) {
        if (!seen.has(source)) pending.push(source);
        seen.add(source);
      }
    }
  }
  return [check, ...read].join('_');
}

function joined(path: Expression | undefined, condition: Expression, site: Site): Expression {
  return path === undefined ? condition : both(path, condition, site);
}
