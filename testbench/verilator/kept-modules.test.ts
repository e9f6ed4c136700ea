import { describe, expect, test } from 'vitest';
import { emitVerilog, type VerilogModule } from '../../gen/index.ts';
import { Chip } from '../../hw/chip.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { Pe } from '../../hw/pe/pe.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';
import { keepModules, keptModules } from '../../sim/verilator/kept-modules.ts';

const names = (modules: readonly VerilogModule[]): string[] => modules.map(({ name }) => name);

describe('which modules Verilator keeps', () => {
  test('the large ones of the chip that are there many times, and nothing of one PE', () => {
    expect(names(keptModules(emitVerilog(Chip(eyerissV2Chip))))).toEqual([
      'Pe',
      'PeCluster',
      'RouterCluster',
      'GlbCluster',
      'OutputUnit',
      'Cluster',
    ]);
    expect(keptModules(emitVerilog(Pe()))).toEqual([]);
  });

  test('instances count through the hierarchy, and the text below a module is its own', () => {
    const text = 'x'.repeat(20_000);
    const module = (name: string, below: string[]): VerilogModule => ({
      name,
      ports: [],
      memories: [],
      instances: below.map((each, index) => ({ name: `i${index}`, module: each })),
    });
    const design: VerilogDesign = {
      top: 'Top',
      ports: [],
      streams: [],
      modules: [module('Leaf', []), module('Pair', ['Leaf', 'Leaf']), module('Top', ['Pair', 'Pair'])],
      files: ['Leaf', 'Pair', 'Top'].map((name) => ({ path: `${name}.v`, text })),
    };
    // Four leaves, but small; two pairs of 60,000 characters, but only two.
    expect(names(keptModules(design))).toEqual([]);
    const wider = {
      ...design,
      modules: [...design.modules!.slice(0, 2), module('Top', ['Pair', 'Pair', 'Pair', 'Pair'])],
    };
    expect(names(keptModules(wider))).toEqual(['Pair']);
    const { modules: _modules, ...withoutModules } = design;
    expect(keptModules(withoutModules)).toEqual([]);
  });

  test('inputs get a place of their own, but clock and reset', () => {
    const port = (name: string, direction: 'input' | 'output') => ({ name, direction, width: 1, signed: false });
    const ports = [port('clock', 'input'), port('reset', 'input'), port('a', 'input'), port('b', 'output')];
    expect(keepModules([{ name: 'M', ports, memories: [], instances: [] }])).toBe(
      ['`verilator_config', 'no_inline -module "M"', 'public_flat_rd -module "M" -var "a"', ''].join('\n'),
    );
  });
});
