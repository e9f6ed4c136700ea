import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { OutputUnit } from '../../../hw/output/output-unit.ts';
import { type ChipParameters, eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { full } from '../../full.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { type Command, randomCommand, randomLayer } from './output-layer.ts';
import { checkLayer, commandFor, type Pace, type UnitDriver, type UnitUnderTest } from './run-output-unit.ts';

const plain: Command = {
  psums: false,
  oacts: true,
  filters: 16,
  windows: 10,
  tiles: 3,
  ownColumns: false,
  zeroPoint: 0,
  low: 0,
  high: 255,
  dense: false,
  segmentLength: 8,
};

/** What leaves: psums, outputs. */
const modes = [
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Everyone stalls at random, each column in its own measure, which changes now and then. */
function randomPace(random: Random): Pace {
  const share = (): number => [0, 0, 0.2, 0.5, 0.9][random.integer(0, 4)]!;
  const shares = Array.from({ length: 10 }, share);
  const acts = (index: number, cycle: number): boolean => {
    if (cycle % 100 === 0) shares[index] = share();
    return random.fraction() >= shares[index]!;
  };
  return {
    psums: (column, cycle) => acts(column, cycle),
    parameters: (cycle) => acts(8, cycle),
    out: (cycle) => acts(9, cycle),
  };
}

const chips: { name: string; chip: ChipParameters; mostFilters: number }[] = [
  { name: 'the paper', chip: eyerissV2Chip, mostFilters: 32 },
  { name: 'one column', chip: { ...eyerissV2Chip, peColumns: 1, outputChannels: 34 }, mostFilters: 32 },
  {
    name: 'two columns, few filters',
    chip: {
      ...eyerissV2Chip,
      peColumns: 2,
      outputChannels: 22,
      pe: { ...eyerissV2Chip.pe, psumDepth: 8, psumBits: 24 },
    },
    mostFilters: 8,
  },
  {
    name: 'three columns, a table for one tile',
    chip: {
      ...eyerissV2Chip,
      peColumns: 3,
      outputChannels: 48,
      pe: { ...eyerissV2Chip.pe, psumDepth: 16, psumBits: 18 },
    },
    mostFilters: 16,
  },
];

describe.each(chips)('OutputUnit of $name', ({ chip, mostFilters }) => {
  let dut: UnitDriver;
  let unit: UnitUnderTest;
  const columns = chip.peColumns;
  const module = OutputUnit(chip);

  beforeAll(async () => {
    dut = await drive(module);
    unit = { dut, chip };
  });
  afterAll(() => dut.close());

  test('is done at once where it is not enabled', () => {
    dut.reset();
    expect(dut.ports.done.peek()).toBe(true);
    dut.ports.command.poke(commandFor(chip, { ...plain, segmentLength: 4, filters: 4 }));
    dut.ports.enabled.poke(false);
    for (const start of [true, false, false]) {
      dut.ports.start.poke(start);
      expect(dut.ports.done.peek()).toBe(true);
      expect(dut.ports.parameters.ready.peek()).toBe(false);
      dut.step();
    }
  });

  test('random layers, one after the other, with stalls everywhere', () => {
    const random = Random.stream(columns, 'layers');
    for (let round = 0; round < (full ? 600 : 40); round++) {
      const layer = randomLayer(random, randomCommand(random, mostFilters), columns, chip.pe.psumBits);
      checkLayer(unit, layer, round % 4 === 0 ? {} : randomPace(random));
    }
  });

  test('every number of filters', () => {
    const random = Random.stream(mostFilters, 'filters');
    for (let filters = 1; filters <= mostFilters; filters++) {
      for (const [psums, oacts] of modes) {
        const lengths = [1, 2, 3, 4, 5, 8, filters].filter((length) => filters % length === 0);
        for (const segmentLength of full ? lengths : [lengths[random.integer(0, lengths.length - 1)]!]) {
          const change = { psums, oacts, segmentLength, filters, windows: 2, tiles: 3, ownColumns: filters % 2 === 0 };
          const layer = randomLayer(random, randomCommand(random, 1, change), columns, chip.pe.psumBits);
          checkLayer(unit, layer, randomPace(random));
        }
      }
    }
  });

  test('columns change their filters each in its own time', () => {
    const random = Random.stream(9, 'slow');
    for (let slow = 0; slow < columns; slow++) {
      for (const [psums, oacts] of modes) {
        for (const [filters, ownColumns] of [
          [2, true],
          [5, false],
          [mostFilters, slow % 2 === 0],
        ] as const) {
          const change = { psums, oacts, filters, ownColumns, windows: 2, tiles: 5, segmentLength: filters };
          const layer = randomLayer(random, randomCommand(random, 1, change), columns, chip.pe.psumBits);
          // All others get as far ahead as they can before the slow one sends anything.
          checkLayer(unit, layer, { psums: (column, cycle) => column !== slow || cycle > 100 * filters });
          checkLayer(unit, layer, { psums: (column) => random.fraction() < (column === slow ? 0.15 : 0.7) });
        }
      }
    }
  });

  test('psums wait for late parameters, and parameters for room', () => {
    const random = Random.stream(10, 'late');
    for (const ownColumns of [false, true]) {
      for (const filters of [1, 4, mostFilters - 1, mostFilters]) {
        const change = { ownColumns, filters, segmentLength: filters, oacts: true, windows: 3, tiles: 4 };
        const layer = randomLayer(random, randomCommand(random, 1, change), columns, chip.pe.psumBits);
        checkLayer(unit, layer, { parameters: (cycle) => cycle > 300 });
        checkLayer(unit, layer, { parameters: (cycle) => cycle % 5 === 0 });
        checkLayer(unit, layer, { psums: (_, cycle) => cycle > 20 * filters });
        checkLayer(unit, layer, { out: (cycle) => cycle > 50 * filters });
      }
    }
  });
});

describe('OutputUnit of the paper', () => {
  let dut: UnitDriver;
  let unit: UnitUnderTest;
  beforeAll(async () => {
    dut = await drive(OutputUnit(eyerissV2Chip));
    unit = { dut, chip: eyerissV2Chip };
  });
  afterAll(() => dut.close());

  test('words of a window, written out', () => {
    // (100 - 36) · 3 / 4 is 48; 7 / 16 rounds down to nothing; 2 · (2^31 - 1) is clamped to 255.
    const command = { ...plain, psums: true, filters: 3, segmentLength: 3, windows: 1, tiles: 1, ownColumns: true };
    const parameters = [
      [0xffffdc, 0x0003ff, 0x020000],
      [0x000000, 0x000100, 0x040000],
      [0x000000, 0xffff00, 0x007fff],
    ].flat();
    const window = [100, 7, 2];
    const expected = [0, 1, 2, 3].map((column) => [
      [
        { data: 100, column, psum: true, last: false },
        { data: 7, column, psum: true, last: false },
        { data: 2, column, psum: true, last: false },
        { data: 0x030002, column, psum: false, last: false },
        { data: 0x0001ff, column, psum: false, last: true },
      ],
    ]);
    const parameterWords = [0, 1, 2, 3].flatMap(() => parameters);
    checkLayer(unit, { command, psums: expected.map(() => [window]), parameterWords, expected });
  });

  test('parameters of two tiles are kept where both fit, otherwise of one', () => {
    const taken = (change: Partial<Command>): number => {
      const layer = randomLayer(Random.stream(1, 'tiles'), { ...plain, ...change }, 4);
      const { parameters } = dut.ports;
      dut.reset();
      dut.ports.enabled.poke(true);
      dut.ports.command.poke(commandFor(eyerissV2Chip, layer.command));
      dut.ports.start.poke(true);
      dut.step();
      dut.ports.start.poke(false);
      parameters.valid.poke(true);
      let words = 0;
      for (let cycle = 0; cycle < 2000; cycle++) {
        parameters.data.poke(layer.parameterWords[words] ?? 0);
        words += Number(parameters.ready.peek());
        dut.step();
      }
      parameters.valid.poke(false);
      return words / 3;
    };
    expect(taken({ filters: 32, tiles: 3 })).toBe(64);
    expect(taken({ filters: 32, tiles: 3, ownColumns: true })).toBe(128);
    expect(taken({ filters: 17, tiles: 3, ownColumns: true })).toBe(68);
    expect(taken({ filters: 16, tiles: 3, ownColumns: true })).toBe(128);
    expect(taken({ filters: 15, tiles: 3, ownColumns: true })).toBe(120);
    // What belongs to the next layer is left alone.
    expect(taken({ filters: 8, tiles: 1 })).toBe(8);
    expect(taken({ filters: 8, tiles: 2 })).toBe(16);
    expect(taken({ oacts: false, psums: true })).toBe(0);
    dut.reset();
  });

  test('columns take turns', () => {
    const layer = randomLayer(Random.stream(2, 'turns'), { ...plain, psums: true, oacts: false, tiles: 1 }, 4);
    const { words } = checkLayer(unit, layer);
    const turns = words.filter(({ last }) => last).map(({ column }) => column);
    const { column: first } = words[0]!;
    expect(turns).toEqual(turns.map((_, index) => (first + index) % 4));
  });

  test('takes nearly two psums a cycle where half of the outputs are zeros, from one column too', () => {
    const layer = randomLayer(Random.stream(3, 'pace'), { ...plain, windows: 40, tiles: 4 }, 4);
    const pairs = layer.psums.flat(2).length / 2;
    expect(checkLayer(unit, layer).cycles / pairs).toBeLessThan(1.15);
    const late = checkLayer(unit, layer, { psums: (column, cycle) => column === 0 || cycle > 3000 });
    expect(late.cycles).toBeGreaterThan(3000);
  });

  test('raw psums leave without a gap', () => {
    const layer = randomLayer(Random.stream(6, 'raw'), { ...plain, filters: 15, psums: true, oacts: false }, 4);
    expect(checkLayer(unit, layer).cycles).toBeLessThan(layer.psums.flat(2).length + 10);
  });

  test('of psums and outputs together, one word leaves in nearly every cycle', () => {
    const layer = randomLayer(Random.stream(5, 'both'), { ...plain, psums: true, windows: 40 }, 4);
    const words = layer.expected.flat(2).length;
    const windows = 4 * 40 * plain.tiles;
    expect((checkLayer(unit, layer).cycles - words) / windows).toBeLessThan(10);
  });

  test('counts the cycles in which the outside stalls', () => {
    const layer = randomLayer(Random.stream(4, 'stalls'), { ...plain, windows: 1, tiles: 1 }, 4);
    expect(checkLayer(unit, layer).events.stalls).toBe(0);
    const { events } = checkLayer(unit, layer, { out: (cycle) => cycle >= 500 });
    expect(events.stalls).toBeGreaterThan(400);
    expect(events.stalls).toBeLessThan(500);
  });
});

describe.each(chips)('the Verilog of OutputUnit of $name', ({ chip }) => {
  const design = emitVerilog(OutputUnit(chip));

  test('passes lint', () => expect(verilatorLint(design)).toBe(''));
  test.skipIf(!hasIcarus)('passes Icarus', () => expect(icarusComplaints(design)).toBe(''));
  test.skipIf(!hasYosys)('passes Yosys', () => expect(yosysComplaints(design)).toBe(''));
});
