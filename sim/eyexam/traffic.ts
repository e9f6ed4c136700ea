/** What has to go over the links of a chip in a layer, as cycles that it takes at least on average. */
import { chipWidths, clusterCount } from '../../hw/parameters.ts';
import type { ChipProgram } from '../chip/chip-program.ts';
import { COMMAND_WORD_BITS } from '../chip/command-words.ts';

/** Something that words have to pass, and the cycles that they take. */
export interface Passage {
  /** As the end of "most cycles are taken by …". */
  readonly what: string;
  readonly cycles: number;
}

export interface Traffic {
  readonly passages: readonly Passage[];
  /** Bytes of iacts and weights that come into the chip. */
  readonly bytesIn: number;
  /** Cycles of the command, in which nothing else happens. */
  readonly commandCycles: number;
}

export interface TrafficConditions {
  /** Of off-chip memory, in bytes a cycle; undefined: unlimited. */
  readonly bandwidth: number | undefined;
  /** Bytes of outputs, where a run has shown them; otherwise those of psums alone count, since outputs are compressed. */
  readonly outputBytes: number | undefined;
  /** Cycles after the last output in which words still came: see the table of counters. */
  readonly tailCycles: number;
}

/** Each passage takes a word a cycle, those of psums two psums. What varies from cycle to cycle is not looked at. */
export function trafficOf(program: ChipProgram, { bandwidth, outputBytes, tailCycles }: TrafficConditions): Traffic {
  const { chipLayer, commandWords, iact, weight, wanted } = program;
  const { chip, loops, mapping, work } = chipLayer;
  const clusters = clusterCount(chip);
  const wordBytes = chipWidths(chip).word / 8;
  const longest = (lanes: readonly Uint32Array[]): number =>
    lanes.reduce((most, { length }) => Math.max(most, length), 0);
  const bytesIn = wordBytes * [...iact, ...weight].reduce((sum, { length }) => sum + length, 0);

  const inTime = (words: number): number => Math.max(0, words - tailCycles);
  const routersOfLane = (clusters * chip.iactBanks) / chip.iactLanes;
  const turns = mapping.replay ? loops.replays : 1;
  const psums = work.n * work.layer.g * work.layer.m * work.e * work.f;
  const lastClusters = clusters / mapping.vertical.chain;
  const psumBytes = wanted.psums ? psums * wordBytes : 0;
  const offChipBytes = bytesIn + (outputBytes ?? psumBytes) + (commandWords.length * COMMAND_WORD_BITS) / 8;
  const outputsPerCycle = wanted.psums ? Math.min(chip.outputLanes, lastClusters) : 2 * lastClusters;
  const passages: Passage[] = [
    { what: 'weights from outside, over the lane with most of them', cycles: inTime(longest(weight)) },
    { what: 'iacts from outside, over the lane with most of them', cycles: inTime(longest(iact)) },
    {
      what: 'iacts from the bank with most of them into its router',
      cycles: inTime(Math.ceil(longest(iact) / routersOfLane) * turns),
    },
    {
      what: 'psums out of the PE columns',
      cycles: commandWords.length + Math.ceil((psums * loops.passes) / (2 * lastClusters * chip.peColumns)),
    },
    { what: 'psums into the output units', cycles: commandWords.length + Math.ceil(psums / outputsPerCycle) },
  ];
  if (bandwidth !== undefined) {
    const cycles = inTime(Math.floor(offChipBytes / bandwidth));
    passages.push({ what: `off-chip memory at ${bandwidth} bytes a cycle`, cycles });
  }
  return { passages, bytesIn, commandCycles: commandWords.length };
}
