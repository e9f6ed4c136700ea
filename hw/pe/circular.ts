/** Arithmetic on pointers into a circular buffer of any depth. */
import { Bool, type BoolVal, Bundle, type UIntVal, UInt, bitsFor } from '../../gen/index.ts';

/** `pointer + amount` modulo `depth`; the amount is below the depth. */
export function advanceBy(pointer: UIntVal, amount: UIntVal, depth: number): UIntVal {
  const width = bitsFor(depth);
  if (depth === 2 ** width) return pointer.add(amount);
  const total = pointer.addFull(amount);
  return total.ge(depth).mux(total.sub(depth), total).trunc(width);
}

/** `pointer + 1` modulo `depth`. */
export function following(pointer: UIntVal, depth: number): UIntVal {
  return depth === 2 ** bitsFor(depth) ? pointer.add(1) : pointer.eq(depth - 1).mux(0, pointer.add(1));
}

/**
 * A pointer with the parity of its laps, which tells a full buffer from an empty one: two pointers to the same place are a
 * whole buffer apart if their laps differ.
 */
export function LapPointer(depth: number) {
  return Bundle({ index: UInt(bitsFor(depth)), lap: Bool });
}

export interface Lapped {
  readonly index: UIntVal;
  readonly lap: BoolVal;
}

/** `pointer + amount`; the amount is below the depth. */
export function lapAdvanceBy({ index, lap }: Lapped, amount: UIntVal, depth: number): Lapped {
  const wraps = index.addFull(amount).ge(depth);
  return { index: advanceBy(index, amount, depth), lap: lap.xor(wraps) };
}

/** `pointer + 1`. */
export function lapFollowing({ index, lap }: Lapped, depth: number): Lapped {
  return { index: following(index, depth), lap: lap.xor(index.eq(depth - 1)) };
}

/** Whether `head` is a whole lap ahead of `tail`. */
export function lapFull(head: Lapped, tail: Lapped): BoolVal {
  return head.index.eq(tail.index).and(head.lap.ne(tail.lap));
}
