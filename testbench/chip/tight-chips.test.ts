import { describe, expect, it } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { mappingFault } from '../../sim/mapper/fits.ts';
import { loopsOf } from '../../sim/mapper/loops.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { workLayer } from '../../sim/mapper/work-layer.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { full } from '../full.ts';
import { checkRun } from './check-run.ts';

interface Setting {
  readonly chip?: Partial<ChipParameters>;
  readonly layer?: object & { readonly m?: number };
  readonly mapping?: Partial<Mapping>;
}

/** Something that just fits: the largest mapping for a chip, or the smallest chip for a mapping, where something is rounded up. */
interface Edge {
  readonly of: (size: number) => Setting;
  readonly fits: number;
  /** The next size does not fit, and why; nothing where all sizes do. */
  readonly beyond?: { readonly size: number; readonly says: string };
}

const base: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 3,
  channels: 3,
  kernelColumns: 1,
  windows: 4,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 1),
  vertical: { groups: 1, positions: 1, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};
const shape = { m: 6, c: 3, h: 4, w: 4, r: 1, s: 1 };

const pe = (changes: Partial<ChipParameters['pe']>): Partial<ChipParameters> => ({
  pe: { ...eyerissV2Chip.pe, ...changes },
});

const edges: Record<string, Edge> = {
  'parameters of an odd number of filters in each of four columns': {
    of: (outputChannels) => ({
      chip: { peColumns: 4, outputChannels, ...pe({ psumDepth: 4, psumBanks: 2 }) },
      layer: { m: 24 },
      mapping: { columns: 'filters' },
    }),
    fits: 16,
    beyond: { size: 14, says: 'outputChannels allows 14' },
  },
  'parameters of one filter in each of three columns': {
    of: (outputChannels) => ({
      chip: { peColumns: 3, outputChannels, ...pe({ psumDepth: 4, psumBanks: 2 }) },
      mapping: { columns: 'filters', filters: 1, iacts: 'bypass' },
    }),
    fits: 6,
    beyond: { size: 4, says: 'outputChannels allows 4' },
  },
  'uncompressed weights of an odd number of filters': {
    of: (weightDataDepth) => ({ chip: pe({ weightDataDepth }), mapping: { encoding: 'dense' } }),
    fits: 6,
    beyond: { size: 5, says: 'uncompressed: pe.weightDataDepth allows 5' },
  },
  'compressed weights, none of them zero, of an odd number of filters': {
    of: (weightDataDepth) => ({ chip: pe({ weightDataDepth }) }),
    fits: 6,
    beyond: { size: 5, says: 'compressed: pe.weightDataDepth allows 5' },
  },
  'psums of an odd number of filters in the bank': {
    of: (psumBankWords) => ({ chip: { psumBankWords }, layer: { c: 6 }, mapping: { rows: 2 } }),
    fits: 16,
    beyond: { size: 15, says: 'psumBankWords allows 15' },
  },
  'blocks of segments with an odd number of entries': {
    of: (iactBankWords) => ({ chip: { iactBankWords } }),
    fits: 2 * (1 + 4 * 2),
    beyond: { size: 17, says: 'iactBankWords = 17 has room for 1' },
  },
  'blocks of segments with an even number of entries': {
    of: (iactBankWords) => ({ chip: { iactBankWords }, layer: { c: 4 }, mapping: { channels: 4 } }),
    fits: 2 * (1 + 4 * 3),
    beyond: { size: 25, says: 'iactBankWords = 25 has room for 1' },
  },
  'blocks of uncompressed segments that end within a word': {
    of: (iactBankWords) => ({
      chip: { iactBankWords },
      layer: { c: 4 },
      mapping: { encoding: 'dense', channels: 4 },
    }),
    fits: 2 * (1 + 4 * 2),
    beyond: { size: 17, says: 'iactBankWords = 17 has room for 1' },
  },
  'input rows that are shared and replayed': {
    of: (iactBankWords) => ({
      chip: { iactBankWords },
      layer: { h: 6, r: 3 },
      mapping: { iacts: 'shared', replay: true },
    }),
    fits: 4 * (1 + 4 * 2),
    beyond: { size: 35, says: 'iactBankWords = 35 has room for 3' },
  },
  'compressed windows that fill the iact SPads': {
    of: (iactDataDepth) => ({
      chip: pe({ iactDataDepth }),
      layer: { c: 3, w: 8, s: 5 },
      mapping: { kernelColumns: 5 },
    }),
    fits: 15,
    beyond: { size: 14, says: 'pe.iactDataDepth 14' },
  },
  'uncompressed windows that fill the iact SPads, in segments that end within a word': {
    of: (iactDataDepth) => ({
      chip: pe({ iactDataDepth }),
      layer: { c: 4, w: 7, s: 4 },
      mapping: { encoding: 'dense', channels: 4, kernelColumns: 4 },
    }),
    fits: 16,
    beyond: { size: 15, says: 'pe.iactDataDepth 15' },
  },
  'words of an uncompressed segment': {
    of: (channels) => ({
      chip: pe({ iactDataDepth: 64, weightAddressDepth: 64 }),
      layer: { c: channels },
      mapping: { encoding: 'dense', channels, filters: 2 },
    }),
    fits: 45,
    beyond: { size: 46, says: '16 words uncompressed' },
  },
  'more filters in a window than outputs in a segment': {
    of: (filters) => ({
      chip: pe({ iactDataDepth: 80, psumDepth: 64 }),
      layer: { m: filters, c: 1 },
      mapping: { filters, channels: 1 },
    }),
    fits: 64,
  },
  'as many filters as the weight SPad has room for, two to a word, and more than a byte can say': {
    of: (filters) => ({
      chip: { outputChannels: 512, ...pe({ psumDepth: 512, weightDataDepth: 150 }) },
      layer: { m: filters, c: 1, h: 2, w: 2 },
      mapping: { filters, channels: 1, windows: 2 },
    }),
    fits: 299,
    beyond: { size: 301, says: 'take 151 words compressed: pe.weightDataDepth allows 150' },
  },
};

