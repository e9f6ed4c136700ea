/**
 * Pass: sorts a module's statements by what they drive. Each target keeps the `when`s around its own assignments and nothing
 * else. Two unconditional drivers of one target in one body are an error: the first could never take effect.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModuleNames, RegisterGroup } from '../ir/checked-module.ts';
import {
  bodiesOf,
  type BranchStatement,
  type MemoryIr,
  type ModuleIr,
  type SignalIr,
  type Statement,
  withBodies,
} from '../ir/module-ir.ts';
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
  // Calls of one place (a loop) can differ in what else the registers of a group have in common.
  const groupsAt = new Map<Site, SignalIr[][]>();
  const macroOutputs = new Set(
    ir.memories.flatMap(({ macro, syncReads }) => (macro === undefined ? [] : syncReads.map(({ output }) => output))),
  );
  const groupOf = new Map<Target, SignalIr[]>();
  for (const signal of ir.signals) {
    if (signal.category !== 'register') continue;
    const groups = groupsAt.get(signal.site) ?? [];
    groupsAt.set(signal.site, groups);
    // What a macro drives belongs to nothing else.
    const alone = macroOutputs.has(signal);
    let group = alone
      ? undefined
      : groups.findLast(([first]) => goTogether(first!, signal) && !macroOutputs.has(first!));
    if (group === undefined) groups.push((group = []));
    group.push(signal);
    groupOf.set(signal, group);
  }
  const statements = sortStatements(ir.body, (target) => groupOf.get(target));
  return [...new Set(groupOf.values())].map((registers) => ({
    registers,
    statements: gated(registers[0]!, statements.get(registers) ?? []),
  }));
}

function goTogether(a: SignalIr, b: SignalIr): boolean {
  return (
    (a.reset === undefined) === (b.reset === undefined) &&
    a.domain === b.domain &&
    a.enable === b.enable &&
    a.ghost === b.ghost
  );
}

/** The statements under the enable of the registers that they drive. */
function gated({ enable, site }: SignalIr, statements: readonly Statement[]): readonly Statement[] {
  if (enable === undefined || statements.length === 0) return statements;
  return [{ kind: 'when', branches: [{ condition: enable, body: [...statements] }], otherwise: undefined, site }];
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
    else if (statement.kind !== 'check') {
      const bodies = bodiesOf(statement).map((body) => sortStatements(body, keyOf));
      for (const target of new Set(bodies.flatMap((body) => [...body.keys()])))
        add(
          target,
          withoutIdleBranches(
            withBodies(
              statement,
              bodies.map((body) => body.get(target) ?? []),
            ),
          ),
        );
    }
  }
  return drivers;
}

/** Branches that do nothing go, and their conditions with them, where that makes no difference to the others. */
export function withoutIdleBranches<S extends BranchStatement>(statement: S): S {
  const otherwise = statement.otherwise?.length === 0 ? undefined : statement.otherwise;
  if (otherwise !== undefined) return statement;
  if (statement.kind === 'switch')
    return { ...statement, cases: statement.cases.filter(({ body }) => body.length > 0), otherwise };
  const used = statement.branches.findLastIndex(({ body }) => body.length > 0) + 1;
  return { ...statement, branches: statement.branches.slice(0, used), otherwise };
}

/** Every bit is looked at alone: what drives other bits of the target is no second driver. */
function checkSingle(
  target: Target,
  statements: readonly Statement[],
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  const earlier: { readonly statement: Statement; readonly bits: bigint }[] = [];
  for (const statement of statements) {
    const bits = drivenBits(target, statement);
    const other = statement.kind === 'assign' ? earlier.find((each) => (each.bits & bits) !== 0n) : undefined;
    if (other !== undefined) {
      diagnostics.push({
        code: 'D001',
        message: `${names.signals.get(target as SignalIr)}${bitsText(target, other.bits & bits)} has two drivers: this one always overrides the earlier`,
        site: statement.site,
        related: [
          { text: 'the earlier driver is', site: firstAssignment(other.statement) },
          { text: 'the signal is declared', site: target.site },
        ],
        fix: 'remove one of them, or put this one into a when()',
      });
    }
    if (statement.kind === 'when' || statement.kind === 'switch') {
      for (const body of bodiesOf(statement)) checkSingle(target, body, names, diagnostics);
    }
    earlier.push({ statement, bits });
  }
}

/** The bits that a statement drives in some case, as a mask. */
function drivenBits(target: Target, statement: Statement): bigint {
  switch (statement.kind) {
    case 'assign': {
      const { high, low } = statement.part ?? { high: target.type.width - 1, low: 0 };
      return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
    }
    case 'when':
    case 'switch':
      return bodiesOf(statement)
        .flat()
        .reduce((sum, each) => sum | drivenBits(target, each), 0n);
    default:
      return 0n;
  }
}

/** `[7:4]` of the highest run of bits in a mask; nothing where that is the whole target. */
function bitsText({ type }: Target, mask: bigint): string {
  const high = mask.toString(2).length - 1;
  let low = high;
  while (low > 0 && ((mask >> BigInt(low - 1)) & 1n) === 1n) low--;
  if (high - low + 1 === type.width) return '';
  return high === low ? `[${low}]` : `[${high}:${low}]`;
}

function firstAssignment(statement: Statement): Statement['site'] {
  if (statement.kind !== 'when' && statement.kind !== 'switch') return statement.site;
  const first = bodiesOf(statement).find((body) => body.length > 0)?.[0];
  return first === undefined ? statement.site : firstAssignment(first);
}
