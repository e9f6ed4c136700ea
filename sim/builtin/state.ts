import { compileFunction } from 'node:vm';
import { arrayNames } from './layout.ts';

/** The arrays of a running design: numbers up to 32 bits, up to 52 bits, and bigints. */
export interface State {
  readonly int: Int32Array;
  readonly real: Float64Array;
  readonly big: bigint[];
}

/** Runs generated code around the arrays and what else it is given by name. Gives what the code returns. */
export function runCode(code: string, state: State, given: Readonly<Record<string, unknown>>): unknown {
  const names = [...Object.values(arrayNames), ...Object.keys(given)];
  const run = compileFunction(code, names) as (...values: unknown[]) => unknown;
  return run(state.int, state.real, state.big, ...Object.values(given));
}
