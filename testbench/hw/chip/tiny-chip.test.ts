import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Chip } from '../../../hw/chip.ts';
import { counterWordCount } from '../../../hw/control/counters.ts';
import { clusterCount, type ChipParameters } from '../../../hw/parameters.ts';
import { chipLike } from '../../../sim/config/chip-like.ts';
import { drive, type Driver } from '../../../sim/driver/drive.ts';
import { exchange } from '../../../sim/driver/exchange.ts';
import { Random } from '../../../sim/tensor/random.ts';
import {
  countersOf,
  psumsOf,
  type TinyCommand,
  tinyCommand,
  tinyIactWords,
  type TinyLayer,
  tinyLayer,
  tinyPsums,
  tinyWeightWords,
} from './tiny-layer.ts';

type ChipDriver = Driver<ReturnType<typeof Chip>['ports']>;

/** What a chip is given for a layer, by stream. */
interface Sent {
  readonly command: TinyCommand;
  readonly iact: readonly (readonly number[])[];
  readonly weight: readonly (readonly number[])[];
  /** Output words that come on each lane. */
  readonly outputs: readonly number[];
}

/** Runs a layer to the end of its counters. */
function run(dut: ChipDriver, p: ChipParameters, sent: Sent, { stall = 0, seed = 1 } = {}) {
  const lanes = (name: string, all: readonly (readonly number[])[]) =>
    all.map((words, index) => [`${name}_${index}`, words.map((data) => ({ data }))] as const);
  const command = [...tinyCommand(p, sent.command)].map((data) => ({ data }));
  const counters = counterWordCount(clusterCount(p));
  const got = exchange(dut.simulation, dut.simulation.design, {
    send: { command, ...Object.fromEntries([...lanes('iact', sent.iact), ...lanes('weight', sent.weight)]) },
    expect: { counters, ...Object.fromEntries(sent.outputs.map((count, index) => [`output_${index}`, count])) },
    stall,
    seed,
  });
  expect(dut.ports.busy.peek()).toBe(false);
  return {
    outputs: sent.outputs.map((_, index) => got[`output_${index}`]!),
    commandWords: command.length,
    ...countersOf(got['counters']!.map(({ data }) => Number(data))),
  };
}

/** The psums in a lane's words that are of one cluster, sign-extended from 24 bits; each window's second one is its last. */
function psumsIn(words: readonly Readonly<Record<string, number | bigint>>[], cluster = 0): number[] {
  const own = words.filter((word) => Number(word['cluster']) === cluster);
  expect(own.map(({ psum, column, last }) => [psum, column, last].map(Number))).toEqual(
    own.map((_, index) => [1, 0, index % 2]),
  );
  return own.map(({ data }) => (Number(data) << 8) >> 8);
}

/** A layer of so many windows, with zeros. */
function drawLayer(random: Random, windows: number): TinyLayer {
  const weight = (): number => (random.fraction() < 0.7 ? random.integer(-128, 127) : 0);
  const iact = (): number => (random.fraction() < 0.6 ? random.integer(0, 255) : 0);
  return {
    weights: [
      [weight(), weight()],
      [weight(), weight()],
    ],
    iacts: Array.from({ length: windows }, (): [number, number] => [iact(), iact()]),
  };
}

/** What one PE is sent for a layer. */
function alone(layer: TinyLayer, command: TinyCommand = {}): Sent {
  return {
    command: { windows: layer.iacts.length, ...command },
    iact: [tinyIactWords(layer)],
    weight: [tinyWeightWords(layer)],
    outputs: [2 * layer.iacts.length],
  };
}

const onePe = { clusterColumns: 1, peRows: 1, peColumns: 1, iactBanks: 1 };

