import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { type Outcome, outputWidth, type Trial } from './trial.ts';

/** A design in the built-in simulator. */
export function runBuiltin(trial: Trial): Outcome {
  const { top, clock, verilog, inputs, outputs, stimulus } = trial;
  const sim = new BuiltinSimulation(top, clock && { clock });
  const digits = Math.ceil(outputWidth(trial) / 4);
  const clocked = verilog.clocks.length > 0;
  return stimulus.map((values) => {
    inputs.forEach(({ name, width, signed }, index) => {
      sim.poke(name, signed ? BigInt.asIntN(width, values[index]!) : values[index]!);
    });
    const all = outputs.reduce(
      (high, { name, width }) => (high << BigInt(width)) | BigInt.asUintN(width, BigInt(sim.peek(name))),
      0n,
    );
    if (clocked) sim.stepAll();
    return all.toString(16).padStart(digits, '0');
  });
}
