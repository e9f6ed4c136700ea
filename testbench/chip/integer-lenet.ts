/**
 * LeNet-5 in plain integer arithmetic, written for itself: it shares nothing with the golden model, which it checks along with the
 * chip.
 */

/** A layer that slides `filters` kernels of `size`² over `channels` square images of `width`². A fully connected one has size 1. */
export interface IntegerLayer {
  readonly channels: number;
  readonly filters: number;
  readonly width: number;
  readonly size: number;
}

/** [filter][y][x], from images [channel][y][x] and weights [filter][channel][y][x]. */
export function integerPsums(
  { channels, filters, width, size }: IntegerLayer,
  images: ArrayLike<number>,
  weights: ArrayLike<number>,
): number[] {
  const psums: number[] = [];
  for (let filter = 0; filter < filters; filter++) {
    for (let y = 0; y + size <= width; y++) {
      for (let x = 0; x + size <= width; x++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) {
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              const image = images[channel * width * width + (y + i) * width + (x + j)]!;
              sum += image * weights[((filter * channels + channel) * size + i) * size + j]!;
            }
          }
        }
        psums.push(sum);
      }
    }
  }
  return psums;
}

/** As the network was trained: a half is added, 11 bits are dropped, and what is not within 0 to 127 is cut off. */
export function integerOutputs(psums: readonly number[]): number[] {
  return psums.map((psum) => {
    const shifted = (psum + 1024) >> 11;
    return shifted < 0 ? 0 : shifted > 127 ? 127 : shifted;
  });
}

/** The largest of each 2×2 square of square planes of `width`². */
export function maxPool(planes: ArrayLike<number>, width: number): number[] {
  const pooled: number[] = [];
  for (let plane = 0; plane < planes.length; plane += width * width) {
    for (let y = 0; y < width; y += 2) {
      for (let x = 0; x < width; x += 2) {
        const at = plane + y * width + x;
        pooled.push(Math.max(planes[at]!, planes[at + 1]!, planes[at + width]!, planes[at + width + 1]!));
      }
    }
  }
  return pooled;
}

/** The digit with the highest score; of equal ones the first. */
export function digitOf(scores: ArrayLike<number>): number {
  let best = 0;
  for (let digit = 1; digit < scores.length; digit++) if (scores[digit]! > scores[best]!) best = digit;
  return best;
}
