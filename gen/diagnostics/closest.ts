/**
 * The candidate that a mistyped word most likely stands for, or undefined when none is near.
 *
 * Case does not matter. One slip (a letter missing, added, wrong, or two swapped) is forgiven for every three letters
 * of the longer word, so that names of one or two letters only match themselves.
 *
 * @example closest('strid', ['stride', 'pad']) === 'stride'
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewestSlips = Infinity;
  for (const candidate of candidates) {
    const slips = slipsBetween(word.toLowerCase(), candidate.toLowerCase());
    const forgiven = Math.floor(Math.max(word.length, candidate.length) / 3);
    if (slips <= forgiven && slips < fewestSlips) {
      best = candidate;
      fewestSlips = slips;
    }
  }
  return best;
}

/** Edit distance in which swapping two neighbours is one slip (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let twoBack: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let slips = Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, twoBack[j - 2]! + 1);
      current.push(slips);
    }
    twoBack = previous;
    previous = current;
  }
  return previous[b.length]!;
}
