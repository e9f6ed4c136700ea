import type { ChipLayer } from '../chip/chip-layer.ts';
import type { IactBlockMaker } from './iact-block.ts';
import type { LayerMasks } from './masks.ts';
import type { Turn } from './turn-sample.ts';
import type { WeightTileMaker } from './weight-tile.ts';

/** What the model is made from. */
export interface ArrayPlan {
  readonly layer: ChipLayer;
  readonly turns: readonly Turn[];
  readonly blocks: IactBlockMaker;
  readonly tiles: WeightTileMaker;
  readonly masks: LayerMasks;
}
