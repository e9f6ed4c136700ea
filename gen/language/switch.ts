/** Statements by the value of a signal. */
import type { Statement, SwitchStatement, WhenStatement } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import { type CasesOf, readCases, type Subject } from './cases.ts';
import { currentModule, record } from './module-builder.ts';
import { operand, type Signal } from './signal.ts';
import { collect } from './when.ts';

/**
 * Runs every body now, and makes what is in it count where the subject has the value of its key:
 *
 *     switchOn(state, { Idle: () => …, Load: () => …, default: () => … });
 *
 * Over an enum, every member has a case, or there is a `default`. Over numbers, what has no case does nothing. To do the same
 * for several values, give one function for each of them: it runs once.
 */
export function switchOn<S extends Subject>(subject: S, cases: CasesOf<S, () => void>): void {
  recordSwitch('switchOn()', subject as unknown as Signal, cases as Readonly<Record<string, () => void>>);
}

/** Does the work for a call `what`. */
export function recordSwitch(what: string, subject: Signal, bodies: Readonly<Record<string, () => void>>): void {
  const builder = currentModule(what);
  const site = captureSite();
  const expression = operand(builder, subject, subject.type, site, what);
  const isBool = expression.type.kind === 'bool';
  const { cases, otherwise } = readCases(builder, what, expression, bodies, site, { partial: !isBool });
  const run = (body: () => void): Statement[] => collect(builder, body, what);
  if (cases.length === 0 && otherwise !== undefined) {
    // There is nothing to tell apart.
    for (const statement of run(otherwise.body)) record(builder, statement);
    return;
  }
  if (isBool) {
    const [only] = cases;
    const condition = only?.values[0] === 0n ? subject.not().expression : expression;
    const statement: WhenStatement = { kind: 'when', branches: [], otherwise: undefined, site };
    record(builder, statement);
    statement.branches.push({ condition, body: run(only!.body) });
    if (otherwise !== undefined) statement.otherwise = run(otherwise.body);
    return;
  }
  const statement: SwitchStatement = { kind: 'switch', subject: expression, cases: [], otherwise: undefined, site };
  record(builder, statement);
  for (const { values, body } of cases) statement.cases.push({ values, body: run(body) });
  if (otherwise !== undefined) statement.otherwise = run(otherwise.body);
}
