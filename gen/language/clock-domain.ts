/** Clock domains as a user makes and enters them. */
import { asynchronous, type ClockDomain, defaultDomain, domainText, type ResetStyle } from '../ir/clock-domain.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { currentModule, type ModuleBuilder } from './module-builder.ts';
import { runBody } from './run-body.ts';
import { fatal, report } from './report.ts';

export interface ClockDomainOptions {
  /** The edge of the clock at which registers take their values; rising by default. */
  readonly edge?: 'rising' | 'falling';
  /** How registers with a reset value are reset, or that nothing can be; by default synchronous and active high. */
  readonly reset?: 'none' | ResetStyle;
}

const domains = new WeakSet<object>([defaultDomain, asynchronous]);

/**
 * Makes a clock domain. A module with state in it has ports `<name>_clock` and, where registers have a reset value,
 * `<name>_reset` (active low: `<name>_reset_n`); modules around it pass them on. Every call makes another domain, so make one
 * outside of the modules that share it.
 */
export function clockDomain(name: string, { edge = 'rising', reset }: ClockDomainOptions = {}): ClockDomain {
  const site = captureSite();
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw fatal(
      'N001',
      site,
      `"${name}" can't name a clock domain`,
      'use letters, digits and _, not starting with a digit',
    );
  }
  const style = reset ?? ({ kind: 'sync', active: 'high' } as const);
  const known =
    ['rising', 'falling'].includes(edge) &&
    (style === 'none' || (['sync', 'async'].includes(style.kind) && ['high', 'low'].includes(style.active)));
  if (!known) {
    throw fatal(
      'P001',
      site,
      `clock domain ${name} of edge ${JSON.stringify(edge)} and reset ${JSON.stringify(style)}`,
      "an edge is 'rising' or 'falling'; a reset is 'none' or { kind: 'sync' or 'async', active: 'high' or 'low' }",
    );
  }
  const domain: ClockDomain = { name, edge, reset: style === 'none' ? undefined : style, site };
  domains.add(domain);
  return domain;
}

/**
 * Runs `body` now; what it makes that has state (registers, writes and registered reads of memories, checks, the default
 * domain of instances) belongs to `domain`. Gives what `body` gives. `defaultDomain` leads back to the module's own.
 */
export function inDomain<R>(domain: ClockDomain, body: () => R): R {
  const builder = currentModule('inDomain()');
  builder.domains.push(checkedDomain(domain));
  try {
    return runBody('the body of an inDomain()', body);
  } finally {
    builder.domains.pop();
  }
}

/** Refuses what is no domain that state can belong to. */
export function checkedDomain(domain: ClockDomain): ClockDomain {
  if (isClockDomain(domain) && domain !== asynchronous) return domain;
  throw fatal(
    'P001',
    captureSite(),
    `${describe(domain)} is no clock domain`,
    'give what clockDomain() made, or defaultDomain',
  );
}

/** The domain that a port names; 'async' for none at all. */
export function portDomain(domain: ClockDomain | 'async'): ClockDomain {
  return domain === 'async' ? asynchronous : checkedDomain(domain);
}

export function isClockDomain(value: unknown): value is ClockDomain {
  return typeof value === 'object' && value !== null && domains.has(value);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return value === undefined ? 'undefined' : `a value of type ${typeof value}`;
}

/** Refuses a reset value in a domain that gives none. */
export function requireReset(builder: ModuleBuilder, domain: ClockDomain, what: string, site: Site): void {
  if (domain.reset !== undefined) return;
  report(builder, 'X004', site, {
    message: `${what} with a reset value is in ${domainText(domain)}, which has no reset`,
    related: [{ text: 'the domain is made', site: domain.site }],
    fix: 'leave the reset value out, or give the domain a reset',
  });
}
