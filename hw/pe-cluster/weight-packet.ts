/**
 * How weights find their PEs. Everything on a weight link is in packets: a header word, and then as many words as it says. A packet
 * is the tile of some PEs of a row, or parameters for the output unit.
 */
import { type BitsVal, type BoolVal, type UIntVal } from '../../gen/index.ts';

/** Bits of a header: which PE columns take the words (bit j is column j), whether the output unit does, and how many there are. */
export const WEIGHT_HEADER = {
  columns: { from: 0, width: 8 },
  output: { from: 8 },
  words: { from: 12, width: 12 },
} as const;

/** The fields of a header word, as hardware reads it; `columns` has a bit for each of that many. */
export function weightHeader(word: BitsVal, columns: number): { columns: BitsVal; output: BoolVal; words: UIntVal } {
  const { words, output } = WEIGHT_HEADER;
  return {
    columns: word.bits(columns - 1, WEIGHT_HEADER.columns.from),
    output: word.bit(output.from),
    words: word.bits(words.from + words.width - 1, words.from).asUInt(),
  };
}

/** The header of a packet, as software writes it. */
export function packWeightHeader(header: {
  readonly columns: number;
  readonly output: boolean;
  readonly words: number;
}): number {
  return (
    header.columns | (Number(header.output) << WEIGHT_HEADER.output.from) | (header.words << WEIGHT_HEADER.words.from)
  );
}
