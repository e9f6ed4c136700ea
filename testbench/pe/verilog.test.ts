import { describe, expect, test } from 'vitest';
import { emitVerilog } from '../../gen/index.ts';
import { Pe } from '../../hw/pe/pe.ts';
import { type PeParameters, eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../gen/tools.ts';

describe.each<Partial<PeParameters>>([
  {},
  { iactDataDepth: 2, weightAddressDepth: 2 },
  { iactDataDepth: 100, iactAddressDepth: 40, weightAddressDepth: 128 },
  { weightDataDepth: 128, weightAddressDepth: 24, psumDepth: 4, psumBanks: 2, loopBits: 1 },
])('the Verilog of a PE with %o', (sizes) => {
  const design = emitVerilog(Pe({ ...eyerissV2Pe, ...sizes }));

  test('passes the lint of Verilator', () => expect(verilatorLint(design)).toBe(''));
  test.skipIf(!hasIcarus)('is Verilog-2005 to Icarus', () => expect(icarusComplaints(design)).toBe(''));
  test.skipIf(!hasYosys)('has no undriven net and no loop to Yosys', () => expect(yosysComplaints(design)).toBe(''));
});
