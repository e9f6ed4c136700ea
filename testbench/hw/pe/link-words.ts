/** Words for the links of a PE, put together in tests without the packers of the product. */

/** `perWord` values of `bits` bits in each word, low end first; the last word is filled up with zeros. */
export function linkWords(values: readonly number[], bits: number, perWord: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(values.length / perWord));
  values.forEach((value, index) => {
    const place = 2 ** (bits * (index % perWord));
    words[Math.floor(index / perWord)]! += (value & (2 ** bits - 1)) * place;
  });
  return words;
}

/** An entry of an 8-bit value and the 4-bit count of zeros before it. */
export function entry(count: number, data: number): number {
  return count * 256 + (data & 255);
}

/**
 * The entries of a column: for each non-zero, the zeros before it and the value. Sixteen zeros in a row become an entry of
 * count 15 and value 0.
 */
export function entriesOf(column: readonly number[]): { count: number; data: number; row: number }[] {
  const entries: { count: number; data: number; row: number }[] = [];
  let free = 0;
  column.forEach((data, row) => {
    if (data === 0) return;
    for (; row - free > 15; free += 16) entries.push({ count: 15, data: 0, row: free + 15 });
    entries.push({ count: row - free, data, row });
    free = row + 1;
  });
  return entries;
}
