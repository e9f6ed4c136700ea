import { describe, expect, test } from 'vitest';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { synthesiseWeights } from '../../sim/network/synthetic-weights.ts';
import { unevenShares } from '../../sim/network/uneven-shares.ts';
import { densityOf } from '../../sim/tensor/density.ts';
import { Random } from '../../sim/tensor/random.ts';

describe('uneven shares', () => {
  test.each([0.05, 0.3, 0.583, 0.9])('have the mean %d', (mean) => {
    for (const spread of [0, 0.35, 3]) {
      const shares = unevenShares(150, mean, spread, Random.stream(1, 'shares'));
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(shares.reduce((sum, share) => sum + share, 0) / 150).toBeCloseTo(mean, 9);
    }
  });

  test('are further apart with more spread, and all the same with none', () => {
    const range = (spread: number): number => {
      const shares = unevenShares(200, 0.5, spread, Random.stream(2, 'shares'));
      return Math.max(...shares) - Math.min(...shares);
    };
    expect(range(0)).toBe(0);
    expect(range(0.35)).toBeGreaterThan(0.2);
    expect(range(3)).toBeGreaterThan(0.95);
  });

  test.each([0, 1])('are all %i where their mean is', (mean) => {
    expect(new Set(unevenShares(9, mean, 3, Random.stream(1, 'shares')))).toEqual(new Set([mean]));
  });
});

describe('weights', () => {
  const layer = parseLayer({ m: 64, c: 128, h: 4, w: 4, r: 1, s: 1 }, 'l.json');
  const iacts = new Uint8Array(128 * 16).fill(100);
  const made = (changes: Partial<Parameters<typeof synthesiseWeights>[2]> = {}) =>
    synthesiseWeights(layer, iacts, { density: 0.5, psumBits: 20, seed: 1, label: 'weights', ...changes }).data;

  test('are of the density, more so in some filters and channels', () => {
    expect(Math.abs(densityOf(made()) - 0.5)).toBeLessThan(0.03);
    const filters = Array.from({ length: 64 }, (_, filter) =>
      densityOf(made().subarray(128 * filter, 128 * (filter + 1))),
    );
    const deviation = Math.sqrt(filters.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / 64);
    // Chance alone would give 0.044.
    expect(deviation).toBeGreaterThan(0.065);
    expect(densityOf(made({ density: 1 }))).toBe(1);
    expect(densityOf(made({ density: 0 }))).toBe(0);
  });

  test('are about as often negative as positive, and mostly small', () => {
    const nonZero = made().filter((weight) => weight !== 0);
    expect(Math.abs(nonZero.filter((weight) => weight < 0).length / nonZero.length - 0.5)).toBeLessThan(0.03);
    expect(nonZero.filter((weight) => Math.abs(weight) <= 32).length / nonZero.length).toBeGreaterThan(0.6);
  });

  test('are smaller where psums have fewer bits', () => {
    const largest = (psumBits: number) => Math.max(...made({ psumBits }));
    expect(largest(14)).toBeLessThan(largest(20) / 4);
    expect(largest(2)).toBe(1);
  });
});
