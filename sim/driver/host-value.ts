/** Values of hardware types as a test writes them: numbers, booleans, records, arrays. */
import {
  type BitsType,
  type BoolType,
  type BundleType,
  type DataType,
  payloadPath,
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

/**
 * Visits the ground parts of a value.
 *
 * @throws TypeError naming the part that the value lacks
 */
export function flatten(
  type: DataType,
  value: unknown,
  path: readonly string[],
  visit: (path: readonly string[], part: number | bigint) => void,
): void {
  if (type.kind === 'bundle') {
    for (const [name, field] of Object.entries(type.fields))
      flatten(field, (value as Record<string, unknown> | undefined)?.[name], [...path, name], visit);
  } else if (type.kind === 'vec') {
    for (let index = 0; index < type.length; index++)
      flatten(type.element, (value as unknown[] | undefined)?.[index], [...path, String(index)], visit);
  } else if (typeof value === 'boolean') {
    visit(path, value ? 1 : 0);
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    visit(path, value);
  } else {
    throw new TypeError(
      `${path.join('.') || 'the value'}: a number is expected, not ${value === undefined ? 'nothing' : JSON.stringify(value)}`,
    );
  }
}

/** Builds a value from its ground parts. */
export function assemble<T extends DataType>(
  type: T,
  path: readonly string[],
  read: (path: readonly string[]) => number | bigint,
): HostValue<T> {
  const build = (part: DataType, at: readonly string[]): unknown => {
    if (part.kind === 'bundle')
      return Object.fromEntries(
        Object.entries(part.fields).map(([name, field]) => [name, build(field, [...at, name])]),
      );
    if (part.kind === 'vec')
      return Array.from({ length: part.length }, (_, index) => build(part.element, [...at, String(index)]));
    return part.kind === 'bool' ? Boolean(read(at)) : read(at);
  };
  return build(type, path) as HostValue<T>;
}
