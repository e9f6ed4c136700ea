import { describe, expect, test } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { limits, mappingFault } from '../../sim/mapper/fits.ts';
import { iactRing } from '../../sim/mapper/iact-ring.ts';
import { loopsOf } from '../../sim/mapper/loops.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { workLayer } from '../../sim/mapper/work-layer.ts';

const fitting: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 8,
  channels: 4,
  kernelColumns: 3,
  windows: 8,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 2),
  vertical: { groups: 1, positions: 8, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};

const shape = { m: 64, c: 32, h: 32, w: 32, r: 3, s: 3, pad: [1, 1, 1, 1] };

interface Case {
  readonly change?: Partial<Mapping>;
  readonly layer?: object;
  readonly chip?: Partial<ChipParameters>;
  readonly weight?: number;
}

function faultOf({ change = {}, layer: own = {}, chip = {}, weight = 1 }: Case): string | undefined {
  const layer = parseLayer({ ...shape, ...own }, 'l');
  const mapping = { ...fitting, ...change };
  const parameters = { ...eyerissV2Chip, ...chip };
  const loops = loopsOf(workLayer(layer, mapping.flatten, mapping.bundle), mapping, parameters);
  return mappingFault(loops, new Int8Array(layer.g * layer.m * layer.c * layer.r * layer.s).fill(weight));
}

describe('limits', () => {
  test('a mapping that fits has no fault', () => {
    expect(faultOf({})).toBeUndefined();
    expect(faultOf({ change: { iacts: 'shared', windows: 32, rows: 1, channels: 11, kernelColumns: 1 } })).toContain(
      'sharing',
    );
  });

  const vertical = fitting.vertical;
  const cases: Record<string, Case & { says: string }> = {
    'mesh rows': { change: { vertical: { ...vertical, positions: 4 } }, says: 'the mesh has 8' },
    'mesh columns': { change: { horizontal: across('groups', 3) }, says: 'the mesh has 2' },
    'weight columns': { change: { channels: 6 }, says: '18 weight columns: pe.weightAddressDepth allows 16' },
    'iact window': {
      chip: { pe: { ...eyerissV2Chip.pe, iactDataDepth: 8 } },
      says: 'pe.iactAddressDepth allows 9 and pe.iactDataDepth 8',
    },
    'psums of a window': {
      change: { filters: 33 },
      says: '33 filters make as many psums a window: pe.psumDepth allows 32',
    },
    'uncompressed weights': {
      change: { encoding: 'dense', filters: 18 },
      says: 'take 108 words uncompressed: pe.weightDataDepth allows 96',
    },
    chain: {
      change: { vertical: { groups: 1, positions: 4, filters: 1, chain: 2 } },
      says: 'a chain must take all units in one pass',
    },
    bypass: { change: { iacts: 'bypass' }, says: 'the columns must have filters of their own' },
    'shared rows': { change: { iacts: 'shared', windows: 16 }, says: '2 row pieces a row' },
    'psum bank': {
      change: { filters: 32, channels: 2, windows: 16, rows: 2 },
      says: '2 × 16 windows of 32 filters are 512 words of psums',
    },
    'iact bank': {
      change: { windows: 32, rows: 2 },
      says: '8 blocks of 103 words must be in an iact bank at once: iactBankWords = 512 has room for 4',
    },
    'output channels': {
      change: { columns: 'filters', filters: 16 },
      chip: { outputChannels: 48 },
      layer: { output: {} },
      says: '16 filters in each of 4 columns take 64 places among the parameters of requantisation: outputChannels allows 48',
    },
    'packet length': {
      change: { filters: 32, channels: 1, columns: 'filters' },
      layer: { output: {} },
      chip: { peColumns: 64, outputChannels: 4096 },
      says: 'its header can say 4095',
    },
    windows: {
      change: { windows: 9, filters: 1 },
      chip: { pe: { ...eyerissV2Chip.pe, loopBits: 3 } },
      says: 'pe.loopBits = 3 count to 7',
    },
    'segments of a block': {
      change: {
        windows: 65535,
        channels: 1,
        filters: 1,
        vertical,
        columns: 'filters',
        iacts: 'bypass',
        flatten: false,
      },
      layer: { w: 65535, c: 1, m: 8, h: 1, r: 1, pad: [0, 1, 0, 1] },
      says: 'a block would have 65537 segments: 16 bits count to 65535',
    },
    'words of a segment': {
      change: { encoding: 'dense', channels: 46, kernelColumns: 1, filters: 2, windows: 4 },
      layer: { c: 92 },
      chip: { pe: { ...eyerissV2Chip.pe, iactDataDepth: 64, weightAddressDepth: 64 } },
      says: 'a segment of 46 iacts is 16 words uncompressed: 4 bits count to 15',
    },
    'psums of a pass': {
      change: { windows: 30000, channels: 1, filters: 5, kernelColumns: 1, columns: 'filters', iacts: 'bypass' },
      layer: { w: 60000, c: 4, m: 50, h: 1, r: 1, s: 1, pad: [0, 0, 0, 0] },
      chip: { psumBankWords: 100_000 },
      says: 'a pass makes 90000 words of psums in each column',
    },
    loops: {
      change: { windows: 1, channels: 1, kernelColumns: 1, filters: 1, vertical: { ...vertical } },
      layer: { n: 5000, c: 1, m: 16, h: 16, w: 16, r: 1, s: 1, pad: [0, 0, 0, 0] },
      says: '16 bits count to 65535',
    },
  };
  test.each(Object.entries(cases))('%s', (_, { says, ...broken }) => {
    expect(faultOf(broken)).toContain(says);
  });

  test('each has a test', () => {
    expect(Object.keys(cases).toSorted()).toEqual(limits.map(({ name }) => name).toSorted());
  });

  test('compressed weights are judged by their actual size', () => {
    const tile = { change: { filters: 18 }, layer: { m: 18 } };
    expect(faultOf(tile)).toMatch(
      /^the weights of group 0, filters from 0 \(18\), .* take 108 words compressed: pe\.weightDataDepth allows 96/,
    );
    const depth = (weightDataDepth: number) => ({ pe: { ...eyerissV2Chip.pe, weightDataDepth } });
    expect(faultOf({ ...tile, chip: depth(107) })).toContain(
      'take 108 words compressed: pe.weightDataDepth allows 107',
    );
    expect(faultOf({ ...tile, chip: depth(108) })).toBeUndefined();
    expect(faultOf({ ...tile, weight: 0 })).toBeUndefined();
    expect(faultOf({ change: tile.change })).toBeUndefined(); // 64 filters in tiles of up to 18 are tiles of 16
  });
});

