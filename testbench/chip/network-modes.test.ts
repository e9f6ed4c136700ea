import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkModes } from '../../sim/chip/routing.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import type { Mapping } from '../../sim/mapper/mapping.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { checkRun } from './check-run.ts';

const chip = chipLike({ clusterRows: 2, clusterColumns: 2 });
const layer = parseLayer(
  { g: 2, m: 16, c: 6, h: 5, w: 6, r: 3, s: 3, pad: [1, 1, 1, 1], output: { multiplier: 3, shift: 10, relu: true } },
  'layer',
);
const operands = synthesiseOperands(layer, { seed: 3, iactDensity: 0.6, weightDensity: 0.5 });

const base: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 4,
  channels: 3,
  kernelColumns: 3,
  windows: 6,
  rows: 1,
  columns: 'positions',
  side: 'positions',
  vertical: { groups: 1, positions: 2, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};
const vertical = (what: keyof Mapping['vertical']): Mapping['vertical'] => ({
  groups: 1,
  positions: 1,
  filters: 1,
  chain: 1,
  [what]: 2,
});

const mappings: Record<string, Mapping> = {
  'iacts of their own, weights across': base,
  'iacts for all': { ...base, side: 'filters', vertical: vertical('filters') },
  'iacts down the columns, weights across': { ...base, vertical: vertical('filters') },
  'iacts across': { ...base, side: 'filters' },
  'nothing shared': { ...base, side: 'groups', vertical: vertical('positions') },
  'psums from cluster to cluster': { ...base, channels: 5, kernelColumns: 3, vertical: vertical('chain') },
};

describe('the modes of the networks, with stalls on every lane', () => {
  let open: OpenChip;
  beforeAll(async () => {
    open = await openChip(chip, { engine: 'builtin' });
  });
  afterAll(() => open.close());

  for (const [name, mapping] of Object.entries(mappings)) {
    for (const stall of [0, 0.5]) {
      it(`${name}: all outputs are right and the words go that way alone${stall > 0 ? ', with stalls' : ''}`, () => {
        const run = checkRun(open, chip, layer, operands, { mapping, psums: true, stall, seed: 2 });
        const { iacts, weights } = networkModes(run.program.chipLayer);
        const {
          iactInjected,
          iactLocal,
          iactNorth,
          iactSouth,
          iactSide,
          weightIn,
          weightLocal,
          weightSide,
          psumSouth,
        } = run.counters.total;
        // A word from outside or from a bank goes to so many clusters.
        const fan = { 'high bandwidth': 1, 'interleaved multicast': 2, 'grouped multicast': 2, 'high reuse': 4 };
        expect(iactLocal).toBe(fan[iacts] * iactInjected);
        expect(weightLocal).toBe(fan[weights] * weightIn);
        // The southern one of two rows is the source; what it sends south as well nobody takes.
        expect(iactNorth > 0).toBe(iacts === 'interleaved multicast' || iacts === 'high reuse');
        expect(iactSouth).toBe(iactNorth);
        expect(iactSide > 0).toBe(iacts === 'grouped multicast' || iacts === 'high reuse');
        expect(weightSide > 0).toBe(weights === 'grouped multicast');
        expect(psumSouth > 0).toBe(mapping.vertical.chain > 1);
      });
    }
  }

  it('are all there', () => {
    const modes = Object.values(mappings).map((mapping) => {
      const { program } = open.run(layer, operands, { mapping });
      return networkModes(program.chipLayer);
    });
    expect(new Set(modes.map(({ iacts }) => iacts)).size).toBe(4);
    expect(new Set(modes.map(({ weights }) => weights))).toEqual(new Set(['grouped multicast', 'high bandwidth']));
  });

  it('take as long as off-chip memory takes to give the words', () => {
    const free = open.run(layer, operands, { mapping: base });
    const bandwidth = 2;
    const tight = open.run(layer, operands, { mapping: base, bandwidth });
    const bytes = 3 * (tight.moved.iact + tight.moved.weight + tight.moved.output);
    expect(tight.oacts).toEqual(free.oacts);
    expect(tight.cycles).toBeGreaterThan(free.cycles);
    expect(tight.cycles).toBeGreaterThan(0.9 * (bytes / bandwidth));
    expect(tight.cycles).toBeLessThan(1.5 * (bytes / bandwidth));
  });
});
