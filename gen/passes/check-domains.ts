/**
 * Pass: finds signals that cross from one clock domain into another. What a register, a write, a check, an input of an instance
 * or an output depends on within the cycle must be of its own domain; only the first register of a synchroniser may take the
 * value of another, and that straight from a register. Crossings through instances are found from the children's summaries.
 */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { CheckedModule, Driver, ModuleNames } from '../ir/checked-module.ts';
import { type ClockDomain, defaultDomain, domainText } from '../ir/clock-domain.ts';
import {
  bodiesOf,
  type Expression,
  type MemoryIr,
  type ModuleIr,
  readsOf,
  type SignalIr,
  type Statement,
} from '../ir/module-ir.ts';
import { type Site, siteText } from '../source/site.ts';
import type { Drivers } from './collect-drivers.ts';
import { domainOfRegister, domainsOfStatements, namedDomains, timedStatements } from './collect-domains.ts';
import { DomainGraph, type Source } from './domain-graph.ts';

/** One place where an expression is read. */
interface Read {
  readonly expression: Expression;
  readonly site: Site;
  /** A synchroniser's first register takes it. */
  readonly synchronised?: boolean;
}

/** Something that keeps time with a domain, and all that it reads. */
interface Reader {
  /** `register q`, for messages. */
  readonly text: string;
  readonly domain: ClockDomain;
  readonly declared: Site;
  readonly item: { readonly site: Site };
  /** A port of this module that names no domain. */
  readonly bare?: SignalIr;
  /** A memory of another domain, whose words it reads only when nothing writes them. */
  readonly settled?: MemoryIr | undefined;
  readonly reads: Iterable<Read>;
}

export function checkDomains(
  ir: ModuleIr,
  drivers: Drivers,
  combinational: ReadonlyMap<SignalIr, Driver>,
  children: ReadonlyMap<ModuleIr, CheckedModule>,
  names: ModuleNames,
  diagnostics: Diagnostic[],
): void {
  reportMixedMemories(ir, drivers, names, diagnostics);
  // With one clock and nothing asynchronous there is nothing to cross.
  const named = namedDomains(ir, children);
  const ports = [...ir.ports, ...[...children.keys()].flatMap((child) => child.ports)];
  if (named.size === 0 && ports.every(({ domain }) => domain === undefined || domain === defaultDomain)) return;

  const graph = new DomainGraph(ir, drivers, combinational, children);
  const reported = new Set<string>();
  for (const reader of readersOf(ir, drivers, combinational, graph, names)) {
    for (const read of reader.reads) {
      const synchronised = read.synchronised === true;
      if (synchronised && graph.isPlain(read.expression)) continue;
      for (const { source, domain } of graph.foreignSources(read.expression, reader.domain)) {
        if (source === reader.settled) continue;
        const places = `${declarationText(reader.item)} ${declarationText(source)}`;
        if (reported.has(places)) continue;
        reported.add(places);
        const crossing = { reader, read, source, domain, name: sourceText(source, names) };
        diagnostics.push(synchronised ? glitching(crossing) : unsynchronised(crossing));
      }
    }
  }
}

/** Everything in a module that keeps time, in order of declaration. */
function* readersOf(
  ir: ModuleIr,
  drivers: Drivers,
  combinational: ReadonlyMap<SignalIr, Driver>,
  graph: DomainGraph,
  names: ModuleNames,
): Iterable<Reader> {
  // Where the memory may give anything for a word that is being written, nobody relies on one.
  const settledReads = new Map(
    ir.memories.flatMap(({ syncReads }) =>
      syncReads.flatMap(({ output, memory, underWrite }) => (underWrite === 'any' ? [[output, memory] as const] : [])),
    ),
  );
  for (const signal of ir.signals) {
    const name = names.signals.get(signal)!;
    if (signal.category === 'register') {
      const { site } = signal;
      const enable = signal.enable === undefined ? [] : [{ expression: signal.enable, site }];
      const reads = [...enable, ...readsIn(drivers.get(signal) ?? [], signal.synchroniser === 0)];
      const settled = settledReads.get(signal);
      yield {
        text: registerText(name),
        domain: domainOfRegister(signal),
        declared: site,
        item: signal,
        settled,
        reads,
      };
      continue;
    }
    const driver = combinational.get(signal);
    if (driver === undefined || signal.category === 'wire') continue;
    const domain = graph.domainOfPort(signal);
    if (domain === undefined) continue;
    const text =
      signal.category === 'output'
        ? `output ${name}`
        : `input ${signal.path.join('.')} of instance ${names.instances.get(signal.instance!)}`;
    yield {
      text,
      domain,
      declared: signal.site,
      item: signal,
      ...(signal.category === 'output' && signal.domain === undefined ? { bare: signal } : {}),
      reads: [{ expression: driver.value, site: driver.site }],
    };
  }
  for (const memory of ir.memories) {
    const statements = drivers.get(memory) ?? [];
    const [domain, ...others] = new Set(domainsOfStatements(statements));
    if (domain === undefined || others.length > 0) continue;
    const text = `memory ${names.memories.get(memory)}`;
    yield { text, domain, declared: memory.site, item: memory, reads: readsIn(statements, false) };
  }
  yield* checksIn(ir.body, []);
}

