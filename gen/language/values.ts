/**
 * What a signal offers in an editor: the operators of each type. These are types only; `signal.ts` does the work.
 *
 * The width sits in a method's parameter, which TypeScript compares both ways: `UIntVal<8>` and `UIntVal<4>` don't mix,
 * while a computed width (`number`) goes with either and is checked by elaboration. `__kind` keeps apart types that offer the
 * same methods; neither property exists when the program runs.
 */
import type { BitsType, BoolType, BundleType, DataType, SIntType, UIntType } from './types.ts';

export type Literal = number | bigint;

export interface AnyVal {
  readonly width: number;
  /** Fixes the name in the Verilog; a second signal of that name is an error. */
  named(name: string): this;
  /** One bit, counted from 0. */
  bit(index: number): BoolVal;
  /** Bits `high` down to `low`, both included. */
  bits(high: number, low: number): BitsVal;
  /** The same bits read as another type of the same width. */
  asUInt(): UIntVal;
  asSInt(): SIntVal;
  asBits(): BitsVal;
  /** True if any bit is set. */
  orReduce(): BoolVal;
  /** True if all bits are set. */
  andReduce(): BoolVal;
  /** True if an odd number of bits is set. */
  xorReduce(): BoolVal;
}

interface Compared<Operand> {
  eq(other: Operand): BoolVal;
  ne(other: Operand): BoolVal;
}

interface Ordered<Operand> extends Compared<Operand> {
  lt(other: Operand): BoolVal;
  le(other: Operand): BoolVal;
  gt(other: Operand): BoolVal;
  ge(other: Operand): BoolVal;
}

interface Logic<Self, Operand> {
  and(other: Operand): Self;
  or(other: Operand): Self;
  xor(other: Operand): Self;
  not(): Self;
}

export interface UIntVal<W extends number = number>
  extends AnyVal, Ordered<UIntVal<W> | Literal>, Logic<UIntVal<W>, UIntVal<W> | Literal> {
  __kind?: 'uint';
  __width?(width: W): void;
  /** Sum of the operands' width; a carry is lost. */
  add(other: UIntVal<W> | Literal): UIntVal<W>;
  /** Difference of the operands' width; wraps below zero. */
  sub(other: UIntVal<W> | Literal): UIntVal<W>;
  /** Exact sum, one bit wider than the wider operand. */
  addFull(other: UIntVal): UIntVal;
  /** Exact product, as wide as both operands together. */
  mul(other: UIntVal): UIntVal;
  /** Zero bits on top, up to `width`. */
  extend<const N extends number>(width: N): UIntVal<N>;
  /** The low `width` bits. */
  trunc<const N extends number>(width: N): UIntVal<N>;
  /** `amount` zero bits appended below: exact, wider by `amount`. */
  shl(amount: number): UIntVal;
  /** The low `amount` bits dropped: narrower by `amount`. */
  shr(amount: number): UIntVal;
  /** Shifted by a signal; the width stays, bits that leave are lost. */
  shiftLeft(amount: UIntVal): UIntVal<W>;
  shiftRight(amount: UIntVal): UIntVal<W>;
}

export interface SIntVal<W extends number = number>
  extends AnyVal, Ordered<SIntVal<W> | Literal>, Logic<SIntVal<W>, SIntVal<W> | Literal> {
  __kind?: 'sint';
  __width?(width: W): void;
  /** Sum of the operands' width; wraps in two's complement. */
  add(other: SIntVal<W> | Literal): SIntVal<W>;
  /** Difference of the operands' width; wraps in two's complement. */
  sub(other: SIntVal<W> | Literal): SIntVal<W>;
  /** Exact sum, one bit wider than the wider operand. */
  addFull(other: SIntVal): SIntVal;
  /** Exact product, as wide as both operands together. */
  mul(other: SIntVal): SIntVal;
  /** Copies of the sign on top, up to `width`. */
  extend<const N extends number>(width: N): SIntVal<N>;
  /** The low `width` bits. */
  trunc<const N extends number>(width: N): SIntVal<N>;
  /** `amount` zero bits appended below: exact, wider by `amount`. */
  shl(amount: number): SIntVal;
  /** The low `amount` bits dropped (rounds down): narrower by `amount`. */
  shr(amount: number): SIntVal;
  /** Shifted by a signal; the width stays. To the right, copies of the sign come in. */
  shiftLeft(amount: UIntVal): SIntVal<W>;
  shiftRight(amount: UIntVal): SIntVal<W>;
}

export interface BitsVal<W extends number = number>
  extends AnyVal, Compared<BitsVal<W> | Literal>, Logic<BitsVal<W>, BitsVal<W> | Literal> {
  __kind?: 'bits';
  __width?(width: W): void;
}

export interface BoolVal extends AnyVal, Compared<BoolVal | boolean>, Logic<BoolVal, BoolVal | boolean> {
  __kind?: 'bool';
  /** `whenTrue` where this is 1, else `whenFalse`. */
  mux<V extends AnyVal>(whenTrue: V, whenFalse: V | OperandOf<V>): V;
  mux<V extends AnyVal>(whenTrue: OperandOf<V>, whenFalse: V): V;
}

/** Plain values that can stand for a signal of this type. */
export type OperandOf<V> = V extends BoolVal ? boolean : Literal;

export type VecVal<T extends DataType> = readonly Val<T>[] & {
  /** The element that a signal chooses. The index must be exactly as wide as the length needs. */
  at(index: UIntVal): Val<T>;
};

/** A value of a type, for reading. */
export type Val<T extends DataType> =
  T extends UIntType<infer W>
    ? UIntVal<W>
    : T extends SIntType<infer W>
      ? SIntVal<W>
      : T extends BitsType<infer W>
        ? BitsVal<W>
        : T extends BoolType
          ? BoolVal
          : T extends BundleType<infer F>
            ? { readonly [K in keyof F]: Val<F[K]> }
            : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
              ? VecVal<E>
              : never;

/** What a target of a type can be driven with: a signal of that type, or a plain value. */
export type Drive<T extends DataType> = T extends BoolType
  ? BoolVal | boolean
  : T extends UIntType | SIntType | BitsType
    ? Val<T> | Literal
    : T extends BundleType<infer F>
      ? { readonly [K in keyof F]: Drive<F[K]> }
      : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
        ? readonly Drive<E>[]
        : never;

/** A value that can also be driven. */
export type Var<T extends DataType> = Settable<T> &
  (T extends BundleType<infer F>
    ? { readonly [K in keyof F]: Var<F[K]> }
    : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
      ? readonly Var<E>[] & { at(index: UIntVal): Val<E> }
      : Val<T>);

export interface Settable<T extends DataType> {
  /** Drives this signal. Where several `set` are active at once, the later one counts. */
  set(value: Drive<T>): void;
}

/** A stream seen from where its data arrive. */
export interface StreamSource<T extends DataType> {
  readonly valid: BoolVal;
  readonly ready: Var<BoolType>;
  readonly data: Val<T>;
  /** High in the cycles in which data move. */
  readonly fire: BoolVal;
}

/** A stream seen from where its data leave. */
export interface StreamSink<T extends DataType> {
  readonly valid: Var<BoolType>;
  readonly ready: BoolVal;
  readonly data: Var<T>;
  readonly fire: BoolVal;
}
