/** Layers and mappings drawn at random, small enough for models and short simulations. */
import type { ChipParameters } from '../../hw/parameters.ts';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import type { Operands } from '../../sim/chip/chip-program.ts';
import type { Layer } from '../../sim/layer/layer.ts';
import { parseLayer } from '../../sim/layer/read-layer.ts';
import { outputShape } from '../../sim/layer/shape.ts';
import { mappingFault } from '../../sim/mapper/fits.ts';
import { loopsOf } from '../../sim/mapper/loops.ts';
import type { Mapping } from '../../sim/mapper/mapping.ts';
import type { Order } from '../../sim/mapper/order.ts';
import { type WorkLayer, workLayer } from '../../sim/mapper/work-layer.ts';
import type { Random } from '../../sim/tensor/random.ts';
import { synthesiseOperands } from '../../sim/tensor/synthetic.ts';

export function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[random.integer(0, choices.length - 1)]!;
}

/** A small layer, with all dimensions drawn, that makes outputs. */
export function randomLayer(random: Random, name: string): Layer {
  const depthwise = random.fraction() < 0.2;
  const [r, s] = [random.integer(1, 4), random.integer(1, 4)];
  const pad = [0, 1, 2, 3].map(() => (random.fraction() < 0.5 ? 0 : random.integer(0, 2)));
  const [h, w] = [random.integer(1, 8), random.integer(1, 9)].map((size, at) =>
    Math.max(size, (at === 0 ? r : s) - pad[at]! - pad[at + 2]!),
  );
  const signed = random.fraction() < 0.5;
  const relu = random.fraction() < 0.5;
  const g = depthwise ? random.integer(1, 9) : random.integer(1, 3);
  const m = depthwise ? 1 : random.integer(1, oneOf(random, [12, 34]));
  const perChannel = random.fraction() < 0.5;
  const channels = Array.from({ length: g * m });
  return parseLayer(
    {
      n: random.integer(1, 3),
      g,
      m,
      c: depthwise ? 1 : oneOf(random, [random.integer(1, 12), random.integer(20, 40)]),
      h,
      w,
      r,
      s,
      stride: [random.integer(1, 3), random.integer(1, 3)],
      pad,
      iactSigned: random.fraction() < 0.5,
      output: {
        relu,
        multiplier: perChannel ? channels.map(() => random.integer(1, 2 ** 20)) : random.integer(1, 2 ** 20),
        shift: perChannel ? channels.map(() => random.integer(14, 31)) : random.integer(14, 31),
        zeroPoint: signed ? random.integer(-128, 127) : random.integer(0, 255),
        signed,
      },
    },
    name,
  );
}

export function randomOperands(random: Random, layer: Layer): Operands {
  const operands = synthesiseOperands(layer, {
    seed: random.integer(0, 1_000_000),
    iactDensity: oneOf(random, [0.1, 0.5, 1]),
    weightDensity: oneOf(random, [0.05, 0.4, 1]),
  });
  const channels = layer.g * layer.m;
  const bias = Int32Array.from({ length: channels }, () => random.integer(-(2 ** 20), 2 ** 20));
  return { ...operands, bias: { shape: [channels], data: bias } };
}

