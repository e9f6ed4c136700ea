/** Enums: values that have names instead of numbers. */
import { type Enumeration, type GroundType, groundTypeText } from '../ir/ground-type.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import { variableNameAt } from '../source/variable-names.ts';
import { fatal } from './report.ts';
import type { Signal } from './signal.ts';
import type { BitsVal, BoolVal, EnumVal, UIntVal } from './values.ts';

/** What all enums have. */
export interface AnyEnumType<M extends string = string> {
  readonly kind: 'enum';
  readonly width: number;
  readonly members: readonly M[];
  readonly enumeration: Enumeration;
}

/** The type of signals whose values are the members of an enum. Enums of equal members are different types. */
export interface EnumType<M extends string = string> extends AnyEnumType<M> {
  /**
   * Reads bits as a value of the enum. A pattern that is no member stays what it is: it equals none of them, `switchOn` and
   * `select` treat it as their last case, and `isMember` tells it apart.
   */
  from(bits: BitsVal | UIntVal): EnumVal<M>;
  /** True where the bits are the pattern of a member. */
  isMember(bits: BitsVal | UIntVal): BoolVal;
}

/**
 * Patterns of members: counted from 0 (`binary`), one bit for each (`onehot`), or such that neighbours differ in one bit
 * (`gray`).
 */
export type Encoding = 'binary' | 'onehot' | 'gray';

export interface EnumOptions {
  /** Bits of a value; by default as many as the patterns need. */
  readonly width?: number;
  /** What it is called in the Verilog; by default the variable that it is declared in. */
  readonly name?: string;
}

/** `default` is what the rest of a switch is called. */
type NotDefault<M extends string> = string extends M
  ? unknown
  : 'default' extends M
    ? { readonly default: never }
    : unknown;

/**
 * An enum: `Enum(['Idle', 'Load', 'Run'])`, or `Enum({ Idle: 0, Load: 4 })` where the bit patterns matter. Its members are
 * given by name wherever a plain value can stand: `state.set('Load')`.
 */
export function Enum<const M extends string>(
  members: readonly M[] & NotDefault<M>,
  options?: EnumOptions & { readonly encoding?: Encoding },
): EnumType<M>;
export function Enum<const M extends string>(
  patterns: { readonly [K in M]: number | bigint } & NotDefault<M>,
  options?: EnumOptions,
): EnumType<M>;
export function Enum(
  members: readonly string[] | Readonly<Record<string, number | bigint>>,
  options: EnumOptions & { readonly encoding?: Encoding } = {},
): EnumType {
  return makeEnum(members, options, captureSite());
}

/** The same for a call of the library's at `site`; `fallback` is the name where no variable gives one. */
export function makeEnum(
  members: readonly string[] | Readonly<Record<string, number | bigint>>,
  options: EnumOptions & { readonly encoding?: Encoding },
  site: Site,
  fallback?: string,
): EnumType {
  const refuse = (message: string, fix: string) => fatal('E003', site, message, fix);
  const names = Array.isArray(members) ? (members as readonly string[]) : Object.keys(members);
  if (names.length === 0) throw refuse('Enum() without members', 'give at least one name');
  for (const [index, name] of names.entries()) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw refuse(`"${name}" can't name a member of an enum`, 'use letters, digits and _, not starting with a digit');
    if (name === 'default')
      throw refuse(
        "a member of an enum can't be called default: that is the rest of a switchOn()",
        'choose another name',
      );
    if (names.indexOf(name) !== index) throw refuse(`Enum() has two members called ${name}`, 'choose another name');
  }
  if (options.name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(options.name))
    throw refuse(`"${options.name}" can't name an enum`, 'use letters, digits and _, not starting with a digit');
  if (options.encoding !== undefined && !Object.hasOwn(patternOf, options.encoding))
    throw refuse(`Enum() has the encoding ${options.encoding}`, 'give binary, onehot or gray');
  if (options.encoding !== undefined && !Array.isArray(members))
    throw refuse(
      `Enum() has both patterns and the encoding ${options.encoding}`,
      'give the members as a list, or leave the encoding out',
    );
  const patterns = Array.isArray(members)
    ? names.map(patternOf[options.encoding ?? 'binary'])
    : names.map((name) => checkedPattern(name, (members as Record<string, number | bigint>)[name]!, site));
  const name = options.name ?? variableNameOf(site) ?? fallback;
  return enumOf(new Map(names.map((each, index) => [each, patterns[index]!])), options.width, name, site);
}

