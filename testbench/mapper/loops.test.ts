import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChipParameters, eyerissV2Chip } from '../../hw/parameters.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { outputShape, psumShape, weightShape } from '../../sim/layer/shape.ts';
import { elementCount } from '../../sim/tensor/tensor.ts';
import { brokenLimit } from '../../sim/mapper/fits.ts';
import {
  evenPart,
  filtersOfTile,
  filterTileOf,
  groupOf,
  type Loops,
  loopsOf,
  pieceOf,
  roleOf,
  unitOf,
} from '../../sim/mapper/loops.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { workLayer } from '../../sim/mapper/work-layer.ts';
import { anyLayer } from './layers.ts';

/** Chips that are small enough to walk through. */
const chips: readonly ChipParameters[] = [
  { ...eyerissV2Chip, clusterRows: 4, clusterColumns: 2, peRows: 3, peColumns: 4 },
  { ...eyerissV2Chip, clusterRows: 2, clusterColumns: 2, peRows: 2, peColumns: 3 },
  { ...eyerissV2Chip, clusterRows: 1, clusterColumns: 1, peRows: 1, peColumns: 1, iactBanks: 1 },
  { ...eyerissV2Chip, clusterRows: 6, clusterColumns: 1, peRows: 3, peColumns: 2, iactBanks: 2 },
  { ...eyerissV2Chip, clusterRows: 2, clusterColumns: 4, peRows: 2, peColumns: 2, iactBanks: 2 },
  { ...eyerissV2Chip, clusterRows: 1, clusterColumns: 6, peRows: 1, peColumns: 2, iactBanks: 1 },
];

/** Any mapping, legal or not. */
const anyMapping = fc.record({
  filters: fc.integer({ min: 1, max: 8 }),
  channels: fc.integer({ min: 1, max: 6 }),
  kernelColumns: fc.integer({ min: 1, max: 4 }),
  windows: fc.integer({ min: 1, max: 8 }),
  rows: fc.integer({ min: 1, max: 3 }),
  bundle: fc.integer({ min: 1, max: 3 }),
  flatten: fc.boolean(),
  encoding: fc.constantFrom('csc', 'dense'),
  columns: fc.constantFrom('positions', 'filters'),
  iacts: fc.constantFrom('own', 'own', 'shared', 'bypass'),
  replay: fc.boolean(),
}) as fc.Arbitrary<Omit<Mapping, 'vertical' | 'horizontal'>>;

function verticals(rows: number): Mapping['vertical'][] {
  const all: Mapping['vertical'][] = [];
  for (let groups = 1; groups <= rows; groups++)
    for (let positions = 1; positions <= rows; positions++)
      for (let filters = 1; filters <= rows; filters++)
        for (let chain = 1; chain <= rows; chain++)
          if (groups * positions * filters * chain === rows) all.push({ groups, positions, filters, chain });
  return all;
}

function horizontals(columns: number): Mapping['horizontal'][] {
  return verticals(columns)
    .filter(({ chain }) => chain === 1)
    .map(({ groups, filters, positions }) => ({ groups, filters, positions }));
}

/** How often each pair of an output and a weight meets: [psum][c·r·s of the filter]. */
function walk(loops: Loops): Uint8Array {
  const { layer } = loops.work;
  const { e, f } = outputShape(layer);
  const perFilter = layer.c * layer.r * layer.s;
  const times = new Uint8Array(elementCount(psumShape(layer)) * perFilter);
  const outputs = layer.g * layer.m;
  visit(loops, (n, channel, y, x, weight, iact, wanted) => {
    if (Math.floor(weight / perFilter) !== channel || iact !== wanted)
      throw new Error(`weight ${weight} makes channel ${channel} from iact ${iact}, not ${wanted}`);
    times[(((n * outputs + channel) * e + y) * f + x) * perFilter + (weight % perFilter)]!++;
  });
  return times;
}

type Visitor = (n: number, channel: number, e: number, f: number, weight: number, iact: number, wanted: number) => void;