/** A chip of a few clusters. */
export function randomChip(random: Random): ChipParameters {
  const [clusterRows, clusterColumns] = oneOf(random, [
    [1, 1],
    [2, 1],
    [1, 2],
    [2, 2],
    [4, 1],
    [4, 2],
    [1, 4],
    [2, 3],
    [1, 6],
  ] as const);
  const [peRows, peColumns, iactBanks] = oneOf(random, [
    [3, 4, 3],
    [3, 3, 3],
    [1, 1, 1],
    [2, 2, 3],
    [3, 2, 2],
    [1, 4, 1],
  ] as const);
  const clusters = clusterRows * clusterColumns;
  const divisorOf = (total: number): number => {
    // Each row of a wide mesh has lanes of its own.
    const rows = clusterColumns > 2 ? clusterRows : 1;
    const sizes = Array.from({ length: total }, (_, index) => index + 1);
    const parts = sizes.filter((size) => total % size === 0 && size % rows === 0);
    return random.fraction() < 0.5 ? total : oneOf(random, parts);
  };
  // Segments that are long enough for runs of zeros that no count can say.
  const pe = random.fraction() < 0.3 ? { iactDataDepth: 40, weightAddressDepth: 40 } : {};
  return {
    ...eyerissV2Chip,
    pe: { ...eyerissV2Chip.pe, ...pe },
    clusterRows,
    clusterColumns,
    peRows,
    peColumns,
    iactBanks,
    iactLanes: divisorOf(clusters * iactBanks),
    weightLanes: divisorOf(clusters * peRows),
    outputLanes: clusters,
    iactBankWords: oneOf(random, [64, 200, 512]),
    psumBankWords: oneOf(random, [40, 375]),
    outputChannels: oneOf(random, [32, 48, 128]),
  };
}

/** A mapping that the chip can run; undefined when many draws in a row gave none. */
export function randomMapping(
  random: Random,
  layer: Layer,
  weights: Int8Array,
  chip: ChipParameters,
  draws = 400,
): Mapping | undefined {
  for (let draw = 0; draw < draws; draw++) {
    const mapping = drawMapping(random, layer, chip);
    const loops = loopsOf(workLayer(layer, mapping.flatten, mapping.bundle, mapping.order), mapping, chip);
    const work = loops.chunks * loops.replays * loops.passes * mapping.rows * mapping.windows;
    if (work <= 2000 && mappingFault(loops, weights) === undefined) return mapping;
  }
  return undefined;
}

/** Channels and filters of each group in any order. */
function drawOrder(random: Random, { g, c, m }: WorkLayer): Order {
  const shuffled = (count: number): number[] => {
    const keys = Array.from({ length: count }, () => random.fraction());
    return [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
  };
  const eachGroup = (count: number): number[] => Array.from({ length: g }, () => shuffled(count)).flat();
  return { channels: eachGroup(c), filters: eachGroup(m) };
}

/** The prime factors of a small number. */
function factorsOf(total: number): number[] {
  for (let factor = 2; factor <= total; factor++)
    if (total % factor === 0) return [factor, ...factorsOf(total / factor)];
  return [];
}

function drawMapping(random: Random, layer: Layer, chip: ChipParameters): Mapping {
  const flatten = random.fraction() < 0.2;
  const bundle = random.fraction() < 0.3 ? random.integer(1, layer.g) : 1;
  const work = workLayer(layer, flatten, bundle);
  const { e, f } = outputShape(layer);
  const vertical = { groups: 1, positions: 1, filters: 1, chain: 1 };
  for (const factor of factorsOf(chip.clusterRows))
    vertical[oneOf(random, ['groups', 'positions', 'filters', 'chain'] as const)] *= factor;
  const horizontal = { groups: 1, filters: 1, positions: 1 };
  for (const factor of factorsOf(chip.clusterColumns))
    horizontal[oneOf(random, ['groups', 'filters', 'positions'] as const)] *= factor;
  const columns = oneOf(random, ['positions', 'filters'] as const);
  const windows = random.fraction() < 0.4 ? f : random.integer(1, f);
  return {
    encoding: oneOf(random, ['csc', 'csc', 'dense'] as const),
    flatten,
    bundle,
    ...(random.fraction() < 0.5 ? {} : { order: drawOrder(random, work) }),
    filters: random.integer(1, Math.min(chip.pe.psumDepth, work.m)),
    channels: random.integer(1, Math.min(chip.pe.weightAddressDepth, work.c)),
    kernelColumns: random.integer(1, work.s),
    windows,
    rows: random.fraction() < 0.4 ? 1 : random.integer(1, layer.n * e),
    columns,
    horizontal,
    vertical,
    iacts: oneOf(random, ['shared', 'shared', 'shared', 'own', 'bypass'] as const),
    replay: random.fraction() < 0.5,
  };
}
