/** What an iact bank is told, as its parts need it. */
import { Bundle, generator, In, module, Out, UInt, Vec } from '../../gen/index.ts';
import { IactBankCommand } from '../control/command.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { BlockPlace, stepFrom } from './block-place.ts';

/** The command of a bank, without the steps from slot to slot: see `GlbSlotPlaces`. */
export function IactWalkCommand(p: ChipParameters) {
  const { slotBlocks: _number, slotWords: _address, ...walk } = IactBankCommand(p).fields;
  return Bundle(walk);
}

/**
 * Where each slot's blocks start in a pass, relative to slot 0's. It follows from the command alone, so the banks of a cluster share
 * the adders.
 */
export const GlbSlotPlaces = generator(function GlbSlotPlaces(p: ChipParameters) {
  const ports = {
    /** From slot to slot. */
    step: In(BlockPlace(p)),
    ringWords: In(UInt(chipWidths(p).iactWords)),
    places: Out(Vec(p.peColumns, BlockPlace(p))),
  };
  const name = `GlbSlotPlaces${chipSuffix(p, 'peColumns', 'iactBankWords')}`;
  return module(name, ports, ({ step, ringWords, places }) => {
    places.forEach((place, slot) => {
      if (slot === 0) place.set({ number: 0, address: 0 });
      else if (slot === 1) place.set(step);
      else place.set(stepFrom(places[slot - 1]!, step, ringWords));
    });
  });
});
