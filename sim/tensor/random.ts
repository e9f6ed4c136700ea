/**
 * Random numbers that are the same on every machine: xoshiro128** of Blackman and Vigna ("Scrambled Linear
 * Pseudorandom Number Generators", 2021), 32b at a time, with a period of 2^128 - 1.
 */
export class Random {
  private readonly state: Uint32Array;

  /** @param state four words, not all zero */
  constructor(state: Uint32Array) {
    this.state = state.slice(0, 4);
  }

  /** The stream that a seed and a label name. Streams of different labels have nothing to do with each other. */
  static stream(seed: number, label: string): Random {
    return new Random(stateFrom(`${seed}/${label}`));
  }

  /** The next 32b word, 0 to 2^32 - 1. */
  word(): number {
    const state = this.state;
    const s1 = state[1]!;
    const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0;
    state[2]! ^= state[0]!;
    state[3]! ^= s1;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= s1 << 9;
    state[3] = rotateLeft(state[3]!, 11);
    return result;
  }

  /** A number from 0 up to, but not including, 1; a multiple of 2^-32. */
  fraction(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number from min to max, both included. Their distance must be below 2^32. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/**
 * A state from a text: FNV-1a over its UTF-16 units, then the finaliser of MurmurHash3 on four numbers in steps of the
 * golden ratio. They differ, and the finaliser gives 0 for 0 only, so the state is never all zero.
 */
function stateFrom(text: string): Uint32Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Uint32Array.from({ length: 4 }, (_, i) => {
    let word = (hash + Math.imul(i, 0x9e3779b9)) | 0;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  });
}
