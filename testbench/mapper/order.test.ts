import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { channelsOfTile, filtersOfTile, loopsOf } from '../../sim/mapper/loops.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { balancedOrder, channelDensities, loadsOf, spreadOrder } from '../../sim/mapper/order.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import { workLayer } from '../../sim/mapper/work-layer.ts';
import { Random } from '../../sim/tensor/random.ts';

const mapping: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 4,
  channels: 3,
  kernelColumns: 1,
  windows: 4,
  rows: 1,
  columns: 'filters',
  horizontal: across('positions', 2),
  vertical: { groups: 1, positions: 8, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};

function sums(loads: Float64Array, order: readonly number[], spans: readonly { start: number; size: number }[]) {
  return spans.map(({ start, size }) =>
    order.slice(start, start + size).reduce((sum, index) => sum + loads[index]!, 0),
  );
}

describe('loads', () => {
  // Two groups of two filters and two channels, 1×2 kernels.
  const layer = parseLayer({ g: 2, m: 2, c: 2, h: 1, w: 4, r: 1, s: 2 }, 'l');
  const weights = Int8Array.of(
    1,
    1,
    0,
    1,
    /* filter 1 */ 0,
    0,
    1,
    0,
    /* group 1 */ 1,
    1,
    1,
    1,
    /* filter 1 */ 0,
    1,
    0,
    0,
  );

  test('are weights that are not zero, where nothing is known of iacts', () => {
    const { channels, filters } = loadsOf(workLayer(layer), weights);
    expect([...channels]).toEqual([2, 2, 3, 2]);
    expect([...filters]).toEqual([3, 1, 4, 1]);
  });

  test('are times the share of iacts that are not zero', () => {
    const { channels, filters } = loadsOf(workLayer(layer), weights, Float64Array.of(0.5, 1, 0, 0.25));
    expect([...channels]).toEqual([1, 2, 0, 0.5]);
    expect([...filters]).toEqual([2, 1, 0.5, 0]);
  });

  test('of a flattened layer are those of its columns', () => {
    const { channels } = loadsOf(workLayer(layer, true), weights, Float64Array.of(0.5, 1, 1, 1));
    expect([...channels]).toEqual([0.5, 0.5, 1, 1, 1, 2, 1, 1]);
  });
});

describe('densities of channels', () => {
  test('are counted over all images', () => {
    const layer = parseLayer({ n: 2, m: 1, c: 2, h: 2, w: 4, r: 1, s: 1 }, 'l');
    const iacts = new Uint8Array(32);
    iacts.fill(9, 0, 8); // image 0, channel 0
    iacts.fill(9, 26, 28); // image 1, channel 1
    expect([...channelDensities(layer, iacts)!]).toEqual([0.5, 0.125]);
  });

  test('are not known from fewer than 16 pixels', () => {
    const of = (n: number, w: number) =>
      channelDensities(parseLayer({ n, m: 1, c: 1, h: 1, w, r: 1, s: 1 }, 'l'), new Uint8Array(n * w));
    expect(of(1, 15)).toBeUndefined();
    expect(of(2, 8)).toEqual(Float64Array.of(0));
  });
});

