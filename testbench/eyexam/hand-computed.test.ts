/** Bounds of layers that can be worked out by hand. */
import { describe, expect, it } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { type Eyexam, type EyexamCase, eyexam, stepNames } from '../../sim/eyexam/eyexam.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';

const v2 = { name: 'v2', chip: eyerissV2Chip };
const oneCluster = { name: 'v2-1x1', chip: chipLike({ clusterRows: 1, clusterColumns: 1 }) };

/** Eight rows of clusters with rows of output of their own, PE columns as well, and the reduction over PE rows. */
const byPositions: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 8,
  channels: 4,
  kernelColumns: 1,
  windows: 2,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 2),
  vertical: { groups: 1, positions: 8, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};

function examine(
  layer: Layer,
  mapping: Mapping,
  given: Partial<EyexamCase> = {},
  { iactDensity = 1, weightDensity = 1 } = {},
): Eyexam {
  const operands = synthesiseOperands(layer, { seed: 1, iactDensity, weightDensity });
  const rest = { bandwidth: undefined, measured: undefined, expectedCycles: 0, ...given };
  return eyexam({ layer, operands, config: v2, mapping, ...rest });
}

const cyclesOf = ({ steps }: Eyexam): number[] => steps.map(({ cycles }) => cycles);

describe('a 1×1 layer that fits the array exactly', () => {
  // 64 PE columns take two windows each, the three PE rows four channels each: 8 filters are 4 words, for 4 · 2 iacts in every PE.
  const layer = parseLayer({ name: 'fits', m: 8, c: 12, h: 16, w: 8, r: 1, s: 1 }, 'fits');
  const exam = examine(layer, byPositions);

  it('loses nothing before the links', () => {
    const macs = 8 * 12 * 16 * 8;
    expect([exam.macs, exam.effectualMacs, exam.peak]).toEqual([macs, macs, 384]);
    expect(exam.steps.map(({ name }) => name)).toEqual(stepNames);
    expect(cyclesOf(exam).slice(0, 5)).toEqual([1, 1, 32, 32, 32]);
    expect(exam.steps.slice(0, 5).map(({ macsPerCycle }) => macsPerCycle)).toEqual([macs, macs, 384, 384, 384]);
    expect(exam.steps[2]!.lost).toBeCloseTo(1 - 384 / macs, 12);
    expect(exam.steps[3]!.reason).toBe('Every dimension divides by the places of the array that it is spread over.');
  });

  it('is bound by 128 · 8 psums, each a word, that leave by 16 lanes after the command', () => {
    const command = cyclesOf(exam)[5]! - (128 * 8) / 16;
    expect(command).toBeGreaterThan(10);
    expect(command).toBeLessThan(100);
    expect(exam.steps[5]!.reason).toContain('psums into the output units');
  });

  it('is bound by off-chip memory where that is slow', () => {
    const unlimited = examine(layer, byPositions);
    const slow = examine(layer, byPositions, { bandwidth: 2 });
    const psumBytes = 3 * 8 * 16 * 8;
    expect(slow.steps[5]!.reason).toContain('off-chip memory at 2 bytes a cycle');
    const rest = 2 * cyclesOf(slow)[5]! - psumBytes - unlimited.roofline.bytesIn;
    // What is left is the command, in words of 4 bytes, as many as there are cycles before the PEs begin.
    const command = cyclesOf(exam)[5]! - (128 * 8) / 16;
    expect(Math.abs(rest - 4 * command)).toBeLessThan(2);
    expect(slow.roofline.bytesPerCycle).toBe(2);
    expect(exam.roofline.bytesPerCycle).toBe(96 * 3);
  });

  it('takes what a run took for the last step, faster or slower than expected', () => {
    const measured = { cycles: 500, tailCycles: 1, outputBytes: 3072, engine: 'builtin' };
    const run = examine(layer, byPositions, { measured, expectedCycles: 9999 });
    expect([run.lastStep, cyclesOf(run)[6]]).toEqual(['RTL', 500]);
    expect(run.steps[6]!.reason).toContain('The RTL took 500 cycles (builtin)');
    const expected = examine(layer, byPositions, { expectedCycles: 456.4 });
    expect([expected.lastStep, cyclesOf(expected)[6]]).toEqual(['expected', 456]);
  });

  it('never takes an expectation that is better than the bound', () => {
    const [bandwidth, last] = cyclesOf(examine(layer, byPositions, { expectedCycles: 3 })).slice(5);
    expect(last).toBe(bandwidth);
  });
});

