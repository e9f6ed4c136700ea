import { describe, expect, test } from 'vitest';
import type { ChipParameters } from '../../hw/parameters.ts';
import { clusterCount } from '../../hw/parameters.ts';
import type { Operands } from '../../sim/chip/chip-program.ts';
import { openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { estimateCycles } from '../../sim/estimate/estimate-cycles.ts';
import { masksOfShares, masksOfTensors, sharesOf } from '../../sim/estimate/masks.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { Random } from '../../sim/tensor/random.ts';
import { randomChip, randomLayer, randomMapping, randomOperands } from '../chip/random-cases.ts';

/** Cycles that the first windows and the last words may be wrong by. */
const ENDS = 10;

function masksOf(layer: Layer, { iacts, weights }: Operands, outputs: Int8Array | Uint8Array | undefined) {
  const density = { iact: 1, weight: 1, output: 1 };
  const shares = sharesOf(layer, density, { activations: 0, weights: 0 }, 1);
  const tensors = { iacts: iacts.data, weights: weights.data, outputs };
  return masksOfTensors(layer, tensors, masksOfShares(layer, density, shares, 1));
}

/** Relative errors of random layers by random mappings. */
async function errorsOn(chip: ChipParameters, random: Random, layers: number): Promise<number[]> {
  const open = await openChip(chip, { engine: 'builtin', checks: false });
  const errors: number[] = [];
  for (let index = 0; index < layers; index++) {
    const drawn = randomLayer(random, `layer ${index}`);
    const { output: _output, ...raw } = drawn;
    const layer = index % 4 === 3 ? raw : drawn;
    const operands = randomOperands(random, layer);
    const mapping = randomMapping(random, layer, operands.weights.data, chip);
    if (mapping === undefined) continue;
    const { cycles, oacts, counters } = open.run(layer, operands, { mapping });
    const masks = masksOf(layer, operands, oacts?.data);
    const estimated = estimateCycles(layer, mapping, chip, masks, cycles);
    expect(estimated.share).toBe(1);
    expect(estimated.commandCycles).toBe(counters.chip.commandCycles);
    expect(Math.abs(estimated.cycles - cycles), `${cycles} cycles by ${JSON.stringify(mapping)}`).toBeLessThan(
      ENDS + 0.03 * cycles,
    );
    // It is right for the right reasons.
    const { total } = counters;
    expect(estimated.counts.compute).toBe(total.peCompute);
    expect(estimated.counts.iactIn).toBe(total.iactIn);
    expect(estimated.counts.weightIn).toBe(total.weightIn);
    expect(estimated.counts.iactBankReads).toBe(total.iactBankReads);
    expect(estimated.counts.psumBankWrites).toBe(total.psumBankWrites);
    errors.push(Math.abs(estimated.cycles / cycles - 1));
  }
  open.close();
  return errors;
}

/** With a lane for each router: where routers share one, the model only knows their share of it. */
function withLanes(chip: ChipParameters): ChipParameters {
  const clusters = clusterCount(chip);
  return {
    ...chip,
    iactLanes: clusters * chip.iactBanks,
    weightLanes: clusters * chip.peRows,
    outputLanes: clusters,
  };
}

describe('cycles of the model, with the tensors', () => {
  const chips: readonly [string, ChipParameters][] = [
    ['1×1', chipLike({ clusterRows: 1, clusterColumns: 1 })],
    ['2×2', chipLike({ clusterRows: 2, clusterColumns: 2 })],
    ...[4, 7, 12].map((seed): [string, ChipParameters] => [
      `random ${seed}`,
      withLanes(randomChip(Random.stream(seed, 'estimated chips'))),
    ]),
  ];
  test.each(chips)('are those of the hardware on a chip of %s clusters', { timeout: 300_000 }, async (name, chip) => {
    const errors = await errorsOn(chip, Random.stream(1, `estimate ${name}`), 8);
    expect(errors.length).toBeGreaterThan(3);
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.02);
  });
});
