import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { Random } from '../../sim/tensor/random.ts';
import { full } from '../full.ts';
import { checkRun } from './check-run.ts';
import { drawBias, drawOutput } from './drawn-outputs.ts';
import { drawLayer, drawOperands, layerKinds, operandKinds } from './drawn-layers.ts';

const small = {
  chip: chipLike({ clusterRows: 2, clusterColumns: 2 }),
  engine: 'builtin',
  cases: 12,
  macs: 20_000,
} as const;
const paper = { chip: eyerissV2Chip, engine: 'verilator', cases: 60, macs: 3_000_000 } as const;

/** Layers as the mapper maps them: small ones on a small array, larger ones on the paper's in the full set. */
const sets = { '2×2 clusters': small, ...(full ? { 'the chip of the paper': paper } : {}) };

for (const [name, { chip, engine, cases, macs }] of Object.entries(sets)) {
  describe(`layers with all dimensions drawn on ${name}`, () => {
    let open: OpenChip;
    beforeAll(async () => {
      open = await openChip(chip, { engine });
    });
    afterAll(() => open.close());

    for (let index = 0; index < cases; index++) {
      // Their numbers have no common factor: every kind of layer meets every kind of operands.
      const kind = layerKinds[index % layerKinds.length]!;
      const values = operandKinds[index % operandKinds.length]!;
      const n = index % 2 === 0 ? 1 : 4;
      it(`${index}: ${kind}, ${values}, ${n === 1 ? 'one image' : `${n} images`}`, () => {
        const random = Random.stream(index, name);
        const layer = drawLayer(random, { kind, values, n, macs });
        const operands = drawOperands(random, layer, values);
        const bias = { shape: [layer.g * layer.m], data: drawBias(random, layer, operands) };
        const [signed, relu, perChannel] = [0.5, 0.5, 0.7].map((share) => random.fraction() < share) as [
          boolean,
          boolean,
          boolean,
        ];
        const output = drawOutput(random, layer, operands, { signed, relu, perChannel });
        const run = checkRun(open, chip, { ...layer, output }, { ...operands, bias }, { psums: true });
        expect(run.counters.total.macs > 0).toBe(run.golden.effectualMacs > 0);
      });
    }
  });
}
