/** A logarithmic axis: decades between two ends, and where values lie on it. */
export interface LogScale {
  /** Powers of ten from one end to the other, both included. */
  readonly ticks: readonly number[];
  /** Pixels; values beyond an end lie there. */
  readonly at: (value: number) => number;
}

/**
 * The whole decades around some values, between two places in pixels.
 *
 * @param values positive, at least one
 */
export function logScale(values: readonly number[], from: number, to: number): LogScale {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return {
    ticks,
    at: (value) => from + ((to - from) * (clamp(Math.log10(value), low, high) - low)) / (high - low),
  };
}

/** A value beside a bar: three digits that count, or all of a large number. */
export function shortNumber(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** A power of ten: "100", "1M", "0.1". */
export function powerOfTen(value: number): string {
  const units = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']] as const; // prettier-ignore
  const [size, unit] = units.find(([least]) => value >= least) ?? [1, ''];
  return `${Number((value / size).toPrecision(1))}${unit}`;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
