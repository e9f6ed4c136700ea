/**
 * Pass: finds what has no effect. Everything that an output, an input of an instance, a check or `keep()` depends on has one;
 * so a register that only counts itself has none. A declaration, or all that one place declares in a loop, is looked at as a
 * whole: single bits and fields may go unread.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ModuleNames } from '../ir/checked-module.ts';
import {
  bodiesOf,
  type Expression,
  type InstanceIr,
  type MemoryIr,
  type ModuleIr,
  operandsOf,
  readsOf,
  type SignalIr,
  type Statement,
} from '../ir/module-ir.ts';
import { frameText, type Site } from '../source/site.ts';
import { sourceFactsOf } from '../source/source-facts.ts';

type Storage = SignalIr | MemoryIr;

export function checkUnused(ir: ModuleIr, names: ModuleNames, diagnostics: Diagnostic[]): void {
  const effective = effectiveStorage(ir);
  reportStorage(ir, effective, names, diagnostics);
  reportInstances(ir, effective, names, diagnostics);
  reportDropped(ir, diagnostics);
}

/** All signals and memories that something outside of them depends on. */
function effectiveStorage(ir: ModuleIr): Set<Storage> {
  const driversOf = new Map<Storage, Expression[]>();
  const pending: (Storage | Expression)[] = [...(ir.kept ?? [])];
  const visit = (statements: readonly Statement[], conditions: readonly Expression[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'when' || statement.kind === 'switch') {
        const inner = [...conditions, ...readsOf(statement)];
        for (const body of bodiesOf(statement)) visit(body, inner);
        continue;
      }
      const reads = [...conditions, ...readsOf(statement)];
      if (statement.kind === 'check') {
        pending.push(...reads);
        continue;
      }
      const target = statement.kind === 'assign' ? statement.target : statement.memory;
      const known = driversOf.get(target);
      if (known === undefined) driversOf.set(target, reads);
      else known.push(...reads);
    }
  };
  visit(ir.body, []);
  for (const signal of ir.signals) {
    if (signal.category === 'output' || signal.category === 'instance-input' || isGhost(signal)) pending.push(signal);
  }
  pending.push(...ir.memories.filter(isGhost));

  const siblings = bySite([...ir.signals.filter(isStorage), ...ir.memories]);
  const reached = new Set<Storage | Expression>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    if ('op' in next) {
      pending.push(...operandsOf(next));
      if (next.op === 'signal') pending.push(next.signal);
      if (next.op === 'read') pending.push(next.memory);
    } else {
      // What one place declares has an effect as a whole.
      if (isStorage(next)) pending.push(...siblings.get(next.site)!);
      pending.push(...(driversOf.get(next) ?? []));
      if ('category' in next && next.enable !== undefined) pending.push(next.enable);
      if ('category' in next && next.past !== undefined) pending.push(next.past.of);
    }
  }
  return new Set([...reached].filter((each): each is Storage => !('op' in each)));
}

/** Whether it is a register, a wire or a memory, and no port. */
function isStorage(target: Storage): boolean {
  return !('category' in target) || target.category === 'register' || target.category === 'wire';
}

/** What assertions are made of may go unread. */
function isGhost({ ghost }: Storage): boolean {
  return ghost === true;
}

function reportStorage(
  ir: ModuleIr,
  effective: ReadonlySet<Storage>,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  const report = (what: string, site: Site, name: string): void => {
    diagnostics.push({
      code: 'U001',
      message: `${what} no effect: no output, instance or check depends on it`,
      site,
      related: [],
      fix: `remove it; or, where it is there on purpose, say so: keep(${name})`,
    });
  };
  for (const category of ['register', 'wire'] as const) {
    const declared = ir.signals.filter((signal) => signal.category === category);
    for (const [site, signals] of bySite(declared)) {
      if (signals.some((signal) => effective.has(signal))) continue;
      const [first, last] = [signals[0]!, signals.at(-1)!].map((signal) => names.signals.get(signal)!) as [
        string,
        string,
      ];
      report(signals.length === 1 ? `${category} ${first} has` : `${category}s ${first} to ${last} have`, site, first);
    }
  }
  for (const [site, memories] of bySite(ir.memories)) {
    if (memories.some((memory) => effective.has(memory))) continue;
    const name = names.memories.get(memories[0]!)!;
    report(`memory ${name} has`, site, name);
  }
}

