/** Seed of one stream's random numbers: streams of one run, and runs with near seeds, share no sequence. */
export function streamSeed(seed: number, stream: number): number {
  let mixed = (seed + Math.imul(stream + 1, 0x9e37_79b9)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** 32-bit random numbers from a seed: Marsaglia's xorshift, as in templates/engine.h. */
export function xorshift(seed: number): () => number {
  let state = seed === 0 ? 0x9e37_79b9 : seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
