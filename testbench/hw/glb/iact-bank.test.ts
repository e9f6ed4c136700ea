import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { GlbIactBank } from '../../../hw/glb/iact-bank.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { full } from '../../full.ts';
import { icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { type BankDriver, type BankUnderTest, type Job, perform, run, start } from './iact-bank-run.ts';
import {
  blocksNeeded,
  type BlockShape,
  leastRing,
  mostBlockWords,
  ownBlocks,
  randomBlock,
  sharedBlocks,
  type Walk,
} from './iact-walk.ts';

const configs = [
  { peColumns: 4, iactBankWords: 512 },
  { peColumns: 3, iactBankWords: 100 },
  { peColumns: 1, iactBankWords: 37 },
];

const sparse: BlockShape = { dense: false, segments: 3, segmentLength: 5, density: 0.6 };

/** Blocks for a walk; those that no slot asks for are there too. */
function jobFor(walk: Walk, shape: BlockShape, seed = 1): Job {
  const random = Random.stream(seed, 'blocks');
  const blocks = Array.from({ length: blocksNeeded(walk) }, () => randomBlock(random, shape));
  return { walk, shape, blocks, blockWords: mostBlockWords(shape) };
}

describe.each(configs)('an iact bank of $iactBankWords words for $peColumns slots', (sizes) => {
  const p = { ...eyerissV2Chip, ...sizes };
  const slots = sizes.peColumns;
  let dut: BankDriver;
  let bank: BankUnderTest;
  beforeAll(async () => {
    dut = await drive(GlbIactBank(p));
    bank = { dut, p };
  });
  afterAll(() => dut.close());

  const ringOf = (shape: BlockShape): number => Math.floor(sizes.iactBankWords / mostBlockWords(shape));
  const wanted = (count: number): number[] => Array.from({ length: slots }, () => count);

  test('takes nothing before a start, and nothing where it has no part in the layer', () => {
    dut.reset();
    expect(run(bank, [1, 2, 3], wanted(0), { cycles: 10 }).taken).toBe(0);
    const job = jobFor(ownBlocks(slots, { rows: 1, passes: 1, replays: 1, chunks: 1, ringBlocks: slots }), sparse);
    start(bank, job);
    dut.ports.enabled.poke(false);
    expect(run(bank, job.blocks.flat(), wanted(0), { cycles: 30 }).taken).toBe(0);
    perform(bank, job);
  });

  test('blocks of their own for each slot, in passes, replays and chunks', () => {
    const shape: BlockShape = { ...sparse, segments: 2, segmentLength: 3 };
    const counts = { rows: 1, passes: 2, replays: 2, chunks: 3, ringBlocks: ringOf(shape) };
    const walk = ownBlocks(slots, counts);
    const outcome = perform(bank, jobFor(walk, shape), { slotStalls: wanted(0.2) });
    const got = outcome.received.reduce((sum, { length }) => sum + length, 0);
    const blocks = slots * 2 * 2 * 3;
    expect(outcome.events).toMatchObject({ sends: got, reads: got + blocks, bypasses: 0 });
    expect(outcome.events.writes).toBe(outcome.taken + blocksNeeded(walk));
  });

  test('blocks that kernel rows share, for slots of their own and for all slots alike', () => {
    const shape: BlockShape = { ...sparse, segments: 1, segmentLength: 3 };
    for (const ownSlots of [true, false]) {
      for (const [kernelRows, stride] of [
        [3, 1],
        [3, 2],
        [2, 3],
      ] as const) {
        const kernel = { kernelRows, stride, parts: 1 };
        const walk = sharedBlocks(slots, kernel, {
          ownSlots,
          rows: 1,
          replays: 2,
          chunks: 4,
          ringBlocks: ringOf(shape),
        });
        expect(leastRing(walk)).toBeLessThanOrEqual(walk.ringBlocks);
        perform(bank, jobFor(walk, shape), { slotStalls: wanted(0.3) });
      }
    }
  });

  test('a ring smaller than a chunk, of which each pass becomes free', () => {
    for (const rows of [1, 2]) {
      const shape: BlockShape = { ...sparse, segments: 1 };
      const walk = ownBlocks(slots, { rows, passes: 9, replays: 1, chunks: 2, ringBlocks: slots * rows });
      perform(bank, jobFor(walk, shape));
      perform(bank, jobFor({ ...walk, ringBlocks: slots * rows + 1 }, shape), {
        slotStalls: wanted(0.5),
        sourceStall: 0.3,
      });
    }
  });

  test('more words in a chunk than a place can say', () => {
    const shape: BlockShape = { dense: true, segments: 1, segmentLength: 3, density: 1 };
    const blocks = (4 * sizes.iactBankWords) / mostBlockWords(shape);
    const passes = Math.ceil((blocks + 5) / slots);
    const walk = ownBlocks(slots, { rows: 1, passes, replays: 1, chunks: 2, ringBlocks: ringOf(shape) });
    expect(walk.chunkBlocks).toBeGreaterThan(blocks);
    perform(bank, jobFor(walk, shape));
  });

  test('empty segments, and blocks of nothing else', () => {
    for (const density of [0, 0.1]) {
      const shape = { ...sparse, density, segments: 4 };
      const counts = { rows: 1, passes: 1, replays: 2, chunks: 3, ringBlocks: slots };
      perform(bank, jobFor(ownBlocks(slots, counts), { ...shape, segmentLength: 1 }));
    }
  });

  test.each([1, 3, 4, 6])('uncompressed segments of %i values', (segmentLength) => {
    const shape: BlockShape = { dense: true, segments: 2, segmentLength, density: 0.5 };
    const counts = { rows: 1, passes: 3, replays: 1, chunks: 2, ringBlocks: slots };
    perform(bank, jobFor(ownBlocks(slots, counts), shape), { sourceStall: 0.2 });
  });

  test('a ring that its blocks fill to the last word, and a block as large as the bank', () => {
    const segments = Math.floor((sizes.iactBankWords - 1) / 3);
    const large: BlockShape = { dense: false, segments, segmentLength: 5, density: 1 };
    const counts = { rows: 1, passes: 1, replays: 2, chunks: 3, ringBlocks: 1 };
    const alike = { ownSlots: false, ...counts };
    const walk = sharedBlocks(slots, { kernelRows: 1, stride: 1, parts: 1 }, alike);
    perform(bank, { ...jobFor(walk, large), blockWords: sizes.iactBankWords });
    const small: BlockShape = { dense: true, segments: 1, segmentLength: 1, density: 1 };
    const ring = Math.floor(sizes.iactBankWords / 2);
    const rows = Math.floor(ring / slots);
    perform(bank, jobFor(ownBlocks(slots, { rows, passes: 1, replays: 3, chunks: 2, ringBlocks: ring }), small));
    perform(
      bank,
      jobFor(ownBlocks(slots, { rows, passes: 1, replays: 3, chunks: 2, ringBlocks: rows * slots }), small),
    );
  });

  test('fills ahead of the walks, as many blocks as the ring has, and the next chunk with them', () => {
    const shape: BlockShape = { ...sparse, segments: 1 };
    const ringBlocks = ringOf(shape);
    const walk = ownBlocks(slots, { rows: 1, passes: 2, replays: 2, chunks: 40, ringBlocks });
    const job = jobFor(walk, shape);
    start(bank, job);
    const words = job.blocks.flat();
    const held = run(bank, words, wanted(0), { slotStalls: wanted(1), cycles: 2 * sizes.iactBankWords });
    expect(held.taken).toBe(job.blocks.slice(0, ringBlocks).flat().length);
    perform(bank, job);
  });

  test('words that pass it by go to all slots', () => {
    const job = jobFor(ownBlocks(slots, { rows: 1, passes: 1, replays: 1, chunks: 1, ringBlocks: slots }), sparse);
    const words = Array.from({ length: 200 }, (_, index) => (index * 7919) % 2 ** 24);
    for (const stall of [0, 0.4]) {
      start(bank, job, true);
      const slotStalls = Array.from({ length: slots }, (_, slot) => (stall * (slot + 1)) / slots);
      const { received, cycles, events } = run(bank, words, wanted(200), { sourceStall: stall, slotStalls });
      for (const got of received) expect(got).toEqual(words);
      expect(events).toEqual({ reads: 0, writes: 0, sends: 200, bypasses: 200 });
      expect(stall > 0 ? 0 : cycles).toBeLessThanOrEqual(202);
    }
    perform(bank, job);
  });

  test('a slot that is never ready holds up the others only a pass later', () => {
    const blockLength = 3;
    const shape: BlockShape = { dense: true, segments: blockLength, segmentLength: 3, density: 1 };
    const walk = ownBlocks(slots, { rows: 2, passes: 5, replays: 1, chunks: 1, ringBlocks: 4 * slots });
    const job = jobFor(walk, shape);
    for (let stuck = 0; stuck < slots; stuck++) {
      start(bank, job);
      const slotStalls = wanted(0).map((_, slot) => (slot === stuck ? 1 : 0));
      const { received } = run(bank, job.blocks.flat(), wanted(0), { slotStalls, cycles: 400 });
      // The queue of the slot that is stuck takes a few words; the others get two passes.
      const lengths = received.map(({ length }) => length);
      expect(lengths.filter((_, slot) => slot !== stuck)).toEqual(wanted(2 * walk.rows * blockLength).slice(1));
      expect(lengths[stuck]).toBeLessThanOrEqual(4);
    }
  });

  test('a start in the midst of things begins anew', () => {
    const shape: BlockShape = { ...sparse, segments: 2, segmentLength: 3 };
    const counts = { rows: 1, replays: 1, chunks: 3, ringBlocks: 2 * slots };
    const walks = [
      ownBlocks(slots, { ...counts, passes: 3, ringBlocks: slots }),
      sharedBlocks(slots, { kernelRows: 1, stride: 2, parts: 1 }, { ...counts, ownSlots: true }),
    ];
    for (const walk of walks) {
      const job = jobFor(walk, shape);
      for (let cycles = 1; cycles < 60; cycles++) {
        start(bank, job);
        run(bank, job.blocks.flat(), wanted(0), { cycles, seed: cycles });
        // The blocks of the next layer come faster than they are read.
        perform(bank, jobFor({ ...walk, chunks: 4 }, shape, cycles), { slotStalls: wanted(0.7), seed: cycles });
      }
    }
  });

  describe('in time', () => {
    const shape: BlockShape = { dense: true, segments: 4, segmentLength: 3, density: 1 };
    const words = 4;

    test('reads a word a cycle for several slots, lengths included', () => {
      const rows = Math.floor(ringOf(shape) / slots);
      const walk = ownBlocks(slots, { rows, passes: 1, replays: 50, chunks: 1, ringBlocks: rows * slots });
      const { cycles } = perform(bank, jobFor(walk, shape));
      const blocks = rows * slots;
      const fill = blocks * (words + 1);
      const reads = 50 * blocks * (words + 1);
      // A single slot waits for nothing but the lengths either.
      expect(cycles).toBeLessThanOrEqual(fill + reads + 10);
    });

    test('loses a cycle a block for a single slot, whatever the length of a pass', () => {
      for (const rows of [1, 2]) {
        const counts = { rows, replays: 100, chunks: 1, ringBlocks: 2, ownSlots: false };
        const walk = sharedBlocks(slots, { kernelRows: 1, stride: 1, parts: 1 }, counts);
        const { cycles } = perform(bank, jobFor(walk, shape));
        expect(cycles).toBeLessThanOrEqual(2 * 5 + 100 * rows * (words + 1) + 10);
        const single: BlockShape = { ...shape, segments: 1 };
        const short = perform(bank, jobFor(walk, single));
        expect(short.cycles).toBeLessThanOrEqual(2 * 2 + 100 * rows * 2 + 10);
      }
    });

    test('fills with a word a cycle and one for each length, while it reads', () => {
      const walk = ownBlocks(slots, { rows: 1, passes: 50, replays: 1, chunks: 1, ringBlocks: ringOf(shape) });
      const job = jobFor(walk, shape);
      const { cycles } = perform(bank, job);
      expect(cycles).toBeLessThanOrEqual(job.blocks.length * (words + 1) + 12);
    });
  });

  test('random walks with random stalls of the source and of each slot', () => {
    const random = Random.stream(7, `walks ${slots}`);
    let rounds = 0;
    for (let round = 0; rounds < (full ? 400 : 60); round++) {
      const shape: BlockShape = {
        dense: random.fraction() < 0.3,
        segments: random.integer(1, 4),
        segmentLength: random.integer(1, 8),
        density: [0, 0.2, 0.6, 1][random.integer(0, 3)]!,
      };
      const most = ringOf(shape);
      const counts = { rows: random.integer(1, 3), replays: random.integer(1, 3), chunks: random.integer(1, 4) };
      const ownSlots = random.fraction() < 0.6;
      const kernel = { kernelRows: random.integer(1, 3), stride: random.integer(1, 3), parts: random.integer(1, 3) };
      const endless = { ringBlocks: 10000 };
      const walk =
        random.fraction() < 0.4
          ? ownBlocks(slots, { ...counts, passes: random.integer(1, 6), ...endless })
          : sharedBlocks(slots, kernel, { ...counts, ownSlots, ...endless });
      const least = leastRing(walk);
      if (least > most) continue;
      rounds++;
      const ringBlocks = random.fraction() < 0.4 ? least : random.integer(least, most);
      const stall = (): number => [0, 0.1, 0.5, 0.9][random.integer(0, 3)]!;
      perform(bank, jobFor({ ...walk, ringBlocks }, shape, round), {
        sourceStall: stall(),
        slotStalls: wanted(0).map(stall),
        seed: round,
      });
    }
  });

  test('is clean Verilog', () => {
    const design = emitVerilog(GlbIactBank(p));
    expect(verilatorLint(design)).toBe('');
    expect(icarusComplaints(design)).toBe('');
    expect(yosysComplaints(design)).toBe('');
  });
});