/** Every MAC that the chip does with a weight that is one, in the chip's order of loops. */
function visit(loops: Loops, mac: Visitor): void {
  const { work, chip, mapping } = loops;
  const { layer } = work;
  for (let cluster = 0; cluster < chip.clusterRows * chip.clusterColumns; cluster++) {
    const role = roleOf(loops, cluster);
    for (let chunk = 0; chunk < loops.chunks; chunk++) {
      const group = groupOf(loops, role, chunk);
      if (group < 0) continue;
      for (let column = 0; column < chip.peColumns; column++) {
        for (let replay = 0; replay < loops.replays; replay++) {
          const tile = filterTileOf(loops, role, column, replay);
          if (tile < 0) continue;
          const filters = filtersOfTile(loops, tile);
          expect(filters.size).toBeLessThanOrEqual(mapping.filters);
          for (let pass = 0; pass < loops.passes; pass++) {
            for (let peRow = 0; peRow < chip.peRows; peRow++) {
              const unit = unitOf(loops, role, pass, peRow);
              if (unit === undefined) continue;
              expect(unit.channels.size).toBeLessThanOrEqual(mapping.channels);
              expect(unit.kernelColumns.size).toBeLessThanOrEqual(mapping.kernelColumns);
              for (let row = 0; row < mapping.rows; row++) {
                const piece = pieceOf(loops, role, column, chunk, row);
                if (piece === undefined) continue;
                for (let window = 0; window < piece.windows; window++) {
                  const x = piece.f + window;
                  for (let ci = 0; ci < unit.channels.size; ci++) {
                    for (let ki = 0; ki < unit.kernelColumns.size; ki++) {
                      const c = unit.channels.start + ci;
                      const k = unit.kernelColumns.start + ki;
                      const iact = work.iactIndex(
                        piece.n,
                        group,
                        c,
                        piece.e * work.stride[0] + unit.kernelRow - work.pad[0],
                        x * work.stride[1] + k - work.pad[1],
                      );
                      for (let fi = 0; fi < filters.size; fi++) {
                        const filter = filters.start + fi;
                        const weight = work.weightIndex(group, filter, c, unit.kernelRow, k);
                        if (weight < 0) continue;
                        const channel = work.outputChannel(group, filter);
                        mac(piece.n, channel, piece.e, x, weight, iact, wantedIact(layer, piece.n, weight, piece.e, x));
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/** The iact that a weight of the layer meets for an output, straight from the definition of a convolution. */
function wantedIact(layer: Loops['work']['layer'], n: number, weight: number, e: number, f: number): number {
  const { g, m, c, h, w, r, s, stride, pad } = layer;
  const k = weight % s;
  const row = Math.floor(weight / s) % r;
  const channel = Math.floor(weight / (s * r)) % c;
  const group = Math.floor(weight / (s * r * c * m));
  const y = e * stride[0] + row - pad[0];
  const x = f * stride[1] + k - pad[1];
  if (y < 0 || y >= h || x < 0 || x >= w) return -1;
  return ((n * g * c + group * c + channel) * h + y) * w + x;
}

describe('the loops of a mapping', () => {
  test('do every MAC of a layer exactly once', { timeout: 60_000 }, () => {
    let legal = 0;
    fc.assert(
      fc.property(
        anyLayer({ macs: 3000 }),
        anyMapping,
        fc.constantFrom(...chips),
        fc.nat(),
        (layer, rest, chip, pick) => {
          const rows = verticals(chip.clusterRows);
          const columns = horizontals(chip.clusterColumns);
          const vertical = rows[pick % rows.length]!;
          const horizontal = columns[Math.floor(pick / rows.length) % columns.length]!;
          const mapping: Mapping = { ...rest, vertical, horizontal };
          const loops = loopsOf(workLayer(layer, mapping.flatten, Math.min(layer.g, mapping.bundle)), mapping, chip);
          if (brokenLimit(loops) !== undefined) return;
          legal++;
          expect(walk(loops).every((times) => times === 1)).toBe(true);
        },
      ),
      { numRuns: 400, seed: 7 },
    );
    expect(legal).toBeGreaterThan(100);
  });

  test('take a ragged layer apart evenly', () => {
    expect(Array.from({ length: 6 }, (_, tile) => evenPart(64, 6, tile).size)).toEqual([10, 11, 11, 10, 11, 11]);
    for (let parts = 1; parts < 20; parts++) {
      let next = 0;
      for (let index = 0; index < parts; index++) {
        const { start, size } = evenPart(17, parts, index);
        expect(start).toBe(next);
        expect(size).toBeLessThanOrEqual(Math.ceil(17 / parts));
        next = start + size;
      }
      expect(next).toBe(17);
    }
  });

  test('idle PE rows without an iact router of their own', () => {
    const chip = chips[3]!;
    const layer = parseLayer({ m: 2, c: 12, h: 4, w: 4, r: 1, s: 1 }, 'l');
    const vertical = { groups: 1, positions: 6, filters: 1, chain: 1 };
    const mapping: Mapping = {
      encoding: 'csc',
      flatten: false,
      bundle: 1,
      filters: 2,
      channels: 3,
      kernelColumns: 1,
      windows: 4,
      rows: 1,
      columns: 'positions',
      horizontal: across('positions', 2),
      vertical,
      iacts: 'own',
      replay: false,
    };
    const loops = loopsOf(workLayer(layer), mapping, chip);
    expect(loops).toMatchObject({ peRows: 2, units: 4, passes: 2 });
    expect(unitOf(loops, roleOf(loops, 0), 0, 2)).toBeUndefined();
    expect(unitOf(loops, roleOf(loops, 0), 1, 1)).toEqual({
      kernelRow: 0,
      kernelColumns: { start: 0, size: 1 },
      channels: { start: 9, size: 3 },
    });
    expect(elementCount(weightShape(layer))).toBe(24);
  });
});