describe('orders', () => {
  const sizes = fc.record({
    g: fc.integer({ min: 1, max: 3 }),
    m: fc.integer({ min: 1, max: 40 }),
    c: fc.integer({ min: 1, max: 40 }),
  });

  test('have every channel and filter of a group once', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 1000 }), ({ g, m, c }, seed) => {
        const work = workLayer(parseLayer({ g, m, c, h: 4, w: 4, r: 1, s: 1 }, 'l'));
        const random = Random.stream(seed, 'loads');
        const loads = {
          channels: Float64Array.from({ length: g * c }, () => random.integer(0, 9)),
          filters: Float64Array.from({ length: g * m }, () => random.integer(0, 9)),
        };
        for (const order of [spreadOrder(work, loads), balancedOrder(loopsOf(work, mapping, eyerissV2Chip), loads)]) {
          for (const [places, size] of [
            [order.channels, c],
            [order.filters, m],
          ] as const) {
            expect(places).toHaveLength(g * size);
            for (let group = 0; group < g; group++)
              expect(places.slice(group * size, (group + 1) * size).toSorted((a, b) => a - b)).toEqual(
                Array.from({ length: size }, (_, index) => index),
              );
          }
        }
      }),
    );
  });

  test('make tiles of about the same load of channels that are very different', () => {
    const work = workLayer(parseLayer({ m: 32, c: 24, h: 4, w: 4, r: 1, s: 1 }, 'l'));
    const loops = loopsOf(work, mapping, eyerissV2Chip);
    // Eight channels have nearly all the iacts, and lie side by side; so do filters.
    const loads = {
      channels: Float64Array.from({ length: 24 }, (_, c) => (c < 8 ? 100 : 1)),
      filters: Float64Array.from({ length: 32 }, (_, m) => 32 - m),
    };
    const channelSpans = Array.from({ length: loops.channelTiles }, (_, tile) => channelsOfTile(loops, tile));
    const filterSpans = Array.from({ length: loops.filterTiles }, (_, tile) => filtersOfTile(loops, tile));
    const { channels, filters } = balancedOrder(loops, loads);
    expect(sums(loads.channels, channels, channelSpans)).toEqual(Array(8).fill(102));
    expect(sums(loads.filters, filters, filterSpans)).toEqual(Array(8).fill(66));
    // Not known yet into how many tiles they are cut: still far from as they lie, where three tiles would have all channels, and one tile 122 of filters.
    const spread = spreadOrder(work, loads);
    expect(Math.max(...sums(loads.channels, spread.channels, channelSpans))).toBe(102);
    expect(Math.max(...sums(loads.filters, spread.filters, filterSpans))).toBeLessThan(90);
  });
});

describe('the mapper', () => {
  const layer = parseLayer({ m: 32, c: 48, h: 8, w: 8, r: 1, s: 1 }, 'l');
  const random = Random.stream(2, 'weights');
  const weights = Int8Array.from({ length: 32 * 48 }, () => (random.fraction() < 0.4 ? 1 : 0));
  const densities = Float64Array.from({ length: 48 }, (_, c) => (c < 12 ? 0.95 : 0.02));
  const choose = (options = {}) =>
    chooseMapping(layer, weights, 0.25, eyerissV2Chip, { encoding: 'csc', channelDensities: densities, ...options });

  test('gives every tile its share of the busy channels', () => {
    const { mapping, loops } = choose();
    const tiles = Array.from({ length: loops.channelTiles }, (_, tile) => channelsOfTile(loops, tile));
    const busy = tiles.map(
      ({ start, size }) => mapping.order!.channels.slice(start, start + size).filter((c) => c < 12).length,
    );
    expect(Math.max(...busy) - Math.min(...busy)).toBeLessThanOrEqual(1);
  });

  test('leaves them as they lie when asked to, when nothing is compressed, and where groups are bundled', () => {
    expect(choose({ balance: false }).mapping.order).toBeUndefined();
    expect(choose({ encoding: 'dense' }).mapping.order).toBeUndefined();
    expect(choose({ encoding: 'dense' }).loops.work.order).toBeUndefined();
    const depthwise = parseLayer({ g: 32, m: 1, c: 1, h: 8, w: 8, r: 3, s: 3 }, 'dw');
    const bundled = chooseMapping(depthwise, new Int8Array(32 * 9).fill(1), 0.5, eyerissV2Chip, {
      fixed: { bundle: 4 },
    });
    expect(bundled.mapping.order).toBeUndefined();
  });

  test('keeps an order that is given', () => {
    const order = { channels: [...Array(48).keys()].reverse(), filters: [...Array(32).keys()] };
    expect(choose({ fixed: { order } }).mapping.order).toEqual(order);
  });
});
