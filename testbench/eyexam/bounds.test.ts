/** Bounds of any layer: each at most the one before, and none that the RTL beats. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chipLike } from '../../sim/config/chip-like.ts';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import { convolve } from '../../sim/golden/convolution.ts';
import { eyexam } from '../../sim/eyexam/eyexam.ts';
import { peWork } from '../../sim/eyexam/pe-work.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { chooseMapping } from '../../sim/mapper/search.ts';
import { chipWork } from '../../sim/run/chip-work.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { full } from '../full.ts';
import { anyLayer } from '../mapper/layers.ts';

const chips = {
  '1×1': chipLike({ clusterRows: 1, clusterColumns: 1 }),
  v2: chipLike({}),
  'two iact banks, few lanes': chipLike({ clusterRows: 4, clusterColumns: 2, iactBanks: 2, iactLanes: 4, weightLanes: 6, outputLanes: 2 }), // prettier-ignore
};
const names = Object.keys(chips) as (keyof typeof chips)[];

const anyCase = fc.record({
  layer: anyLayer({ macs: 200_000, elements: 20_000, most: 64 }),
  chip: fc.constantFrom(...names),
  encoding: fc.constantFrom('csc' as const, 'dense' as const, undefined),
  iactDensity: fc.constantFrom(1, 0.6, 0.2),
  weightDensity: fc.constantFrom(1, 0.5, 0.1),
  bandwidth: fc.constantFrom(undefined, 16),
  seed: fc.nat(1000),
});

describe('bounds of random layers', () => {
  it('fall from step to step, and count what the golden model counts', () => {
    let examined = 0;
    fc.assert(
      fc.property(anyCase, ({ layer, chip: name, encoding, bandwidth, iactDensity, ...rest }) => {
        const chip = chips[name];
        const operands = synthesiseOperands(layer, { iactDensity, ...rest });
        const { effectualMacs } = convolve(layer, operands.iacts, operands.weights, 20);
        fc.pre(effectualMacs > 0);
        let chosen;
        try {
          chosen = chooseMapping(layer, operands.weights.data, iactDensity, chip, { encoding, bandwidth });
        } catch {
          return; // Not every layer fits every chip.
        }
        const { mapping, cost, loops } = chosen;
        const exam = eyexam({ layer, operands, config: { name, chip }, mapping, bandwidth, measured: undefined, expectedCycles: cost.cycles }); // prettier-ignore
        expect(exam.effectualMacs).toBe(effectualMacs);
        expect(exam.steps).toHaveLength(7);
        for (const [index, { macsPerCycle, cycles, lost, reason }] of exam.steps.entries()) {
          expect(macsPerCycle).toBeGreaterThan(0);
          expect(Number.isInteger(cycles)).toBe(true);
          expect(lost).toBeGreaterThanOrEqual(0);
          expect(lost).toBeLessThan(1);
          expect(reason).toMatch(/^[A-Z0-9].*\.$/);
          expect(reason).not.toMatch(/NaN|undefined|Infinity/);
          expect(macsPerCycle).toBeLessThanOrEqual(exam.steps[Math.max(0, index - 1)]!.macsPerCycle);
          expect(macsPerCycle).toBeLessThanOrEqual(index > 1 ? exam.peak : effectualMacs);
        }
        const { roofline, steps } = exam;
        expect(steps[5]!.macsPerCycle).toBeLessThanOrEqual(roofline.bytesPerCycle * roofline.macsPerByte * (1 + 1e-9));
        // The same words, counted tile by tile here, and column by column there; uncompressed, zeros have none there.
        const { words } = chipWork(layer, operands, mapping, chip);
        const dealt = peWork(loops, operands).words;
        expect(dealt).toBeGreaterThanOrEqual(words);
        expect(mapping.encoding === 'csc' ? dealt : words).toBe(words);
        examined++;
      }),
      { numRuns: full ? 2000 : 150, seed: 5 },
    );
    expect(examined).toBeGreaterThan(40);
  });
});

describe('the RTL', () => {
  const shapes: Record<string, object> = {
    'pointwise': { m: 24, c: 40, h: 8, w: 8, r: 1, s: 1, output: { relu: true, multiplier: 3, shift: 9 } },
    'psums only': { m: 10, c: 7, h: 6, w: 6, r: 1, s: 1 },
    '3×3 with padding': { m: 9, c: 5, h: 8, w: 7, r: 3, s: 3, pad: [1, 1, 1, 1] },
    'depthwise': { g: 8, m: 1, c: 1, h: 9, w: 9, r: 3, s: 3, pad: [1, 1, 1, 1] },
    'fully connected': { m: 60, c: 50, h: 1, w: 1, r: 1, s: 1 },
    'one MAC': { m: 1, c: 1, h: 1, w: 1, r: 1, s: 1 },
  }; // prettier-ignore
  const chip = chips['1×1'];

  it('beats none of the bounds', async () => {
    const open = await openChip(chip, { engine: 'builtin', checks: false });
    try {
      for (const [name, shape] of Object.entries(shapes)) {
        const layer: Layer = parseLayer({ name, ...shape }, name);
        for (const density of name === 'one MAC' ? [1] : [1, 0.3]) {
          for (const encoding of ['csc', 'dense'] as const) {
            for (const bandwidth of [undefined, 2]) {
              const operands = synthesiseOperands(layer, { seed: 2, iactDensity: Math.min(1, 2 * density), weightDensity: density }); // prettier-ignore
              const limit = bandwidth === undefined ? {} : { bandwidth };
              const { mapping } = chooseMapping(layer, operands.weights.data, density, chip, { encoding, ...limit });
              const run = open.run(layer, operands, { mapping, ...limit });
              const measured = { cycles: run.cycles, tailCycles: run.counters.chip.tailCycles, outputBytes: 3 * run.moved.output, engine: 'builtin' }; // prettier-ignore
              const exam = eyexam({ layer, operands, config: { name: '1×1', chip }, mapping, bandwidth, measured, expectedCycles: 0 }); // prettier-ignore
              const [bound, last] = exam.steps.slice(5);
              expect(last!.cycles, `${name}, ${density}, ${encoding}, ${bandwidth}`).toBeGreaterThanOrEqual(
                bound!.cycles,
              );
              // And the bounds are near enough to say something: a third of the cycles, and those of latency.
              expect(last!.cycles).toBeLessThan(3 * bound!.cycles + 150);
            }
          }
        }
      }
    } finally {
      open.close();
    }
  }, 120_000);
});
