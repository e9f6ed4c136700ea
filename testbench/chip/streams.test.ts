import { describe, expect, it } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { chipProgram } from '../../sim/chip/chip-program.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import type { Tensor } from '../../sim/tensor/tensor.ts';

const chip: ChipParameters = {
  ...eyerissV2Chip,
  clusterRows: 1,
  clusterColumns: 1,
  peRows: 2,
  peColumns: 2,
  iactBanks: 2,
  iactLanes: 2,
  weightLanes: 2,
  outputLanes: 1,
};

// Two kernel rows, one for each row of PEs; two output rows, one for each column of PEs.
const layer = parseLayer(
  {
    m: 3,
    c: 2,
    h: 3,
    w: 2,
    r: 2,
    s: 1,
    iactSigned: true,
    output: { multiplier: [0x12345678, 2, 3], shift: [7, 31, 0] },
  },
  'layer',
);

const mapping: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 3,
  channels: 2,
  kernelColumns: 1,
  windows: 2,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 1),
  vertical: { groups: 1, positions: 1, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};

function tensor<D extends Int8Array | Int32Array>(shape: number[], data: D): Tensor<D> {
  return { shape, data };
}

// Channel 0, channel 1, each three rows of two.
const iacts = tensor([1, 2, 3, 2], Int8Array.of(1, 0, 0, 0, -5, 6, 7, 0, 0, 10, 0, 12));
// For each filter, for each channel, its two kernel rows.
const weights = tensor([3, 2, 2, 1], Int8Array.of(1, 2, 0, 4, 5, 0, 0, 8, -9, 0, 0, 12));
const bias = tensor([3], Int32Array.of(0x01020304, -1, 0));
const outputs = { psums: false, oacts: true };

const hex = (words: Uint32Array): string[] => Array.from(words, (word) => word.toString(16).padStart(6, '0'));

describe('iact words', () => {
  it('are segments of entries, each from a word of its own, blocks in the order of the bank', () => {
    const { iact, command } = chipProgram(layer, { iacts, weights, bias }, mapping, chip, outputs);
    // Row of PEs 0 reads kernel row 0: input row 0 for column 0, row 1 for column 1. A segment is the two channels of a pixel.
    expect(hex(iact[0]!)).toEqual([
      '001002',
      '000007', // 1, 7
      '000000', // 0, 0
      '000000', // 0, 0
      '10a001', // 0, 10
    ]);
    // Kernel row 1: input rows 1 and 2.
    expect(hex(iact[1]!)).toEqual(['000000', '10a001', '0fb001', '006002', '00000c']);
    expect(command.iactBank).toMatchObject({
      segments: 2,
      blockWords: 4,
      ownSlots: true,
      slotWords: [0, 4],
      chunks: 1,
    });
    expect(command.pe).toMatchObject({
      columns: 2,
      segmentLength: 2,
      windowSegments: 1,
      windows: 2,
      rows: 1,
      filters: 3,
    });
  });

  it('are plain values, three to a word, uncompressed', () => {
    const dense = { ...mapping, encoding: 'dense' } as const;
    const { iact, command } = chipProgram(layer, { iacts, weights, bias }, dense, chip, outputs);
    expect(hex(iact[0]!)).toEqual(['000701', '000000', '000000', '000a00']);
    expect(command.iactBank).toMatchObject({ dense: true, segmentWords: 1 });
  });

  it('take turns by segments where routers share a lane', () => {
    const { iact } = chipProgram(layer, { iacts, weights, bias }, mapping, { ...chip, iactLanes: 1 }, outputs);
    expect(hex(iact[0]!)).toEqual(
      [
        ['001002', '000007'],
        ['000000'],
        ['000000'],
        ['10a001'],
        ['000000'],
        ['0fb001'],
        ['10a001'],
        ['006002', '00000c'],
      ].flat(),
    );
  });

  it('are sent again for each filter tile, unless the bank replays them', () => {
    const tiles = { ...mapping, filters: 1 };
    const sent = (replay: boolean) => chipProgram(layer, { iacts, weights, bias }, { ...tiles, replay }, chip, outputs);
    const once = sent(true);
    expect(hex(sent(false).iact[0]!)).toEqual([...hex(once.iact[0]!), ...hex(once.iact[0]!), ...hex(once.iact[0]!)]);
    expect(once.command.iactBank).toMatchObject({ replays: 3, chunks: 1 });
    expect(sent(false).command.iactBank).toMatchObject({ replays: 1, chunks: 3 });
  });
});

