/** Counts conditions that hold at once. */
import { bitsFor, type BoolVal, UInt, type UIntType, type UIntVal } from '../gen/index.ts';

/** A number of conditions out of so many. */
export function Count(of: number): UIntType {
  return UInt(bitsFor(of + 1));
}

/** How many of the conditions hold. */
export function countOf(conditions: readonly BoolVal[]): UIntVal {
  const { width } = Count(conditions.length);
  return conditions
    .map((condition): UIntVal => condition.asUInt().extend(width))
    .reduce((one, other) => one.add(other));
}
