/** A network in plain integer arithmetic, written for itself: it shares nothing with the golden model, which it checks. */

export interface PlainLayer {
  readonly g?: number;
  readonly m: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly r: number;
  readonly s: number;
  readonly stride?: readonly number[];
  readonly pad?: readonly number[];
}

/** Sums at [channel][y][x], bias included. */
export function plainSums(
  { g = 1, m, c, h, w, r, s, stride = [1, 1], pad = [0, 0, 0, 0] }: PlainLayer,
  iacts: ArrayLike<number>,
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
): number[] {
  const sums: number[] = [];
  for (let out = 0; out < g * m; out++) {
    for (let y = -pad[0]!; y + r <= h + pad[2]!; y += stride[0]!) {
      for (let x = -pad[1]!; x + s <= w + pad[3]!; x += stride[1]!) {
        let sum = bias[out] ?? 0;
        for (let k = 0; k < c; k++) {
          for (let i = y; i < y + r; i++) {
            for (let j = x; j < x + s; j++) {
              if (i < 0 || j < 0 || i >= h || j >= w) continue;
              const channel = Math.floor(out / m) * c + k;
              sum += iacts[(channel * h + i) * w + j]! * weights[((out * c + k) * r + (i - y)) * s + (j - x)]!;
            }
          }
        }
        sums.push(sum);
      }
    }
  }
  return sums;
}

/** Rounded half up, cut to `low` and `high`. */
export function plainScale(sums: readonly number[], multiplier: number, shift: number, low: number, high: number) {
  return sums.map((sum) => {
    const doubled = 2n * BigInt(sum) * BigInt(multiplier) + 2n ** BigInt(shift);
    const step = 2n ** BigInt(shift + 1);
    const floor = (doubled - (((doubled % step) + step) % step)) / step;
    return Math.min(high, Math.max(low, Number(floor)));
  });
}

/** What lies in each window, at [channel][y][x], for planes of h×w. */
export function plainWindows(
  planes: ArrayLike<number>,
  [h, w]: readonly [number, number],
  { size, stride, pad }: { size: readonly number[]; stride: readonly number[]; pad: readonly number[] },
): number[][] {
  const windows: number[][] = [];
  for (let plane = 0; plane < planes.length; plane += h * w) {
    for (let y = -pad[0]!; y + size[0]! <= h + pad[2]!; y += stride[0]!) {
      for (let x = -pad[1]!; x + size[1]! <= w + pad[3]!; x += stride[1]!) {
        const window: number[] = [];
        for (let i = 0; i < h; i++) {
          for (let j = 0; j < w; j++) {
            if (i >= y && i < y + size[0]! && j >= x && j < x + size[1]!) window.push(planes[plane + i * w + j]!);
          }
        }
        windows.push(window);
      }
    }
  }
  return windows;
}
