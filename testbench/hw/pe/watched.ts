import type { Simulator } from '../../../sim/simulation/simulator.ts';

/** The simulator with `look` before every clock edge, when all inputs of the cycle are set, and `drive` after it. */
export function watched(sim: Simulator, look: () => void, drive: () => void = () => {}): Simulator {
  return {
    poke: (port, value) => sim.poke(port, value),
    peek: (port) => sim.peek(port),
    step: (cycles = 1) => {
      for (let cycle = 0; cycle < cycles; cycle++) {
        look();
        sim.step();
        drive();
      }
    },
  };
}
