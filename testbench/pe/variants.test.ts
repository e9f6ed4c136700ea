/** PEs with one MAC, and PEs that read nothing compressed. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../gen/index.ts';
import { Pe } from '../../hw/pe/pe.ts';
import { checkPeParameters, eyerissV2Pe, type PeParameters } from '../../hw/pe/parameters.ts';
import { exchange } from '../../sim/driver/exchange.ts';
import { InputError } from '../../sim/errors.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { choosePeMapping } from '../../sim/pe/mapping.ts';
import { openPe, runOnPe } from '../../sim/pe/run-on-pe.ts';
import { startPe } from '../../sim/pe/start-pe.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { full } from '../full.ts';
import { hasYosys, verilatorLint, yosysComplaints } from '../gen/tools.ts';
import { watched } from '../hw/pe/watched.ts';
import { checkLayer, type LayerCase } from './check-layer.ts';
import { Numbers, times } from './numbers.ts';
import {
  activityPortsOf,
  beatsOf,
  checkTiles,
  commandOf,
  effectualMacs,
  expectedPsums,
  psumsFrom,
  type Tile,
  weightWords,
} from './tile.ts';

const variants: { name: string; pe: PeParameters }[] = [
  { name: 'one MAC', pe: { ...eyerissV2Pe, macs: 1 } },
  { name: 'one MAC, nothing compressed', pe: { ...eyerissV2Pe, macs: 1, sparse: false } },
  { name: 'two MACs, nothing compressed', pe: { ...eyerissV2Pe, sparse: false } },
];

const plain = variants.filter(({ pe }) => !pe.sparse);

const layers: Record<string, LayerCase['layer']> = {
  conv: { c: 3, m: 8, h: 8, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1], iactSigned: true },
  'odd filters': { c: 3, m: 7, h: 6, w: 7, r: 2, s: 3, pad: [0, 1, 1, 0] },
  stride: { c: 2, m: 5, h: 11, w: 23, r: 5, s: 5, stride: [2, 2], pad: [2, 1, 2, 1] },
  'kernel that ends within a step': { c: 1, m: 6, h: 11, w: 31, r: 1, s: 11, stride: [1, 4] },
  'stride wider than the kernel': { c: 12, m: 3, h: 5, w: 9, stride: [2, 3] },
  pointwise: { c: 24, m: 33, h: 3, w: 5 },
  'many filters': { c: 5, m: 32, h: 2, w: 6, s: 2 },
  depthwise: { g: 4, c: 1, m: 1, h: 6, w: 6, r: 3, s: 3, pad: [1, 1, 1, 1] },
  'fully connected': { n: 3, c: 40, m: 19, h: 1, w: 1 },
};

/** Any walk that the iact SPads hold: windows that fit them, steps up to a whole window, columns up to all of a window. */
const walks = fc.integer({ min: 1, max: 15 }).chain((segmentLength) => {
  const most = Math.min(9, Math.floor(16 / segmentLength));
  return fc.integer({ min: 1, max: most }).chain((windowSegments) =>
    fc.record({
      segmentLength: fc.constant(segmentLength),
      windowSegments: fc.constant(windowSegments),
      stepSegments: fc.integer({ min: 1, max: windowSegments }),
      columns: fc.integer({ min: 1, max: windowSegments * segmentLength }),
      windows: fc.integer({ min: 1, max: 7 }),
      rows: fc.integer({ min: 1, max: 3 }),
    }),
  );
});

/** Up to three tiles of one command in a row. */
function commands({ sparse, macs }: PeParameters) {
  const density = fc.constantFrom(0, 0.05, 0.5, 1);
  return fc
    .record({
      walk: walks,
      dense: sparse ? fc.boolean() : fc.constant(true),
      iactSigned: fc.boolean(),
      accumulate: fc.boolean(),
      filters: fc.oneof(fc.constantFrom(1, 16, 17, 32), fc.integer({ min: 1, max: 32 })),
      iactDensity: density,
      weightDensity: density,
      tiles: fc.integer({ min: 1, max: 3 }),
      stall: fc.constantFrom<number | Record<string, number>>(0, 0.3, { iact: 0.8 }, { weight: 0.8 }, { psumOut: 0.9 }),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
    })
    .map(({ walk, tiles, stall, seed, ...given }) => {
      const numbers = new Numbers(seed);
      const { segmentLength, windowSegments, stepSegments, columns, windows, rows } = walk;
      const segments = windowSegments + (windows - 1) * stepSegments;
      const { dense, iactSigned, filters } = given;
      const sequence = times(tiles, (): Tile => {
        const psumIn = given.accumulate ? { psumIn: numbers.psums(windows * rows, filters) } : {};
        const weights = numbers.weights(columns, filters, given.weightDensity);
        const iacts = times(rows, () => numbers.segments(segments, segmentLength, given.iactDensity, iactSigned));
        return { dense, iactSigned, weights, rows: iacts, windowSegments, stepSegments, ...psumIn };
      });
      return { sequence, stall, seed, macs };
    })
    .filter(({ sequence }) =>
      sequence.every(
        ({ weights, dense = false }) => weightWords({ weights, dense, rows: [[weights.map(() => 1)]] }) <= 96,
      ),
    );
}

