/** Where a block of an iact bank stands, and steps from block to block. */
import { Bundle, mux, UInt, type UIntVal } from '../../gen/index.ts';
import { chipWidths, type ChipParameters } from '../parameters.ts';

/**
 * A block's number, from which one can tell whether it has been filled, and the address of its first word. Numbers count modulo
 * 2^iactBlocks, more than twice as far as the ring can hold blocks, and addresses modulo the ring. A step from block to block
 * has the same two parts.
 */
export function BlockPlace(p: ChipParameters) {
  const { iactBlocks, iactAddress } = chipWidths(p);
  return Bundle({ number: UInt(iactBlocks), address: UInt(iactAddress) });
}

export interface Place {
  readonly number: UIntVal;
  readonly address: UIntVal;
}

/** `place` and a step on, in a ring of `ringWords`. Both addresses lie in the ring. */
export function stepFrom(place: Place, step: Place, ringWords: UIntVal): Place {
  const width = place.address.width;
  const direct = place.address.addFull(step.address);
  const wrapped = direct.subFull(ringWords.extend(width + 1));
  const inside = wrapped.bit(width + 1);
  return {
    number: place.number.add(step.number),
    address: mux(inside, direct.trunc(width), wrapped.asUInt().trunc(width)),
  };
}