/** What the statements of one target read. */
function* readsIn(statements: readonly Statement[], synchroniser: boolean): Iterable<Read> {
  for (const statement of statements) {
    for (const expression of readsOf(statement)) {
      const synchronised = synchroniser && statement.kind === 'assign';
      yield { expression, site: statement.site, ...(synchronised ? { synchronised } : {}) };
    }
    if (statement.kind === 'when' || statement.kind === 'switch')
      for (const body of bodiesOf(statement)) yield* readsIn(body, synchroniser);
  }
}

function* checksIn(statements: readonly Statement[], around: readonly Read[]): Iterable<Reader> {
  for (const statement of statements) {
    const own = readsOf(statement).map((expression) => ({ expression, site: statement.site }));
    if (statement.kind === 'check') {
      const { check, label, domain, site } = statement;
      yield {
        text: label === undefined ? check : `${check} ${label}`,
        domain,
        declared: site,
        item: statement,
        reads: [...around, ...own],
      };
    } else if (statement.kind === 'when' || statement.kind === 'switch') {
      for (const body of bodiesOf(statement)) yield* checksIn(body, [...around, ...own]);
    }
  }
}

interface Crossing {
  readonly reader: Reader;
  readonly read: Read;
  readonly source: Source;
  readonly domain: ClockDomain;
  readonly name: string;
}

/** Equal for what was declared as one: the fields of a bundle cross together. Of an instance, that is a port. */
function declarationText(item: { readonly site: Site } | SignalIr): string {
  const port = 'instance' in item ? item.path[0] : '';
  return `${port} ${item.site.frames.map((frame) => siteText({ frames: [frame] })).join()}`;
}

function sourceText(source: Source, names: ModuleNames): string {
  if ('op' in source) return 'a value of unsynchronised()';
  if (!('category' in source)) return `memory ${names.memories.get(source)}`;
  const name = names.signals.get(source)!;
  if (source.category === 'register') return registerText(name);
  if (source.category !== 'instance-output') return `${source.category} ${name}`;
  return `output ${source.path.join('.')} of instance ${names.instances.get(source.instance!)}`;
}

function unsynchronised({ reader, read, source, domain, name }: Crossing): Diagnostic {
  const short = 'op' in source ? 'value' : name.split(' ')[1]!;
  const oneBit = source.type.width === 1 && ('category' in source || 'op' in source);
  const steps = [
    'syncReads' in source
      ? "if a handshake keeps the word from being written meanwhile, say so: readSync(address, { underWrite: 'any' }), or unsynchronised(words.read(address))"
      : oneBit
        ? `bring it over with synchronise(${short}, { stages: 2 }) in ${domainText(reader.domain)}`
        : `words cross through asyncQueue(), a Gray-coded value through synchronise(${short}, { gray: true })`,
  ];
  if ('category' in source && source.category === 'input' && source.domain === undefined)
    steps.push(`or, if ${short} is of that domain already, say so: In(type, { domain })`);
  if (reader.bare !== undefined)
    steps.push(`or, if ${reader.text.split(' ')[1]} is of the other domain, say so: Out(type, { domain })`);
  return {
    code: 'X001',
    message: `${reader.text} of ${domainText(reader.domain)} depends on ${name} of ${domainText(domain)}, with no synchroniser between them`,
    site: read.site,
    related: related(reader, read, source),
    fix: steps.join('; '),
  };
}

function glitching({ reader, read, source, domain, name }: Crossing): Diagnostic {
  return {
    code: 'X002',
    message: `a synchroniser in ${domainText(reader.domain)} takes the result of logic on ${name} of ${domainText(domain)}, and could catch its glitches`,
    site: read.site,
    related: [{ text: `${name} is declared`, site: source.site }],
    fix: `synchronise a register: make one of the value with regNext() in ${domainText(domain)}`,
  };
}

function related(reader: Reader, read: Read, source: Source): Diagnostic['related'] {
  const declared = { text: `${reader.text} is declared`, site: reader.declared };
  return [
    ...(reader.declared === read.site ? [] : [declared]),
    { text: 'the signal of the other domain is declared', site: source.site },
  ];
}

function reportMixedMemories(ir: ModuleIr, drivers: Drivers, names: ModuleNames, diagnostics: Diagnostic[]): void {
  for (const memory of ir.memories) {
    const [first, ...others] = timedStatements(drivers.get(memory) ?? []);
    if (first === undefined) continue;
    // The module of a macro has one clock.
    const sharers = memory.macro === undefined ? others : [...others, ...memory.syncReads];
    const other = sharers.find(({ domain }) => domain !== first.domain);
    if (other === undefined) continue;
    const [use, name] = ['kind' in other ? 'written' : 'read', names.memories.get(memory)];
    diagnostics.push({
      code: 'X003',
      message: `memory ${name} is ${use} in ${domainText(other.domain)}, and written in ${domainText(first.domain)}`,
      site: other.site,
      related: [
        { text: 'the write is', site: first.site },
        { text: 'the memory is declared', site: memory.site },
      ],
      fix: `bring the words of one domain over into the other with asyncQueue()${use === 'read' ? ', or use a memory that is no macro, which has but one clock' : ''}`,
    });
  }
}

/** No variable names every register. */
function registerText(name: string): string {
  return /^register(_\d+)?$/.test(name) ? 'a register' : `register ${name}`;
}
