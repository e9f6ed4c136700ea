import { describe, expect, test } from 'vitest';
import { emitVerilog, type VerilogModule } from '../../gen/index.ts';
import { Chip } from '../../hw/chip.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { Pe } from '../../hw/pe/pe.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';
import { keepModules, keptModules } from '../../sim/verilator/kept-modules.ts';

const names = (modules: readonly { readonly name: string }[]): string[] => modules.map(({ name }) => name);

describe('which modules Verilator keeps', () => {
  test('the large ones of the chip that are there many times, and nothing of one PE', () => {
    const { checkFiles, ...chip } = emitVerilog(Chip(eyerissV2Chip));
    const large = ['Pe', 'PeCluster', 'RouterCluster', 'GlbCluster', 'OutputUnit', 'Cluster'];
    expect(names(keptModules(chip))).toEqual(large);
    expect(names(keptModules({ ...chip, checkFiles }))).toEqual([...large, ...checkFiles.map(({ name }) => name)]);
    expect(keptModules(emitVerilog(Pe()))).toEqual([]);
  });

  test('checks stay apart with what they look at', () => {
    const { checkFiles, ...chip } = emitVerilog(Chip(eyerissV2Chip));
    const stage = checkFiles.find(({ name }) => name === 'Stage_40_checks')!;
    expect(stage).toMatchObject({ module: 'Stage_40', path: 'Stage_40_checks.sv' });
    const lines = keepModules(keptModules({ ...chip, checkFiles })).split('\n');
    expect(lines).toContain('no_inline -module "Stage_40_checks"');
    for (const input of ['enq_valid', 'deq_data', 'word'])
      expect(lines).toContain(`public_flat_rd -module "Stage_40_checks" -var "${input}"`);
    expect(lines.join()).not.toContain('-var "clock"');
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
    expect(keepModules([{ name: 'M', inputs: ['clock', 'reset', 'a'] }])).toBe(
      ['`verilator_config', 'no_inline -module "M"', 'public_flat_rd -module "M" -var "a"', ''].join('\n'),
    );
  });
});
