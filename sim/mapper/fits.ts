/** What a chip cannot do: every hard limit that a mapping may break, each with a sentence that names it. */
import { LOOP_BITS, SEGMENT_WORDS_BITS } from '../../hw/control/command.ts';
import { iactWalkFits } from '../pe/iact-walk.ts';
import { columnWords, tileWords } from './column-words.ts';
import { type IactRing, iactRing } from './iact-ring.ts';
import { channelsOfTile, filtersOfTile, kernelColumnsOfPart, type Loops } from './loops.ts';
import type { Mapping } from './mapping.ts';

/** Bits of the number of words in the header of a weight packet. */
const PACKET_WORDS_BITS = 12;
/** Words in which the requantisation of a channel travels. */
const REQUANTISATION_WORDS = 3;

/** A limit: whether a mapping breaks it, and the sentence that says so. */
export interface Limit {
  readonly name: string;
  readonly broken: (loops: Loops, ring: IactRing) => boolean;
  readonly sentence: (loops: Loops, ring: IactRing) => string;
}

const loopMost = 2 ** LOOP_BITS - 1;
const segmentWordsMost = 2 ** SEGMENT_WORDS_BITS - 1;

/** Psum words of a PE column in a pass, two psums each. */
export function psumWords({ mapping }: Loops): number {
  return mapping.rows * mapping.windows * Math.ceil(mapping.filters / 2);
}

/**
 * Output channels for whose requantisation a tile needs room. They lie in pairs, and each PE column with filters of its own begins
 * a pair: of an odd number of filters, each column leaves half a pair unused.
 */
export function tableChannels({ mapping, filterColumns }: Loops): number {
  return filterColumns * 2 * Math.ceil(mapping.filters / 2);
}

/** Words of a weight packet, its header not counted, if the tile's weights take `words` of the SPad. */
export function packetWords(
  { channels, kernelColumns, encoding, filters }: Pick<Mapping, 'channels' | 'kernelColumns' | 'encoding' | 'filters'>,
  words: number,
): number {
  const columns = channels * kernelColumns;
  return encoding === 'dense' ? Math.ceil((columns * 2 * Math.ceil(filters / 2)) / 3) : Math.ceil(columns / 3) + words;
}

