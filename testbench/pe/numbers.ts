/** Matrices and iacts for tiles. */
import { Random } from '../../sim/tensor/random.ts';

/** `length` times what `value` gives. */
export function times<T>(length: number, value: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => value(index));
}

/** Random numbers for one test. */
export class Numbers {
  private readonly random: Random;

  constructor(seed: number) {
    this.random = Random.stream(seed, 'tiles');
  }

  integer(least: number, most: number): number {
    return this.random.integer(least, most);
  }

  /** Zero, or with the probability `density` a non-zero from `least` to `most`. */
  sparse(density: number, least: number, most: number): number {
    if (this.random.fraction() >= density) return 0;
    for (;;) {
      const value = this.random.integer(least, most);
      if (value !== 0) return value;
    }
  }

  /** Columns of weights. */
  weights(columns: number, filters: number, density = 1): number[][] {
    return times(columns, () => times(filters, () => this.sparse(density, -128, 127)));
  }

  /** Segments of iacts. */
  segments(count: number, length: number, density = 1, signed = false): number[][] {
    const [least, most] = signed ? [-128, 127] : [0, 255];
    return times(count, () => times(length, () => this.sparse(density, least, most)));
  }

  psums(windows: number, filters: number): number[][] {
    return times(windows, () => times(2 * Math.ceil(filters / 2), () => this.random.integer(-524288, 524287)));
  }
}
