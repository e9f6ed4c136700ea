/** Values of hardware types as a test writes them: numbers, booleans, records, arrays. */
import {
  type BitsType,
  type BoolType,
  type BundleType,
  type DataType,
  type AnyEnumType,
  payloadPath,
  type SimpleType,
  type SIntType,
  type UIntType,
} from '../../gen/index.ts';

// prettier-ignore
type NumberWidth = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31 | 32;

/** A number where the width is known to be at most 32, a bigint where it is known to be more. */
type HostInteger<W extends number> = W extends NumberWidth ? number : number extends W ? number | bigint : bigint;

/** What a value of a type is read as. */
export type HostValue<T extends DataType> = T extends BoolType
  ? boolean
  : T extends AnyEnumType<infer M>
    ? M
    : T extends UIntType<infer W> | SIntType<infer W> | BitsType<infer W>
      ? HostInteger<W>
      : T extends BundleType<infer F>
        ? { readonly [K in keyof F]: HostValue<F[K]> }
        : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
          ? readonly HostValue<E>[]
          : never;

/** What a value of a type can be given as: integers of any width as number or bigint, a Bool also as 0 and 1. */
export type HostDrive<T extends DataType> = T extends BoolType
  ? boolean | 0 | 1
  : T extends AnyEnumType<infer M>
    ? M
    : T extends UIntType | SIntType | BitsType
      ? number | bigint
      : T extends BundleType<infer F>
        ? { readonly [K in keyof F]: HostDrive<F[K]> }
        : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
          ? readonly HostDrive<E>[]
          : never;

/** The parts of a stream's payload by the names that they have in beats. */
export function payloadToFields<T extends DataType>(type: T, value: HostDrive<T>): Record<string, number | bigint> {
  const fields: Record<string, number | bigint> = {};
  flatten(type, value, payloadPath(type), (path, part) => {
    fields[path.join('_')] = part;
  });
  return fields;
}

export function fieldsToPayload<T extends DataType>(
  type: T,
  fields: Readonly<Record<string, number | bigint>>,
): HostValue<T> {
  return assemble(type, payloadPath(type), (path) => fields[path.join('_')]!);
}

/** Where a ground part of a value stands. */
interface Place {
  /** Of its port, which the elements of a vector share. */
  readonly port: readonly string[];
  /** With the indices of vectors too, for messages. */
  readonly full: readonly string[];
  /** Whether other elements share the port. */
  readonly shared: boolean;
}

/** The bits of elements side by side, the first lowest. */
interface SharedPort {
  readonly path: readonly string[];
  bits: bigint;
  width: number;
}

/**
 * Visits the ports that a value takes. The elements of a vector share one port, element 0 lowest.
 *
 * @throws TypeError naming the part that the value lacks, or that is no member of its enum; RangeError naming the element of
 * a vector that does not fit
 */
export function flatten(
  type: DataType,
  value: unknown,
  path: readonly string[],
  visit: (path: readonly string[], part: number | bigint) => void,
): void {
  const sharedPorts = new Map<string, SharedPort>();
  const visitPart = (part: DataType, given: unknown, at: Place): void => {
    if (part.kind === 'bundle') {
      for (const [name, field] of Object.entries(part.fields))
        visitPart(field, (given as Record<string, unknown> | undefined)?.[name], fieldOf(at, name));
    } else if (part.kind === 'vec') {
      for (let index = 0; index < part.length; index++)
        visitPart(part.element, (given as unknown[] | undefined)?.[index], elementOf(at, index, part.length));
    } else if (at.shared) {
      const name = at.port.join('_');
      const port = sharedPorts.get(name) ?? { path: at.port, bits: 0n, width: 0 };
      sharedPorts.set(name, port);
      port.bits |= bitsOf(part, numberOf(part, given, at), at) << BigInt(port.width);
      port.width += part.width;
    } else {
      visit(at.port, numberOf(part, given, at));
    }
  };
  visitPart(type, value, { port: path, full: path, shared: false });
  for (const { path: port, bits, width } of sharedPorts.values()) visit(port, width <= 32 ? Number(bits) : bits);
}

/**
 * Builds a value from what its ports hold.
 *
 * @throws RangeError naming the part whose bits are no member of its enum
 */
export function assemble<T extends DataType>(
  type: T,
  path: readonly string[],
  read: (path: readonly string[]) => number | bigint,
): HostValue<T> {
  const sharedPorts = new Map<string, SharedPort>();
  const build = (part: DataType, at: Place): unknown => {
    if (part.kind === 'bundle')
      return Object.fromEntries(
        Object.entries(part.fields).map(([name, field]) => [name, build(field, fieldOf(at, name))]),
      );
    if (part.kind === 'vec')
      return Array.from({ length: part.length }, (_, index) => build(part.element, elementOf(at, index, part.length)));
    return valueOf(part, at.shared ? take(part, at) : read(at.port), at);
  };
  const take = (part: SimpleType, at: Place): number | bigint => {
    const name = at.port.join('_');
    const port = sharedPorts.get(name) ?? { path: at.port, bits: BigInt(read(at.port)), width: 0 };
    sharedPorts.set(name, port);
    const rest = port.bits >> BigInt(port.width);
    port.width += part.width;
    const bits = part.kind === 'sint' ? BigInt.asIntN(part.width, rest) : BigInt.asUintN(part.width, rest);
    return part.width <= 32 ? Number(bits) : bits;
  };
  return build(type, { port: path, full: path, shared: false }) as HostValue<T>;
}

function fieldOf({ port, full, shared }: Place, name: string): Place {
  return { port: [...port, name], full: [...full, name], shared };
}

function elementOf({ port, full, shared }: Place, index: number, length: number): Place {
  return { port, full: [...full, String(index)], shared: shared || length > 1 };
}

function numberOf(type: SimpleType, value: unknown, { full }: Place): number | bigint {
  if (type.kind === 'enum') {
    const pattern = typeof value === 'string' ? type.enumeration.members.get(value) : undefined;
    if (pattern !== undefined) return type.width <= 32 ? Number(pattern) : pattern;
    throw new TypeError(
      `${full.join('.') || 'the value'}: one of ${type.members.join(', ')} is expected, not ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
    );
  }
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw new TypeError(
    `${full.join('.') || 'the value'}: a number is expected, not ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
  );
}

function bitsOf({ kind, width }: SimpleType, value: number | bigint, { full }: Place): bigint {
  if (typeof value === 'number' && !Number.isInteger(value))
    throw new RangeError(`${full.join('.')}: ${value} is no integer`);
  const number = BigInt(value);
  const span = 1n << BigInt(width);
  const [low, high] = kind === 'sint' ? [-span / 2n, span / 2n - 1n] : [0n, span - 1n];
  if (number < low || number > high)
    throw new RangeError(`${full.join('.')}: ${value} does not fit ${width} bits, ${low} to ${high}`);
  return BigInt.asUintN(width, number);
}

function valueOf(type: SimpleType, value: number | bigint, { full }: Place): boolean | number | bigint | string {
  if (type.kind === 'enum') {
    const member = type.members.find((name) => type.enumeration.members.get(name) === BigInt(value));
    if (member !== undefined) return member;
    throw new RangeError(
      `${full.join('.') || 'the value'} has the pattern ${value}, which is none of ${type.members.join(', ')}`,
    );
  }
  return type.kind === 'bool' ? Boolean(value) : value;
}
