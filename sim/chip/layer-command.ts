/** The command of a layer, as values. */
import { placeOf } from '../../hw/glb/block-place.ts';
import { twoTilesFit } from '../../hw/output/parameter-table.ts';
import { InputError } from '../errors.ts';
import type { ChipLayer } from './chip-layer.ts';
import { isChainLast, isIactSource } from './chip-layer.ts';
import type { LayerCommandValue } from './command-words.ts';
import { outputPlan, outputSegmentLength } from './output-plan.ts';
import { iactModes, psumTargets, weightModes } from './routing.ts';

/** What leaves the chip. */
export interface WantedOutputs {
  /** Psums as they are. */
  readonly psums: boolean;
  /** Outputs of 8 bits, for which the layer says how they are made. */
  readonly oacts: boolean;
}

/**
 * @param longestBlock words of the longest block of iacts: the banks' rings are cut by it
 * @throws InputError when the banks cannot hold the blocks that they need at once
 */
export function layerCommand(layer: ChipLayer, longestBlock: number, wanted: WantedOutputs): LayerCommandValue {
  const { chip, mapping, roles, loops, walk, dense, tileColumns } = layer;
  const pairs = Math.ceil(mapping.filters / 2);
  const iactRouters = Array.from({ length: chip.iactBanks });
  const weightRouters = Array.from({ length: chip.peRows });
  return {
    pe: {
      dense,
      columns: tileColumns,
      segmentLength: walk.segmentLength,
      windowSegments: walk.windowSteps * walk.segmentsPerStep,
      stepSegments: walk.segmentsPerStep,
      windows: mapping.windows,
      rows: mapping.rows,
      iactSigned: layer.layer.iactSigned,
      filters: mapping.filters,
      accumulate: true,
    },
    // Each row of PEs has a router of its own, and each column a slot, even where all slots get the same. Rows for which there is
    // no router have no weights either, and let another row's iacts pass.
    peSelect: Array.from({ length: chip.peRows * chip.peColumns }, (_, pe) => ({
      router: Math.floor(pe / chip.peColumns) % chip.iactBanks,
      slot: pe % chip.peColumns,
    })),
    iactBank: bankCommand(layer, longestBlock),
    psumBank: {
      // With one pass nothing is kept: all there is goes to the output unit.
      lastWord: (loops.passes === 1 ? pairs : mapping.rows * mapping.windows * pairs) - 1,
      passes: loops.passes,
    },
    output: outputCommand(layer, wanted),
    clusters: roles.map((role) => ({
      iactRouters: iactRouters.map((_, router) => iactModes(layer, role, router)),
      weightRouters: weightRouters.map(() => weightModes(layer, role)),
      psumRouter: psumTargets(layer, role),
      chainFirst: role.chain === 0,
      chainLast: isChainLast(layer, role),
      iactSource: isIactSource(layer, role),
    })),
  };
}

function bankCommand(
  { ring, chip, mapping, dense, layer }: ChipLayer,
  longestBlock: number,
): LayerCommandValue['iactBank'] {
  const bypass = mapping.iacts === 'bypass';
  const { segments, slotBlocks, rowBlocks, passBlocks, chunkBlocks, rows, passes, replays, chunks } = ring;
  const common = { bypass, segments, segmentWords: dense ? ring.segmentWords : 0, dense };
  if (bypass) return { ...idleWalk, ...common, slotWords: Array.from({ length: chip.peColumns }, () => 0) };
  const blockWords = 1 + longestBlock;
  const ringBlocks = Math.floor(chip.iactBankWords / blockWords);
  if (ringBlocks < ring.chunkBlocks) {
    throw new InputError(
      `layer ${layer.name}: an iact bank has to hold ${ring.chunkBlocks} blocks of ${blockWords} words at once, and has ${chip.iactBankWords} words: choose a mapping with fewer rows or windows, or a chip with larger iact banks`,
    );
  }
  const wordsOf = (blocks: number): number => placeOf(blocks * blockWords, chip);
  return {
    ...common,
    blockWords,
    ownSlots: ring.slots > 1,
    ringWords: wordsOf(ringBlocks),
    slotWords: Array.from({ length: chip.peColumns }, (_, slot) => wordsOf(slot * slotBlocks)),
    rowWords: wordsOf(rowBlocks),
    passWords: wordsOf(passBlocks),
    chunkWords: wordsOf(chunkBlocks),
    passRelease: wordsOf(ring.passRelease),
    chunkRelease: wordsOf(ring.chunkRelease),
    rows,
    passes,
    replays,
    chunks,
  };
}

/** Of banks that words go past. */
const idleWalk = {
  blockWords: 0,
  ownSlots: false,
  ringWords: 0,
  rowWords: 0,
  passWords: 0,
  chunkWords: 0,
  passRelease: 0,
  chunkRelease: 0,
  rows: 0,
  passes: 1,
  replays: 1,
  chunks: 1,
};

function outputCommand(layer: ChipLayer, { psums, oacts }: WantedOutputs): LayerCommandValue['output'] {
  const { mapping, dense, loops } = layer;
  const { output } = layer.layer;
  const { tiles, windows } = outputPlan(layer);
  const [lowest, high] = output?.signed === true ? [-128, 127] : [0, 255];
  const zeroPoint = output?.zeroPoint ?? 0;
  return {
    psums,
    oacts,
    lastFilter: mapping.filters - 1,
    tableHalves: twoTilesFit(layer.chip, mapping.filters, loops.filterColumns > 1),
    windows,
    tiles,
    ownColumns: loops.filterColumns > 1,
    zeroPoint,
    low: output?.relu === true ? zeroPoint : lowest,
    high,
    dense,
    segmentLength: outputSegmentLength(layer),
  };
}
