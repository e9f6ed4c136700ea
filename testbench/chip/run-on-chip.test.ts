import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { networkModes } from '../../sim/chip/routing.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { Random } from '../../sim/tensor/random.ts';
import { full } from '../full.ts';
import { checkRun } from './check-run.ts';
import { oneOf, randomLayer, randomMapping, randomOperands } from './random-cases.ts';

/** Chips whose RTL runs random layers: few on the built-in simulator, many on Verilator in the full set. */
const chips = {
  'one cluster': { chip: chipLike({ clusterRows: 1, clusterColumns: 1 }), cases: full ? 200 : 8 },
  '2×2 clusters': { chip: chipLike({ clusterRows: 2, clusterColumns: 2 }), cases: full ? 200 : 6 },
  '4×1 clusters of 2×2 PEs that share lanes': {
    chip: chipLike({
      clusterRows: 4,
      clusterColumns: 1,
      peRows: 2,
      peColumns: 2,
      iactBanks: 3,
      iactLanes: 4,
      weightLanes: 1,
      outputLanes: 2,
      iactBankWords: 64,
      psumBankWords: 40,
      outputChannels: 32,
    }),
    cases: full ? 100 : 4,
  },
  ...(full ? { v2: { chip: eyerissV2Chip, cases: 40 } } : {}),
};

for (const [name, { chip, cases }] of Object.entries(chips)) {
  describe(`random layers on ${name}`, () => {
    let open: OpenChip;
    beforeAll(async () => {
      open = await openChip(chip, { engine: full ? 'verilator' : 'builtin' });
    });
    afterAll(() => open.close());

    it('give every psum and every output, whatever stalls', () => {
      const random = Random.stream(5, name);
      const modes = new Set<string>();
      for (let index = 0; index < cases; index++) {
        const layer = randomLayer(random, `layer ${index}`);
        const operands = randomOperands(random, layer);
        // Half of the mappings are the mapper's own.
        const drawn = random.fraction() < 0.5 ? undefined : randomMapping(random, layer, operands.weights.data, chip);
        const run = checkRun(open, chip, layer, operands, {
          ...(drawn === undefined ? {} : { mapping: drawn }),
          psums: random.fraction() < 0.7,
          stall: oneOf(random, [0, 0.2, 0.6]),
          seed: index,
        });
        const { iacts, weights } = networkModes(run.program.chipLayer);
        modes.add(`iacts ${iacts}`).add(`weights ${weights}`);
        expect(run.moved.command).toBe(run.program.commandWords.length);
        expect(run.counters.total.outputWords).toBe(run.moved.output);
        expect(run.counters.total.weightIn).toBe(run.moved.weight);
        expect(run.counters.total.iactIn).toBe(run.moved.iact);
      }
      expect(modes.size).toBeGreaterThan(1);
    });
  });
}
