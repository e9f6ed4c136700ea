import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkChipParameters, clusterCount, eyerissV2Chip, peCount } from '../../hw/parameters.ts';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { checkRunnable, findConfig, isChip, presets } from '../../sim/config/config.ts';
import { InputError } from '../../sim/errors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'saccade-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The config that a file with this content describes. */
function configOf(content: unknown) {
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify(content));
  return findConfig(path);
}

function refusalOf(content: unknown): string {
  try {
    configOf(content);
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('nothing was refused');
}

/** What a chip is refused for, where only these parameters differ from the paper's. */
function chipRefusal(chip: Record<string, unknown>): string {
  return refusalOf({ name: 'x', chip });
}

describe('presets', () => {
  test('can all be built and run, and come back as they are from a file', () => {
    for (const [name, preset] of Object.entries(presets)) {
      expect(preset.name).toBe(name);
      expect(findConfig(name)).toBe(preset);
      expect(() => checkRunnable(preset)).not.toThrow();
      expect(isChip(preset) ? checkChipParameters(preset.chip) : []).toEqual([]);
      expect(configOf(preset)).toEqual(preset);
    }
  });

  test.each([
    { name: 'v2', clusters: 16, pes: 192, lanes: [48, 48, 16] },
    { name: 'v2-2x2', clusters: 4, pes: 48, lanes: [12, 12, 4] },
    { name: 'v2-1x1', clusters: 1, pes: 12, lanes: [3, 3, 1] },
    { name: 'lenet-36', clusters: 4, pes: 36, lanes: [12, 12, 4] },
    { name: 'scale-256', clusters: 16, pes: 256, lanes: [64, 64, 16] },
    { name: 'scale-1024', clusters: 64, pes: 1024, lanes: [256, 256, 64] },
    { name: 'scale-16384', clusters: 1024, pes: 16384, lanes: [4096, 4096, 1024] },
  ])('$name has $clusters clusters and $pes PEs', ({ name, clusters, pes, lanes }) => {
    const config = findConfig(name);
    if (!isChip(config)) throw new Error(`${name} is no chip`);
    const { chip } = config;
    expect([clusterCount(chip), peCount(chip)]).toEqual([clusters, pes]);
    expect([chip.iactLanes, chip.weightLanes, chip.outputLanes]).toEqual(lanes);
  });

  test('v2 is what there is without a name', () => {
    expect(findConfig()).toEqual({ name: 'v2', clockMHz: 200, chip: eyerissV2Chip });
  });

  test('that are mistyped are guessed', () => {
    expect(() => findConfig('v2-2x3')).toThrow('did you mean "v2-2x2"?');
    expect(() => findConfig('constructor')).toThrow(
      'the presets are v2, v2-2x2, v2-1x1, lenet-36, scale-256, scale-1024, scale-16384, pe',
    );
  });
});

describe('a config file', () => {
  test('of a chip leaves out what is as in the paper', () => {
    expect(configOf({ name: 'x', chip: {} })).toEqual({ name: 'x', clockMHz: 200, chip: eyerissV2Chip });
    const pe = { psumDepth: 16 };
    expect(configOf({ name: 'x', clockMHz: 50, chip: { pe, iactLanes: 3 } })).toEqual({
      name: 'x',
      clockMHz: 50,
      chip: { ...eyerissV2Chip, pe: { ...eyerissV2Pe, ...pe }, iactLanes: 3 },
    });
  });

  test('has a lane for each router, unless it says otherwise', () => {
    const config = configOf({ name: 'x', chip: { clusterRows: 3, clusterColumns: 1, peRows: 2, iactBanks: 4 } });
    expect(config).toMatchObject({ chip: { iactLanes: 12, weightLanes: 6, outputLanes: 3 } });
  });

  test('describes a chip or a PE', () => {
    expect(refusalOf({ name: 'x' })).toMatch(/^config\.json: .*neither "chip".* nor "pe"/);
    expect(refusalOf({ name: 'x', chip: {}, pe: {} })).toContain('pe');
    expect(refusalOf(null)).toContain('neither');
  });

  test('with unknown names or other types is refused by name', () => {
    const message = chipRefusal({ clusters: 4, peRows: 'three', pe: { psumDeep: 3 } });
    for (const name of ['clusters', 'peRows', 'psumDeep']) expect(message).toContain(name);
    expect(message).toContain('--print-config');
  });

  test.each([
    [{ clusterColumns: 4, iactLanes: 12 }, 'chip.iactLanes is 12, and must be a multiple of the 8 clusterRows: '],
    [{ clusterColumns: 4, outputLanes: 4 }, 'chip.outputLanes is 4, and must be a multiple of the 8 clusterRows: '],
    [{ iactLanes: 7 }, 'chip.iactLanes is 7, and must divide the 48 iact routers'],
    [{ weightLanes: 36 }, 'chip.weightLanes is 36, and must divide the 48 weight routers'],
    [{ outputLanes: 3 }, 'chip.outputLanes is 3, and must divide the 16 clusters'],
    [{ counterBits: 40 }, 'chip.counterBits is 40, and must be at most 32: '],
    [{ counterBits: 4 }, 'chip.counterBits is 4, and must be a whole number from 8'],
    [{ iactBankWords: 4 }, 'chip.iactBankWords is 4, and must be a whole number from 8'],
    [{ iactQueueDepth: 1 }, 'chip.iactQueueDepth is 1, and must be a whole number from '],
    [{ peColumns: 9 }, 'chip.peColumns is 9: a weight packet'],
    [{ outputChannels: 16 }, 'chip.outputChannels is 16: a tile has up to pe.psumDepth = 32'],
    [{ outputChannels: 33 }, 'chip.outputChannels is 33, and must be even'],
    [{ pe: { psumDepth: 12 } }, 'chip.pe.psumDepth is 12, and must be a power of two'],
    [{ pe: { psumBits: 25 } }, 'chip.pe.psumBits is 25: a psum leaves the chip in a word of 24 bits'],
    [
      { pe: { macs: 1, psumDepth: 4 } },
      'chip.pe.psumBanks is 2, and must be a power of two from 2 to psumDepth / 4 = 1',
    ],
    [{ pe: { dataBits: 10, countBits: 5, psumBits: 24 } }, 'chip.pe.dataBits is 10: the outputs of a chip'],
  ])('%j is refused by name and reason', (chip, sentence) => {
    expect(chipRefusal(chip)).toContain(`config.json: this hardware can't be built:\n`);
    expect(chipRefusal(chip)).toContain(`\n  ${sentence}`);
  });

  test('says how many MACs a PE has, and whether it reads compressed data', () => {
    expect(configOf({ name: 'x', pe: { macs: 1, sparse: false } })).toMatchObject({ pe: { macs: 1, sparse: false } });
    expect(configOf({ name: 'x', chip: {} })).toMatchObject({ chip: { pe: { macs: 2, sparse: true } } });
    for (const macs of [0, 3, '1', true]) {
      expect(refusalOf({ name: 'x', pe: { macs } })).toMatch(/expected 1 or 2: the multipliers of a PE\n.*pe\.macs/);
      expect(chipRefusal({ pe: { macs } })).toMatch(/expected 1 or 2: .*\n.*chip\.pe\.macs/);
    }
    for (const sparse of [0, 'no', null])
      expect(refusalOf({ name: 'x', pe: { sparse } })).toMatch(/expected true or false: .*\n.*pe\.sparse/);
  });

  test('with several problems is told all of them', () => {
    const message = chipRefusal({ iactLanes: 5, counterBits: 33, peColumns: 12 });
    for (const name of ['iactLanes is 5', 'counterBits is 33', 'peColumns is 12']) expect(message).toContain(name);
  });
});

test('hardware that no layer can be run on says why', () => {
  const config = configOf({
    name: 'narrow',
    pe: { dataBits: 4, countBits: 2, weightDataDepth: 14, iactDataDepth: 16 },
  });
  expect(() => checkRunnable(config)).toThrow('config narrow: no layer can be run on this hardware');
  expect(() => checkRunnable(config)).toThrow('pe.dataBits is 4');
});
