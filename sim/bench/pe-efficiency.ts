/** How close one PE comes to its bound on sparse layers, and where the other cycles go. */
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { formatTable } from '../cli/table.ts';
import { parseLayer } from '../layer/read-layer.ts';
import { runOnPe } from '../pe/run-on-pe.ts';
import { boundCycles } from '../run/pe-bound.ts';
import { synthesiseOperands } from '../tensor/synthetic.ts';
import type { Bench } from './bench.ts';

/**
 * Pointwise layers of the pruned MobileNet v1 0.5/128 with the shares of non-zeros of its real iacts and weights, as
 * Sparseloop's validation of this PE publishes them. Rows: name, M, C, H = W, iacts, weights.
 */
const layers: readonly (readonly [string, number, number, number, number, number])[] = [
  ['L07 CONV4 PW', 64, 64, 32, 0.728, 0.52],
  ['L09 CONV5 PW', 128, 64, 16, 0.864, 0.818],
  ['L13 CONV7 PW', 256, 128, 8, 0.833, 0.644],
  ['L19 CONV10 PW', 256, 256, 8, 0.608, 0.55],
  ['L21 CONV11 PW', 256, 256, 8, 0.641, 0.6],
  ['L23 CONV12 PW', 256, 256, 8, 0.608, 0.699],
  ['L25 CONV13 PW', 512, 256, 4, 0.677, 0.65],
  ['L27 CONV14 PW', 512, 512, 4, 0.583, 0.3],
];

/** Bound and cycles from RTL, whole layers: weights loaded, every psum out, every tile's start and end included. */
export const peEfficiency: Bench = {
  name: 'pe',
  describes: 'one PE on sparse layers: RTL cycles against the bound of one word of weights a cycle',
  async run(progress) {
    const results = [];
    for (const [index, [name, m, c, h, iactDensity, weightDensity]] of layers.entries()) {
      progress.advance('layers', index, layers.length);
      const layer = parseLayer({ name, m, c, h, w: h, r: 1, s: 1 }, name);
      const { iacts, weights } = synthesiseOperands(layer, { seed: 1, iactDensity, weightDensity });
      const { cycles, activity, mapping } = await runOnPe(layer, iacts, weights, eyerissV2Pe);
      const bound = boundCycles(layer, iacts, weights, mapping, eyerissV2Pe);
      const { load, drain, waitPsum, waitIact, windowEnd, mac0, mac1 } = activity;
      results.push({
        layer: name,
        iactDensity,
        weightDensity,
        bound,
        cycles,
        share: bound / cycles,
        macsPerCycle: (mac0 + mac1) / cycles,
        load,
        drain,
        waitPsum,
        waitIact,
        windowEnd,
      });
    }
    const table = formatTable([
      [
        'layer',
        'iacts',
        'weights',
        'bound',
        'cycles',
        'bound/cycles',
        'MACs/cycle',
        'load',
        'drain',
        'waitPsum',
        'waitIact',
        'windowEnd',
      ],
      ...results.map((each) => [
        each.layer,
        each.iactDensity.toFixed(3),
        each.weightDensity.toFixed(3),
        ...[each.bound, each.cycles].map(String),
        each.share.toFixed(3),
        each.macsPerCycle.toFixed(3),
        ...[each.load, each.drain, each.waitPsum, each.waitIact, each.windowEnd].map(
          (cycles) => `${((100 * cycles) / each.cycles).toFixed(1)}%`,
        ),
      ]),
    ]);
    const least = Math.min(...results.map(({ share }) => share));
    return {
      text: `${table}\n\nleast share of the bound: ${least.toFixed(3)} (wanted: 0.9)`,
      data: { layers: results, least },
      passed: least >= 0.9,
    };
  },
};