describe('a chip of one PE', () => {
  const chip = chipLike({ ...onePe, clusterRows: 1 });
  let dut: ChipDriver;
  beforeEach(async () => {
    dut = await drive(Chip(chip), { engine: 'builtin' });
  });
  afterEach(() => dut.close());

  test.each([false, true])('gives the psums that were worked out by hand, and counts; bypass: %s', (bypass) => {
    const { outputs, commandWords, chip: ofChip, clusters } = run(dut, chip, alone(tinyLayer, { bypass }));
    expect(psumsIn(outputs[0]!)).toEqual(tinyPsums);
    expect(psumsOf(tinyLayer)).toEqual(tinyPsums);

    expect(ofChip.commandCycles).toBe(commandWords + 1);
    expect(ofChip.cycles).toBeGreaterThan(ofChip.commandCycles + 10);
    expect(ofChip.cycles).toBeLessThan(ofChip.commandCycles + 100);
    expect(ofChip.tailCycles).toBe(1);
    const [counts] = clusters;
    expect(counts).toMatchObject({
      // Two weight words for the first window's iacts, one for the second's; four and two products.
      peCompute: 3,
      macs: 6,
      iactBankWrites: bypass ? 0 : 5,
      iactBankReads: bypass ? 0 : 5,
      psumBankWrites: 0,
      psumBankReads: 0,
      iactInjected: 4,
      iactLocal: 4,
      iactNorth: 0,
      iactSouth: 0,
      iactSide: 0,
      weightLocal: 4,
      weightSide: 0,
      psumBank: 3,
      psumPe: 3,
      psumSouth: 0,
      iactIn: 4,
      weightIn: 4,
      outputPsums: 6,
      outputs: 0,
      outputWords: 6,
      stallOutput: 0,
    });
    const { peCompute, peLoad, peWaitPsum, peWaitIact, peWindowEnd } = counts!;
    const working = peCompute + peLoad + peWaitPsum + peWaitIact + peWindowEnd;
    expect(working).toBeLessThanOrEqual(ofChip.cycles - ofChip.commandCycles + ofChip.tailCycles);
  });

  test('runs layer after layer with random stalls, whatever is left of the one before', () => {
    const random = Random.stream(21, 'tiny-layers');
    for (let round = 0; round < 25; round++) {
      const layer = drawLayer(random, random.integer(1, 7));
      const stall = [0, 0.3, 0.8][round % 3]!;
      const result = run(dut, chip, alone(layer, { bypass: random.fraction() < 0.4 }), { stall, seed: round + 1 });
      expect(psumsIn(result.outputs[0]!)).toEqual(psumsOf(layer));
      const products = layer.iacts.flatMap((window) =>
        layer.weights.flatMap((row) => row.map((weight, channel) => weight * window[channel]!)),
      );
      expect(result.clusters[0]!.macs).toBe(products.filter((product) => product !== 0).length);
      expect(result.clusters[0]!.outputWords).toBe(2 * layer.iacts.length);
    }
  });

  test('lets words that come before their command wait at the boundary', () => {
    for (const _ of [1, 2]) {
      const [iact, weight] = [tinyIactWords(tinyLayer), tinyWeightWords(tinyLayer)];
      for (const [lane, words] of [
        [dut.ports.iact[0]!, iact],
        [dut.ports.weight[0]!, weight],
      ] as const) {
        lane.valid.poke(true);
        lane.data.poke(words[0]!);
        expect(lane.ready.peek()).toBe(true);
      }
      dut.step();
      expect([dut.ports.iact[0]!.ready.peek(), dut.ports.weight[0]!.ready.peek()]).toEqual([false, false]);
      dut.step(20);
      const sent = { ...alone(tinyLayer), iact: [iact.slice(1)], weight: [weight.slice(1)] };
      expect(psumsIn(run(dut, chip, sent).outputs[0]!)).toEqual(tinyPsums);
    }
  });

  test('a layer is not over before its last output word is taken', () => {
    const sent = alone(tinyLayer);
    const { simulation } = dut;
    const words = (all: Iterable<number>) => [...all].map((data) => ({ data }));
    const before = exchange(simulation, simulation.design, {
      send: {
        command: words(tinyCommand(chip, sent.command)),
        iact_0: words(sent.iact[0]!),
        weight_0: words(sent.weight[0]!),
      },
      expect: { output_0: 5 },
    });
    dut.step(100);
    expect([dut.ports.busy.peek(), dut.ports.counters.valid.peek()]).toEqual([true, false]);
    const after = exchange(simulation, simulation.design, { expect: { output_0: 1, counters: counterWordCount(1) } });
    expect(psumsIn([...before['output_0']!, ...after['output_0']!])).toEqual(tinyPsums);
    expect(countersOf(after['counters']!.map(({ data }) => Number(data))).chip.cycles).toBeGreaterThan(100);
  });

  test('a layer is not over before all its weights are in, needed or not', () => {
    // The second channel is zero throughout, and its column of weights is late.
    const layer: TinyLayer = {
      weights: tinyLayer.weights,
      iacts: [
        [5, 0],
        [7, 0],
      ],
    };
    const { command, iact, weight } = alone(layer);
    const { simulation } = dut;
    const words = (all: Iterable<number>) => [...all].map((data) => ({ data }));
    const before = exchange(simulation, simulation.design, {
      send: {
        command: words(tinyCommand(chip, command)),
        iact_0: words(iact[0]!),
        weight_0: words(weight[0]!.slice(0, -1)),
      },
      expect: { output_0: 2 },
    });
    dut.ports.output[0]!.ready.poke(true);
    dut.step(100);
    expect([dut.ports.busy.peek(), dut.ports.counters.valid.peek()]).toEqual([true, false]);
    dut.ports.output[0]!.ready.poke(false);
    const after = exchange(simulation, simulation.design, {
      send: { weight_0: words(weight[0]!.slice(-1)) },
      expect: { output_0: 2, counters: counterWordCount(1) },
    });
    expect([before, after].flatMap(({ output_0: outputs }) => psumsIn(outputs!))).toEqual(psumsOf(layer));
    const { chip: ofChip, clusters } = countersOf(after['counters']!.map(({ data }) => Number(data)));
    expect(ofChip.cycles).toBeGreaterThan(100);
    expect(clusters[0]!.weightIn).toBe(weight[0]!.length);
    expect(clusters[0]!.stallWeight).toBeGreaterThan(90);
    expect(psumsIn(run(dut, chip, alone(tinyLayer)).outputs[0]!)).toEqual(tinyPsums);
  });
});

