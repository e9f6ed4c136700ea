/** What a run of a layer by its mapping cannot be faster than. */
import type { Operands } from '../chip/chip-program.ts';
import type { ChipRun } from '../chip/run-on-chip.ts';
import { peWork } from '../eyexam/pe-work.ts';
import { trafficOf } from '../eyexam/traffic.ts';

/** Cycles that something takes at least. */
export interface CycleBound {
  /** As the end of "bound by …". */
  readonly what: string;
  readonly cycles: number;
}

export interface ChipBounds {
  /** Words of weights first, then all that words have to pass; the largest binds. */
  readonly bounds: readonly CycleBound[];
  /** Words of weights of the PE that gets most of them: all others have fewer, or as many. */
  readonly busiestCycles: number;
}

/**
 * @param boundCycles of the report
 * @param bandwidth of off-chip memory, in bytes a cycle; undefined: unlimited
 * @param outputBytes psums and outputs that left
 */
export function chipBounds(
  { program, counters }: Pick<ChipRun, 'program' | 'counters'>,
  operands: Pick<Operands, 'iacts' | 'weights'>,
  {
    boundCycles,
    bandwidth,
    outputBytes,
  }: { readonly boundCycles: number; readonly bandwidth: number | undefined; readonly outputBytes: number },
): ChipBounds {
  const { tailCycles } = counters.chip;
  const { passages } = trafficOf(program, { bandwidth, outputBytes, tailCycles });
  return {
    bounds: [{ what: 'words of weights, spread evenly over all PEs', cycles: boundCycles }, ...passages],
    busiestCycles: peWork(program.chipLayer.loops, operands).busiestWords,
  };
}

/** The one that binds: the largest, of equal ones the first. @param bounds at least one */
export function tightestBound(bounds: readonly CycleBound[]): CycleBound {
  return bounds.reduce((one, other) => (other.cycles > one.cycles ? other : one));
}
