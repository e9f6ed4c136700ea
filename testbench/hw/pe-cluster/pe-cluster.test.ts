import { describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { type ChipParameters, eyerissV2Chip } from '../../../hw/parameters.ts';
import { PeCluster } from '../../../hw/pe-cluster/pe-cluster.ts';
import { packWeightHeader } from '../../../hw/pe-cluster/weight-packet.ts';
import { drive } from '../../../sim/driver/index.ts';
import { packIacts, packWeights } from '../../../sim/pe/pack-words.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { commandOf, effectualMacs, expectedPsums, type Tile, windowIacts } from '../../pe/tile.ts';
import { IactSender } from '../noc/iact-ends.ts';
import { StreamReceiver, StreamSender } from '../noc/stream-ends.ts';

/** What all PEs of a run have in common. */
interface Shape {
  readonly dense: boolean;
  readonly columns: number;
  readonly filters: number;
  readonly segmentLength: number;
  readonly windowSegments: number;
  readonly windows: number;
  readonly rows: number;
  readonly tiles: number;
}

/** Which slot of which router a PE listens to. */
interface Selection {
  readonly router: number;
  readonly slot: number;
}

/** PEs of a row that get the same weights, by column. */
type Groups = readonly (readonly number[])[];

interface Setting {
  readonly p: ChipParameters;
  readonly shape: Shape;
  /** Row by row. */
  readonly peSelect: readonly Selection[];
  /** For each row of PEs. */
  readonly weightGroups: readonly Groups[];
  readonly seed: number;
  readonly stall: number;
}

function randomValues(random: Random, count: number, density: number, low: number, high: number): number[] {
  return Array.from({ length: count }, () => (random.fraction() < density ? random.integer(low, high) : 0));
}

/** Runs random tiles on all PEs of a cluster, and compares the psums that leave the columns with plain arithmetic. */
async function check({ p, shape, peSelect, weightGroups, seed, stall }: Setting): Promise<void> {
  const random = Random.stream(seed, 'pe cluster');
  const { rows, columns } = { rows: p.peRows, columns: p.peColumns };
  const times = Array.from({ length: shape.tiles }, (_, tile) => tile);

  // Iacts of each slot that somebody listens to, and weights of each group, for each tile.
  const slotName = ({ router, slot }: Selection) => `${router}.${slot}`;
  const segments = shape.windowSegments + shape.windows - 1;
  const iacts = new Map(
    peSelect.map((selection) => [
      slotName(selection),
      times.map(() =>
        Array.from({ length: shape.rows }, () =>
          Array.from({ length: segments }, () => randomValues(random, shape.segmentLength, 0.6, 0, 127)),
        ),
      ),
    ]),
  );
  const weights = weightGroups.map((groups) =>
    groups.map(() =>
      times.map(() => Array.from({ length: shape.columns }, () => randomValues(random, shape.filters, 0.5, -128, 127))),
    ),
  );
  const evenFilters = shape.filters + (shape.filters % 2);
  const psumIn = Array.from({ length: columns }, () =>
    times.map(() =>
      Array.from({ length: shape.windows * shape.rows }, () => randomValues(random, evenFilters, 1, -1000, 1000)),
    ),
  );

  // Each PE's tiles by themselves; the psums of one are those that come to the PE above it.
  const tilesOf = (row: number, column: number, below: readonly number[][][]): Tile[] =>
    times.map((tile) => ({
      dense: shape.dense,
      weights: weights[row]![weightGroups[row]!.findIndex((group) => group.includes(column))]![tile]!,
      rows: iacts.get(slotName(peSelect[row * columns + column]!))![tile]!,
      windowSegments: shape.windowSegments,
      psumIn: below[tile]!,
    }));
  const command = commandOf(tilesOf(0, 0, psumIn[0]!)[0]!);
  let macs = 0;
  const psumsOut = psumIn.map((bottom, column) => {
    let psums: number[][][] = bottom;
    for (let row = rows - 1; row >= 0; row--) {
      const tiles = tilesOf(row, column, psums);
      macs += tiles.reduce((sum, tile) => sum + effectualMacs(tile), 0);
      psums = tiles.map((tile) => expectedPsums(tile).map((window) => [...window, 0].slice(0, evenFilters)));
    }
    return psums.flat();
  });
  expect(windowIacts(tilesOf(0, 0, psumIn[0]!)[0]!).length).toBe(shape.windows * shape.rows);

  const dut = await drive(PeCluster(p), { seed });
  dut.ports.peSelect.poke(peSelect);
  dut.ports.command.poke({ ...command, dense: command.dense === 1, iactSigned: false, accumulate: true });
  dut.ports.start.poke(true);
  dut.step();
  dut.ports.start.poke(false);

  const iactSenders = dut.ports.iact.map((link, router) => {
    const slots = [...new Set(peSelect.filter((select) => select.router === router).map(({ slot }) => slot))];
    const sequences = slots.map((slot) =>
      iacts
        .get(slotName({ router, slot }))!
        .flatMap((tile) => [...packIacts(tile.flat(), p.pe, shape.dense)].map((data) => ({ slots: 1 << slot, data }))),
    );
    return new IactSender(link, sequences, random, { stall, late: random.fraction() < 0.5 });
  });
  const parameters = times.map((tile) => [tile, 1000 + tile, 0xffffff]);
  const weightSenders = dut.ports.weight.map((link, row) => {
    const words = times.flatMap((tile) => {
      const packets = weightGroups[row]!.map((group, index) => {
        const packed = packWeights(weights[row]![index]![tile]!, p.pe, shape.dense);
        const mask = group.reduce((bits, column) => bits | (1 << column), 0);
        return [packWeightHeader({ columns: mask, output: false, words: packed.length }), ...packed];
      });
      const own = parameters[tile]!;
      return [
        ...(row === 0 ? [packWeightHeader({ columns: 0, output: true, words: own.length }), ...own] : []),
        ...packets.flat(),
      ];
    });
    return new StreamSender<number>(link, words, random, stall);
  });
  const pairs = (windows: readonly (readonly number[])[]) =>
    windows.flatMap((window) =>
      Array.from({ length: evenFilters / 2 }, (_, pair) => [window[2 * pair]!, window[2 * pair + 1]!]),
    );
  const psumSenders = dut.ports.psumIn.map((link, column) => {
    const beats = pairs(psumIn[column]!.flat());
    return new StreamSender<readonly number[]>(link, beats, random, stall);
  });
  const psumReceivers = dut.ports.psumOut.map((link) => new StreamReceiver(link, random, stall));
  const parameterReceiver = new StreamReceiver(dut.ports.parameters, random, stall);

  const expectedCount = psumsOut.reduce((sum, windows) => sum + pairs(windows).length, 0);
  const counted: Record<string, number> = {};
  const senders = [...weightSenders, ...psumSenders];
  const receivers = [...psumReceivers, parameterReceiver];
  for (let cycle = 0, rest = 10; rest > 0; cycle++) {
    if (cycle > 20_000) throw new Error('the PE cluster hangs');
    for (const end of [...receivers, ...iactSenders, ...senders]) end.drive();
    for (const end of [...receivers, ...senders]) end.take();
    for (const [event, count] of Object.entries(dut.ports.events.peek()))
      counted[event] = (counted[event] ?? 0) + Number(count);
    dut.step();
    if (psumReceivers.reduce((sum, { count }) => sum + count, 0) >= expectedCount) rest--;
  }

  for (const sender of [...iactSenders, ...senders]) expect(sender.done).toBe(true);
  expect(dut.ports.idle.peek()).toBe(true);
  expect(parameterReceiver.received).toEqual(parameters.flat());
  psumReceivers.forEach(({ received }, column) => {
    // With an odd number of filters, the last half of a window's last pair means nothing.
    const meaningful = received.map((pair, index) => {
      const last = index % (evenFilters / 2) === evenFilters / 2 - 1;
      return last && evenFilters !== shape.filters ? [pair[0], 0] : pair;
    });
    expect(meaningful, `column ${column}`).toEqual(pairs(psumsOut[column]!));
  });
  expect(counted['mac0']! + counted['mac1']!).toBe(macs);
  dut.close();
}

const shape: Shape = {
  dense: false,
  columns: 6,
  filters: 8,
  segmentLength: 2,
  windowSegments: 3,
  windows: 4,
  rows: 2,
  tiles: 3,
};

/** One group of all columns, in every row; or a group for each. */
function sameWeights(p: ChipParameters): Groups[] {
  const columns = Array.from({ length: p.peColumns }, (_, column) => column);
  return Array.from({ length: p.peRows }, () => [columns]);
}
function ownWeights(p: ChipParameters): Groups[] {
  return Array.from({ length: p.peRows }, () => Array.from({ length: p.peColumns }, (_, column) => [column]));
}

function select(p: ChipParameters, choose: (row: number, column: number) => Selection): Selection[] {
  return Array.from({ length: p.peRows * p.peColumns }, (_, index) =>
    choose(Math.floor(index / p.peColumns), index % p.peColumns),
  );
}

describe('PeCluster', () => {
  const small = { ...eyerissV2Chip, peRows: 2, peColumns: 2, iactBanks: 2 };

  test.each([0, 0.3])(
    'columns of different positions: a row shares weights, each PE has iacts of its own; stalls %d',
    async (stall) => {
      const p = eyerissV2Chip;
      const peSelect = select(p, (router, slot) => ({ router, slot }));
      await check({ p, shape, peSelect, weightGroups: sameWeights(p), seed: 1, stall });
    },
  );

  test.each([0, 0.3])(
    'columns of different filters: a row shares iacts, each PE has weights of its own; stalls %d',
    async (stall) => {
      const p = eyerissV2Chip;
      const peSelect = select(p, (router) => ({ router, slot: 0 }));
      await check({ p, shape, peSelect, weightGroups: ownWeights(p), seed: 2, stall });
    },
  );

  test.each([1, 2, 3, 4, 5, 6])('any PE listens to any slot, any PEs of a row share weights: draw %i', async (seed) => {
    const random = Random.stream(seed, 'setting');
    const p = random.fraction() < 0.5 ? small : { ...small, peColumns: 3, iactBanks: 3 };
    const peSelect = select(p, () => ({
      router: random.integer(0, p.iactBanks - 1),
      slot: random.integer(0, p.peColumns - 1),
    }));
    const weightGroups = Array.from({ length: p.peRows }, () => {
      const owner = Array.from({ length: p.peColumns }, () => random.integer(0, p.peColumns - 1));
      const groups = owner.map((_, group) => owner.flatMap((of, column) => (of === group ? [column] : [])));
      return groups.filter(({ length }) => length > 0);
    });
    const filters = random.integer(1, 16);
    const own = { ...shape, filters, dense: random.fraction() < 0.3, windows: random.integer(1, 5) };
    await check({ p, shape: own, peSelect, weightGroups, seed, stall: 0.2 });
  });

  test('one router, one PE, one column', async () => {
    const p = { ...eyerissV2Chip, peRows: 1, peColumns: 1, iactBanks: 1 };
    await check({ p, shape, peSelect: [{ router: 0, slot: 0 }], weightGroups: [[[0]]], seed: 7, stall: 0.1 });
  });

  test.each([
    { peRows: 2, peColumns: 2, iactBanks: 2 },
    { peRows: 1, peColumns: 1, iactBanks: 1 },
    { peRows: 2, peColumns: 3, iactBanks: 3, iactQueueDepth: 3 },
  ])('the tools accept $peRows × $peColumns PEs and $iactBanks banks', (shapeOfCluster) => {
    const design = emitVerilog(PeCluster({ ...eyerissV2Chip, ...shapeOfCluster }));
    const complaints = [
      verilatorLint(design),
      hasIcarus ? icarusComplaints(design) : '',
      hasYosys ? yosysComplaints(design) : '',
    ];
    expect(complaints).toEqual(['', '', '']);
  });
});
