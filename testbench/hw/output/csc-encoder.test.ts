import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { CscEncoder } from '../../../hw/output/csc-encoder.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { type Driver, drive } from '../../../sim/driver/index.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { full } from '../../full.ts';
import { hasIcarus, hasYosys, icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { segmentWords } from './expected-words.ts';

interface Shape {
  readonly filters: number;
  readonly segmentLength: number;
  readonly dense: boolean;
}
interface Window {
  readonly column: number;
  readonly outputs: readonly number[];
}

const paper = CscEncoder(eyerissV2Chip);
const small = CscEncoder({
  ...eyerissV2Chip,
  peColumns: 3,
  outputChannels: 8,
  pe: { ...eyerissV2Chip.pe, psumDepth: 8 },
});

function outputBeats({ column, outputs }: Window) {
  return Array.from({ length: Math.ceil(outputs.length / 2) }, (_, beat) => ({
    // What is not there is anything at all.
    values: [outputs[2 * beat]! & 255, (outputs[2 * beat + 1] ?? 0x5a) & 255] as [number, number],
    single: 2 * beat + 1 === outputs.length,
    last: 2 * beat + 2 >= outputs.length,
    column,
  }));
}

function expectedWords(windows: readonly Window[], { segmentLength, dense }: Shape) {
  return windows.flatMap(({ column, outputs }) => {
    const words = segmentWords(outputs, segmentLength, dense);
    return words.map((data, index) => ({ data, column, last: index === words.length - 1 }));
  });
}

function randomWindows(filters: number, count: number, density: number, seed: number, columns = 4): Window[] {
  const random = Random.stream(seed, 'outputs');
  return Array.from({ length: count }, () => ({
    column: random.integer(0, columns - 1),
    outputs: Array.from({ length: filters }, () => (random.fraction() < density ? random.integer(1, 255) : 0)),
  }));
}

const divisors = (filters: number): number[] =>
  Array.from({ length: filters }, (_, index) => index + 1).filter((length) => filters % length === 0);

describe('CscEncoder', () => {
  let dut: Driver<(typeof paper)['ports']>;

  beforeAll(async () => {
    dut = await drive(paper);
  });
  afterAll(() => dut.close());

  function start({ segmentLength, dense }: Shape): void {
    dut.ports.dense.poke(dense);
    dut.ports.segmentLength.poke(segmentLength);
    dut.ports.start.poke(true);
    dut.step();
    dut.ports.start.poke(false);
  }

  function check(windows: readonly Window[], shape: Shape, stall = 0, seed = 1): void {
    start(shape);
    const words = expectedWords(windows, shape);
    const outputs = windows.flatMap(outputBeats);
    const got = dut.exchange({ send: { outputs }, expect: { words: words.length }, stall, seed });
    expect(got.words).toEqual(words);
    expect([dut.ports.words.valid.peek(), dut.ports.busy.peek()]).toEqual([false, false]);
  }

  /** Cycles that the windows take when nobody stalls. */
  function cyclesOf(windows: readonly Window[], shape: Shape): number {
    start(shape);
    const beats = windows.flatMap(outputBeats);
    let sent = 0;
    let cycles = 0;
    dut.ports.words.ready.poke(true);
    for (; sent < beats.length || dut.ports.busy.peek(); cycles++) {
      dut.ports.outputs.valid.poke(sent < beats.length);
      if (sent < beats.length) dut.ports.outputs.data.poke(beats[sent]!);
      if (sent < beats.length && dut.ports.outputs.ready.peek()) sent++;
      dut.step();
      if (cycles > 100_000) throw new Error('the encoder hangs');
    }
    dut.ports.outputs.valid.poke(false);
    dut.ports.words.ready.poke(false);
    return cycles;
  }

  test('a segment is its number of entries and its entries, from a word of its own', () => {
    const shape = { filters: 4, segmentLength: 4, dense: false };
    const windows = [
      { column: 1, outputs: [0, 7, 0, 9] },
      { column: 2, outputs: [0, 0, 0, 0] },
      { column: 0, outputs: [1, 2, 3, 4] },
      { column: 3, outputs: [5, 0, 0, 0] },
    ];
    start(shape);
    const { words } = dut.exchange({ send: { outputs: windows.flatMap(outputBeats) }, expect: { words: 7 } });
    expect(words.map(({ data, column, last }) => [data.toString(16), column, last])).toEqual([
      ['107002', 1, false],
      ['109', 1, true],
      ['0', 2, true],
      ['1004', 0, false],
      ['3002', 0, false],
      ['4', 0, true],
      ['5001', 3, true],
    ]);
  });

  test('every number of filters in segments of every length, sparse and dense', () => {
    for (let filters = 1; filters <= 32; filters++) {
      for (const segmentLength of divisors(filters)) {
        for (const dense of [false, true]) {
          const shape = { filters, segmentLength, dense };
          const seed = 100 * filters + segmentLength;
          for (const density of [0, 0.5, 1]) check(randomWindows(filters, 6, density, seed), shape);
          check(randomWindows(filters, 12, 0.4, seed), shape, 0.5, seed);
        }
      }
    }
  });

  test('runs of sixteen zeros and more', () => {
    for (const segmentLength of [32, 31, 17, 18, 16]) {
      const random = Random.stream(segmentLength, 'runs');
      const shape = { filters: segmentLength, segmentLength, dense: false };
      const windows = Array.from({ length: 200 }, () => {
        const outputs = Array.from({ length: segmentLength }, () => 0);
        for (let values = random.integer(0, 2); values > 0; values--)
          outputs[random.integer(0, segmentLength - 1)] = random.integer(1, 255);
        return { column: random.integer(0, 3), outputs };
      });
      check(windows, shape);
      check(windows, shape, 0.3, segmentLength);
    }
  });

  test('random shapes and densities, one after the other, with stalls', () => {
    const random = Random.stream(11, 'shapes');
    for (let round = 0; round < (full ? 400 : 60); round++) {
      const filters = random.integer(1, 32);
      const lengths = divisors(filters);
      const segmentLength = lengths[random.integer(0, lengths.length - 1)]!;
      const shape = { filters, segmentLength, dense: random.fraction() < 0.3 };
      const windows = randomWindows(filters, random.integer(1, 40), random.fraction(), round);
      check(windows, shape, [0, 0.2, 0.6][round % 3], round);
    }
  });

  test('every window fits while nothing can leave', () => {
    for (let filters = 1; filters <= 32; filters++) {
      for (const segmentLength of divisors(filters)) {
        for (const dense of [false, true]) {
          const shape = { filters, segmentLength, dense };
          const [window] = randomWindows(filters, 1, 1, filters);
          start(shape);
          dut.exchange({ send: { outputs: outputBeats(window!) }, expect: {}, maxCycles: 100 });
          const words = expectedWords([window!], shape);
          expect(dut.exchange({ expect: { words: words.length } }).words).toEqual(words);
        }
      }
    }
  });

  test('takes nearly two outputs a cycle where half of them are zeros', () => {
    const cycles = (filters: number, segmentLength: number, density: number, dense = false): number =>
      cyclesOf(randomWindows(filters, 100, density, 5), { filters, segmentLength, dense }) /
      (100 * Math.ceil(filters / 2));
    expect(cycles(32, 16, 0.5)).toBeLessThan(1.02);
    expect(cycles(32, 8, 0.5)).toBeLessThan(1.02);
    expect(cycles(16, 4, 0.5)).toBeLessThan(1.1);
    // A segment of an odd number costs half a cycle.
    expect(cycles(30, 15, 0.5)).toBeLessThan(1.1);
    // Here the words are the limit: nine for sixteen outputs.
    expect(cycles(32, 16, 1)).toBeLessThan(9.3 / 8);
    expect(cycles(30, 15, 0.5, true)).toBeLessThan(1.4);
  });
});

test('CscEncoder of other sizes', async () => {
  const dut = await drive(small);
  for (let filters = 1; filters <= 8; filters++) {
    for (const segmentLength of divisors(filters)) {
      for (const dense of [false, true]) {
        dut.ports.dense.poke(dense);
        dut.ports.segmentLength.poke(segmentLength);
        dut.ports.start.poke(true);
        dut.step();
        dut.ports.start.poke(false);
        const windows = randomWindows(filters, 30, 0.6, filters, 3);
        const words = expectedWords(windows, { filters, segmentLength, dense });
        const outputs = windows.flatMap(outputBeats);
        const got = dut.exchange({ send: { outputs }, expect: { words: words.length }, stall: 0.3, seed: filters });
        expect(got.words).toEqual(words);
      }
    }
  }
  dut.close();
});

describe.each([paper, small])('the Verilog of a CscEncoder', (module) => {
  const design = emitVerilog(module);

  test('passes lint', () => expect(verilatorLint(design)).toBe(''));
  test.skipIf(!hasIcarus)('passes Icarus', () => expect(icarusComplaints(design)).toBe(''));
  test.skipIf(!hasYosys)('passes Yosys', () => expect(yosysComplaints(design)).toBe(''));
});