describe('two clusters', () => {
  const twoAlone = { ...onePe, clusterRows: 2 };

  /** Both clusters work for themselves; with one lane, their packets take turns. */
  test.each([
    { iactLanes: 2, weightLanes: 2, outputLanes: 2 },
    { iactLanes: 1, weightLanes: 2, outputLanes: 1 },
    { iactLanes: 1, weightLanes: 1, outputLanes: 1 },
  ])('with lanes $iactLanes, $weightLanes, $outputLanes', async (lanes) => {
    const chip = chipLike({ ...twoAlone, ...lanes });
    const dut = await drive(Chip(chip), { engine: 'builtin' });
    const random = Random.stream(23, 'two');
    for (let round = 0; round < 9; round++) {
      const windows = random.integer(1, 5);
      const layers = [drawLayer(random, windows), drawLayer(random, windows)] as const;
      // A segment of each in turn.
      const segments = Array.from({ length: windows }, (_, at) =>
        layers.map((layer) => tinyIactWords({ ...layer, iacts: [layer.iacts[at]!] })),
      );
      const iact = lanes.iactLanes === 2 ? layers.map(tinyIactWords) : [segments.flat(2)];
      const weight = lanes.weightLanes === 2 ? layers.map(tinyWeightWords) : [layers.flatMap(tinyWeightWords)];
      const outputs = lanes.outputLanes === 2 ? [2 * windows, 2 * windows] : [4 * windows];
      const command = { windows, bypass: round % 2 === 1 };
      const result = run(
        dut,
        chip,
        { command, iact, weight, outputs },
        { stall: [0, 0.5, 0.8][round % 3]!, seed: round + 1 },
      );
      layers.forEach((layer, index) => {
        const words = lanes.outputLanes === 2 ? result.outputs[index]! : result.outputs[0]!;
        expect(psumsIn(words, lanes.outputLanes === 2 ? 0 : index)).toEqual(psumsOf(layer));
        expect(result.clusters[index]!.iactIn).toBe(tinyIactWords(layer).length);
        expect(result.clusters[index]!.weightIn).toBe(tinyWeightWords(layer).length);
      });
      // A window's words come together.
      for (const words of result.outputs) {
        const windowsOf = words.map(({ cluster }) => cluster).filter((_, at) => at % 2 === 0);
        expect(words.map(({ cluster }) => cluster)).toEqual(windowsOf.flatMap((cluster) => [cluster, cluster]));
      }
    }
    dut.close();
  });

  test('in a chain, from north to south, add up their psums', async () => {
    const chip = chipLike(twoAlone);
    const dut = await drive(Chip(chip), { engine: 'builtin' });
    const random = Random.stream(24, 'chain');
    for (let round = 0; round < 9; round++) {
      const windows = random.integer(1, 5);
      const layers = [drawLayer(random, windows), drawLayer(random, windows)];
      const clusters: TinyCommand['clusters'] = [
        { psumRouter: { bank: 'pe', pe: 'south', north: 'none' }, chainFirst: true, chainLast: false },
        { psumRouter: { bank: 'none', pe: 'bank', north: 'pe' }, chainFirst: false, chainLast: true },
      ];
      const sent: Sent = {
        command: { windows, clusters },
        iact: layers.map(tinyIactWords),
        weight: layers.map(tinyWeightWords),
        outputs: [0, 2 * windows],
      };
      const result = run(dut, chip, sent, { stall: [0, 0.5, 0.8][round % 3]!, seed: round + 1 });
      const [north, south] = layers.map(psumsOf);
      expect(psumsIn(result.outputs[1]!)).toEqual(north!.map((psum, index) => psum + south![index]!));
      expect(result.clusters.map(({ psumSouth }) => psumSouth)).toEqual([windows, 0]);
      expect(result.clusters.map(({ psumPe }) => psumPe)).toEqual([windows, windows]);
      expect(result.clusters.map(({ psumBank }) => psumBank)).toEqual([0, windows]);
    }
    dut.close();
  });

  test('share iacts and weights that one of them gets, from the north, the south or the side', async () => {
    const random = Random.stream(25, 'shared');
    for (const [mesh, source, port] of [
      [{ clusterRows: 2, clusterColumns: 1 }, 0, 'north'],
      [{ clusterRows: 2, clusterColumns: 1, iactLanes: 1 }, 1, 'south'],
      [{ clusterRows: 1, clusterColumns: 2, iactLanes: 1 }, 0, 'side'],
      [{ clusterRows: 1, clusterColumns: 2 }, 1, 'side'],
    ] as const) {
      const chip = chipLike({ ...onePe, ...mesh });
      const sharedLane = chip.iactLanes === 1;
      const dut = await drive(Chip(chip), { engine: 'builtin' });
      for (let round = 0; round < 6; round++) {
        const layer = drawLayer(random, random.integer(1, 5));
        const windows = layer.iacts.length;
        const beside = port === 'side';
        const off = { local: 'off', north: 'off', south: 'off', side: 'off' } as const;
        const sending = { ...off, local: beside ? 'horizontal' : 'vertical' } as const;
        // Weights only go sideways; above each other, both clusters get them from outside.
        const sender = {
          iactRouters: [sending],
          weightRouters: [{ local: beside ? 'horizontal' : 'unicast', side: 'off' }] as const,
        };
        const receiver = {
          // A lane that both share is for the source alone, whatever else the receiver would take.
          iactRouters: [{ ...off, local: sharedLane ? 'unicast' : 'off', [port]: 'unicast' }] as const,
          weightRouters: [{ local: beside ? 'off' : 'unicast', side: beside ? 'unicast' : 'off' }] as const,
          iactSource: false,
        };
        const both = source === 0 ? [sender, receiver] : [receiver, sender];
        const only = (words: readonly number[]) => [0, 1].map((index) => (index === source ? words : []));
        const sent: Sent = {
          command: { windows, bypass: round % 2 === 0, clusters: both },
          iact: sharedLane ? [tinyIactWords(layer)] : only(tinyIactWords(layer)),
          weight: beside ? only(tinyWeightWords(layer)) : [tinyWeightWords(layer), tinyWeightWords(layer)],
          outputs: [2 * windows, 2 * windows],
        };
        const result = run(dut, chip, sent, { stall: [0, 0.5, 0.8][round % 3]!, seed: round + 1 });
        for (const words of result.outputs) expect(psumsIn(words)).toEqual(psumsOf(layer));
        const from = result.clusters[source]!;
        const count = tinyIactWords(layer).length;
        const name = { north: 'iactSouth', south: 'iactNorth', side: 'iactSide' } as const;
        expect(from[name[port]]).toBe(count);
        expect(result.clusters.map(({ iactLocal }) => iactLocal)).toEqual([count, count]);
        expect(from.weightSide).toBe(beside ? tinyWeightWords(layer).length : 0);
      }
      dut.close();
    }
  });
});

