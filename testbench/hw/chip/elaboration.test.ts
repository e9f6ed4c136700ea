import { describe, expect, test } from 'vitest';
import { emitVerilog, type VerilogDesign } from '../../../gen/index.ts';
import { Chip } from '../../../hw/chip.ts';
import { type ChipParameters, clusterCount, eyerissV2Chip, peCount } from '../../../hw/parameters.ts';
import { eyerissV2Pe } from '../../../hw/pe/parameters.ts';
import { chipLike } from '../../../sim/config/chip-like.ts';
import { type ChipConfig, presets } from '../../../sim/config/config.ts';
import { memoryShapes } from '../../../sim/run/memory-shapes.ts';
import { full } from '../../full.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';

const small = { clusterRows: 2, clusterColumns: 2 };

/** Chips of all kinds; the tools look at some of them. */
const chips: readonly { name: string; chip: ChipParameters; tools?: boolean }[] = [
  { name: 'v2', chip: eyerissV2Chip },
  { name: '2×2 clusters', chip: chipLike(small), tools: true },
  { name: '1×1 cluster', chip: chipLike({ clusterRows: 1, clusterColumns: 1 }), tools: full },
  { name: '3×1 clusters', chip: chipLike({ clusterRows: 3, clusterColumns: 1 }) },
  { name: '1×2 clusters of 2×2 PEs', chip: chipLike({ clusterRows: 1, clusterColumns: 2, peRows: 2, peColumns: 2 }) },
  { name: '2×2 clusters of 3×3 PEs', chip: chipLike({ ...small, peRows: 3, peColumns: 3 }), tools: full },
  { name: '1×1 cluster of 4×4 PEs', chip: chipLike({ clusterRows: 1, clusterColumns: 1, peRows: 4, peColumns: 4 }) },
  {
    name: 'one PE, one bank',
    chip: chipLike({ clusterRows: 1, clusterColumns: 1, peRows: 1, peColumns: 1, iactBanks: 1 }),
    tools: true,
  },
  {
    name: 'other memories',
    chip: chipLike({
      clusterRows: 2,
      clusterColumns: 1,
      pe: { ...eyerissV2Pe, weightDataDepth: 48, psumDepth: 16, iactDataDepth: 24, iactAddressDepth: 5, psumBits: 24 },
      iactBanks: 4,
      iactBankWords: 100,
      psumBankWords: 77,
      iactQueueDepth: 6,
      outputChannels: 48,
      counterBits: 20,
    }),
    tools: true,
  },
  {
    name: 'PEs of one MAC',
    chip: chipLike({ ...small, peRows: 2, peColumns: 2, pe: { ...eyerissV2Pe, macs: 1 } }),
    tools: full,
  },
  {
    name: 'PEs of one MAC that read nothing compressed',
    chip: chipLike({ ...small, peRows: 2, peColumns: 2, pe: { ...eyerissV2Pe, macs: 1, sparse: false } }),
    tools: true,
  },
  {
    name: 'shared lanes',
    chip: chipLike({ ...small, peRows: 2, peColumns: 1, iactBanks: 1, iactLanes: 2, weightLanes: 1, outputLanes: 2 }),
    tools: true,
  },
  {
    name: '2×3 clusters of 2×2 PEs',
    chip: chipLike({ clusterRows: 2, clusterColumns: 3, peRows: 2, peColumns: 2, iactBanks: 2 }),
    tools: true,
  },
  {
    name: '3×4 clusters of one PE, shared lanes',
    chip: chipLike({
      clusterRows: 3,
      clusterColumns: 4,
      peRows: 1,
      peColumns: 1,
      iactBanks: 1,
      iactLanes: 6,
      weightLanes: 3,
      outputLanes: 3,
    }),
    tools: true,
  },
  { name: 'scale-256', chip: (presets['scale-256'] as ChipConfig).chip },
  { name: 'scale-1024', chip: (presets['scale-1024'] as ChipConfig).chip, tools: full },
  ...(full ? [{ name: 'scale-16384', chip: (presets['scale-16384'] as ChipConfig).chip }] : []),
];

