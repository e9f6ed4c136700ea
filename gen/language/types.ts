/**
 * Hardware types as a user writes them: `UInt(8)`, `Bundle({ tag: UInt(4), data: SInt(8) })`, `Stream(UInt(8))`.
 *
 * Widths travel in the types where they are literals (`UInt(8)` is a `UIntType<8>`), and are plain `number` where a
 * generator computes them. Elaboration checks every width either way.
 */
import { captureSite } from '../source/capture-site.ts';
import type { GroundType } from '../ir/ground-type.ts';
import type { AnyEnumType } from './enum.ts';
import { fatal } from './report.ts';

export { bitsFor } from './bits-for.ts';

export interface UIntType<W extends number = number> {
  readonly kind: 'uint';
  readonly width: W;
}
export interface SIntType<W extends number = number> {
  readonly kind: 'sint';
  readonly width: W;
}
export interface BitsType<W extends number = number> {
  readonly kind: 'bits';
  readonly width: W;
}
export interface BoolType {
  readonly kind: 'bool';
  readonly width: 1;
}
export interface BundleType<F extends Fields = Fields> {
  readonly kind: 'bundle';
  readonly fields: F;
}
export interface VecType<T extends DataType = DataType> {
  readonly kind: 'vec';
  readonly element: T;
  readonly length: number;
}
export interface StreamType<T extends DataType = DataType> {
  readonly kind: 'stream';
  readonly data: T;
}
/** Runs against the direction of what it is part of. */
export interface FlipType<T extends HardwareType = HardwareType> {
  readonly kind: 'flip';
  readonly type: T;
}
/** A bundle with streams or flipped fields in it. */
export interface DirectedBundleType<F extends DirectedFields = DirectedFields> {
  readonly kind: 'bundle';
  readonly fields: F;
}
/** A vector of streams, or of bundles with directions. */
export interface DirectedVecType<T extends HardwareType = HardwareType> {
  readonly kind: 'vec';
  readonly element: T;
  readonly length: number;
}

export type Fields = { readonly [name: string]: DataType };
export type DirectedFields = { readonly [name: string]: HardwareType };
export type SimpleType = UIntType | SIntType | BitsType | BoolType | AnyEnumType;
/** What registers, wires, memories and stream payloads can hold. */
export type DataType =
  | SimpleType
  | BundleType<{ readonly [name: string]: DataType }>
  | { readonly kind: 'vec'; readonly element: DataType; readonly length: number };
/** What ports and wires can be of: data, streams, and bundles and vectors of both, whose fields can run both ways. */
export type HardwareType =
  | DataType
  | StreamType
  | { readonly kind: 'flip'; readonly type: HardwareType }
  | DirectedBundleType<{ readonly [name: string]: HardwareType }>
  | { readonly kind: 'vec'; readonly element: HardwareType; readonly length: number };

/** Unsigned integer of `width` bits. */
export function UInt<const W extends number>(width: W): UIntType<W> {
  return { kind: 'uint', width: checkedWidth('UInt', width) };
}

/** Two's complement integer of `width` bits. */
export function SInt<const W extends number>(width: W): SIntType<W> {
  return { kind: 'sint', width: checkedWidth('SInt', width) };
}

/** `width` bits without a numeric meaning: no arithmetic, no order. */
export function Bits<const W extends number>(width: W): BitsType<W> {
  return { kind: 'bits', width: checkedWidth('Bits', width) };
}

/** One bit that conditions are made of. */
export const Bool: BoolType = { kind: 'bool', width: 1 };

/** Named fields side by side; as a port, also streams and fields that run the other way: `Flip(UInt(8))`. */
export function Bundle<const F extends Fields>(fields: F): BundleType<F>;
export function Bundle<const F extends DirectedFields>(fields: F): DirectedBundleType<F>;
export function Bundle(fields: DirectedFields): DirectedBundleType {
  for (const name of Object.keys(fields)) {
    if (name === 'set')
      throw fatal(
        'N001',
        captureSite(),
        "a field of a Bundle can't be called set: that is how a bundle is driven",
        'choose another name',
      );
  }
  return { kind: 'bundle', fields };
}

/** `length` elements of one type. */
export function Vec<T extends DataType>(length: number, element: T): VecType<T>;
export function Vec<T extends HardwareType>(length: number, element: T): DirectedVecType<T>;
export function Vec(length: number, element: HardwareType): DirectedVecType {
  if (!Number.isInteger(length) || length < 1)
    throw fatal('P001', captureSite(), `Vec() of length ${length}`, 'a length is a whole number from 1');
  return { kind: 'vec', element, length };
}

/** A ready/valid channel: `data` moves in the cycles in which both `valid` and `ready` are high. */
export function Stream<T extends DataType>(data: T): StreamType<T> {
  requireData(data, 'Stream()');
  return { kind: 'stream', data };
}

/** The same type in the other direction: in an input bundle, what goes out. */
export function Flip<const T extends HardwareType>(type: T): FlipType<T> {
  return { kind: 'flip', type };
}

/** Whether all of a type runs one way without a handshake: what registers, memories and payloads can hold. */
export function isData(type: HardwareType): type is DataType {
  switch (type.kind) {
    case 'stream':
    case 'flip':
      return false;
    case 'bundle':
      return Object.values(type.fields).every(isData);
    case 'vec':
      return isData(type.element);
    default:
      return true;
  }
}

/** @throws ElaborationError where a type has streams or fields that run both ways */
export function requireData(type: HardwareType, what: string): asserts type is DataType {
  if (isData(type)) return;
  throw fatal(
    'D005',
    captureSite(),
    `${what} of a type with streams or fields that run both ways`,
    'give plain data; ports, wire() and channel() can be of streams',
  );
}

/** What a single net or variable of a type holds. */
export function groundOf(type: SimpleType): GroundType {
  const { kind, width } = type;
  return kind === 'enum' ? { kind, width, enumeration: type.enumeration } : { kind, width };
}

/** Bits that a value of this type takes when its parts are laid side by side. */
export function widthOf(type: DataType): number {
  switch (type.kind) {
    case 'bundle':
      return Object.values(type.fields).reduce((sum, field) => sum + widthOf(field), 0);
    case 'vec':
      return type.length * widthOf(type.element);
    default:
      return type.width;
  }
}

/**
 * Where a stream's payload stands below the stream's name: the fields of a bundle beside valid and ready (`enq_tag`), any
 * other payload as `data` (`enq_data`).
 */
export function payloadPath(data: DataType): readonly string[] {
  return data.kind === 'bundle' ? [] : ['data'];
}

/** Largest width that a type can have. */
const MAX_WIDTH = 65536;

function checkedWidth<W extends number>(name: string, width: W): W {
  if (!Number.isInteger(width) || width < 1 || width > MAX_WIDTH) {
    throw fatal(
      'P001',
      captureSite(),
      `${name}() of width ${width}`,
      `a width is a whole number from 1 to ${MAX_WIDTH}`,
    );
  }
  return width;
}
