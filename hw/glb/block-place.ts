/** Where a block of an iact bank stands, and steps from block to block. */
import { bitsFor, lit, mux, UInt, type UIntVal } from '../../gen/index.ts';
import { chipWidths, type ChipParameters } from '../parameters.ts';

/**
 * The address of a block's first word, and above it in how many laps of the bank blocks have come there, modulo four. So of two
 * blocks, which are never two laps apart, the place tells which one comes first.
 */
export function BlockPlace(p: ChipParameters) {
  return UInt(chipWidths(p).iactPlace);
}

/** The place so many words from the first of a layer, as the host computes it. */
export function placeOf(words: number, p: ChipParameters): number {
  const laps = Math.floor(words / p.iactBankWords) % 4;
  return laps * 2 ** chipWidths(p).iactAddress + (words % p.iactBankWords);
}

/** The address of a place. */
export function addressOf(place: UIntVal): UIntVal {
  return place.trunc(place.width - 2);
}

/** `place` and a step on, in a bank of `depth` words: plain addition, where that is a power of two. */
export function stepFrom(place: UIntVal, step: UIntVal, depth: number): UIntVal {
  const sum = place.add(step);
  const free = 2 ** bitsFor(depth) - depth;
  if (free === 0) return sum;
  const wraps = addressOf(place).addFull(addressOf(step)).ge(depth);
  return sum.add(mux(wraps, lit(UInt(place.width), free), 0));
}