const designs = new Map<string, VerilogDesign>();
function designOf(name: string): VerilogDesign {
  const { chip } = chips.find((each) => each.name === name)!;
  const design = designs.get(name) ?? emitVerilog(Chip(chip));
  designs.set(name, design);
  return design;
}

describe.each(chips)('a chip of $name', ({ name, chip, tools = false }) => {
  test('is described, with no way from an input to an output within a cycle', () => {
    const { paths, names } = Chip(chip).checked;
    const ways = [...paths].flatMap(([output, inputs]) =>
      [...inputs].map((input) => `${names.signals.get(input)} to ${names.signals.get(output)}`),
    );
    expect(ways).toEqual([]);
  });

  test('has its PEs and lanes, and each module once', () => {
    const { modules, streams } = designOf(name);
    expect(new Set(modules.map((module) => module.name)).size).toBe(modules.length);
    const inCluster = modules.find((module) => module.name.startsWith('PeCluster'))!.instances;
    const pes = inCluster.filter(({ module }) => /^Pe(_|$)/.test(module)).length;
    expect(pes * clusterCount(chip)).toBe(peCount(chip));
    for (const [lane, count] of [
      ['iact', chip.iactLanes],
      ['weight', chip.weightLanes],
      ['output', chip.outputLanes],
    ] as const) {
      expect(streams.filter((stream) => stream.name.startsWith(`${lane}_`))).toHaveLength(count);
    }
  });

  test.runIf(tools)('passes verilator -Wall without a word', () => expect(verilatorLint(designOf(name))).toBe(''));
  test.runIf(tools && hasIcarus)('passes iverilog', () => expect(icarusComplaints(designOf(name))).toBe(''));
  test.runIf(tools && hasYosys)('passes yosys', () => expect(yosysComplaints(designOf(name))).toBe(''));
});

describe("the paper's chip", () => {
  test.runIf(hasIcarus)('passes iverilog', () => expect(icarusComplaints(designOf('v2'))).toBe(''));
  test.runIf(hasYosys)('passes yosys', () => expect(yosysComplaints(designOf('v2'))).toBe(''));
  test.runIf(full)('passes verilator -Wall without a word', () => expect(verilatorLint(designOf('v2'))).toBe(''));

  test('has the memories of Table II', () => {
    const shapes = memoryShapes(designOf('v2'));
    const count = (depth: number, width: number): number =>
      shapes.find((shape) => shape.depth === depth && shape.width === width)?.count ?? 0;
    // Iact and psum banks; weight, iact and psum SPads of 192 PEs, the psum SPad in two halves.
    expect([count(512, 24), count(375, 40)]).toEqual([48, 64]);
    expect([count(96, 24), count(16, 12), count(9, 4)]).toEqual([192, 192, 192]);
    expect(count(16, 20)).toBe(384);
  });

  test('is described in little time and text', () => {
    const { files } = designOf('v2');
    expect(files.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(1_000_000);
    const before = process.cpuUsage();
    emitVerilog(Chip({ ...eyerissV2Chip, counterBits: 31 }));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(3);
  });
});

test('modules of one name are the same in all chips', () => {
  const texts = new Map<string, string>();
  for (const { name } of chips) {
    for (const { path, text } of designOf(name).files) {
      expect(texts.get(path) ?? text, `${path} of ${name}`).toBe(text);
      texts.set(path, text);
    }
  }
});

test.each([
  [
    { clusterColumns: 0 },
    /^these parameters make no chip:\n {2}clusterColumns is 0, and must be a whole number from 1/,
  ],
  [
    { clusterColumns: 3, iactLanes: 12 },
    /iactLanes is 12, and must be a multiple of the 8 clusterRows: .* each row has lanes/,
  ],
  [{ outputLanes: 5 }, /outputLanes is 5, and must divide the 16 clusters/],
  [{ pe: { ...eyerissV2Pe, psumBits: 26 } }, /pe\.psumBits is 26/],
])('%j makes no chip', (changes, message) => {
  expect(() => Chip(chipLike(changes))).toThrow(message);
});
