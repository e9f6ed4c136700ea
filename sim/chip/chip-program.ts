/** Everything that a chip is given for a layer: the command, and the words of every lane. */
import type { ChipParameters } from '../../hw/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import type { Mapping } from '../mapper/mapping.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type ChipLayer, chipLayer } from './chip-layer.ts';
import { type LayerCommandValue, packCommand } from './command-words.ts';
import { IactBlocks } from './iact-blocks.ts';
import { iactBlockOrder, iactWords } from './iact-stream.ts';
import { iactLanes, weightLanes } from './lanes.ts';
import { layerCommand, type WantedOutputs } from './layer-command.ts';
import { weightStreams } from './weight-stream.ts';
import { WeightTiles } from './weight-tiles.ts';

/** The tensors that a layer works on. */
export interface Operands {
  /** [n, g·c, h, w] */
  readonly iacts: Tensor<Int8Array | Uint8Array>;
  /** [g·m, c, r, s] */
  readonly weights: Tensor<Int8Array>;
  /** [g·m]; none adds nothing. */
  readonly bias?: Tensor<Int32Array>;
}

export interface ChipProgram {
  readonly chipLayer: ChipLayer;
  readonly wanted: WantedOutputs;
  readonly command: LayerCommandValue;
  readonly commandWords: Uint32Array;
  /** A word to an element, for each lane. */
  readonly iact: readonly Uint32Array[];
  readonly weight: readonly Uint32Array[];
}

/** @throws InputError when the mapping does not fit the chip */
export function chipProgram(
  layer: Layer,
  { iacts, weights, bias }: Operands,
  mapping: Mapping,
  chip: ChipParameters,
  wanted: WantedOutputs,
): ChipProgram {
  const plan = chipLayer(layer, mapping, chip);
  const blocks = new IactBlocks(plan, iacts.data);
  const orders = iactBlockOrder(plan, blocks);
  const command = layerCommand(plan, blocks.longest, wanted);
  const iactStreams = orders.map(({ cluster, router, keys }) => ({ cluster, router, words: iactWords(blocks, keys) }));
  const weightWords = weightStreams(plan, new WeightTiles(plan, weights.data), bias?.data, wanted.oacts);
  return {
    chipLayer: plan,
    wanted,
    command,
    commandWords: packCommand(chip, command),
    iact: iactLanes(plan, iactStreams),
    weight: weightLanes(plan, weightWords),
  };
}
