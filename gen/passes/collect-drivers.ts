/**
 * Pass: sorts a module's statements by what they drive. Each target keeps the `when`s around its own assignments and nothing
 * else. Two unconditional drivers of one target in one body are an error: the first could never take effect.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModuleNames, RegisterGroup } from '../ir/checked-module.ts';
import type { MemoryIr, ModuleIr, SignalIr, Statement } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';

export type Target = SignalIr | MemoryIr;
export type Drivers = Map<Target, Statement[]>;

export function collectDrivers(ir: ModuleIr, names: ModuleNames, diagnostics: Diagnostic[]): Drivers {
  const drivers = sortStatements(ir.body, (target) => target);
  for (const [target, statements] of drivers) checkSingle(target, statements, names, diagnostics);
  return drivers;
}

/**
 * Registers that were declared together are driven together: their statements stay in one tree. Those without a reset value
 * stand apart, as reset must not keep them from what they are driven with.
 */
export function groupRegisters(ir: ModuleIr): RegisterGroup[] {
  const [withReset, withoutReset] = [new Map<Site, SignalIr[]>(), new Map<Site, SignalIr[]>()];
  const groupOf = new Map<Target, SignalIr[]>();
  for (const signal of ir.signals) {
    if (signal.category !== 'register') continue;
    const groups = signal.reset === undefined ? withoutReset : withReset;
    const group = groups.get(signal.site) ?? [];
    groups.set(signal.site, group);
    group.push(signal);
    groupOf.set(signal, group);
  }
  const statements = sortStatements(ir.body, (target) => groupOf.get(target));
  return [...new Set(groupOf.values())].map((registers) => ({
    registers,
    statements: statements.get(registers) ?? [],
  }));
}

/** Statements by a key of what they drive; those whose key is undefined are left out. */
function sortStatements<Key>(
  statements: readonly Statement[],
  keyOf: (target: Target) => Key | undefined,
): Map<Key, Statement[]> {
  const drivers = new Map<Key, Statement[]>();
  const add = (target: Key | undefined, statement: Statement): void => {
    if (target === undefined) return;
    const list = drivers.get(target);
    if (list === undefined) drivers.set(target, [statement]);
    else list.push(statement);
  };
  for (const statement of statements) {
    if (statement.kind === 'assign') add(keyOf(statement.target), statement);
    else if (statement.kind === 'write') add(keyOf(statement.memory), statement);
    else {
      const branches = statement.branches.map((branch) => sortStatements(branch.body, keyOf));
      const otherwise = statement.otherwise === undefined ? undefined : sortStatements(statement.otherwise, keyOf);
      const targets = new Set(
        [...branches, ...(otherwise === undefined ? [] : [otherwise])].flatMap((part) => [...part.keys()]),
      );
      for (const target of targets) {
        const own = statement.branches.map(({ condition }, index) => ({
          condition,
          body: branches[index]!.get(target) ?? [],
        }));
        const last = otherwise?.get(target);
        // Branches at the end that do nothing to this target go, and their conditions with them.
        const used = last === undefined ? own.findLastIndex(({ body }) => body.length > 0) + 1 : own.length;
        add(target, { kind: 'when', branches: own.slice(0, used), otherwise: last, site: statement.site });
      }
    }
  }
  return drivers;
}

function checkSingle(
  target: Target,
  statements: readonly Statement[],
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
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
  const first = [...statement.branches.map((branch) => branch.body), statement.otherwise ?? []].find(
    (body) => body.length > 0,
  )?.[0];
  return first === undefined ? statement.site : firstAssignment(first);
}
