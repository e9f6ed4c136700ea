/**
 * Values of earlier cycles, for checks. They stand in ghost registers of the current clock domain; a check that reads one is
 * held back until there have been enough cycles since the reset.
 */
import { type ClockDomain, defaultDomain } from '../ir/clock-domain.ts';
import { type Expression, operandsOf, type SignalIr } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { leavesOf } from './aggregate.ts';
import { currentModule, type ModuleBuilder } from './module-builder.ts';
import { fatal } from './report.ts';
import { make, operand, Signal } from './signal.ts';
import type { Tree } from './tree.ts';
import type { BitsVal, BoolVal, SIntVal, UIntVal } from './values.ts';

/** The value that something had `cycles` cycles ago; of bundles and vectors, part by part. */
export function past<W extends number>(value: UIntVal<W>, cycles?: number): UIntVal<W>;
export function past<W extends number>(value: SIntVal<W>, cycles?: number): SIntVal<W>;
export function past<W extends number>(value: BitsVal<W>, cycles?: number): BitsVal<W>;
export function past(value: BoolVal, cycles?: number): BoolVal;
export function past<V extends object>(value: V, cycles?: number): V;
export function past(value: unknown, cycles = 1): unknown {
  const builder = currentModule('past()');
  const site = captureSite();
  checkCycles('past()', cycles, site);
  const ofPart = (part: unknown): unknown => {
    if (part instanceof Signal) return read(builder, historyOf(builder, part, cycles, site), site);
    if (Array.isArray(part)) return part.map(ofPart);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, field]) => [key, ofPart(field)]));
    throw fatal(
      'A005',
      site,
      `past() is given ${part === undefined ? 'undefined' : `a ${typeof part}`}`,
      'give a signal, a bundle or a vector',
    );
  };
  return ofPart(value);
}

/** Whether there have been `cycles` cycles since the reset. Checks that read `past()` need not ask: they wait by themselves. */
export function pastValid(cycles = 1): BoolVal {
  const builder = currentModule('pastValid()');
  const site = captureSite();
  checkCycles('pastValid()', cycles, site);
  return read(builder, knownFor(builder, cycles, site), site) as unknown as BoolVal;
}

/** Whether a value is what it was a cycle ago. */
export function stable(value: object): BoolVal {
  const parts = leavesOf(value as Tree);
  const equal = parts.map((part) => past(part as unknown as BoolVal).eq(part as unknown as BoolVal));
  if (equal.length === 0) {
    throw fatal(
      'A005',
      captureSite(),
      'stable() is given nothing that holds a signal',
      'give a signal, a bundle or a vector',
    );
  }
  return equal.reduce((all, each) => all.and(each));
}

/** Whether a condition holds and did not a cycle ago. */
export function rose(condition: BoolVal): BoolVal {
  return condition.and(past(condition).not());
}

/** Whether a condition held a cycle ago and no longer does. */
export function fell(condition: BoolVal): BoolVal {
  return condition.not().and(past(condition));
}

/** The ghost registers of one clock domain of a module: what several checks remember is remembered once. */
interface Memory {
  /** Whether there have been 1, 2, … cycles since the reset. */
  readonly known: SignalIr[];
  /** The values of an expression 1, 2, … cycles ago. */
  readonly values: Map<Expression | SignalIr, SignalIr[]>;
}

const memories = new WeakMap<ModuleBuilder, Map<ClockDomain, Memory>>();

function memoryOf(builder: ModuleBuilder): Memory {
  const byDomain = memories.get(builder) ?? new Map<ClockDomain, Memory>();
  memories.set(builder, byDomain);
  const domain = builder.domains.at(-1)!;
  const memory = byDomain.get(domain) ?? { known: [], values: new Map() };
  byDomain.set(domain, memory);
  return memory;
}

function historyOf(builder: ModuleBuilder, value: Signal, cycles: number, site: Site): SignalIr {
  const of = operand(builder, value, value.type, site, 'past()');
  const { values } = memoryOf(builder);
  const key = of.op === 'signal' ? of.signal : of;
  const history = values.get(key) ?? [];
  values.set(key, history);
  const behind = pastIn(of);
  while (history.length < cycles) {
    const before = history.at(-1);
    const age = history.length + 1;
    const known = knownFor(builder, behind + age, site);
    history.push(remember(builder, before ?? of, { of, cycles: age, known }, site));
  }
  return history[cycles - 1]!;
}

function knownFor(builder: ModuleBuilder, cycles: number, site: Site): SignalIr {
  const { known } = memoryOf(builder);
  const of: Expression = { op: 'literal', value: 1n, type: { kind: 'bool', width: 1 }, site };
  while (known.length < cycles)
    known.push(remember(builder, known.at(-1) ?? of, { of, cycles: known.length + 1, known: undefined }, site));
  return known[cycles - 1]!;
}

/** Makes a ghost register that follows `source` a cycle behind. */
function remember(
  builder: ModuleBuilder,
  source: SignalIr | Expression,
  past: NonNullable<SignalIr['past']>,
  site: Site,
): SignalIr {
  const domain = builder.domains.at(-1)!;
  const value: Expression = 'op' in source ? source : { op: 'signal', signal: source, type: source.type, site };
  const target: SignalIr = {
    category: 'register',
    type: value.type,
    site,
    fixedName: undefined,
    path: [],
    ghost: true,
    past,
    ...(past.known === undefined ? { reset: 0n } : {}),
    ...(domain === defaultDomain ? {} : { domain }),
  };
  builder.ir.signals.push(target);
  // Under no condition, whatever the call stands under; and not last in the body, where an elseWhen() may be due.
  builder.scopes[0]!.unshift({ kind: 'assign', target, value, site });
  return target;
}

/** How many cycles an expression itself looks back. */
function pastIn(root: Expression): number {
  const seen = new Set([root]);
  let cycles = 0;
  // A set gives what is added while it is walked.
  for (const expression of seen) {
    if (expression.op === 'signal') cycles = Math.max(cycles, expression.signal.past?.known?.past?.cycles ?? 0);
    for (const source of operandsOf(expression)) seen.add(source);
  }
  return cycles;
}

function read(builder: ModuleBuilder, signal: SignalIr, site: Site): Signal {
  return make(builder, { op: 'signal', signal, type: signal.type, site });
}

function checkCycles(what: string, cycles: number, site: Site): void {
  if (!Number.isInteger(cycles) || cycles < 1)
    throw fatal('A005', site, `${what} of ${cycles} cycles`, 'give a whole number from 1');
}
