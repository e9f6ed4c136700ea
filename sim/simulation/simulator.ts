import type { RunResult, RunSpec } from './bulk-run.ts';
import type { SimulatedDesign } from './design.ts';

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

/** A simulation that was opened, of either engine. */
export interface Simulation extends Simulator {
  readonly design: SimulatedDesign;
  /** Clock cycles since the start, those of reset and of runs included. */
  readonly cycles: number;
  /** Holds the reset active for some clock edges, two when omitted, and then inactive. */
  reset(cycles?: number): void;
  /** Runs the streams of the design as `spec` says. */
  run(spec?: RunSpec): RunResult;
  /** Goes on with a run that paused, for at most `limit` cycles. */
  resume(limit?: number): RunResult;
  /** Gives up a run that paused. */
  abandon(): void;
  /** Ends the simulation and completes its trace. Closing twice is allowed. */
  close(): void;
}
