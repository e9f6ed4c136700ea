/**
 * How weights find their PEs. Everything on a weight link is in packets: a header word, and then as many words as it says. A packet
 * is the tile of some PEs of a row, or a tile for each of them, or parameters for the output unit.
 */
import { type BitsVal, type BoolVal, type UIntVal } from '../../gen/index.ts';

/**
 * Bits of a header: which PE columns take the words (bit j is column j), whether the output unit does, whether the words are dealt
 * to all columns in turn instead, and how many there are.
 *
 * Uncompressed tiles are dealt: a PE stores the three weights of a word in one and a half cycles, and the link need not wait for it.
 */
export const WEIGHT_HEADER = {
  columns: { from: 0, width: 8 },
  output: { from: 8 },
  dealt: { from: 9 },
  words: { from: 12, width: 12 },
} as const;

/** The fields of a header word, as hardware reads it; `columns` has a bit for each of that many. */
export function weightHeader(
  word: BitsVal,
  columns: number,
): { columns: BitsVal; output: BoolVal; dealt: BoolVal; words: UIntVal } {
  const { words, output, dealt } = WEIGHT_HEADER;
  return {
    columns: word.bits(columns - 1, WEIGHT_HEADER.columns.from),
    output: word.bit(output.from),
    dealt: word.bit(dealt.from),
    words: word.bits(words.from + words.width - 1, words.from).asUInt(),
  };
}

/** The header of a packet, as software writes it. */
export function packWeightHeader(header: {
  readonly columns: number;
  readonly output: boolean;
  readonly dealt?: boolean;
  readonly words: number;
}): number {
  const { output, dealt, words } = WEIGHT_HEADER;
  return (
    header.columns |
    (Number(header.output) << output.from) |
    (Number(header.dealt ?? false) << dealt.from) |
    (header.words << words.from)
  );
}
