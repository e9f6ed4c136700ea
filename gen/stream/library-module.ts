/** Modules of the library, in whatever clock domain they are wanted. */
import type { ClockDomain } from '../ir/clock-domain.ts';
import { inDomain } from '../language/clock-domain.ts';
import { currentDomain, currentModule } from '../language/module-builder.ts';
import { module, type Module } from '../language/module.ts';
import type { Inside, Ports } from '../language/ports.ts';

/** What a module of the library is made for. */
export interface LibraryDomain {
  /** The clock domain that it is bound to; by default it follows its instance. */
  readonly domain?: ClockDomain;
}

/** As `module`; bound to a domain, all of its ports and state belong to that, which its name tells. */
export function libraryModule<const P extends Ports>(
  name: string,
  ports: P,
  { domain }: LibraryDomain,
  body: (ports: Inside<P>) => void,
): Module<P> {
  if (domain === undefined) return module(name, ports, body);
  const bound = Object.fromEntries(
    Object.entries(ports).map(([key, port]) => [key, { ...port, domain }]),
  ) as Ports as P;
  return module(`${name}_${domain.name ?? 'default'}`, bound, (io) => inDomain(domain, () => body(io)));
}

/**
 * What a module has to be made for to stand in the domain around the call. A module that follows its instance is written once,
 * for a rising edge and a synchronous reset: a domain of another kind takes its own.
 */
export function domainHere(): LibraryDomain {
  const domain = currentDomain(currentModule('a stream'));
  const isOrdinary = domain.name === undefined || (domain.edge === 'rising' && domain.reset?.kind !== 'async');
  return isOrdinary ? {} : { domain };
}
