import { emitVerilog, type Module, type VerilogDesign } from '../../gen/index.ts';
import { BuiltinSimulation } from '../../sim/builtin/simulation.ts';
import { xorshift } from '../../sim/simulation/random.ts';
import { agrees, runClocked } from './icarus.ts';

type Cycle = Record<string, bigint>;

/** Random inputs after two cycles of reset, and reset now and then. */
export function randomCycles(design: VerilogDesign, count: number): Cycle[] {
  const random = xorshift(99);
  const resets = new Map(design.clocks.flatMap(({ reset }) => (reset === undefined ? [] : [[reset.name, reset]])));
  const inputs = design.ports.filter(({ direction }) => direction === 'input');
  return Array.from({ length: count }, (_, cycle) =>
    Object.fromEntries(
      inputs.map(({ name, width, signed }) => {
        const reset = resets.get(name);
        if (reset !== undefined) {
          const active = cycle < 2 || random() % 50 === 0;
          return [name, BigInt(active === (reset.active === 'high'))];
        }
        let bits = 0n;
        for (let at = 0; at < width; at += 32) bits |= BigInt(random()) << BigInt(at);
        return [name, signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits)];
      }),
    ),
  );
}

/** Where the built-in simulator and Icarus differ, in the first few places. */
export function differences(dut: Module, count: number): string[] {
  const design = emitVerilog(dut);
  const cycles = randomCycles(design, count);
  const expected = runClocked(design, cycles).outputs;
  const sim = new BuiltinSimulation(dut, { checks: false });
  const clocks = new Set(design.clocks.map(({ name }) => name));
  const wrong: string[] = [];
  cycles.forEach((cycle, at) => {
    for (const [name, value] of Object.entries(cycle)) if (!clocks.has(name)) sim.poke(name, value);
    for (const [name, bits] of Object.entries(expected[at]!)) {
      const value = sim.peek(name);
      if (!agrees(value, bits)) wrong.push(`cycle ${at}: ${name} is ${value}, and in Icarus ${bits}`);
    }
    if (design.clocks.length > 0) sim.stepAll();
  });
  return wrong.slice(0, 5);
}