/** The limits that don't depend on the values of the weights, the ones that are met most often first. */
export const limits: readonly Limit[] = [
  {
    name: 'mesh rows',
    broken: ({ mapping: { vertical }, chip }) =>
      vertical.groups * vertical.positions * vertical.filters * vertical.chain !== chip.clusterRows,
    sentence: ({ mapping: { vertical }, chip }) =>
      `${vertical.groups} × ${vertical.positions} × ${vertical.filters} × ${vertical.chain} rows of clusters (groups, positions, filters, chain): the mesh has ${chip.clusterRows}`,
  },
  {
    name: 'mesh columns',
    broken: ({ mapping: { horizontal }, chip }) =>
      horizontal.groups * horizontal.filters * horizontal.positions !== chip.clusterColumns,
    sentence: ({ mapping: { horizontal }, chip }) =>
      `${horizontal.groups} × ${horizontal.filters} × ${horizontal.positions} columns of clusters (groups, filters, positions): the mesh has ${chip.clusterColumns}`,
  },
  {
    name: 'weight columns',
    broken: ({ mapping, chip }) => mapping.channels * mapping.kernelColumns > chip.pe.weightAddressDepth,
    sentence: ({ mapping, chip }) =>
      `${mapping.channels} channels of ${mapping.kernelColumns} kernel columns are ${mapping.channels * mapping.kernelColumns} weight columns: pe.weightAddressDepth allows ${chip.pe.weightAddressDepth}`,
  },
  {
    name: 'iact window',
    broken: ({ mapping, chip, work }) =>
      !iactWalkFits(chip.pe, mapping.channels, mapping.kernelColumns, work.stride[1]),
    sentence: ({ mapping, chip, work }, { walk }) =>
      `a window of ${mapping.channels} channels of ${mapping.kernelColumns} kernel columns at stride ${work.stride[1]} is ${walk.windowSteps * walk.segmentsPerStep} segments and ${walk.windowSteps * walk.stepIacts} iacts: pe.iactAddressDepth allows ${chip.pe.iactAddressDepth} and pe.iactDataDepth ${chip.pe.iactDataDepth}`,
  },
  {
    name: 'psums of a window',
    broken: ({ mapping, chip }) => mapping.filters > chip.pe.psumDepth,
    sentence: ({ mapping, chip }) =>
      `${mapping.filters} filters make as many psums a window: pe.psumDepth allows ${chip.pe.psumDepth}`,
  },
  {
    name: 'uncompressed weights',
    broken: ({ mapping, chip }) => mapping.encoding === 'dense' && denseTileWords(mapping) > chip.pe.weightDataDepth,
    sentence: ({ mapping, chip }) =>
      `${mapping.channels * mapping.kernelColumns} weight columns of ${mapping.filters} filters take ${denseTileWords(mapping)} words uncompressed: pe.weightDataDepth allows ${chip.pe.weightDataDepth}`,
  },
  {
    name: 'chain',
    broken: ({ mapping, passes }) => mapping.vertical.chain > 1 && (passes > 1 || mapping.vertical.filters > 1),
    sentence: ({ mapping, passes, units }) =>
      `${mapping.vertical.chain} clusters in a chain and ${mapping.vertical.filters} that share iacts, with ${units} reduction units in ${passes} passes: a chain must take all units in one pass, and its clusters can't share iacts with others`,
  },
  {
    name: 'bypass',
    broken: ({ mapping }) => mapping.iacts === 'bypass' && (mapping.columns !== 'filters' || mapping.replay),
    sentence: ({ mapping }) =>
      `iacts bypass the banks with ${mapping.columns} in the PE columns${mapping.replay ? ' and replay' : ''}: all columns then get the same iacts, once, so the columns must have filters of their own, and nothing can be replayed`,
  },
  {
    name: 'shared rows',
    broken: (loops) => loops.mapping.iacts === 'shared' && !rowsCanBeShared(loops),
    sentence: ({ unitsPerKernelRow, unitsPerPass, piecesPerRow }) =>
      `shared input rows with ${unitsPerKernelRow} units a kernel row, ${piecesPerRow} row pieces a row: sharing needs whole rows, at most ${unitsPerPass} units, and the rows of a chunk in one image`,
  },
  {
    name: 'psum bank',
    broken: (loops) => loops.passes > 1 && psumWords(loops) > loops.chip.psumBankWords,
    sentence: (loops) =>
      `${loops.mapping.rows} × ${loops.mapping.windows} windows of ${loops.mapping.filters} filters are ${psumWords(loops)} words of psums that wait for the next of ${loops.passes} passes: psumBankWords allows ${loops.chip.psumBankWords}`,
  },
  {
    name: 'iact bank',
    broken: ({ mapping }, ring) => mapping.iacts !== 'bypass' && ring.chunkBlocks > ring.ringBlocks,
    sentence: ({ mapping, chip }, ring) =>
      `${ring.chunkBlocks} blocks of ${ring.blockWords} words must be in an iact bank at once${mapping.replay ? ' to be replayed' : ''}: iactBankWords = ${chip.iactBankWords} has room for ${ring.ringBlocks}`,
  },
  {
    name: 'output channels',
    broken: (loops) => loops.work.layer.output !== undefined && tableChannels(loops) > loops.chip.outputChannels,
    sentence: (loops) =>
      `${loops.mapping.filters} filters in each of ${loops.filterColumns} columns take ${tableChannels(loops)} places among the parameters of requantisation: outputChannels allows ${loops.chip.outputChannels}`,
  },
  {
    name: 'packet length',
    broken: (loops) => longestPacket(loops) >= 2 ** PACKET_WORDS_BITS,
    sentence: (loops) =>
      `a weight packet could be ${longestPacket(loops)} words long: its header can say ${2 ** PACKET_WORDS_BITS - 1}`,
  },
  {
    name: 'windows',
    broken: ({ mapping, chip }) => Math.max(mapping.windows, mapping.rows) >= 2 ** chip.pe.loopBits,
    sentence: ({ mapping, chip }) =>
      `a PE would walk over ${mapping.rows} rows of ${mapping.windows} windows: pe.loopBits = ${chip.pe.loopBits} count to ${2 ** chip.pe.loopBits - 1}`,
  },
  {
    name: 'segments of a block',
    broken: (_, ring) => ring.segments > loopMost,
    sentence: (_, ring) => `a block would have ${ring.segments} segments: ${LOOP_BITS} bits count to ${loopMost}`,
  },
  {
    name: 'words of a segment',
    broken: ({ mapping }, ring) => mapping.encoding === 'dense' && ring.segmentWords > segmentWordsMost,
    sentence: (_, { walk, segmentWords }) =>
      `a segment of ${walk.segmentLength} iacts is ${segmentWords} words uncompressed: ${SEGMENT_WORDS_BITS} bits count to ${segmentWordsMost}`,
  },
  {
    name: 'psums of a pass',
    broken: (loops) => loops.passes > 1 && psumWords(loops) > loopMost,
    sentence: (loops) =>
      `a pass makes ${psumWords(loops)} words of psums in each column: ${LOOP_BITS} bits count to ${loopMost}`,
  },
  {
    name: 'loops',
    broken: ({ mapping, passes, replays, chunks }, ring) =>
      Math.max(passes, replays, chunks, mapping.iacts === 'bypass' ? 0 : ring.chunks) > loopMost,
    sentence: ({ passes, replays, chunks }, ring) =>
      `${chunks} chunks of ${replays} filter tiles of ${passes} passes, ${ring.chunks} turns for the iact banks: ${LOOP_BITS} bits count to ${loopMost}`,
  },
];

