/** Legal ways from one clock domain into another. */
import { groundTypeText } from '../ir/ground-type.ts';
import { captureSite } from '../source/capture-site.ts';
import { buildTree, leavesOf } from './aggregate.ts';
import type { Tree } from './tree.ts';
import { requireReset } from './clock-domain.ts';
import { currentDomain, currentModule } from './module-builder.ts';
import { fatal, report } from './report.ts';
import { declareSignal, make, operand, Signal } from './signal.ts';
import { typeOfTree } from './type-of.ts';
import type { AnyVal, BitsVal, BoolVal, SIntVal, UIntVal } from './values.ts';

export interface SynchroniserOptions {
  /** Registers in a row, from 2; more of them leave a metastable bit more time to settle. 2 by default. */
  readonly stages?: number;
  /** Value that the reset of the domain gives all of them; without it, reset does not touch them. */
  readonly reset?: boolean | number | bigint;
  /** Says that no two bits of the value ever change at once, so that each bit may arrive a cycle later than another. */
  readonly gray?: boolean;
}

type OneBit = BoolVal | UIntVal<1> | SIntVal<1> | BitsVal<1>;

/**
 * Brings a signal of another clock domain, or of none, into the current one: a row of registers, of which the first may become
 * metastable. The signal comes straight out of a register, and keeps each value for longer than a cycle of this domain.
 * Several bits pass only where they are Gray-coded; other words cross through `asyncQueue`.
 */
export function synchronise<V extends OneBit>(value: V, options?: SynchroniserOptions): V;
export function synchronise<V extends AnyVal>(value: V, options: SynchroniserOptions & { readonly gray: true }): V;
export function synchronise(value: AnyVal, { stages = 2, reset, gray = false }: SynchroniserOptions = {}): AnyVal {
  const builder = currentModule('synchronise()');
  const site = captureSite();
  const signal = value as unknown as Signal;
  if (!(signal instanceof Signal)) {
    throw fatal('X006', site, 'synchronise() is given no single signal', 'give a Bool, or a Gray-coded value');
  }
  if (!Number.isInteger(stages) || stages < 2)
    throw fatal('P001', site, `synchronise() of ${stages} stages`, 'stages are a whole number from 2');
  const { type } = signal;
  const domain = currentDomain(builder);
  if (type.width > 1 && !gray) {
    report(builder, 'X006', site, {
      message: `synchronise() is given ${groundTypeText(type)}: its ${type.width} bits could arrive in different cycles, as a value that never was`,
      related: [{ text: 'the value is made', site: signal.expression.site }],
      fix: 'send words through asyncQueue(); for a Gray-coded value say so: synchronise(x, { gray: true })',
    });
  }
  if (reset !== undefined) requireReset(builder, domain, 'a synchroniser', site);
  const resetTo = reset === undefined ? undefined : operand(builder, reset, type, site, 'reset');
  let last = signal;
  for (let stage = 0; stage < stages; stage++) {
    const register = declareSignal(builder, {
      category: 'register',
      type,
      site,
      fixedName: undefined,
      path: stage === stages - 1 ? [] : ['meta'],
      domain,
      synchroniser: stage,
      ...(resetTo?.op === 'literal' ? { reset: resetTo.value } : {}),
    });
    register.set(last);
    last = register;
  }
  return last as unknown as AnyVal;
}

/**
 * Reads a value of another clock domain in the current one as it is, with no register in between. You vouch for it: a handshake
 * whose own signals are synchronised keeps the value from changing whenever it is looked at. Nothing checks that.
 */
export function unsynchronised<V extends object>(value: V): V {
  const builder = currentModule('unsynchronised()');
  const site = captureSite();
  const crossesTo = currentDomain(builder);
  const leaves = leavesOf(value as Tree).values();
  const tree = buildTree(typeOfTree(value as Tree), (type, path) => {
    const given = operand(builder, leaves.next().value!, type, site, 'unsynchronised()');
    return make(builder, { op: 'cast', operand: given, type, site, crossesTo, path, anonymous: true });
  });
  return tree as unknown as V;
}
