import type { Csc, CscOptions } from './csc.ts';
import { entryCount } from './csc.ts';

/** Two entries of one column, which one iact meets in one cycle: a word of the weight SPad. */
export interface PairWord {
  readonly data0: number;
  readonly count0: number;
  readonly data1: number;
  readonly count1: number;
}

/** CSC columns that each begin on a word of their own. */
export interface PairedCsc {
  readonly words: readonly PairWord[];
  /** Where each column begins in `words`, and, last, where the last one ends. */
  readonly addresses: readonly number[];
}

/**
 * Puts the entries of each column two by two into words. In a column of an odd number of entries the second half of the
 * last word is all zero, which tells the PE to idle its second MAC (JETCAS 2019, on the SIMD PE). No entry looks like
 * that: a value is non-zero, and a filler has the greatest count.
 */
export function pairColumns({ data, counts, addresses }: Csc): PairedCsc {
  const words: PairWord[] = [];
  const wordAddresses = [0];
  for (let column = 0; column + 1 < addresses.length; column++) {
    const end = addresses[column + 1]!;
    for (let entry = addresses[column]!; entry < end; entry += 2) {
      const second =
        entry + 1 < end ? { data1: data[entry + 1]!, count1: counts[entry + 1]! } : { data1: 0, count1: 0 };
      words.push({ data0: data[entry]!, count0: counts[entry]!, ...second });
    }
    wordAddresses.push(words.length);
  }
  return { words, addresses: wordAddresses };
}

/** Words that a column takes, without building them: half its entries, rounded up. */
export function pairedWords(column: ArrayLike<number>, options?: CscOptions): number {
  return Math.ceil(entryCount(column, options) / 2);
}
