/**
 * How the parts of an aggregate lie side by side, in `pack`, in the words of a memory and in packed ports: the first field of a
 * bundle on top, element 0 of a vector at the bottom, as packed structures and arrays of SystemVerilog do.
 */
import type { BundleType, DataType, VecType } from './types.ts';
import { widthOf } from './types.ts';

/** The parts of an aggregate by key, from the top down. */
export function partsFromTop(type: BundleType | VecType): readonly (readonly [key: string, part: DataType])[] {
  if (type.kind === 'bundle') return Object.entries(type.fields);
  return Array.from({ length: type.length }, (_, index) => [String(type.length - 1 - index), type.element] as const);
}

/** The lowest bit of each ground part, by its path, joined by dots. */
export function lowBits(type: DataType): ReadonlyMap<string, number> {
  const lows = new Map<string, number>();
  let high = widthOf(type);
  const visit = (part: DataType, path: readonly string[]): void => {
    if (part.kind === 'bundle' || part.kind === 'vec') {
      for (const [key, inner] of partsFromTop(part)) visit(inner, [...path, key]);
    } else {
      high -= part.width;
      lows.set(path.join('.'), high);
    }
  };
  visit(type, []);
  return lows;
}
