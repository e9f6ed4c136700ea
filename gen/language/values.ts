/**
 * What a signal offers in an editor: the operators of each type. These are types only; `signal.ts` does the work.
 *
 * The width sits in a method's parameter, which TypeScript compares both ways: `UIntVal<8>` and `UIntVal<4>` don't mix,
 * while a computed width (`number`) goes with either and is checked by elaboration. `__kind` keeps apart types that offer the
 * same methods; neither property exists when the program runs.
 */
import type { AnyEnumType } from './enum.ts';
import type {
  BitsType,
  BoolType,
  BundleType,
  DataType,
  DirectedBundleType,
  DirectedVecType,
  FlipType,
  HardwareType,
  SIntType,
  StreamType,
  UIntType,
  VecType,
} from './types.ts';

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
  /** Exact difference, one bit wider than the wider operand, and signed. */
  subFull(other: UIntVal): SIntVal;
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
  /** The bit that a signal chooses; 0 beyond the width. The index must be exactly as wide as the width needs. */
  at(index: UIntVal): BoolVal;
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
  /** Exact difference, one bit wider than the wider operand. */
  subFull(other: SIntVal): SIntVal;
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
  /** The bit that a signal chooses; 0 beyond the width. The index must be exactly as wide as the width needs. */
  at(index: UIntVal): BoolVal;
}

export interface BitsVal<W extends number = number>
  extends AnyVal, Compared<BitsVal<W> | Literal>, Logic<BitsVal<W>, BitsVal<W> | Literal> {
  __kind?: 'bits';
  __width?(width: W): void;
  /** The bit that a signal chooses; 0 beyond the width. The index must be exactly as wide as the width needs. */
  at(index: UIntVal): BoolVal;
}

export interface BoolVal extends AnyVal, Compared<BoolVal | boolean>, Logic<BoolVal, BoolVal | boolean> {
  __kind?: 'bool';
  /** `whenTrue` where this is 1, else `whenFalse`. */
  mux<M extends string>(whenTrue: EnumVal<M>, whenFalse: EnumVal<NoInfer<M>> | NoInfer<M>): EnumVal<M>;
  mux<M extends string>(whenTrue: NoInfer<M>, whenFalse: EnumVal<M>): EnumVal<M>;
  mux<V extends AnyVal>(whenTrue: V, whenFalse: V | OperandOf<V>): V;
  mux<V extends AnyVal>(whenTrue: OperandOf<V>, whenFalse: V): V;
}

/** Assignable to that of the same members only; the `any` of computed members goes with all. */
// oxlint-disable-next-line typescript/no-explicit-any -- nothing else is assignable both ways
type ExactMembers<M extends string> = string extends M ? any : { readonly exactly: (member: M) => M };

/**
 * A value of an enum, compared with and driven by the names of its members. An enum of other members, fewer or more, is
 * another type; one whose members are computed (`string`) goes with every enum, and is checked by elaboration.
 */
export interface EnumVal<M extends string = string, Exactly = ExactMembers<M>> {
  __kind?: 'enum';
  __members?(members: Exactly): void;
  readonly width: number;
  /** Fixes the name in the Verilog; a second signal of that name is an error. */
  named(name: string): this;
  eq(other: EnumVal<M> | M): BoolVal;
  ne(other: EnumVal<M> | M): BoolVal;
  /** True where it is any of these. */
  isOneOf(first: M, ...rest: M[]): BoolVal;
  /** Its bit pattern. `from` of the enum is the way back. */
  asUInt(): UIntVal;
  asBits(): BitsVal;
}

/** Plain values that can stand for a signal of this type. */
export type OperandOf<V> = V extends EnumVal<infer M> ? M : V extends BoolVal ? boolean : Literal;

export type VecVal<T extends DataType> = readonly Val<T>[] & {
  /**
   * The element that a signal chooses. The index must be exactly as wide as the length needs; beyond the length, the last
   * element answers.
   */
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
          : T extends AnyEnumType<infer M>
            ? EnumVal<M>
            : T extends BundleType<infer F>
              ? { readonly [K in keyof F]: Val<F[K]> }
              : T extends { readonly kind: 'vec'; readonly element: infer E extends DataType }
                ? VecVal<E>
                : never;

/** What a target of a type can be driven with: a signal of that type, or a plain value. */
export type Drive<T extends DataType> = T extends BoolType
  ? BoolVal | boolean
  : T extends AnyEnumType<infer M>
    ? EnumVal<M> | M
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
      ? VecVar<E>
      : T extends UIntType | SIntType | BitsType
        ? SettableParts & Val<T>
        : T extends BoolType
          ? Pick<SettableParts, 'bit' | 'bits'> & BoolVal
          : Val<T>);

export type VecVar<T extends DataType> = readonly Var<T>[] & {
  /**
   * The element that a signal chooses, to read or to drive. The index must be exactly as wide as the length needs; beyond
   * the length, the last element answers, and none is driven.
   */
  at(index: UIntVal): Var<T>;
};

/** Parts of what can be driven can be driven alone; the other bits keep their own drivers. */
export interface SettableParts {
  bit(index: number): Var<BoolType>;
  bits(high: number, low: number): Var<BitsType>;
  /** The bit that a signal chooses; beyond the width it is 0, and none is driven. */
  at(index: UIntVal): Var<BoolType>;
}

export interface Settable<T extends DataType> {
  /** Drives this signal. Where several `set` are active at once, the later one counts. */
  set(value: Drive<T>): void;
}

/** A stream seen from where its data arrive. */
export interface StreamSource<T extends DataType> {
  __data?(type: T): void;
  readonly valid: BoolVal;
  readonly ready: Var<BoolType>;
  readonly data: Val<T>;
  /** High in the cycles in which data move. */
  readonly fire: BoolVal;
}

/** A stream seen from where its data leave. */
export interface StreamSink<T extends DataType> {
  __data?(type: T): void;
  readonly valid: Var<BoolType>;
  readonly ready: BoolVal;
  readonly data: Var<T>;
  readonly fire: BoolVal;
}

/** A stream inside a module: drive its valid and data at one end, its ready at the other. */
export interface Channel<T extends DataType> {
  __data?(type: T): void;
  readonly valid: Var<BoolType>;
  readonly ready: Var<BoolType>;
  readonly data: Var<T>;
  readonly fire: BoolVal;
}

/** The wires of a type: all of them can be driven, and read. */
export type Wires<T extends HardwareType> = T extends FlipType<infer I> ? PlainWires<I> : PlainWires<T>;
type PlainWires<T> =
  T extends StreamType<infer D>
    ? Channel<D>
    : T extends DataType
      ? Var<T>
      : T extends DirectedBundleType<infer F>
        ? { readonly [K in keyof F]: Wires<F[K]> }
        : T extends DirectedVecType<infer E>
          ? readonly Wires<E>[]
          : never;

/** The type of a value: what `wire`, `reg` and the like have to be given to hold it. */
export type TypeOf<V> = V extends BoolVal
  ? BoolType
  : V extends UIntVal<infer W>
    ? UIntType<W>
    : V extends SIntVal<infer W>
      ? SIntType<W>
      : V extends BitsVal<infer W>
        ? BitsType<W>
        : V extends EnumVal<infer M>
          ? AnyEnumType<M>
          : V extends readonly (infer E)[]
            ? VecType<TypeOf<E>>
            : V extends object
              ? BundleType<{ readonly [K in Exclude<keyof V, 'set'>]: TypeOf<V[K]> }>
              : never;

/** The same, where a type of plain data has to stand. */
export type DataTypeOf<V> = TypeOf<V> extends infer T extends DataType ? T : never;