describe('weight words', () => {
  it('are packets: for the output unit bias, multiplier and shift, for the PEs of a row their tile', () => {
    const { weight } = chipProgram(layer, { iacts, weights, bias }, mapping, chip, outputs);
    expect(hex(weight[0]!)).toEqual([
      '009100', // nine words for the output unit
      '020304',
      '567801',
      '071234',
      'ffffff',
      '0002ff',
      '1f0000',
      '000000',
      '000300',
      '000000',
      '003003', // three words for both columns
      '000202', // ends of the columns: 2, 2
      '005001',
      '0000f7', // 1, 5; -9
    ]);
    expect(hex(weight[1]!)).toEqual(['004003', '000301', '000002', '008004', '00000c']);
  });

  it('have the parameters of a filter tile before the tile of the last pass', () => {
    const passes = { ...mapping, channels: 1 };
    const { weight, chipLayer } = chipProgram(layer, { iacts, weights, bias }, passes, chip, outputs);
    expect(chipLayer.loops.passes).toBe(2);
    const headers = hex(weight[0]!).filter((word) => word === '009100' || word.endsWith('003'));
    expect(headers).toEqual(['003003', '009100', '002003']);
  });

  it('are plain values uncompressed, columns filled up to an even number', () => {
    const dense = { ...mapping, encoding: 'dense' } as const;
    const { weight } = chipProgram(layer, { iacts, weights, bias }, dense, chip, { psums: true, oacts: false });
    expect(hex(weight[0]!)).toEqual(['003003', 'f70501', '000000', '000000']);
    expect(hex(weight[1]!)).toEqual(['003003', '000002', '080400', '00000c']);
  });

  it('come for each column by itself where columns have filters of their own', () => {
    const own = { ...mapping, columns: 'filters', filters: 2 } as const;
    const { weight, command } = chipProgram(layer, { iacts, weights, bias }, own, chip, { psums: true, oacts: false });
    // The tiles of three filters cut in two: filter 0, filters 1 and 2. Then the same for the second output row.
    const once = ['002001', '000101', '000001', '002002', '000101', '0f7005'];
    expect(hex(weight[0]!)).toEqual([...once, ...once]);
    expect(command.iactBank.ownSlots).toBe(false);
    expect(command.output).toMatchObject({ ownColumns: true, tiles: 1, windows: 4 });
  });

  it('take turns by packets where routers share a lane, parameters with the tile behind them', () => {
    const apart = chipProgram(layer, { iacts, weights, bias }, mapping, chip, outputs);
    const { weight } = chipProgram(layer, { iacts, weights, bias }, mapping, { ...chip, weightLanes: 1 }, outputs);
    expect(hex(weight[0]!)).toEqual([...hex(apart.weight[0]!), ...hex(apart.weight[1]!)]);
  });
});

describe('runs of zeros that are too long for a count', () => {
  const deep = { ...chip, pe: { ...chip.pe, iactDataDepth: 40, weightAddressDepth: 40 } };
  const long = parseLayer({ m: 20, c: 20, h: 1, w: 1, r: 1, s: 1 }, 'long');
  const one = (length: number, at: number, value: number): Int8Array => {
    const values = new Int8Array(length);
    values[at] = value;
    return values;
  };
  const { iact, weight } = chipProgram(
    { ...long, iactSigned: true },
    { iacts: tensor([1, 20, 1, 1], one(20, 18, 9)), weights: tensor([20, 20, 1, 1], one(400, 18 * 20, -2)) },
    { ...mapping, filters: 20, channels: 20, windows: 1 },
    deep,
    { psums: true, oacts: false },
  );

  it('have an entry of their own, which stands for 16 zeros', () => {
    expect(hex(iact[0]!)).toEqual(['f00002', '000209', '000000']); // for column 0; nothing for column 1
    // Filter 18 of the first of 20 columns.
    expect(hex(weight[0]!)).toEqual(['008003', ...Array.from({ length: 6 }, () => '010101'), '000101', '2fef00']);
  });
});

describe('the command', () => {
  it('is refused where the iact banks cannot hold what they need', () => {
    const tight = { ...chip, iactBankWords: 8, peColumns: 4, weightLanes: 2 };
    expect(() => chipProgram(layer, { iacts, weights, bias }, mapping, tight, outputs)).toThrow(
      /layer layer: an iact bank has to hold 4 blocks of 4 words at once, and has 8 words: choose a mapping/,
    );
  });
});
