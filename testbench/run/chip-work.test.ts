import { describe, expect, it } from 'vitest';
import type { ChipParameters } from '../../hw/parameters.ts';
import { chipLike } from '../../sim/config/chip-like.ts';
import { convolve } from '../../sim/golden/convolution.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { across, type Mapping } from '../../sim/mapper/mapping.ts';
import { chipWork } from '../../sim/run/chip-work.ts';
import { Random } from '../../sim/tensor/random.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { checkProgram } from '../chip/check-program.ts';
import { randomChip, randomLayer, randomMapping, randomOperands } from '../chip/random-cases.ts';
import { full } from '../full.ts';

const wanted = { psums: true, oacts: false };
const oneCluster = chipLike({ clusterRows: 1, clusterColumns: 1 });

/** MACs of the functional model of the chip beyond the effectual ones of the layer, and what is expected of them. */
function surplus(layer: Layer, mapping: Mapping, chip: ChipParameters, operands = dense(layer)): [number, number] {
  const { macs } = checkProgram(layer, operands, mapping, chip, wanted);
  const { effectualMacs } = convolve(layer, operands.iacts, operands.weights, chip.pe.psumBits);
  return [macs - effectualMacs, chipWork(layer, operands, mapping, chip).surplusMacs];
}

function dense(layer: Layer) {
  return synthesiseOperands(layer, { seed: 1, iactDensity: 1, weightDensity: 1 });
}

const mapping: Mapping = {
  encoding: 'csc',
  flatten: false,
  bundle: 1,
  filters: 3,
  channels: 2,
  kernelColumns: 3,
  windows: 4,
  rows: 1,
  columns: 'positions',
  horizontal: across('positions', 1),
  vertical: { groups: 1, positions: 1, filters: 1, chain: 1 },
  iacts: 'own',
  replay: false,
};

describe('the work of a chip', () => {
  it('has MACs beyond the output where windows reach back into the last one of a row', () => {
    const layer = parseLayer({ m: 3, c: 2, h: 5, w: 8, r: 1, s: 3 }, 'windows');
    // 6 windows in pieces of 4: of the 2 beyond the end, one meets two columns, and the other one.
    const expected = layer.m * layer.c * 5 * (2 + 1);
    expect(surplus(layer, mapping, oneCluster)).toEqual([expected, expected]);
    expect(surplus(layer, { ...mapping, windows: 3 }, oneCluster)).toEqual([0, 0]);
    expect(surplus(layer, { ...mapping, kernelColumns: 1 }, oneCluster)).toEqual([0, 0]);
  });

  it('has MACs beyond the output where rows that share iacts reach back into the last one', () => {
    const layer = parseLayer({ m: 3, c: 2, h: 8, w: 6, r: 3, s: 3 }, 'rows');
    const shared: Mapping = { ...mapping, iacts: 'shared' };
    // 6 rows in 4 columns: of the 2 below, one meets two rows of the kernel, and the other one.
    const expected = layer.m * layer.c * 3 * 4 * (2 + 1);
    expect(surplus(layer, shared, oneCluster)).toEqual([expected, expected]);
    expect(surplus(layer, { ...shared, iacts: 'own' }, oneCluster)).toEqual([0, 0]);
  });

  it('has as many MACs as the functional model makes (random layers, mappings and chips)', () => {
    const random = Random.stream(6, 'work');
    // Of either kind: most draws have none.
    const wantedCases = full ? 200 : 8;
    const seen = { none: 0, some: 0 };
    while (seen.none < wantedCases || seen.some < wantedCases) {
      const layer: Layer = { ...randomLayer(random, 'random'), pad: [2, 2, 1, 1] };
      const operands = randomOperands(random, layer);
      const chip = randomChip(random);
      const drawn = randomMapping(random, layer, operands.weights.data, chip);
      if (drawn === undefined) continue;
      const { surplusMacs } = chipWork(layer, operands, drawn, chip);
      const kind = surplusMacs === 0 ? 'none' : 'some';
      if (seen[kind]++ >= wantedCases) continue;
      const [found, expected] = surplus(layer, drawn, chip, operands);
      expect({ layer, drawn, chip, found }).toEqual({ layer, drawn, chip, found: expected });
    }
  });
});
