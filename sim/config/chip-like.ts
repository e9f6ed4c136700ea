import { type ChipParameters, clusterCount, eyerissV2Chip } from '../../hw/parameters.ts';

/**
 * The paper's chip with some parameters changed. Each router and each output unit has a lane to the outside of its own, unless
 * the changes give other numbers of lanes.
 */
export function chipLike(changes: Partial<ChipParameters>): ChipParameters {
  const chip = { ...eyerissV2Chip, ...changes };
  const clusters = clusterCount(chip);
  const lanes = { iactLanes: clusters * chip.iactBanks, weightLanes: clusters * chip.peRows, outputLanes: clusters };
  return { ...chip, ...lanes, ...changes };
}
