/**
 * Pass: sorts a module's statements by what they drive. Each target keeps the `when`s around its own assignments and nothing
 * else. Two unconditional drivers of one target in one body are an error: the first could never take effect.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModuleNames } from '../ir/checked-module.ts';
import type { MemoryIr, ModuleIr, SignalIr, Statement } from '../ir/module-ir.ts';

export type Target = SignalIr | MemoryIr;
export type Drivers = Map<Target, Statement[]>;

export function collectDrivers(ir: ModuleIr, names: ModuleNames, diagnostics: Diagnostic[]): Drivers {
  const drivers = sortStatements(ir.body);
  for (const [target, statements] of drivers) checkSingle(target, statements, names, diagnostics);
  return drivers;
}

function sortStatements(statements: readonly Statement[]): Drivers {
  const drivers: Drivers = new Map();
  const add = (target: Target, statement: Statement): void => {
    const list = drivers.get(target);
    if (list === undefined) drivers.set(target, [statement]);
    else list.push(statement);
  };
  for (const statement of statements) {
    if (statement.kind === 'assign') add(statement.target, statement);
    else if (statement.kind === 'write') add(statement.memory, statement);
    else {
      const branches = statement.branches.map((branch) => sortStatements(branch.body));
      const otherwise = statement.otherwise === undefined ? undefined : sortStatements(statement.otherwise);
      const targets = new Set([...branches, ...(otherwise === undefined ? [] : [otherwise])].flatMap((part) => [...part.keys()]));
      for (const target of targets) {
        add(target, {
          kind: 'when',
          branches: statement.branches.map(({ condition }, index) => ({ condition, body: branches[index]!.get(target) ?? [] })),
          otherwise: otherwise?.get(target),
          site: statement.site,
        });
      }
    }
  }
  return drivers;
}

function checkSingle(target: Target, statements: readonly Statement[], names: ModuleNames, diagnostics: Diagnostic[]): void {
  let earlier: Statement | undefined;
  for (const statement of statements) {
    if (statement.kind === 'assign' && earlier !== undefined) {
      diagnostics.push({
        code: 'D001',
        message: `${names.signals.get(target as SignalIr)} has two drivers: this one always overrides the earlier`,
        site: statement.site,
        related: [
          { text: 'the earlier driver is', site: firstAssignment(earlier) },
          { text: 'the signal is declared', site: target.site },
        ],
        fix: 'remove one of them, or put this one into a when()',
      });
    }
    if (statement.kind === 'when') {
      for (const { body } of statement.branches) checkSingle(target, body, names, diagnostics);
      if (statement.otherwise !== undefined) checkSingle(target, statement.otherwise, names, diagnostics);
    }
    if (statement.kind !== 'write') earlier = statement;
  }
}

function firstAssignment(statement: Statement): Statement['site'] {
  if (statement.kind !== 'when') return statement.site;
  const first = [...statement.branches.map((branch) => branch.body), statement.otherwise ?? []].find((body) => body.length > 0)?.[0];
  return first === undefined ? statement.site : firstAssignment(first);
}
