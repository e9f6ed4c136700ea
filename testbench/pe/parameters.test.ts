import { describe, expect, test } from 'vitest';
import { Pe } from '../../hw/pe/pe.ts';
import { type PeParameters, checkPeParameters, eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { openPe } from '../../sim/pe/run-on-pe.ts';
import { checkLayer } from './check-layer.ts';
import { Numbers, times } from './numbers.ts';
import { type Tile, checkTiles } from './tile.ts';

describe('checkPeParameters', () => {
  test("accepts the paper's PE", () => {
    expect(checkPeParameters(eyerissV2Pe)).toEqual([]);
  });

  const keys = Object.keys(eyerissV2Pe) as (keyof PeParameters)[];

  test.each(keys)('refuses nonsense for %s, and names it', (key) => {
    for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      const problems = checkPeParameters({ ...eyerissV2Pe, [key]: value });
      expect(problems, `${value}`).not.toEqual([]);
      expect(problems.join('\n')).toContain(key);
      expect(problems.join('\n')).toContain(String(value));
    }
  });

  test.each<[keyof PeParameters, number]>([
    ['iactAddressDepth', 1],
    ['iactDataDepth', 1],
    ['iactDataDepth', 257],
    ['weightAddressDepth', 1],
    ['weightDataDepth', 256],
    ['psumDepth', 2],
    ['psumDepth', 24],
    ['psumBanks', 1],
    ['psumBanks', 3],
    ['psumBanks', 32],
    ['dataBits', 7],
    ['countBits', 5],
    ['psumBits', 16],
  ])('refuses %s of %d', (key, value) => {
    const problems = checkPeParameters({ ...eyerissV2Pe, [key]: value });
    expect(problems.join('\n')).toMatch(new RegExp(`${key}.*${value}`));
    expect(() => Pe({ ...eyerissV2Pe, [key]: value })).toThrow(key);
  });

  test('tells all problems at once', () => {
    const problems = checkPeParameters({ ...eyerissV2Pe, psumDepth: 24, psumBits: 12, weightDataDepth: 1000 });
    expect(problems).toHaveLength(3);
  });
});

test.each<Partial<PeParameters>>([
  { iactDataDepth: 2 },
  { iactDataDepth: 100, iactAddressDepth: 40 },
  { weightAddressDepth: 64, iactDataDepth: 6 },
  { weightAddressDepth: 128 },
  { weightDataDepth: 2, psumDepth: 128 },
  { psumDepth: 4, psumBanks: 2 },
  { psumBanks: 16 },
  { dataBits: 2, countBits: 1, iactDataDepth: 4, weightDataDepth: 3 },
  { dataBits: 16, countBits: 8, psumBits: 40 },
  { loopBits: 1 },
])('what it accepts can be elaborated: %o', (sizes) => {
  const pe = { ...eyerissV2Pe, ...sizes };
  expect(checkPeParameters(pe)).toEqual([]);
  expect(() => Pe(pe)).not.toThrow();
});

/** Sizes other than the paper's; `bits` of the data where they are narrower. */
const others: { name: string; pe: PeParameters; bits?: number }[] = [
  {
    name: 'small SPads, none a power of two deep',
    pe: {
      ...eyerissV2Pe,
      iactAddressDepth: 5,
      iactDataDepth: 12,
      weightAddressDepth: 11,
      weightDataDepth: 33,
      psumDepth: 8,
      psumBanks: 2,
    },
  },
  {
    name: 'large SPads and psums, and short counters',
    pe: {
      ...eyerissV2Pe,
      iactAddressDepth: 20,
      iactDataDepth: 32,
      weightAddressDepth: 32,
      weightDataDepth: 192,
      psumDepth: 64,
      psumBanks: 8,
      psumBits: 24,
      loopBits: 3,
    },
  },
  {
    name: 'four bits',
    pe: {
      ...eyerissV2Pe,
      iactDataDepth: 8,
      weightAddressDepth: 8,
      weightDataDepth: 15,
      psumDepth: 16,
      dataBits: 4,
      countBits: 2,
      psumBits: 9,
    },
    bits: 4,
  },
  {
    name: 'the widest psums',
    pe: {
      ...eyerissV2Pe,
      iactAddressDepth: 2,
      iactDataDepth: 3,
      weightAddressDepth: 3,
      weightDataDepth: 8,
      psumDepth: 16,
      psumBits: 32,
    },
  },
];

describe.each(others)('a PE of $name', ({ pe, bits = 8 }) => {
  test('makes sense', () => {
    expect(checkPeParameters(pe)).toEqual([]);
  });

  const options = { bits, stall: 0.2, seed: 3 };

  test.each(['csc', 'dense'] as const)('runs layers exactly, %s', async (encoding) => {
    const run = (name: string, layer: object, density: [number, number]) =>
      checkLayer(name, pe, { layer, density, encoding, ...options });
    await run('1x1', { c: 11, m: 21, h: 4, w: 10 }, [0.6, 0.5]);
    await run('3x3', { c: 3, m: 5, h: 10, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1], iactSigned: true }, [0.5, 0.7]);
    await run('wide', { c: 2, m: 3, h: 3, w: 13, r: 2, s: 7, stride: [1, 2] }, [1, 1]);
    await run('sparse', { c: 6, m: 70, h: 3, w: 3 }, [0.7, 0.05]);
    await run('many windows', { c: 2, m: 3, h: 2, w: 41, s: 3, stride: [1, 2], pad: [0, 1, 0, 1] }, [0.6, 0.6]);
    await run('batch', { n: 9, g: 2, c: 2, m: 2, h: 3, w: 3, r: 2, s: 2 }, [0.4, 0.4]);
  });

  test.each(['csc', 'dense'] as const)('walks many segments for few windows, %s', async (encoding) => {
    const layer = { h: 8, w: 24, m: 2, r: 2, s: 16 };
    await checkLayer('many segments', pe, { layer, density: [0.5, 0.5], encoding, ...options });
  });

  test('fills its SPads', async () => {
    const numbers = new Numbers(1);
    const [least, most] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
    const sim = await openPe(pe);
    try {
      for (const filters of [1, pe.psumDepth / 2, pe.psumDepth / 2 + 1, pe.psumDepth]) {
        const columns = Math.min(
          pe.weightAddressDepth,
          pe.iactDataDepth - 1,
          Math.floor(pe.weightDataDepth / Math.ceil(filters / 2)),
        );
        const weights = times(columns, () => times(filters, () => numbers.sparse(1, least, most)));
        const rows = times(2, () => times(5, () => times(columns, () => numbers.sparse(0.8, 0, 2 ** bits - 1))));
        const psumIn = times(10, () => times(filters + (filters % 2), () => numbers.integer(-256, 255)));
        const tiles: Tile[] = [
          { weights, rows },
          { weights, rows, dense: true, psumIn },
        ];
        checkTiles(sim, tiles, { stall: 0 }, pe);
        checkTiles(sim, tiles, { stall: 0.4, seed: 2 }, pe);
      }
    } finally {
      sim.close();
    }
  });
});
