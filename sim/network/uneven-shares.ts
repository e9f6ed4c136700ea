import type { Random } from '../tensor/random.ts';

/**
 * How far densities of channels lie apart, as the standard deviation of their log-odds. Measured on the masks of a pruned MobileNet v1
 * 0.5/128 that come with Sparseloop's validation (MICRO 2022), layers L07, L09, L19, L21, L27: of iacts, channels differ widely,
 * many are all zeros or have none (log-odds 2.4 to 4.3); of weights, filters and input channels differ less (0.2 to 0.5 in
 * the later layers, which have most of them; up to 1.4 in the first ones).
 */
export const unevenness = { activations: 3, weights: 0.35 } as const;

/**
 * Shares from 0 to 1, one a channel, that lie apart as those of real data, and whose mean is `mean`.
 *
 * @param spread standard deviation of their log-odds; 0: all the same
 */
export function unevenShares(count: number, mean: number, spread: number, random: Random): Float64Array {
  const offsets = Float64Array.from({ length: count }, () => spread * gaussian(random));
  if (mean <= 0 || mean >= 1) return offsets.fill(mean <= 0 ? 0 : 1);
  const at = (centre: number): Float64Array => offsets.map((offset) => 1 / (1 + Math.exp(-offset - centre)));
  // The mean grows with the centre; 64 halvings leave nothing of the interval.
  let [low, high] = [-60, 60];
  for (let step = 0; step < 64; step++) {
    const middle = (low + high) / 2;
    if (at(middle).reduce((sum, share) => sum + share, 0) < mean * count) low = middle;
    else high = middle;
  }
  return at(high);
}

/** Normally distributed, mean 0, deviation 1 (Box and Muller). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}
