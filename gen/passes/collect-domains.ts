/** Pass: finds the clock domains that a module needs for itself and for what stands below it, and whether it needs any. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CheckedModule, DomainNeeds, ModuleNames, RegisterGroup } from '../ir/checked-module.ts';
import { asynchronous, type ClockDomain, clockName, defaultDomain, domainText, resetName } from '../ir/clock-domain.ts';
import {
  bodiesOf,
  type CheckStatement,
  type InstanceIr,
  type MemoryIr,
  type ModuleIr,
  type SignalIr,
  type Statement,
  type WriteStatement,
} from '../ir/module-ir.ts';

/** What a child's domain is to its parent: the child's default domain is the one that the instance is in. */
export function seenFrom(parent: Pick<InstanceIr, 'domain'>, domain: ClockDomain): ClockDomain {
  return domain === defaultDomain ? parent.domain : domain;
}

/** The domain that a memory's words keep time with; undefined for one that nothing writes. */
export function domainOfWrites(statements: readonly Statement[]): ClockDomain | undefined {
  return [...domainsOfStatements(statements)][0];
}

/** The writes and checks in some statements, in order: statements that have a domain of their own. */
export function* timedStatements(statements: readonly Statement[]): Iterable<WriteStatement | CheckStatement> {
  for (const statement of statements) {
    if (statement.kind === 'write' || statement.kind === 'check') yield statement;
    else if (statement.kind !== 'assign') for (const body of bodiesOf(statement)) yield* timedStatements(body);
  }
}

export function* domainsOfStatements(statements: readonly Statement[]): Iterable<ClockDomain> {
  for (const { domain } of timedStatements(statements)) yield domain;
}

/**
 * Every named domain that a module has signals of, in order of first use: its own registers, writes and checks, the domains
 * that its instances are in, and those that stand below it.
 */
export function namedDomains(ir: ModuleIr, children: ReadonlyMap<ModuleIr, CheckedModule>): Set<ClockDomain> {
  const domains = new Set<ClockDomain>();
  for (const { category, domain } of ir.signals)
    if (category === 'register' && domain !== undefined) domains.add(domain);
  for (const domain of domainsOfStatements(ir.body)) domains.add(domain);
  for (const instance of ir.instances) {
    for (const domain of children.get(instance.module)?.domains.keys() ?? []) domains.add(seenFrom(instance, domain));
  }
  domains.delete(defaultDomain);
  domains.delete(asynchronous);
  return domains;
}

/** The signals that a named domain brings along. */
export function signalNamesOf(domain: ClockDomain): readonly string[] {
  return domain.reset === undefined ? [clockName(domain)] : [clockName(domain), resetName(domain)];
}

/** What the module needs of each domain; reports domains of one name, and instances whose domain lacks the reset they need. */
export function collectDomains(
  ir: ModuleIr,
  state: {
    readonly sequential: readonly RegisterGroup[];
    readonly writes: ReadonlyMap<MemoryIr, readonly Statement[]>;
  },
  children: ReadonlyMap<ModuleIr, CheckedModule>,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): ReadonlyMap<ClockDomain, DomainNeeds> {
  const needs = new Map<ClockDomain, DomainNeeds>();
  const need = (domain: ClockDomain, { clocked, resettable }: DomainNeeds): void => {
    const known = needs.get(domain);
    needs.set(domain, {
      clocked: clocked || known?.clocked === true,
      resettable: resettable || known?.resettable === true,
    });
  };
  if (ir.external !== undefined) {
    const { clock, reset } = ir.external;
    if (clock !== undefined || reset !== undefined)
      need(defaultDomain, { clocked: clock !== undefined, resettable: reset !== undefined });
  }
  for (const { registers } of state.sequential) {
    need(domainOfRegister(registers[0]!), {
      clocked: true,
      resettable: registers.some(({ reset }) => reset !== undefined),
    });
  }
  for (const statements of state.writes.values())
    if (statements.length > 0) need(domainOfWrites(statements) ?? defaultDomain, { clocked: true, resettable: false });
  for (const instance of ir.instances) {
    for (const [domain, below] of children.get(instance.module)!.domains) {
      const seen = seenFrom(instance, domain);
      need(seen, below);
      if (below.resettable && seen.reset === undefined) reportNoReset(instance, seen, names, diagnostics);
    }
  }
  reportSameNames([...needs.keys()], ir, diagnostics);
  const own = needs.get(defaultDomain);
  needs.delete(defaultDomain);
  return own === undefined ? needs : new Map([[defaultDomain, own], ...needs]);
}

export function domainOfRegister({ domain }: SignalIr): ClockDomain {
  return domain ?? defaultDomain;
}

function reportNoReset(instance: InstanceIr, domain: ClockDomain, names: ModuleNames, diagnostics: Diagnostic[]): void {
  diagnostics.push({
    code: 'X004',
    message: `instance ${names.instances.get(instance)} of module ${instance.module.name} has registers with a reset value, and is in ${domainText(domain)}, which has no reset`,
    site: instance.site,
    related: [{ text: 'the domain is made', site: domain.site }],
    fix: 'give the domain a reset, or put the instance into another domain',
  });
}

function reportSameNames(domains: readonly ClockDomain[], ir: ModuleIr, diagnostics: Diagnostic[]): void {
  const byName = new Map<string | undefined, ClockDomain>();
  for (const domain of domains) {
    const other = byName.get(domain.name);
    byName.set(domain.name, domain);
    if (other === undefined) continue;
    diagnostics.push({
      code: 'N001',
      message: `two different clock domains in module ${ir.name} or below it are called ${domain.name}`,
      site: domain.site,
      related: [{ text: 'the other is made', site: other.site }],
      fix: 'make a domain once, and use that one everywhere; or choose another name',
    });
  }
}
