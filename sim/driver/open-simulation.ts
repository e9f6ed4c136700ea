import { emitVerilog, type Module } from '../../gen/index.ts';
import type { ClockStyle } from '../../gen/verilog/clocking.ts';
import { BuiltinSimulation } from '../builtin/simulation.ts';
import { InputError } from '../errors.ts';
import type { Simulation } from '../simulation/simulator.ts';

/** `builtin` needs nothing installed and starts at once; `verilator` takes seconds to build, and is faster from then on. */
export type SimulationEngine = 'builtin' | 'verilator';

export interface SimulationOptions {
  /**
   * By default the one that the trace's name asks for, then the environment variable SACCADE_ENGINE, then the built-in one.
   */
  readonly engine?: SimulationEngine;
  /** Write a waveform of all signals to this file, complete once the simulation is closed: .vcd of builtin, .fst of verilator. */
  readonly trace?: string;
  /** Of the random bits that state without an initial value starts with. */
  readonly seed?: number;
  /** Names, edge and reset of the default clock domain; of the built-in simulator only. */
  readonly clock?: ClockStyle;
  /** Whether a check that fails ends the simulation; it does unless this is false. */
  readonly checks?: boolean;
  /** Told what a build is at, when there is something to build. */
  readonly onProgress?: (step: string) => void;
}

/**
 * Starts a simulation of a module, with all inputs 0 and out of reset.
 *
 * @throws InputError when Verilator is asked for and missing, when the trace cannot be written, or when the environment asks for
 *   an engine that there is none of
 */
export async function openSimulation(
  module: Pick<Module, 'checked'>,
  { engine, trace, seed, clock, checks, onProgress }: SimulationOptions = {},
): Promise<Simulation> {
  const given = {
    ...(trace === undefined ? {} : { trace }),
    ...(seed === undefined ? {} : { seed }),
    ...(checks === undefined ? {} : { checks }),
  };
  const chosen = engine ?? engineFor(trace);
  if (trace?.endsWith(chosen === 'builtin' ? '.fst' : '.vcd') === true)
    throw new InputError(
      chosen === 'builtin'
        ? `the built-in simulator writes waveforms as VCD: name the trace .vcd in place of ${trace}`
        : `Verilator writes waveforms as FST: name the trace .fst in place of ${trace}`,
    );
  if (chosen === 'builtin')
    return new BuiltinSimulation(module, { ...given, ...(clock === undefined ? {} : { clock }) });
  if (clock !== undefined)
    throw new InputError(
      'Verilator is driven with the clock and reset as they are by default: leave out the option clock, or take the built-in simulator',
    );
  // What runs Verilator is native code: loaded only where it is needed.
  const { VerilatorSimulation } = await import('../verilator/simulation.ts');
  return VerilatorSimulation.open(emitVerilog(module), {
    ...given,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** The engine where none is named. */
function engineFor(trace: string | undefined): SimulationEngine {
  if (trace?.endsWith('.fst') === true) return 'verilator';
  if (trace?.endsWith('.vcd') === true) return 'builtin';
  const asked = process.env['SACCADE_ENGINE'] ?? 'builtin';
  if (asked === 'builtin' || asked === 'verilator') return asked;
  throw new InputError(`SACCADE_ENGINE is "${asked}"; the engines are builtin and verilator`);
}
