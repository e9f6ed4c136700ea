/** CSC decode: counts of zeros to positions (J19 section IV-A, Fig 16). */
import { Bool, In, Out, UInt, Vec, generator, module, mux, reg, when } from '../../gen/index.ts';

export interface CscDecodeParameters {
  /** Entries decoded in one cycle. */
  readonly lanes: number;
  readonly countBits: number;
  readonly positionBits: number;
}

/**
 * Turns the counts of consecutive entries into positions within their segment. The first entry of a segment stands `count`
 * after the segment's `origin`, every other `count + 1` after the one before it. An entry for a run longer than a count can say
 * is an ordinary one whose data are zero: it moves the position on by 2^countBits. With all counts zero (uncompressed data)
 * the positions run on by one.
 */
export const CscDecode = generator(function CscDecode({ lanes, countBits, positionBits }: CscDecodeParameters) {
  const position = UInt(positionBits);
  const ports = {
    /** These entries open a segment, which begins at `origin`. */
    first: In(Bool),
    origin: In(position),
    counts: In(Vec(lanes, UInt(countBits))),
    /** The entries are taken in this cycle. */
    advance: In(Bool),
    positions: Out(Vec(lanes, position)),
    /** One after the last of these positions. */
    next: Out(position),
  };
  return module(
    `CscDecode_${lanes}x${countBits}_${positionBits}`,
    ports,
    ({ first, origin, counts, advance, positions, next }) => {
      const following = reg(position);
      let base = mux(first, origin, following);
      for (let lane = 0; lane < lanes; lane++) {
        const here = base.add(counts[lane]!.extend(positionBits));
        positions[lane]!.set(here);
        base = here.add(1);
      }
      next.set(base);
      when(advance, () => following.set(base));
    },
  );
});
