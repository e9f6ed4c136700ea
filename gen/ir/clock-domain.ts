/** Clock domains as the IR knows them: what a register is clocked by, and how it is reset. */
import { type Site, unknownSite } from '../source/site.ts';

export interface ResetStyle {
  readonly kind: 'sync' | 'async';
  readonly active: 'high' | 'low';
}

/** Two domains are the same if the objects are. */
export interface ClockDomain {
  /** Undefined for the default domain, whose signals are called and reset as the emission says. */
  readonly name: string | undefined;
  readonly edge: 'rising' | 'falling';
  /** Undefined where nothing in it can be reset. */
  readonly reset: ResetStyle | undefined;
  readonly site: Site;
}

/** The domain of everything that names no other. */
export const defaultDomain: ClockDomain = {
  name: undefined,
  edge: 'rising',
  reset: { kind: 'sync', active: 'high' },
  site: unknownSite,
};
