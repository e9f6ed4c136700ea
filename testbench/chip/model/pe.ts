/** One PE of the functional model: takes tiles and iacts, gives psums. */
import type { PeParameters } from '../../../hw/pe/parameters.ts';
import type { LayerCommandValue } from '../../../sim/chip/command-words.ts';
import { wrapPsum } from '../../../sim/golden/psum.ts';
import { type Process, type Queue, take } from './process.ts';

export type Pair = readonly [number, number];

export interface PeQueues {
  readonly iact: Queue<number>;
  readonly weight: Queue<number>;
  readonly psumIn: Queue<Pair>;
  readonly psumOut: Queue<Pair>;
}

/** What a PE did. */
export interface PeCounts {
  /** Products of two non-zeros. */
  macs: number;
  tiles: number;
  /** Whether it stands between two tiles, or before the first. */
  between: boolean;
}

/** A weight of a column, and the filter that it belongs to. */
interface Weight {
  readonly filter: number;
  readonly value: number;
}

/** Tile after tile: its weights, then rows of windows. */
export function* peProcess(
  pe: PeParameters,
  command: LayerCommandValue['pe'],
  { iact, weight, psumIn, psumOut }: PeQueues,
  counts: PeCounts,
): Process {
  const pairs = Math.ceil(command.filters / 2);
  for (;;) {
    counts.between = true;
    const columns = isDense(pe, command)
      ? yield* denseTile(pe, command, weight, counts)
      : yield* cscTile(pe, command, weight, counts);
    for (let row = 0; row < command.rows; row++) {
      let segments: number[][] = [];
      for (let window = 0; window < command.windows; window++) {
        if (window > 0) segments = segments.slice(command.stepSegments);
        while (segments.length < command.windowSegments) {
          segments.push(yield* segmentOf(pe, command, iact));
          checkRoom(pe, command, segments);
        }
        const psums = new Float64Array(2 * pairs);
        segments
          .flat()
          .slice(0, command.columns)
          .forEach((value, column) => {
            if (value === 0) return;
            for (const { filter, value: factor } of columns[column]!) {
              psums[filter]! += value * factor;
              counts.macs++;
            }
          });
        for (let pair = 0; pair < pairs; pair++) {
          const [low, high] = command.accumulate ? yield* take(psumIn) : [0, 0];
          const sum: Pair = [
            wrapPsum(psums[2 * pair]! + low, pe.psumBits),
            wrapPsum(psums[2 * pair + 1]! + high, pe.psumBits),
          ];
          while (!psumOut.hasRoom) yield;
          psumOut.push(sum);
        }
      }
    }
    counts.tiles++;
  }
}

function* cscTile(
  pe: PeParameters,
  command: LayerCommandValue['pe'],
  weight: Queue<number>,
  counts: PeCounts,
): Generator<undefined, Weight[][], undefined> {
  const ends: number[] = [];
  while (ends.length < command.columns) {
    const word = yield* take(weight);
    counts.between = false;
    for (let place = 0; place < 3 && ends.length < command.columns; place++) ends.push(field(word, pe.dataBits, place));
  }
  const columns: Weight[][] = [];
  let at = 0;
  for (const end of ends) {
    if (end < at || end > pe.weightDataDepth) throw new Error(`a weight column ends at ${end}, after ${at}`);
    const column: Weight[] = [];
    let filter = -1;
    for (; at < end; at++) {
      const word = yield* take(weight);
      for (let half = 0; half < 2; half++) {
        const entry = field(word, pe.dataBits + pe.countBits, half);
        if (half === 1 && entry === 0) continue;
        filter += (entry >>> pe.dataBits) + 1;
        const value = signedField(entry, pe.dataBits);
        if (filter >= command.filters) throw new Error(`a weight of filter ${filter}, of ${command.filters}`);
        if (value !== 0) column.push({ filter, value });
      }
    }
    columns.push(column);
  }
  return columns;
}

function* denseTile(
  pe: PeParameters,
  command: LayerCommandValue['pe'],
  weight: Queue<number>,
  counts: PeCounts,
): Generator<undefined, Weight[][], undefined> {
  const height = 2 * Math.ceil(command.filters / 2);
  if ((command.columns * height) / 2 > pe.weightDataDepth) throw new Error('an uncompressed tile does not fit');
  const values: number[] = [];
  while (values.length < command.columns * height) {
    const word = yield* take(weight);
    counts.between = false;
    for (let place = 0; place < 3; place++) values.push(signedField(field(word, pe.dataBits, place), pe.dataBits));
  }
  return Array.from({ length: command.columns }, (_, column) =>
    values
      .slice(column * height, (column + 1) * height)
      .map((value, filter) => ({ filter, value }))
      .filter(({ value }) => value !== 0),
  );
}

function* segmentOf(
  pe: PeParameters,
  command: LayerCommandValue['pe'],
  iact: Queue<number>,
): Generator<undefined, number[], undefined> {
  const valueOf = (bits: number): number => (command.iactSigned ? signedField(bits, pe.dataBits) : bits);
  const values: number[] = [];
  if (isDense(pe, command)) {
    while (values.length < command.segmentLength) {
      const word = yield* take(iact);
      for (let place = 0; place < 3 && values.length < command.segmentLength; place++)
        values.push(valueOf(field(word, pe.dataBits, place)));
    }
    return values;
  }
  const entryBits = pe.dataBits + pe.countBits;
  let word = yield* take(iact);
  const entries = field(word, pe.dataBits, 0);
  if (entries >= pe.iactDataDepth) throw new Error(`a segment has ${entries} entries`);
  for (let entry = 1; entry <= entries; entry++) {
    if (entry % 2 === 0) word = yield* take(iact);
    const bits = field(word, entryBits, entry % 2);
    for (let zeros = bits >>> pe.dataBits; zeros > 0; zeros--) values.push(0);
    values.push(valueOf(bits & (2 ** pe.dataBits - 1)));
  }
  if (values.length > command.segmentLength) throw new Error(`a segment has ${values.length} values`);
  while (values.length < command.segmentLength) values.push(0);
  return values;
}

/** Commands of PEs that read nothing compressed don't say so. */
function isDense(pe: PeParameters, command: LayerCommandValue['pe']): boolean {
  return !pe.sparse || command.dense;
}

function checkRoom(pe: PeParameters, command: LayerCommandValue['pe'], segments: readonly number[][]): void {
  const entries = segments.flat().filter((value) => isDense(pe, command) || value !== 0).length;
  if (segments.length > pe.iactAddressDepth || entries > pe.iactDataDepth)
    throw new Error(`a window of ${segments.length} segments with ${entries} iacts does not fit the SPads`);
}

function field(word: number, bits: number, index: number): number {
  return (word >>> (bits * index)) & (2 ** bits - 1);
}

function signedField(bits: number, width: number): number {
  return (bits << (32 - width)) >> (32 - width);
}