function denseTileWords({ channels, kernelColumns, filters }: Loops['mapping']): number {
  return channels * kernelColumns * Math.ceil(filters / 2);
}

function rowsCanBeShared(loops: Loops): boolean {
  const { work, unitsPerKernelRow, unitsPerPass, piecesPerRow, positionColumns, mapping } = loops;
  const oneImage = work.n === 1 || work.e % (positionColumns * mapping.rows) === 0;
  return unitsPerKernelRow <= unitsPerPass && piecesPerRow === 1 && oneImage;
}

function longestPacket(loops: Loops): number {
  const { mapping, chip, filterColumns, work } = loops;
  const tile = packetWords(mapping, chip.pe.weightDataDepth);
  const weights = mapping.encoding === 'dense' ? tile * filterColumns : tile;
  const requantisation = work.layer.output === undefined ? 0 : REQUANTISATION_WORDS * mapping.filters * filterColumns;
  return Math.max(weights, requantisation);
}

/** The first limit that the mapping breaks, whatever the weights. */
export function brokenLimit(loops: Loops, ring: IactRing = iactRing(loops)): Limit | undefined {
  return limits.find((limit) => limit.broken(loops, ring));
}

/**
 * Whether every weight tile fits the weight data SPad, by its actual size: undefined if so, else the sentence about the first that
 * does not.
 *
 * @param weights [g·m, c, r, s] of the layer as given
 */
export function weightsFault(loops: Loops, weights: Int8Array): string | undefined {
  const { work, mapping, chip, channelTiles, kernelParts, filterTiles } = loops;
  const { pe } = chip;
  const dense = denseTileWords(mapping);
  // A column with a run too long for its count may take a word more than there are weights.
  if (dense <= pe.weightDataDepth && (mapping.encoding === 'dense' || mapping.filters <= 2 ** pe.countBits))
    return undefined;
  for (let group = 0; group < work.g; group++) {
    for (let tile = 0; tile < filterTiles; tile++) {
      const filters = filtersOfTile(loops, tile);
      const words = columnWords(work, weights, group, filters, mapping.encoding, pe);
      for (let channelTile = 0; channelTile < channelTiles; channelTile++) {
        const channels = channelsOfTile(loops, channelTile);
        for (let part = 0; part < kernelParts; part++) {
          const kernelColumns = kernelColumnsOfPart(loops, part);
          for (let row = 0; row < work.r; row++) {
            const size = tileWords(work, words, channels, row, kernelColumns);
            if (size > pe.weightDataDepth) {
              return `the weights of group ${group}, filters from ${filters.start} (${filters.size}), channels from ${channels.start} (${channels.size}), kernel row ${row}, columns from ${kernelColumns.start} (${kernelColumns.size}) take ${size} words compressed: pe.weightDataDepth allows ${pe.weightDataDepth}`;
            }
          }
        }
      }
    }
  }
  return undefined;
}

/** What is wrong with a mapping on its chip, in one sentence; undefined when it can run. */
export function mappingFault(loops: Loops, weights: Int8Array): string | undefined {
  const ring = iactRing(loops);
  return brokenLimit(loops, ring)?.sentence(loops, ring) ?? weightsFault(loops, weights);
}
