/**
 * What `set()` on a value drives: bits of a signal, or of the one among several that an index chooses. Values that are only
 * read have none.
 */
import { sameType } from '../ir/ground-type.ts';
import type { Expression, SignalIr, Statement } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import { keep, type ModuleBuilder, record } from './module-builder.ts';

export type Destination = BitsOfSignal | Chosen;

export interface BitsOfSignal {
  readonly kind: 'bits';
  readonly signal: SignalIr;
  readonly high: number;
  readonly low: number;
}

/** The alternative at the place that the index says; none, where it lies beyond them. */
export interface Chosen {
  readonly kind: 'chosen';
  readonly choice: Choice;
  readonly alternatives: readonly Destination[];
}

/** One call of `at()`, shared by all that it gives. */
export interface Choice {
  readonly index: Expression;
}

/** A value on its way to where it is driven. */
export interface Delivery {
  readonly destination: Destination;
  readonly value: Expression;
}

export function wholeOf(signal: SignalIr): Destination {
  return { kind: 'bits', signal, high: signal.type.width - 1, low: 0 };
}

/** Bits `high` down to `low`, counted within the destination. */
export function partOf(destination: Destination, high: number, low: number): Destination {
  return destination.kind === 'bits'
    ? { ...destination, high: destination.low + high, low: destination.low + low }
    : { ...destination, alternatives: destination.alternatives.map((each) => partOf(each, high, low)) };
}

/** A signal that is driven, or is among those that are. */
export function signalOf(destination: Destination): SignalIr {
  return destination.kind === 'bits' ? destination.signal : signalOf(destination.alternatives[0]!);
}

export function isWhole(destination: Destination): boolean {
  return destination.kind === 'bits'
    ? destination.low === 0 && destination.high === destination.signal.type.width - 1
    : isWhole(destination.alternatives[0]!);
}

/**
 * Records the statements that deliver what one `set()` is given: an assignment for each part, or, where an index chooses the
 * target, one switch for all of them, as the parts of a chosen whole share their choice.
 */
export function deliver(builder: ModuleBuilder, deliveries: readonly Delivery[], site: Site): void {
  const chosen: { readonly destination: Chosen; readonly value: Expression }[] = [];
  for (const { destination, value } of deliveries) {
    if (destination.kind === 'bits') assign(builder, destination, value, site);
    else chosen.push({ destination, value });
  }
  const [first] = chosen;
  if (first === undefined) return;
  const { choice, alternatives } = first.destination;
  const cases = alternatives.map((_, position) => {
    const body: Statement[] = [];
    builder.scopes.push(body);
    deliver(
      builder,
      chosen.map(({ destination, value }) => ({ destination: destination.alternatives[position]!, value })),
      site,
    );
    builder.scopes.pop();
    return { values: [BigInt(position)], body };
  });
  record(builder, { kind: 'switch', subject: choice.index, cases, otherwise: undefined, site });
}

function assign(builder: ModuleBuilder, destination: BitsOfSignal, value: Expression, site: Site): void {
  const { signal, high, low } = destination;
  if (!isWhole(destination)) {
    record(builder, { kind: 'assign', target: signal, part: { high, low }, value, site });
    return;
  }
  const { type } = signal;
  const fitting = sameType(value.type, type)
    ? value
    : keep(builder, { op: 'cast', operand: value, type, site, anonymous: true });
  record(builder, { kind: 'assign', target: signal, value: fitting, site });
}
