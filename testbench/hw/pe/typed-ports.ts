import type { DataType } from '../../../gen/index.ts';
import { assemble, flatten, type HostDrive, type HostValue } from '../../../sim/driver/host-value.ts';
import type { Simulator } from '../../../sim/simulation/simulator.ts';

/** Sets a port of any type, as `drive` does, on a simulator that knows only Verilog ports. */
export function pokeAs<T extends DataType>(
  sim: Pick<Simulator, 'poke'>,
  type: T,
  name: string,
  value: HostDrive<T>,
): void {
  flatten(type, value, [name], (path, bits) => sim.poke(path.join('_'), bits));
}

/** Reads a port of any type. */
export function peekAs<T extends DataType>(sim: Pick<Simulator, 'peek'>, type: T, name: string): HostValue<T> {
  return assemble(type, [name], (path) => sim.peek(path.join('_')));
}