test.each([3, 1])(
  'a row of three clusters with lanes for outputs %s is over when all of their words have left',
  async (lanes) => {
    const chip = chipLike({ ...onePe, clusterRows: 1, clusterColumns: 3, outputLanes: lanes });
    const dut = await drive(Chip(chip), { engine: 'builtin' });
    const { simulation } = dut;
    const { command, iact, weight } = alone(tinyLayer);
    const words = (all: Iterable<number>) => [...all].map((data) => ({ data }));
    const send = { command: words(tinyCommand(chip, command)) };
    for (let lane = 0; lane < 3; lane++)
      Object.assign(send, { [`iact_${lane}`]: words(iact[0]!), [`weight_${lane}`]: words(weight[0]!) });
    const all = Array.from({ length: lanes }, (_, lane) => [`output_${lane}`, 18 / lanes] as const);
    const last = `output_${lanes - 1}`;
    const expect18 = Object.fromEntries(all);
    const before = exchange(simulation, simulation.design, { send, expect: { ...expect18, [last]: 18 / lanes - 1 } });
    dut.step(100);
    expect([dut.ports.busy.peek(), dut.ports.counters.valid.peek()]).toEqual([true, false]);
    const after = exchange(simulation, simulation.design, { expect: { [last]: 1, counters: counterWordCount(3) } });
    const { chip: ofChip, clusters } = countersOf(after['counters']!.map(({ data }) => Number(data)));
    expect(ofChip.cycles).toBeGreaterThan(100);
    expect(clusters.map(({ macs }) => macs)).toEqual([6, 6, 6]);
    const outputs = all.map(([name]) => [...before[name]!, ...(after[name] ?? [])]);
    for (let cluster = 0; cluster < 3; cluster++)
      expect(psumsIn(outputs[lanes === 1 ? 0 : cluster]!, lanes === 1 ? cluster : 0)).toEqual(tinyPsums);
    dut.close();
  },
);