describe.each(variants)('a PE with $name', ({ pe }) => {
  const encodings = pe.sparse ? (['csc', 'dense'] as const) : (['dense'] as const);

  describe.each(encodings)('%s', (encoding) => {
    test.each(Object.keys(layers))('runs %s exactly', async (name) => {
      for (const stall of [0, 0.3])
        await checkLayer(name, pe, { layer: layers[name]!, encoding, stall, seed: 7, engine: 'builtin' });
    });

    test('is as busy as it can be on a layer without zeros', async () => {
      const layer = { c: 12, m: 16, h: 6, w: 12 };
      const run = await checkLayer('dense', pe, { layer, density: [1, 1], encoding, engine: 'builtin' });
      const macs = run.activity.mac0 + run.activity.mac1;
      expect(macs / run.cycles).toBeGreaterThan(0.94 * pe.macs);
    });
  });

  test('runs exactly in Verilator', async () => {
    for (const name of ['conv', 'odd filters', 'pointwise', 'depthwise']) {
      const run = await checkLayer(name, pe, { layer: layers[name]!, stall: 0.2, seed: 3, engine: 'verilator' });
      expect(run.tiles).toBeGreaterThan(0);
    }
  });

  describe('in simulation', () => {
    let sim: Simulation;

    beforeAll(async () => {
      sim = await openPe(pe, { engine: 'builtin' });
    });
    afterAll(() => sim.close());

    test('any commands, with any stalls, take no cycle too many for the weights', () => {
      const property = fc.property(commands(pe), ({ sequence, stall, seed, macs }) => {
        const activity = checkTiles(sim, sequence, { stall, seed }, pe);
        expect(activity.compute).toBe(sequence.reduce((sum, tile) => sum + weightWords(tile, 15, macs), 0));
      });
      fc.assert(property, { numRuns: full ? 2000 : 80, seed: 4 });
    });

    test.each([0, 0.5])('each cycle is of one kind, stall %f', (stall) => {
      const numbers = new Numbers(8);
      const dense = !pe.sparse;
      const shapes: Tile[] = [
        { dense, weights: numbers.weights(6, 31, 0.5), rows: [numbers.segments(9, 2, 0.5)], windowSegments: 3 },
        { dense, weights: numbers.weights(4, 5, 0.3), rows: [numbers.segments(6, 2, 0.1)], windowSegments: 2 },
        { dense, weights: numbers.weights(3, 1), rows: [numbers.segments(7, 3)] },
        { dense, weights: numbers.weights(4, 6), rows: [numbers.segments(3, 4)] },
        { dense, weights: numbers.weights(2, 32), rows: [numbers.segments(4, 2)] },
      ];
      const ports = activityPortsOf(pe);
      const kinds = [...ports.filter((port) => !/mac\d$/.test(port)), 'idle'];
      for (const tile of shapes) {
        const tiles = [tile, tile];
        const { send, psumOut: pairs } = beatsOf(tiles, pe);
        let macs = 0;
        const look = (): void => {
          expect(kinds.filter((port) => sim.peek(port) === 1)).toHaveLength(1);
          for (const port of ports) if (/mac\d$/.test(port)) macs += Number(sim.peek(port));
        };
        startPe(sim, commandOf(tile, pe));
        const watch = watched(sim, look);
        const { psumOut } = exchange(watch, sim.design, { send, expect: { psumOut: pairs }, stall, seed: 5 });
        expect(sim.peek('idle')).toBe(1);
        expect(psumsFrom(tiles, psumOut!, pe)).toEqual(tiles.map((each) => expectedPsums(each)));
        expect(macs).toBe(2 * effectualMacs(tile));
      }
    });

    test.each(['weight', 'iact'] as const)(
      'is not idle from the first word on, where that is a word of %ss',
      (first) => {
        const numbers = new Numbers(10);
        const tile: Tile = { dense: !pe.sparse, weights: numbers.weights(4, 6), rows: [numbers.segments(3, 4)] };
        const { send, psumOut: pairs } = beatsOf([tile], pe);
        startPe(sim, commandOf(tile, pe));
        expect(sim.peek('idle')).toBe(1);
        exchange(sim, sim.design, { send: { [first]: send[first].slice(0, 1) } });
        for (let cycle = 0; cycle < 10; cycle++) {
          expect(sim.peek('idle')).toBe(0);
          sim.step();
        }
        const rest = { ...send, [first]: send[first].slice(1) };
        const { psumOut } = exchange(sim, sim.design, { send: rest, expect: { psumOut: pairs } });
        expect(sim.peek('idle')).toBe(1);
        expect(psumsFrom([tile], psumOut!, pe)).toEqual([expectedPsums(tile)]);
      },
    );

    test.each([
      ['a segment', 2, 2],
      ['a value', 3, 1],
    ])('is not idle before the last word has come, with %s beyond the columns', (_, segmentLength, columns) => {
      const numbers = new Numbers(9);
      const windowSegments = 3;
      const rows = [numbers.segments(windowSegments, segmentLength)];
      const tile: Tile = { dense: true, weights: numbers.weights(columns, 3), rows, windowSegments };
      const { send, psumOut: pairs } = beatsOf([tile], pe);
      startPe(sim, commandOf(tile, pe));
      const most = { ...send, iact: send.iact.slice(0, -1) };
      const { psumOut } = exchange(sim, sim.design, { send: most, expect: pe.sparse ? {} : { psumOut: pairs } });
      for (let cycle = 0; cycle < 20; cycle++) {
        expect(sim.peek('idle')).toBe(0);
        sim.step();
      }
      const last = { send: { iact: send.iact.slice(-1) }, expect: pe.sparse ? { psumOut: pairs } : {} };
      const then = exchange(sim, sim.design, last);
      sim.step(10);
      expect(sim.peek('idle')).toBe(1);
      expect(psumsFrom([tile], (pe.sparse ? then : { psumOut }).psumOut!, pe)).toEqual([expectedPsums(tile)]);
    });
  });

  test('other sizes', async () => {
    const sizes = {
      iactAddressDepth: 5,
      iactDataDepth: 12,
      weightAddressDepth: 11,
      weightDataDepth: 33,
      psumDepth: 8,
      psumBanks: 2,
    };
    const small = { ...pe, ...sizes };
    expect(checkPeParameters(small)).toEqual([]);
    const { conv, stride, pointwise } = layers;
    for (const layer of [conv!, stride!, pointwise!]) await checkLayer('small', small, { layer, engine: 'builtin' });
    expect(checkPeParameters({ ...pe, psumBanks: 16 }).join('\n')).toMatch(/psumBanks is 16/);
  });

  test('Verilator and Yosys have nothing to complain of', () => {
    const design = emitVerilog(Pe(pe));
    expect(verilatorLint(design)).toBe('');
    expect(hasYosys ? yosysComplaints(design) : '').toBe('');
  });
});

