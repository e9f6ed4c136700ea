import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/tensor/random.ts';

function mod32(word: bigint): bigint {
  return BigInt.asUintN(32, word);
}

function rotate(word: bigint, bits: bigint): bigint {
  return mod32(word << bits) | (word >> (32n - bits));
}

function firstWords(seed: number, label: string): number[] {
  const random = Random.stream(seed, label);
  return Array.from({ length: 8 }, () => random.word());
}

/** xoshiro128** as its authors define it, in BigInt. */
function* xoshiro128(state: bigint[]): Generator<number> {
  let [a, b, c, d] = state as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number(mod32(rotate(mod32(b * 5n), 7n) * 9n));
    const third = c ^ a;
    const fourth = d ^ b;
    [a, b, c, d] = [a ^ fourth, b ^ third, third ^ mod32(b << 9n), rotate(fourth, 11n)];
  }
}

describe('Random', () => {
  it('is xoshiro128**', () => {
    const random = new Random(Uint32Array.from([1, 2, 3, 4]));
    expect([random.word(), random.word(), random.word(), random.word()]).toEqual([11520, 0, 5927040, 70819200]);

    const again = new Random(Uint32Array.from([0xdeadbeef, 2, 0xffffffff, 0x80000001]));
    const reference = xoshiro128([0xdeadbeefn, 2n, 0xffffffffn, 0x80000001n]);
    for (let i = 0; i < 1000; i++) expect(again.word()).toBe(reference.next().value);
  });

  it('gives the same stream for the same seed and label, another one otherwise', () => {
    expect(firstWords(1, 'iacts')).toEqual(firstWords(1, 'iacts'));
    const streams = [
      firstWords(1, 'iacts'),
      firstWords(1, 'weights'),
      firstWords(2, 'iacts'),
      firstWords(-1, 'iacts'),
      firstWords(11, 'iacts'),
    ];
    expect(new Set(streams.flat()).size).toBe(40);
  });

  it('gives integers from min to max, all as often', () => {
    const random = Random.stream(1, 'integers');
    const seen = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) seen[random.integer(-2, 2) + 2]!++;
    for (const times of seen) expect(Math.abs(times - 2000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.2 * 0.8));
  });
});
