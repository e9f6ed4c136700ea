import { encodeCsc } from '../../../sim/csc/csc.ts';

/** The words of a window's outputs: each segment on its own, from a word's start, filled up with zeros. */
export function segmentWords(outputs: readonly number[], segmentLength: number, dense: boolean): number[] {
  const words: number[] = [];
  for (let start = 0; start < outputs.length; start += segmentLength) {
    const segment = outputs.slice(start, start + segmentLength).map((value) => value & 255);
    if (dense) {
      for (let at = 0; at < segment.length; at += 3)
        words.push(segment[at]! + (segment[at + 1] ?? 0) * 2 ** 8 + (segment[at + 2] ?? 0) * 2 ** 16);
      continue;
    }
    const { data, counts } = encodeCsc([segment]);
    const slots = [data.length, ...data.map((value, index) => counts[index]! * 256 + value)];
    for (let at = 0; at < slots.length; at += 2) words.push(slots[at]! + (slots[at + 1] ?? 0) * 2 ** 12);
  }
  return words;
}