test('ready of the weights and of the iacts depends on registers and the command alone', () => {
  for (const { pe } of variants) {
    const { ir, paths } = Pe(pe).checked;
    const port = (name: string) => ir.ports.find(({ path }) => path.join('_') === name)!;
    const sources = ['weight_ready', 'iact_ready'].flatMap((ready) =>
      ir.ports.filter((each) => paths.get(port(ready))!.has(each)).map(({ path }) => path[0]),
    );
    expect(sources.filter((source) => source !== 'command')).toEqual([]);
  }
});

describe.each(plain)('$name', ({ pe }) => {
  test('has no hardware for what is compressed', () => {
    const { top, modules, files } = emitVerilog(Pe(pe));
    expect(top).toBe(pe.macs === 1 ? 'Pe_m1_s0' : 'Pe_s0');
    expect(modules.map(({ name }) => name).join(' ')).not.toMatch(/CscDecode|WeightAddresses|\bPsumBank/);
    for (const { text } of files) expect(text).not.toMatch(/segmentEnd|columnEnds|input wire dense/);
    const { ir } = Pe(pe).checked;
    expect(ir.ports.map(({ path }) => path.join('_'))).not.toContain('command_dense');
  });

  test('compressed data are refused', async () => {
    const layer = parseLayer({ m: 4, c: 2, h: 3, w: 3, r: 1, s: 1 }, 'small');
    const { iacts, weights } = synthesiseOperands(layer, { seed: 1, iactDensity: 0.2, weightDensity: 0.2 });
    const densities = { iacts: 0.2, weights: 0.2 };
    expect(() => choosePeMapping(layer, weights.data, densities, pe, 'csc')).toThrow(InputError);
    expect(() => choosePeMapping(layer, weights.data, densities, pe, 'csc')).toThrow(
      /layer small: .*pe\.sparse is false: this PE reads uncompressed data only/,
    );
    expect(choosePeMapping(layer, weights.data, densities, pe).encoding).toBe('dense');
    const mapping = { encoding: 'csc', filters: 4, channels: 2, kernelColumns: 1 } as const;
    await expect(runOnPe(layer, iacts, weights, pe, { mapping, engine: 'builtin' })).rejects.toThrow(/pe\.sparse/);
  });
});
