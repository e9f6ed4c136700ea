import { afterAll, beforeAll, expect, test } from 'vitest';
import { Bool, emitVerilog, In, lit, module, Out, UInt } from '../../gen/index.ts';
import { VerilatorSimulation } from '../../sim/verilator/simulation.ts';

const ShiftedOut = module('ShiftedOut', { a: In(UInt(64)), k: In(UInt(3)), y: Out(Bool) }, ({ a, k, y }) => {
  const gone = k
    .ne(3)
    .asUInt()
    .extend(53)
    .shiftRight(lit(UInt(6), 13))
    .bit(0);
  y.set(k.ne(0).and(a.bits(35, 31).asSInt().le(0).or(gone)));
});

let simulation: VerilatorSimulation;
beforeAll(async () => void (simulation = await VerilatorSimulation.open(emitVerilog(ShiftedOut))));
afterAll(() => simulation.close());

// With all of Verilator's optimisations it is 1 here, as in version 5.006.
test('a bit that is shifted out is 0 in a logic expression', () => {
  simulation.poke('a', 1n << 31n);
  simulation.poke('k', 1);
  expect(simulation.peek('y')).toBe(0);
});
