import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { type OpenChip, openChip } from '../../sim/chip/run-on-chip.ts';
import { macs } from '../../sim/layer/shape.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { Random } from '../../sim/tensor/random.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';
import { full } from '../full.ts';
import { alexNet, mobileNet, type NetworkLayer, others } from '../mapper/networks.ts';
import { checkRun } from './check-run.ts';
import { CycleTable } from './cycle-table.ts';
import { drawBias, drawOutput } from './drawn-outputs.ts';

/** Every layer of these networks, dense and with the zeros of its pruned form, one image and four. */
const networks = { AlexNet: alexNet, 'MobileNet v1 0.5/128': mobileNet, 'parts of GoogLeNet and VGG16': others };

interface Variant {
  readonly density: 'dense' | 'sparse';
  readonly n: number;
}

/** Slower than this no layer is: MACs in a simulated cycle, and simulated cycles in a second. */
const SLOWEST = { macs: 100, cycles: 3000 };

describe.skipIf(!full)('on the chip of the paper', () => {
  const chip = eyerissV2Chip;
  const table = new CycleTable(chip);
  let open: OpenChip;
  beforeAll(async () => {
    // With its checks the chip is simulated many times slower; random layers have them, on this chip and on small ones.
    open = await openChip(chip, { checks: false });
  });
  afterAll(() => {
    open.close();
    table.print();
  });

  for (const [network, layers] of Object.entries(networks)) {
    describe(network, () => {
      layers.forEach((entry, index) => {
        for (const variant of variantsOf(entry)) {
          const name = `${entry.layer.name} ${variant.density}${variant.n > 1 ? `, ${variant.n} images` : ''}`;
          const seconds = 120 + macs({ ...entry.layer, n: variant.n }) / SLOWEST.macs / SLOWEST.cycles;
          it(`${name}: every psum and every output`, () => runLayer(name, entry, variant, index), 1000 * seconds);
        }
      });
    });
  }

  function runLayer(name: string, entry: NetworkLayer, { density, n }: Variant, index: number): void {
    const random = Random.stream(index, name);
    // All eight combinations of these come in turn, whatever the variant.
    const turn = index + (density === 'dense' ? 3 : 0) + n;
    const [signed, relu] = [(turn & 1) > 0, (turn & 2) > 0];
    const { output: _, ...shape } = entry.layer;
    const plain = parseLayer({ ...shape, n, iactSigned: (turn & 4) > 0 }, name);
    const synthetic = synthesiseOperands(plain, {
      seed: index,
      iactDensity: density === 'dense' ? 1 : entry.iacts,
      weightDensity: density === 'dense' ? 1 : entry.weights,
    });
    const bias = { shape: [plain.g * plain.m], data: drawBias(random, plain, synthetic) };
    const operands = { ...synthetic, bias };
    const output = drawOutput(random, plain, operands, { signed, relu, perChannel: index % 4 !== 3 });
    const layer = { ...plain, output };

    const run = checkRun(open, chip, layer, operands, { psums: true });
    expect(new Set(run.oacts!.data).size).toBeGreaterThan(relu ? 16 : 64);
    expect(run.counters.total.outputs).toBeGreaterThanOrEqual(run.psums!.data.length);
    // Where a psum is few MACs, psums that leave the chip take longer than the MACs.
    const few = run.golden.effectualMacs < 100 * run.psums!.data.length;
    table.add(name, layer, few ? checkRun(open, chip, layer, operands, { mapping: run.mapping }) : run);
  }
});

function variantsOf({ iacts, weights }: NetworkLayer): Variant[] {
  const densities = iacts < 1 || weights < 1 ? (['dense', 'sparse'] as const) : (['dense'] as const);
  return densities.flatMap((density) => [1, 4].map((n) => ({ density, n })));
}
