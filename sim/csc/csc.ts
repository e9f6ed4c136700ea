/**
 * Columns of numbers in the compressed sparse column form of Eyeriss v2 (JETCAS 2019, Fig. 16). A column is a
 * run of values that the PE takes together: C0·U iacts, or the M0 weights that meet one iact.
 */
export interface Csc {
  /** The non-zero values, column after column; 0 in a filler. */
  readonly data: readonly number[];
  /** For each value, the zeros between it and the value before it in its column, or the column's start. */
  readonly counts: readonly number[];
  /**
   * Where each column begins in `data`, and, last, where the last one ends. An empty column repeats the address: it
   * begins where the next one does.
   */
  readonly addresses: readonly number[];
}

export interface CscOptions {
  /** Width of a count, 1 to 16; 4 in the paper. */
  readonly countBits?: number;
}

/**
 * Encodes columns; each on its own, so that no run of zeros crosses from one into the next. Zeros after the last
 * non-zero of a column are not stored.
 *
 * The paper does not say how it encodes a run of more than 15 zeros. Here a filler stands for the first 16: an entry of
 * data 0 and count 15, that is 15 zeros and then a zero of its own. A decoder needs to know nothing about it: it does
 * what every entry does, and its product adds 0.
 */
export function encodeCsc(columns: readonly ArrayLike<number>[], { countBits = 4 }: CscOptions = {}): Csc {
  const most = greatestCount(countBits);
  const data: number[] = [];
  const counts: number[] = [];
  const addresses = [0];
  for (const column of columns) {
    forEachEntry(column, most, (count, value) => {
      counts.push(count);
      data.push(value);
    });
    addresses.push(data.length);
  }
  return { data, counts, addresses };
}

/**
 * Calls `add` for each entry of a column, in order: with the zeros before its value, and the value, which is 0 in a filler.
 *
 * @param most the greatest count of zeros
 */
export function forEachEntry(
  column: ArrayLike<number>,
  most: number,
  add: (count: number, value: number) => void,
): void {
  let zeros = 0;
  for (let row = 0; row < column.length; row++) {
    if (column[row] === 0) {
      zeros++;
      continue;
    }
    for (; zeros > most; zeros -= most + 1) add(most, 0);
    add(zeros, column[row]!);
    zeros = 0;
  }
}

/**
 * Decodes columns, all of the same length.
 *
 * @param columnLength values in a column; the code does not say, because it leaves trailing zeros out
 * @throws RangeError when the code is not that of such columns, naming the column
 */
export function decodeCsc({ data, counts, addresses }: Csc, columnLength: number): number[][] {
  if (addresses[0] !== 0 || addresses[addresses.length - 1] !== data.length || counts.length !== data.length) {
    throw new RangeError(
      `CSC of ${data.length} values and ${counts.length} counts with the addresses [${addresses.join(', ')}]: ` +
        'expected as many counts as values, and addresses from 0 to that number',
    );
  }
  return addresses.slice(1).map((end, index) => {
    const start = addresses[index]!;
    if (end < start) throw new RangeError(`CSC column ${index} begins at ${start}, but ends before it, at ${end}`);
    const column = Array.from({ length: columnLength }, () => 0);
    let row = -1;
    for (let entry = start; entry < end; entry++) {
      row += counts[entry]! + 1;
      if (row >= columnLength) {
        throw new RangeError(`CSC column ${index} has a value in row ${row}: expected fewer than ${columnLength} rows`);
      }
      column[row] = data[entry]!;
    }
    return column;
  });
}

/** Entries that a column takes, fillers included. */
export function entryCount(column: ArrayLike<number>, { countBits = 4 }: CscOptions = {}): number {
  let entries = 0;
  forEachEntry(column, greatestCount(countBits), () => entries++);
  return entries;
}

/** The most zeros that a count can tell. */
export function greatestCount(countBits: number): number {
  if (!Number.isInteger(countBits) || countBits < 1 || countBits > 16) {
    throw new RangeError(`countBits is ${countBits}: expected a whole number from 1 to 16`);
  }
  return 2 ** countBits - 1;
}
