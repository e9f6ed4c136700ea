/** How clocks and resets are called and used in the Verilog: those of the default domain as the emission says. */
import type { CheckedModule } from '../ir/checked-module.ts';
import { type ClockDomain, clockName, defaultDomain, resetName, type ResetStyle } from '../ir/clock-domain.ts';
import type { InstanceIr } from '../ir/module-ir.ts';
import { seenFrom } from '../passes/collect-domains.ts';
import type { VExpression } from './ast.ts';

/** Clock and reset of the default domain, in every module of a design. */
export interface ClockStyle {
  /** `clock` by default. */
  readonly name?: string;
  /** Rising by default. */
  readonly edge?: 'rising' | 'falling';
  readonly reset?: {
    /** `reset` by default, and `reset_n` where it is active low. */
    readonly name?: string;
    /** Synchronous by default. */
    readonly kind?: 'sync' | 'async';
    /** High by default. */
    readonly active?: 'high' | 'low';
  };
}

export interface ResetSignal extends ResetStyle {
  readonly name: string;
}

/** What the Verilog says of each domain. */
export interface Clocking {
  clockOf(domain: ClockDomain): { readonly name: string; readonly edge: 'rising' | 'falling' };
  /** Undefined where nothing in the domain can be reset. */
  resetOf(domain: ClockDomain): ResetSignal | undefined;
}

/** The names are taken as they are: `check-clocking.ts` looks at whether they will do. */
export function clockingOf({ name = 'clock', edge = 'rising', reset = {} }: ClockStyle = {}): Clocking {
  const { kind = 'sync', active = 'high' } = reset;
  const ownReset: ResetSignal = { name: reset.name ?? (active === 'low' ? 'reset_n' : 'reset'), kind, active };
  return {
    clockOf: (domain) => (domain === defaultDomain ? { name, edge } : { name: clockName(domain), edge: domain.edge }),
    resetOf: (domain) =>
      domain === defaultDomain ? ownReset : domain.reset && { name: resetName(domain), ...domain.reset },
  };
}

export const defaultClocking: Clocking = clockingOf();

/** The condition that a reset is active, or that it is not. */
export function whereReset({ name, active }: ResetSignal, isActive: boolean): VExpression {
  return (active === 'high') === isActive ? nameOf(name) : { kind: 'unary', operator: '!', operand: nameOf(name) };
}

/** A port that no user declared. */
export interface ImplicitPort {
  readonly domain: ClockDomain;
  readonly role: 'clock' | 'reset';
  readonly name: string;
}

/** Clocks and resets that a module needs for itself and for what stands below it; the default domain's first. */
export function implicitPorts({ domains, ir }: CheckedModule, clocking: Clocking): ImplicitPort[] {
  return [...domains].flatMap(([domain, { clocked, resettable }]): ImplicitPort[] => {
    const own = ir.external;
    const clock = own?.clock ?? clocking.clockOf(domain).name;
    const reset = own?.reset ?? clocking.resetOf(domain)?.name;
    return [
      ...(clocked ? [{ domain, role: 'clock' as const, name: clock }] : []),
      ...(resettable && reset !== undefined ? [{ domain, role: 'reset' as const, name: reset }] : []),
    ];
  });
}

/** What the implicit ports of an instance are connected to: a reset of other polarity is inverted. */
export function implicitPins(
  instance: Pick<InstanceIr, 'domain'>,
  child: CheckedModule,
  clocking: Clocking,
): { readonly port: string; readonly value: VExpression }[] {
  return implicitPorts(child, clocking).map(({ domain, role, name }) => {
    const seen = seenFrom(instance, domain);
    if (role === 'clock') return { port: name, value: nameOf(clocking.clockOf(seen).name) };
    const given = clocking.resetOf(seen)!;
    // A module that is written elsewhere has a reset that is active high.
    const active = child.ir.external === undefined ? clocking.resetOf(domain)!.active : 'high';
    const value = nameOf(given.name);
    return { port: name, value: active === given.active ? value : { kind: 'unary', operator: '!', operand: value } };
  });
}

function nameOf(name: string): VExpression {
  return { kind: 'name', name };
}