describe('a layer smaller than the array', () => {
  // One window, two filters, three channels: three PEs have a word each.
  const layer = parseLayer({ name: 'small', m: 2, c: 3, h: 1, w: 1, r: 1, s: 1 }, 'small');
  const exam = examine(layer, { ...byPositions, filters: 2, channels: 1, windows: 1 });

  it('is done in a cycle by the three PEs that get any', () => {
    expect(exam.effectualMacs).toBe(6);
    expect(cyclesOf(exam).slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(exam.steps[4]!.macsPerCycle).toBe(6);
    expect(exam.steps[4]!.reason).toContain('3 of 192 get any');
  });
});

describe('a fully connected layer', () => {
  // 96 filters in tiles of 8 over 8 rows of clusters: 12 tiles, of which rows have two or one. 32 channels over 3 PE rows in tiles of 11.
  const layer = parseLayer({ name: 'fc', m: 96, c: 32, h: 1, w: 1, r: 1, s: 1 }, 'fc');
  const vertical = { groups: 1, positions: 1, filters: 8, chain: 1 };
  const exam = examine(layer, { ...byPositions, filters: 8, channels: 11, windows: 1, vertical });

  it('keeps one PE column of four and one cluster column of two busy, with all else even', () => {
    // 96 · 32 MACs are 1536 words, 8 on each of 192 PEs.
    expect(cyclesOf(exam)[2]).toBe(8);
    // 96 filters on 8 divide, 32 channels on 3 keep 32/33, one window on 8 columns keeps 1/8.
    expect(cyclesOf(exam)[3]).toBe(Math.ceil(8 / ((32 / 33) * (1 / 8))));
    expect(exam.steps[3]!.reason).toContain('32 weight columns on 3, 1 window on 8');
    // The fullest PE has two tiles of 11 columns, 4 words each.
    expect(cyclesOf(exam)[4]).toBe(2 * 11 * 4);
  });

  it('has a lane of weights that takes longer than the PEs, but not than the command and the PEs', () => {
    // Two packets for a PE row: a header, 11 ends of columns by three, 44 words.
    const lane = 2 * (1 + Math.ceil(11 / 3) + 44);
    const command = cyclesOf(exam)[5]! - 88;
    expect(command).toBeGreaterThan(lane - 88);
    expect(exam.steps[5]!.reason).toBe(
      `The command takes ${command} cycles before the PEs begin; no link is in the way, the tightest being ${lane} cycles of weights from outside, over the lane with most of them.`,
    );
  });

  it('is bound by that lane, where three PE rows share it', () => {
    const chip = chipLike({ weightLanes: 16 });
    const few = examine(
      layer,
      { ...byPositions, channels: 11, windows: 1, vertical },
      { config: { name: 'few', chip } },
    );
    // 11, 11 and 10 channels; columns that are not there have no word, but an end.
    const lane = 2 * (3 * (1 + 4) + (11 + 11 + 10) * 4);
    expect(cyclesOf(few)[5]).toBe(lane);
    expect(few.steps[5]!.reason).toBe(
      `Most cycles, ${lane}, are taken by weights from outside, over the lane with most of them.`,
    );
  });
});

describe('a depthwise layer', () => {
  const layer = parseLayer({ name: 'dw', g: 6, m: 1, c: 1, h: 5, w: 5, r: 3, s: 3 }, 'dw');
  const vertical = { groups: 1, positions: 1, filters: 1, chain: 1 };
  const horizontal = across('positions', 1);
  const mapping = { ...byPositions, filters: 1, channels: 1, kernelColumns: 3, windows: 3, horizontal, vertical };

  it('uses one of the two MACs of a PE', () => {
    // 6 · 3·3 windows of 9 weights: a word each. 12 PEs: three kernel rows, three rows of output on four columns.
    const exam = examine(layer, mapping, { config: oneCluster });
    expect([exam.effectualMacs, exam.peak]).toEqual([486, 24]);
    expect(cyclesOf(exam)[2]).toBe(Math.ceil(486 / 12));
    expect(exam.steps[2]!.reason).toContain('1.00 effectual MACs in each');
    // Nine windows on four columns keep 9/12 of them; whole rows of output, three on four.
    expect(cyclesOf(exam)[3]).toBe(Math.ceil(486 / 9));
    expect(cyclesOf(exam)[4]).toBe(6 * 9);
  });

  it('shares groups among clusters', () => {
    const config = { name: '2×1', chip: chipLike({ clusterRows: 2, clusterColumns: 1 }) };
    const shared = { ...mapping, vertical: { ...vertical, groups: 2 } };
    expect(cyclesOf(examine(layer, shared, { config }))[4]).toBe(3 * 9);
    // Four of seven groups in one cluster, three in the other.
    const seven = parseLayer({ name: 'seven', g: 7, m: 1, c: 1, h: 5, w: 5, r: 3, s: 3 }, 'seven');
    const exam = examine(seven, shared, { config });
    expect(cyclesOf(exam)[4]).toBe(4 * 9);
    expect(exam.steps[3]!.reason).toContain('7 groups on 2');
  });

  it('has words of two MACs again for groups of two filters', () => {
    const two = parseLayer({ name: 'two', g: 6, m: 2, c: 1, h: 5, w: 5, r: 3, s: 3 }, 'two');
    const exam = examine(two, { ...mapping, filters: 2 }, { config: oneCluster });
    expect([exam.effectualMacs, cyclesOf(exam)[2]]).toEqual([2 * 486, Math.ceil(486 / 12)]);
  });

  it('reads words of zeros uncompressed, but compressed none', () => {
    const padded = parseLayer({ name: 'pad', g: 6, m: 1, c: 1, h: 3, w: 3, r: 3, s: 3, pad: [1, 1, 1, 1] }, 'pad');
    const csc = examine(padded, mapping, { config: oneCluster });
    const dense = examine(padded, { ...mapping, encoding: 'dense' }, { config: oneCluster });
    // Of 3 · 3 places in each dimension, 7 lie inside.
    expect([csc.effectualMacs, dense.effectualMacs]).toEqual([6 * 49, 6 * 49]);
    expect(cyclesOf(csc)[2]).toBe(Math.ceil((6 * 49) / 12));
    expect(cyclesOf(dense)[2]).toBe(Math.ceil((6 * 81) / 12));
  });
});

it('refuses a layer without a MAC of two non-zeros', () => {
  const layer = parseLayer({ name: 'zeros', m: 8, c: 12, h: 16, w: 8, r: 1, s: 1 }, 'zeros');
  expect(() => examine(layer, byPositions, {}, { weightDensity: 0 })).toThrow(/layer zeros: .*nothing to examine/);
});
