/**
 * What every simulator of a design offers, whichever engine is behind it.
 *
 * A value is a number for ports of up to 32 bits (negative values on signed ports) and a bigint above.
 */
export interface Simulator {
  /** Sets an input port; outputs that depend on it combinationally show it at the next peek. */
  poke(port: string, value: number | bigint): void;
  /** The settled value of a port. */
  peek(port: string): number | bigint;
  /** Advances by `cycles` rising clock edges (one when omitted); each edge sees the pokes made before it. */
  step(cycles?: number): void;
}
