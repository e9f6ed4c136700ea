import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { digitsOf, type Outcome, type Trial } from './trial.ts';

/** A design in the built-in simulator. */
export function runBuiltin({ top, clock, verilog, inputs, outputs, stimulus }: Trial): Outcome {
  const sim = new BuiltinSimulation(top, clock && { clock });
  const clocked = verilog.clocks.length > 0;
  return stimulus.map((values) => {
    inputs.forEach(({ name, width, signed }, index) => {
      sim.poke(name, signed ? BigInt.asIntN(width, values[index]!) : values[index]!);
    });
    const found = outputs.map((port) => digitsOf(port, BigInt(sim.peek(port.name))));
    if (clocked) sim.stepAll();
    return found.join(' ');
  });
}
