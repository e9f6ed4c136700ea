import { describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { examples } from '../examples.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../tools.ts';

describe.each(examples.map((example) => ({ name: example.name, design: emitVerilog(example) })))(
  '$name',
  ({ design }) => {
    test('verilator --lint-only -Wall says nothing, and nothing asks it to be quiet', () => {
      expect(verilatorLint(design)).toBe('');
      expect(design.files.map(({ text }) => text).join('')).not.toMatch(/verilator|lint_off|`/);
    });

    test.skipIf(!hasIcarus)('iverilog -g2005 -Wall says nothing', () => {
      expect(icarusComplaints(design)).toBe('');
    });

    test.skipIf(!hasYosys)('yosys finds nothing undriven, driven twice or looped', () => {
      expect(yosysComplaints(design)).toBe('');
    });
  },
);