describe('the blocks of an iact bank', () => {
  const layer = parseLayer(shape, 'l');
  const ring = (change: Partial<Mapping>) =>
    iactRing(loopsOf(workLayer(layer), { ...fitting, ...change }, eyerissV2Chip));

  test('of a pass lie together; passes that are not replayed are chunks of their own', () => {
    // 8 channel tiles of 3 kernel rows on 3 PE rows: 8 passes.
    expect(ring({ rows: 2 })).toMatchObject({
      segments: 10,
      blockWords: 1 + 10 * 3,
      ringBlocks: 16,
      slotBlocks: 1,
      rowBlocks: 4,
      passBlocks: 8,
      chunkBlocks: 8,
      passes: 1,
      chunks: 8 * 8 * 1,
      passRelease: 8,
      chunkRelease: 0,
    });
    expect(ring({ replay: true })).toMatchObject({ passes: 8, replays: 8, chunks: 2, chunkBlocks: 32, passBlocks: 4 });
  });

  test('of shared rows are input rows', () => {
    expect(ring({ iacts: 'shared', channels: 11, kernelColumns: 1, windows: 32, rows: 2 })).toMatchObject({
      slotBlocks: 2,
      rowBlocks: 1,
      passBlocks: 1,
      chunkBlocks: 10,
      passRelease: 0,
      chunkRelease: 10,
    });
  });
});
