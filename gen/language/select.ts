/** Values by the value of a signal. */
import type { Expression } from '../ir/module-ir.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { muxTree } from './aggregate.ts';
import type { Tree } from './tree.ts';
import { type CasesOf, readCases, type Subject } from './cases.ts';
import { currentModule, type ModuleBuilder } from './module-builder.ts';
import { fatal } from './report.ts';
import { operand, type Operand, Signal } from './signal.ts';
import { checkAlike } from './type-checks.ts';
import type { AnyVal, BitsVal, BoolVal, EnumVal, Literal, SIntVal, UIntVal } from './values.ts';

type Plain = Literal | boolean | string;
type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;
type WidthsOf<V> = V extends UIntVal<infer W> | SIntVal<infer W> | BitsVal<infer W> ? W : never;
type MembersOf<V> = V extends EnumVal<infer M> ? { readonly members: M } : never;

/** The value that choices of the types `V` come to; never where they don't agree. */
type Chosen<V, Signals = Exclude<V, Plain>> = [Signals] extends [never]
  ? never
  : [Signals] extends [UIntVal]
    ? Agreeing<V, Literal, UIntVal<WidthsOf<Signals>>, WidthsOf<Signals>>
    : [Signals] extends [SIntVal]
      ? Agreeing<V, Literal, SIntVal<WidthsOf<Signals>>, WidthsOf<Signals>>
      : [Signals] extends [BitsVal]
        ? Agreeing<V, Literal, BitsVal<WidthsOf<Signals>>, WidthsOf<Signals>>
        : [Signals] extends [BoolVal]
          ? Agreeing<V, boolean, BoolVal, 1>
          : [Signals] extends [EnumVal<infer M>]
            ? Agreeing<V, M, EnumVal<M>, MembersOf<Signals>>
            : Extract<Signals, AnyVal | EnumVal> extends never
              ? Signals
              : never;
/** `Result`, where the plain values among `V` fit and there is one width only. */
type Agreeing<V, Allowed, Result, Width> =
  Extract<V, Plain> extends Allowed ? (IsUnion<Width> extends true ? never : Result) : never;

/**
 * The value whose key is the value of the subject: `select(state, { Idle: 0, Load: count, default: 7 })`. Plain values take
 * the type of a signal among the others; bundles and vectors are chosen part by part. Every value of the subject has a choice,
 * or there is a `default`.
 */
export function select<S extends Subject, const C extends CasesOf<S, unknown>>(
  subject: S,
  choices: C & ([Chosen<C[keyof C]>] extends [never] ? never : unknown),
): Chosen<C[keyof C]> {
  const builder = currentModule('select()');
  const site = captureSite();
  const signal = subject as unknown as Signal;
  const expression = operand(builder, signal, signal.type, site, 'select()');
  const record = choices as Readonly<Record<string, Tree | Operand>>;
  const { cases, otherwise } = readCases(builder, 'select()', expression, record, site, { partial: false });
  const given = [...cases, ...(otherwise === undefined ? [] : [otherwise])].map(({ body }) => body);
  const trees = typed(builder, given, site);
  const last = trees.at(-1)!;
  // Something is wrong, and said: any value will do.
  if (trees.length < given.length) return last as unknown as Chosen<C[keyof C]>;
  const chosen = cases
    .map(({ values }, index) => ({ values, tree: trees[index]! }))
    .slice(0, otherwise === undefined ? -1 : undefined)
    .reduceRight<Tree>((rest, { values, tree }) => muxTree(isOneOf(signal, values), tree, rest), last);
  return chosen as unknown as Chosen<C[keyof C]>;
}

/** Whether a signal has one of some bit patterns. */
function isOneOf(signal: Signal, values: readonly bigint[]): Signal {
  const builder = currentModule('select()');
  const site = captureSite();
  const conditions = values.map((value) => {
    if (signal.type.kind === 'bool') return value === 1n ? signal : signal.not();
    const literal: Expression = { op: 'literal', value, type: signal.type, site };
    return signal.eq(new Signal(builder, literal));
  });
  return conditions.reduce((some, each) => some.or(each));
}

/** The choices with plain values as literals of the type that the others have; fewer of them where they don't agree. */
function typed(builder: ModuleBuilder, values: readonly (Tree | Operand)[], site: Site): Tree[] {
  if (values.every((value) => typeof value === 'object' && !(value instanceof Signal))) {
    const trees = values as readonly Record<string, Tree>[];
    const keys = Object.keys(trees[0]!);
    const other = trees.find((tree) => Object.keys(tree).join() !== keys.join());
    if (other !== undefined)
      throw fatal(
        'W001',
        site,
        `select() is given the fields ${keys.join(', ')}, and ${Object.keys(other).join(', ')}`,
        'give every choice the same fields in the same order',
      );
    const parts = keys.map((key) => typed(builder, trees.map((tree) => tree[key]!), site)); // prettier-ignore
    const count = Math.min(...parts.map((part) => part.length));
    return trees.slice(0, count).map((tree, index) => {
      if (keys.every((key, at) => tree[key] === parts[at]![index])) return tree;
      const made = Object.fromEntries(keys.map((key, at) => [key, parts[at]![index]!]));
      return Array.isArray(tree) ? Object.values(made) : made;
    });
  }
  const first = values.find((value) => value instanceof Signal);
  if (first === undefined)
    throw fatal(
      'W001',
      site,
      'select() between plain values has no width',
      'make one of them a signal: lit(UInt(4), 3)',
    );
  const literals = values.map((value) => {
    const literal = operand(builder, value as Operand, first.type, site, 'select()');
    return value instanceof Signal ? value : new Signal(builder, literal);
  });
  const reported = builder.diagnostics.length;
  for (const { expression } of literals) checkAlike(builder, 'select()', first.expression, expression, site);
  return builder.diagnostics.length > reported ? [first] : literals;
}
