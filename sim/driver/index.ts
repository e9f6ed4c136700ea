/** Simulation for tests of modules, importable on its own as `saccade/simulation`. */
export { InputError } from '../errors.ts';
export type { Simulation, Simulator } from '../simulation/simulator.ts';
export { type Waves, waves } from '../builtin/waves.ts';
export type { RunOutcome, RunResult, RunSpec } from '../simulation/bulk-run.ts';
export {
  drive,
  type Driver,
  type InputHandle,
  type OutputHandle,
  type StreamInputHandle,
  type StreamOutputHandle,
  type TypedExchange,
} from './drive.ts';
export type { HostDrive, HostValue } from './host-value.ts';
export { openSimulation, type SimulationEngine, type SimulationOptions } from './open-simulation.ts';
