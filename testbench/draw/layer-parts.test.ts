import { describe, expect, it } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { chipLayer } from '../../sim/chip/chip-layer.ts';
import { clusterPart, letters, pePart } from '../../sim/draw/layer-parts.ts';
import { mappingFacts } from '../../sim/draw/mapping-facts.ts';
import { findLayer } from '../../sim/layer/library.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping, type Vertical } from '../../sim/mapper/mapping.ts';

const grouped = parseLayer(
  { name: 'grouped', n: 3, g: 4, m: 6, c: 5, h: 9, w: 7, r: 3, s: 2, stride: [2, 1], pad: [1, 0, 1, 0] },
  'grouped',
);

const vertical = (parts: Partial<Vertical>): Vertical => ({ groups: 1, positions: 1, filters: 1, chain: 1, ...parts });

const plain: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 16,
  channels: 11,
  kernelColumns: 1,
  windows: 8,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 2),
  vertical: vertical({ positions: 8 }),
  iacts: 'own',
  replay: true,
};

/** What cluster 2,1 and its PE 1,2 have; undefined where there is nothing left for them. */
const cases = [
  {
    layer: findLayer('mobilenet-conv4-pw'),
    mapping: plain,
    cluster: ['m 0–15', 'e 5'],
    pe12: ['c 10–20', 'm 0–15', 'e 5, f 16–23'],
  },
  {
    layer: findLayer('mobilenet-conv4-pw'),
    mapping: {
      ...plain,
      channels: 6,
      windows: 16,
      horizontal: across('filters', 2),
      vertical: vertical({ positions: 2, chain: 4 }),
    },
    cluster: ['m 16–31', 'e 0–1', 'units 6–8'],
    pe12: ['c 40–45', 'm 16–31', 'e 1, f 0–15'],
  },
  {
    layer: findLayer('mobilenet-conv4-dw'),
    mapping: { ...plain, bundle: 5, filters: 5, channels: 5, kernelColumns: 3, windows: 16 },
    cluster: ['g 0–4', 'e 10–11'],
    pe12: ['r 1, s 0–2', 'g 0–4', 'e 11, f 0–15'],
  },
  {
    layer: findLayer('alexnet-conv1'),
    mapping: {
      ...plain,
      flatten: true,
      filters: 12,
      windows: 55,
      columns: 'filters',
      vertical: vertical({ positions: 4, filters: 2 }),
      iacts: 'bypass',
    },
    cluster: ['m 0–47', 'e 3'],
    pe12: ['k 11–21', 'm 24–35', 'e 3'],
  },
  {
    layer: findLayer('lenet5-fc1'),
    mapping: {
      ...plain,
      filters: 8,
      windows: 1,
      columns: 'filters',
      horizontal: across('filters', 2),
      vertical: vertical({ filters: 8 }),
    },
    cluster: undefined,
    pe12: undefined,
  },
  {
    layer: grouped,
    mapping: {
      ...plain,
      filters: 6,
      channels: 5,
      kernelColumns: 2,
      windows: 3,
      horizontal: across('positions', 2),
      vertical: vertical({ groups: 2, positions: 4 }),
    },
    cluster: ['g 0, m 0–5', 'n 2 e 0–1'],
    pe12: ['r 1, s 0–1, c 0–4', 'g 0, m 0–5', 'n 2 e 1, f 0–2'],
  },
] satisfies readonly { layer: unknown; mapping: Mapping; cluster: unknown; pe12: unknown }[];

it.each(cases)('$layer.name: the part of cluster 2,1 and of its PE 1,2', ({ layer, mapping, cluster, pe12 }) => {
  const mapped = chipLayer(layer, mapping, eyerissV2Chip);
  expect(clusterPart(mapped, mapped.roles[5]!)).toEqual(cluster);
  expect(pePart(mapped, mapped.roles[5]!, 1, 2)).toEqual(pe12);
});

describe('a part', () => {
  const mapped = chipLayer(grouped, cases[5]!.mapping, eyerissV2Chip);

  it('may reach from one image into the next', () => {
    expect(clusterPart(mapped, mapped.roles[2]!)).toEqual(['g 0, m 0–5', 'n 0 e 4 f 0 – n 1 e 0 f 5']);
  });

  it('comes with the letters that it needs', () => {
    expect(letters(mapped).join('; ')).toBe(
      'n image; g group; m filter (output channel); c channel; r, s row and column of the kernel; e, f row and column of the output',
    );
    const flat = chipLayer(cases[3]!.layer, cases[3]!.mapping, eyerissV2Chip);
    expect(letters(flat)).toContain('k value of a window laid flat, of c·r·s = 363');
  });
});

describe('the facts about a mapping', () => {
  const factsOf = (index: number): Record<string, string> => {
    const { layer, mapping } = cases[index]!;
    return Object.fromEntries(mappingFacts(chipLayer(layer, mapping, eyerissV2Chip)));
  };

  it('tell how iacts, weights and psums go', () => {
    expect(factsOf(0)).toMatchObject({
      iacts: 'high bandwidth: from the banks, again for each filter tile, to one cluster, each PE column its own',
      psums: 'up the columns and once through the banks, then to the output unit',
    });
    expect(factsOf(1)['psums']).toBe(
      'up the columns of 4 clusters, one after the other, to the output unit of the last',
    );
    expect(factsOf(3)['iacts']).toMatch(/: past the banks, to 2 clusters, all PE columns the same$/);
    expect(factsOf(3)['psums']).toContain('10 times through the banks');
  });

  it('tell how the layer was rewritten', () => {
    expect(factsOf(2)['layer']).toMatch(/; 5 groups in one, with block-diagonal weights$/);
    expect(factsOf(3)['layer']).toMatch(/; each window laid flat: a 1×1 kernel over 363 values$/);
  });
});
