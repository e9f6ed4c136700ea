/** An array of so many elements; of a number that is computed, an array of any length. */
export type ArrayOf<N extends number, E, Made extends readonly E[] = readonly []> = number extends N
  ? readonly E[]
  : Made['length'] extends N
    ? Made
    : ArrayOf<N, E, readonly [...Made, E]>;
