/** What the keys of `switchOn` and `select` stand for: values of the subject, checked for what is wrong or missing. */
import { type GroundType, groundTypeText, memberOf } from '../ir/ground-type.ts';
import type { Expression } from '../ir/module-ir.ts';
import type { Site } from '../source/site.ts';
import type { ModuleBuilder } from './module-builder.ts';
import { fatal, report } from './report.ts';
import { operand } from './signal.ts';
import type { BitsVal, BoolVal, EnumVal, UIntVal } from './values.ts';

/** What can be switched on. */
export type Subject = EnumVal | UIntVal | BitsVal | BoolVal;

/** A case for each member of an enum, or for some with a `default` for the rest. */
export type EnumCases<M extends string, V> =
  { readonly [K in M]: V } | ({ readonly [K in M]?: V } & { readonly default: V });

/** Cases by number, those beyond 2^53 as text; `default` is for the rest. */
export interface NumberCases<V> {
  readonly [value: number | `${bigint}`]: V;
  readonly default?: V;
}

/** The cases of a subject of type `S`. */
export type CasesOf<S, V> =
  S extends EnumVal<infer M>
    ? EnumCases<M, V>
    : S extends BoolVal
      ? EnumCases<'true' | 'false', V>
      : S extends UIntVal | BitsVal
        ? NumberCases<V>
        : never;

/** Cases that exclude each other, and what holds for all other values. */
export interface Cases<V> {
  readonly cases: readonly { readonly values: readonly bigint[]; readonly body: V }[];
  readonly otherwise: { readonly body: V } | undefined;
}

/**
 * Reads the keys of a record of cases. Keys with the same body are one case. Where all members of an enum have a case, the last
 * one is also what holds for bit patterns that are no member; where all values have one, nothing is left over.
 *
 * @param partial whether values may be left without a case
 * @throws ElaborationError where there is no case at all
 */
export function readCases<V>(
  builder: ModuleBuilder,
  what: string,
  subject: Expression,
  record: Readonly<Record<string, V | undefined>>,
  site: Site,
  { partial }: { readonly partial: boolean },
): Cases<V> {
  const { type } = subject;
  const related = [{ text: 'the subject is made', site: subject.site }];
  if (type.kind === 'sint') {
    throw fatal(
      'E005',
      site,
      `${what} of ${groundTypeText(type)}, whose cases can't be named`,
      'use asUInt() or asBits()',
    );
  }
  const cases: { readonly values: bigint[]; readonly body: V }[] = [];
  const seen = new Set<bigint>();
  for (const [key, body] of Object.entries(record)) {
    if (key === 'default' || body === undefined) continue;
    const value = valueOfKey(builder, what, type, key, site);
    if (value === undefined) continue;
    seen.add(value);
    const same = cases.find((each) => each.body === body);
    if (same === undefined) cases.push({ values: [value], body });
    else same.values.push(value);
  }
  const rest = record['default'];
  if (cases.length === 0 && rest === undefined) throw fatal('E004', site, `${what} has no cases`, 'give at least one');

  const complete = BigInt(seen.size) === 1n << BigInt(type.width);
  if (complete && rest !== undefined) {
    report(builder, 'E005', site, {
      message: `the default of ${what} is never reached: every value of ${groundTypeText(type)} has a case`,
      related,
      fix: 'remove it',
    });
  }
  if (rest !== undefined) return { cases, otherwise: { body: rest } };
  const missing = missingValues(type, seen);
  if (missing.length > 0 && (type.kind === 'enum' || !partial)) {
    report(builder, 'E004', site, {
      message: `${what} of ${groundTypeText(type)} says nothing of ${missing.join(', ')}`,
      related,
      fix: 'add what is missing, or a default',
    });
  }
  const last = cases.at(-1);
  // Bits that are no member can't be left without a value: there would be a latch.
  const lastIsRest = last !== undefined && (complete ? !partial : type.kind === 'enum');
  return lastIsRest ? { cases: cases.slice(0, -1), otherwise: { body: last.body } } : { cases, otherwise: undefined };
}

/** The bit pattern that a key stands for; undefined, after a diagnostic, where it stands for none. */
function valueOfKey(
  builder: ModuleBuilder,
  what: string,
  type: GroundType,
  key: string,
  site: Site,
): bigint | undefined {
  if (type.kind === 'enum') {
    const pattern = type.enumeration!.members.get(key);
    // Reports it.
    if (pattern === undefined) operand(builder, key, type, site, what);
    return pattern;
  }
  const value = type.kind === 'bool' ? ({ true: 1n, false: 0n } as Record<string, bigint>)[key] : numberOfKey(key);
  const top = (1n << BigInt(type.width)) - 1n;
  if (value !== undefined && value <= top) return value;
  report(builder, 'E005', site, {
    message: `${what} of ${groundTypeText(type)} has a case ${key}, which it never is`,
    related: [],
    fix: type.kind === 'bool' ? 'the cases are true and false' : `the cases are 0 to ${top}, and default`,
  });
  return undefined;
}

function numberOfKey(key: string): bigint | undefined {
  return /^(0|[1-9]\d*)$/.test(key) ? BigInt(key) : undefined;
}

/** What has no case, as a user writes it; of many, the first few. */
function missingValues(type: GroundType, seen: ReadonlySet<bigint>): string[] {
  if (type.kind === 'enum')
    return [...type.enumeration!.members.values()]
      .filter((value) => !seen.has(value))
      .map((value) => memberOf(type, value)!);
  const count = (1n << BigInt(type.width)) - BigInt(seen.size);
  const first: string[] = [];
  for (let value = 0n; first.length < 4 && BigInt(first.length) < count; value++) {
    if (!seen.has(value)) first.push(type.kind === 'bool' ? String(value === 1n) : String(value));
  }
  const others = count - BigInt(first.length);
  return others > 0n ? [...first, `${others} more`] : first;
}