/** A layer, a chip and a mapping; each channel is requantised in a way of its own, and no operand is zero. */
function build({ chip: changes = {}, layer: own = {}, mapping: chosen = {} }: Setting) {
  const m = own.m ?? shape.m;
  const multiplier = Array.from({ length: m }, (_, channel) => 500 + 70 * (channel % 16));
  const shift = Array.from({ length: m }, (_, channel) => 15 + (channel % 3));
  const layer = parseLayer({ ...shape, ...own, output: { multiplier, shift, zeroPoint: 9 } }, 'layer');
  const small = { clusterRows: 1, clusterColumns: 1, peRows: 1, peColumns: 2, iactBanks: 1 };
  const chip = chipLike({ ...small, ...changes });
  const mapping = { ...base, ...chosen };
  const operands = synthesiseOperands(layer, { seed: 1, iactDensity: 1, weightDensity: 1 });
  const fault = mappingFault(loopsOf(workLayer(layer), mapping, chip), operands.weights.data);
  return { layer, chip, mapping, operands, fault };
}

describe('what only just fits a chip', () => {
  it.each(Object.entries(edges))('%s: every psum and every output is right', async (_, { of, fits }) => {
    const { layer, chip, mapping, operands, fault } = build(of(fits));
    expect(fault).toBeUndefined();
    const open = await openChip(chip, { engine: 'builtin' });
    for (const stall of [0, 0.3]) checkRun(open, chip, layer, operands, { mapping, psums: true, stall });
    open.close();
  });

  const refused = Object.entries(edges).flatMap(([name, { of, beyond }]) => (beyond ? [{ name, of, beyond }] : []));
  it.each(refused)('$name: any less room, or any more of them, and they do not fit', ({ of, beyond }) => {
    expect(build(of(beyond.size)).fault).toContain(beyond.says);
  });

  // In Verilator the four PEs are kept as a module of their own, and the checks beside them.
  const engines = full ? (['builtin', 'verilator'] as const) : (['builtin'] as const);
  it.each(engines)('parameters beyond the table are found by the output unit, in %s', async (engine) => {
    const { of, beyond } = edges['parameters of an odd number of filters in each of four columns']!;
    const { layer, chip, mapping, operands } = build(of(beyond!.size));
    const open = await openChip(chip, { engine });
    expect(() => open.run(layer, operands, { mapping })).toThrow('the parameters of a tile fit the table');
    open.close();
  });
});
