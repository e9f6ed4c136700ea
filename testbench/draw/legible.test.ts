import { describe, expect, it } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { chipProgram } from '../../sim/chip/chip-program.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { drawArray } from '../../sim/draw/array.ts';
import { drawChip } from '../../sim/draw/chip.ts';
import { drawFormats } from '../../sim/draw/formats.ts';
import { drawPe } from '../../sim/draw/pe.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { findLayer } from '../../sim/layer/library.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { layoutOf, overflows, overlaps } from './svg-layout.ts';
import { unbalanced } from './unbalanced.ts';

const grouped = parseLayer(
  { name: 'grouped', n: 3, g: 4, m: 6, c: 5, h: 9, w: 7, r: 3, s: 2, stride: [2, 1], pad: [1, 0, 1, 0] },
  'grouped',
);

const chips: Readonly<Record<string, ChipParameters>> = {
  v2: eyerissV2Chip,
  '1×1': chipLike({ clusterRows: 1, clusterColumns: 1 }),
  '2×2 of 3×3': chipLike({ clusterRows: 2, clusterColumns: 2, peRows: 3, peColumns: 3 }),
  '3×1 of 4×6, 2 banks': chipLike({ clusterRows: 3, clusterColumns: 1, peRows: 4, peColumns: 6, iactBanks: 2 }),
  'one PE': chipLike({ clusterRows: 1, clusterColumns: 1, peRows: 1, peColumns: 1, iactBanks: 1 }),
  '2×4 of 2×2': chipLike({ clusterRows: 2, clusterColumns: 4, peRows: 2, peColumns: 2, iactBanks: 2 }),
  'shared lanes': chipLike({ iactLanes: 6, weightLanes: 4, outputLanes: 2 }),
};

const chain = { groups: 1, positions: 2, filters: 1, chain: 4 };
const arrays: readonly { chip: string; layer: Layer; fixed?: Partial<Mapping> }[] = [
  { chip: 'v2', layer: findLayer('mobilenet-conv4-pw') },
  { chip: 'v2', layer: findLayer('mobilenet-conv4-pw'), fixed: { vertical: chain, horizontal: across('filters', 2) } },
  { chip: 'v2', layer: findLayer('mobilenet-conv4-pw'), fixed: { encoding: 'dense' } },
  { chip: 'v2', layer: findLayer('mobilenet-conv4-dw') },
  { chip: 'v2', layer: findLayer('lenet5-fc1') },
  { chip: 'v2', layer: grouped },
  { chip: '1×1', layer: grouped },
  { chip: '2×2 of 3×3', layer: findLayer('lenet5-conv2') },
  { chip: '3×1 of 4×6, 2 banks', layer: findLayer('lenet5-conv2') },
  { chip: 'one PE', layer: grouped },
  { chip: '2×4 of 2×2', layer: grouped },
  { chip: '2×4 of 2×2', layer: findLayer('lenet5-conv2'), fixed: { horizontal: across('filters', 4) } },
  { chip: '2×4 of 2×2', layer: findLayer('lenet5-conv2'), fixed: { horizontal: across('positions', 4) } },
];

function array({ chip: name, layer, fixed = {} }: (typeof arrays)[number]): string {
  const chip = chips[name]!;
  const operands = synthesiseOperands(layer, { seed: 1, iactDensity: 0.7, weightDensity: 0.5 });
  const { mapping } = chooseMapping(layer, operands.weights.data, 0.7, chip, { fixed });
  const oacts = layer.output !== undefined;
  return drawArray(chipProgram(layer, operands, mapping, chip, { psums: !oacts, oacts }), name);
}

const drawings: readonly { what: string; draw: () => string }[] = [
  ...arrays.map((each) => ({
    what: `${each.layer.name} on ${each.chip}${each.fixed === undefined ? '' : ` with ${JSON.stringify(each.fixed)}`}`,
    draw: () => array(each),
  })),
  ...Object.entries(chips).flatMap(([name, chip]) => [
    { what: `chip ${name}`, draw: () => drawChip(chip, name) },
    { what: `formats of ${name}`, draw: () => drawFormats(chip) },
  ]),
  { what: 'PE', draw: () => drawPe(eyerissV2Pe) },
  { what: 'PE with one MAC', draw: () => drawPe({ ...eyerissV2Pe, macs: 1 }) },
  { what: 'PE that reads nothing compressed', draw: () => drawPe({ ...eyerissV2Pe, macs: 1, sparse: false }) },
  {
    what: 'a larger PE',
    draw: () => drawPe({ ...eyerissV2Pe, weightDataDepth: 192, psumDepth: 64, iactDataDepth: 32, psumBits: 24 }),
  },
];

describe.each(drawings)('$what', ({ draw }) => {
  const svg = draw();
  const { width, height, texts, xs, ys } = layoutOf(svg);

  it('has no text over another or beyond its box, and none too small to read', () => {
    expect(texts.length).toBeGreaterThan(20);
    expect(overlaps(layoutOf(svg))).toEqual([]);
    expect(overflows(layoutOf(svg))).toEqual([]);
    expect(texts.filter(({ size }) => size < 7).map(({ content }) => content)).toEqual([]);
  });

  it('stays within its frame, at the width of a page', () => {
    const out = texts.filter(({ left, right, bottom }) => left < 0 || right > width || bottom > height);
    expect(out.map(({ content }) => content)).toEqual([]);
    expect(xs.filter((x) => !(x >= 0 && x <= width))).toEqual([]);
    expect(ys.filter((y) => !(y >= 0 && y <= height))).toEqual([]);
    expect(width).toBeGreaterThanOrEqual(900);
    expect(width).toBeLessThan(1300);
  });

  it('has a name and a description, colours for light and dark, and is the same each time', () => {
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="description">[^<]{40,}<\/desc>/);
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(draw()).toBe(svg);
  });

  it('is well-formed, with a rule for every class', () => {
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const classes = new Set([...svg.matchAll(/class="([^"]*)"/g)].flatMap(([, names]) => names!.split(' ')));
    expect([...classes].filter((name) => !svg.includes(`.${name} `) && !svg.includes(`.${name},`))).toEqual([]);
  });
});
