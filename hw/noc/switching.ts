/** What circuit-switched routers are made of: the ways through them, and AND-OR multiplexers selected by what is enabled. */
import { type BitsVal, type BoolVal, type EnumVal, mux } from '../../gen/index.ts';
import { RouterMode } from '../control/command.ts';
import type { RouterPort } from './router-ports.ts';
import { modesThatReach, type RouterModeName, type Way, waysOf } from './routing.ts';

/** A way through a router, and whether the mode of its source opens it. */
export interface Switch<P> extends Way<P, P> {
  readonly open: BoolVal;
}

/** All ways through a router with these ports. */
export function switchesOf<P extends RouterPort>(
  ports: readonly P[],
  modes: Readonly<Partial<Record<P, EnumVal<RouterModeName>>>>,
): Switch<P>[] {
  return waysOf(ports).map((way) => ({ ...way, open: isOpen(modes[way.source]!, way) }));
}

function isOpen(mode: EnumVal<RouterModeName>, { source, destination }: Way<RouterPort, RouterPort>): BoolVal {
  const opening = modesThatReach(source, destination);
  const others = RouterMode.members.filter((other) => !opening.includes(other));
  return opening.length < others.length ? isOneOf(mode, opening) : isOneOf(mode, others).not();
}

function isOneOf<M extends string>(value: EnumVal<M>, [first, ...others]: readonly M[]): BoolVal {
  return value.isOneOf(first!, ...others);
}

/** What one source has for a destination: data, and whether they go there in this cycle. */
export interface Offer {
  readonly selected: BoolVal;
  readonly data: BitsVal;
}

/** The data of the one offer that is selected, zero where none is. */
export function gather(offers: readonly Offer[]): BitsVal {
  return offers.map(({ selected, data }) => mux(selected, data, 0)).reduce((one, other) => one.or(other));
}

/** Whether any of the conditions holds. */
export function someOf(conditions: readonly BoolVal[]): BoolVal {
  return conditions.reduce((one, other) => one.or(other));
}
