import type { Simulator } from '../simulation/simulator.ts';

/** The fields of a PE's command; see `PeCommand`. */
export type PeCommandFields = Readonly<
  Record<
    | 'iactSigned'
    | 'columns'
    | 'segmentLength'
    | 'windowSegments'
    | 'stepSegments'
    | 'windows'
    | 'rows'
    | 'filters'
    | 'accumulate',
    number
  >
> & { readonly dense?: number };

/** Sets a PE up for tiles of one command, which takes a cycle. The PE must be idle. */
export function startPe(simulation: Pick<Simulator, 'poke' | 'step'>, command: PeCommandFields): void {
  for (const [field, value] of Object.entries(command)) simulation.poke(`command_${field}`, value);
  simulation.poke('start', 1);
  simulation.step();
  simulation.poke('start', 0);
}