function reportInstances(
  ir: ModuleIr,
  effective: ReadonlySet<Storage>,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  const isIdle = ({ module, ports }: InstanceIr): boolean => {
    const outputs = ports.filter(({ category }) => category === 'instance-output');
    // What stands in a module from elsewhere may do more than its ports show.
    return module.external === undefined && outputs.length > 0 && !outputs.some((output) => effective.has(output));
  };
  for (const [site, instances] of bySite(ir.instances)) {
    if (!instances.every(isIdle)) continue;
    const [instance] = instances as [InstanceIr];
    diagnostics.push({
      code: 'U002',
      message: `instance ${names.instances.get(instance) ?? instance.module.name} of module ${instance.module.name} has no effect: nothing depends on its outputs`,
      site,
      related: [],
      fix: 'read one of its outputs, or remove it; where it is there on purpose, say so: keep(...)',
    });
  }
}

/** Calls that are whole statements and only make a value, which nobody can have. */
function reportDropped(ir: ModuleIr, diagnostics: Diagnostic[]): void {
  const makers = new Map<string, Site>();
  for (const expression of ir.expressions) {
    const [frame] = expression.site.frames;
    if (expression.op === 'literal' || expression.op === 'signal' || frame === undefined) continue;
    if (isDropped(expression.site)) makers.set(frameText(frame), expression.site);
  }
  if (makers.size === 0) return;
  const takes = (site: Site): void => {
    if (site.frames[0] !== undefined) makers.delete(frameText(site.frames[0]));
  };
  const visit = (statements: readonly Statement[]): void => {
    for (const statement of statements) {
      takes(statement.site);
      for (const read of readsOf(statement)) takes(read.site);
      if (statement.kind === 'when' || statement.kind === 'switch') bodiesOf(statement).forEach(visit);
    }
  };
  visit(ir.body);
  for (const { site } of [...ir.signals, ...ir.memories, ...ir.instances]) takes(site);
  for (const { enable } of ir.signals) if (enable !== undefined) takes(enable.site);
  for (const kept of ir.kept ?? []) takes(kept.site);
  for (const expression of ir.expressions) {
    for (const operand of operandsOf(expression)) {
      const [own, read] = [expression.site.frames[0], operand.site.frames[0]];
      if (own !== undefined && read !== undefined && frameText(own) !== frameText(read)) takes(operand.site);
    }
  }
  for (const site of makers.values()) {
    diagnostics.push({
      code: 'U003',
      message: 'this call makes a value that nothing can take, and does nothing else',
      site,
      related: [],
      fix: 'drive something with the value: target.set(...); or remove the call',
    });
  }
}

const droppedOfFile = new Map<string, ReadonlySet<string>>();

function isDropped({ frames: [frame] }: Site): boolean {
  if (frame === undefined) return false;
  let dropped = droppedOfFile.get(frame.file);
  if (dropped === undefined) droppedOfFile.set(frame.file, (dropped = new Set(sourceFactsOf(frame.file).dropped)));
  return dropped.size > 0 && dropped.has(`${frame.line}:${frame.column}`);
}

function bySite<T extends { readonly site: Site }>(declared: readonly T[]): Map<Site, T[]> {
  const groups = new Map<Site, T[]>();
  for (const each of declared) {
    const group = groups.get(each.site);
    if (group === undefined) groups.set(each.site, [each]);
    else group.push(each);
  }
  return groups;
}
