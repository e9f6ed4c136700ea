/** Arithmetic on pointers into a circular buffer of any depth. */
import { type UIntVal, bitsFor } from '../../gen/index.ts';

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

/** How many steps lie between `from` and `to`, modulo `depth`. */
export function distance(from: UIntVal, to: UIntVal, depth: number): UIntVal {
  const width = bitsFor(depth);
  const direct = to.sub(from);
  return depth === 2 ** width ? direct : to.lt(from).mux(direct.add(depth % 2 ** width), direct);
}