const patternOf: Record<Encoding, (name: string, index: number) => bigint> = {
  binary: (_, index) => BigInt(index),
  onehot: (_, index) => 1n << BigInt(index),
  gray: (_, index) => BigInt(index ^ (index >> 1)),
};

function checkedPattern(name: string, pattern: number | bigint, site: Site): bigint {
  if ((typeof pattern !== 'bigint' && !Number.isSafeInteger(pattern)) || pattern < 0)
    throw fatal('E003', site, `the member ${name} has the pattern ${pattern}`, 'a pattern is a whole number from 0');
  return BigInt(pattern);
}

function enumOf(
  members: ReadonlyMap<string, bigint>,
  width: number | undefined,
  name: string | undefined,
  site: Site,
): EnumType {
  const owners = new Map<bigint, string>();
  for (const [member, pattern] of members) {
    const other = owners.get(pattern);
    if (other !== undefined)
      throw fatal('E003', site, `the members ${other} and ${member} have one pattern, ${pattern}`, 'give each its own');
    owners.set(pattern, member);
  }
  const needed = [...owners.keys()].reduce((most, pattern) => Math.max(most, pattern.toString(2).length), 1);
  if (width !== undefined && (!Number.isInteger(width) || width < needed))
    throw fatal(
      'E003',
      site,
      `Enum() of width ${width}, whose patterns need ${needed} bits`,
      `give a whole number from ${needed}, or leave it out`,
    );
  const enumeration: Enumeration = { name, members, site };
  const ground: GroundType = { kind: 'enum', width: width ?? needed, enumeration };
  const wholeOf = (bits: BitsVal | UIntVal, what: string): Signal => {
    const whole = bits as unknown as Signal;
    if ((whole.type.kind !== 'bits' && whole.type.kind !== 'uint') || whole.width !== ground.width)
      throw fatal(
        'W001',
        captureSite(),
        `${what} of ${groundTypeText(ground)} needs ${ground.width} bits, and is given ${groundTypeText(whole.type)}`,
        `give Bits(${ground.width}) or UInt(${ground.width})`,
      );
    return whole;
  };
  const type: EnumType = {
    kind: 'enum',
    width: ground.width,
    members: [...members.keys()],
    enumeration,
    from: (bits) => wholeOf(bits, 'from()').readAs(ground) as unknown as EnumVal,
    isMember(bits) {
      const [first, ...rest] = [...members.keys()];
      return wholeOf(bits, 'isMember()')
        .readAs(ground)
        .isOneOf(first!, ...rest) as unknown as BoolVal;
    },
  };
  enumTypes.set(enumeration, type);
  return type;
}

const enumTypes = new WeakMap<Enumeration, EnumType>();

/** The type whose values have these members. */
export function enumTypeOf(enumeration: Enumeration): EnumType {
  return enumTypes.get(enumeration)!;
}

/** The variable that a call initialises, or that its helper's result goes to. */
function variableNameOf({ frames }: Site): string | undefined {
  for (const frame of frames) {
    // Outside of a module, a stack goes on into the tool that runs the file.
    if (frame.file.includes('/node_modules/')) return undefined;
    const name = variableNameAt(frame);
    if (name !== undefined) return name.replace(/\W/g, '_');
  }
  return undefined;
}
