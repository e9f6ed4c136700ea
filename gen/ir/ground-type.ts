/**
 * Ground types: what a single Verilog net or variable can hold. Aggregates (bundles, vectors, streams) exist only in the
 * description; they are taken apart into ground signals before the module IR.
 */
import type { Site } from '../source/site.ts';

export type GroundKind = 'uint' | 'sint' | 'bits' | 'bool' | 'enum';

export interface GroundType {
  readonly kind: GroundKind;
  readonly width: number;
  /** What the values of an enum are called; of kind `enum` only. */
  readonly enumeration?: Enumeration;
}

/** The members of an enum in order of declaration, with the bit pattern of each. Two enums are the same if the objects are. */
export interface Enumeration {
  /** What the enum is called in the Verilog; undefined where nothing names it. */
  readonly name: string | undefined;
  readonly members: ReadonlyMap<string, bigint>;
  readonly site: Site;
}

/** Whether values of the two types can stand for each other. */
export function sameType(a: GroundType, b: GroundType): boolean {
  return a.kind === b.kind && a.width === b.width && a.enumeration === b.enumeration;
}

/** The member of an enum that a bit pattern is; undefined for patterns that are none, and for other types. */
export function memberOf({ enumeration }: GroundType, pattern: bigint): string | undefined {
  if (enumeration === undefined) return undefined;
  for (const [name, value] of enumeration.members) if (value === pattern) return name;
  return undefined;
}

/** A value of a type as a user writes it: a number, or the name of an enum's member. */
export function valueText(type: GroundType, value: bigint): string {
  return memberOf(type, value) ?? String(value);
}

/** Smallest and largest value of a type, as integers. */
export function rangeOf(type: GroundType): { low: bigint; high: bigint } {
  const span = 1n << BigInt(type.width);
  return type.kind === 'sint' ? { low: -span / 2n, high: span / 2n - 1n } : { low: 0n, high: span - 1n };
}

/** The type as a user writes it: `UInt(8)`, `Bool`. */
export function groundTypeText(type: GroundType): string {
  switch (type.kind) {
    case 'uint':
      return `UInt(${type.width})`;
    case 'sint':
      return `SInt(${type.width})`;
    case 'bits':
      return `Bits(${type.width})`;
    case 'bool':
      return 'Bool';
    case 'enum':
      return type.enumeration?.name ?? `Enum(${[...type.enumeration!.members.keys()].join(', ')})`;
  }
}
