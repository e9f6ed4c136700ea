/** Clock domains as the IR knows them: what a register is clocked by, and how it is reset. */
import { type Site, unknownSite } from '../source/site.ts';

export interface ResetStyle {
  readonly kind: 'sync' | 'async';
  readonly active: 'high' | 'low';
}

/**
 * What registers keep time with. Two domains are the same if the objects are.
 *
 * In a cycle, every register of a domain takes its next value at the domain's edge, all from the values before it; where
 * edges of several domains come at once, so do all of theirs. A synchronous reset acts at that edge. An asynchronous one sets
 * the registers the moment it is active, and holds them for as long.
 */
export interface ClockDomain {
  /** Undefined for the default domain, whose signals are called and reset as the emission says. */
  readonly name: string | undefined;
  readonly edge: 'rising' | 'falling';
  /** Undefined where nothing in it can be reset. */
  readonly reset: ResetStyle | undefined;
  readonly site: Site;
}

/** The domain of everything that names no other: of a module by itself; for an instance, whatever the parent puts it in. */
export const defaultDomain: ClockDomain = {
  name: undefined,
  edge: 'rising',
  reset: { kind: 'sync', active: 'high' },
  site: unknownSite,
};

/** Of ports whose signals keep time with no clock at all: only a synchroniser may read them. */
export const asynchronous: ClockDomain = {
  name: 'async',
  edge: 'rising',
  reset: undefined,
  site: unknownSite,
};

/** `clock domain fast`, `the default clock domain`, for messages. */
export function domainText(domain: ClockDomain): string {
  if (domain === defaultDomain) return 'the default clock domain';
  return domain === asynchronous ? 'no clock domain' : `clock domain ${domain.name}`;
}

/** What a clock and a reset of a named domain are called; the default domain's names are settled at emission. */
export function clockName({ name }: ClockDomain): string {
  return `${name}_clock`;
}

/** An active-low reset says so in its name. */
export function resetName({ name, reset }: ClockDomain): string {
  return `${name}_reset${reset?.active === 'low' ? '_n' : ''}`;
}

/** ` in fast`, for the text of the IR; nothing for the default domain. */
export function inDomainText(domain: ClockDomain | undefined): string {
  return domain === undefined || domain === defaultDomain ? '' : ` in ${domain.name}`;
}
