import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { GlbPsumBank } from '../../../hw/glb/psum-bank.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { full } from '../../full.ts';
import { icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { type PsumBankDriver, perform, start } from './psum-bank-run.ts';

describe.each([375, 4, 7, 16])('a psum bank of %i words', (psumBankWords) => {
  const p = { ...eyerissV2Chip, psumBankWords };
  let dut: PsumBankDriver;
  beforeAll(async () => {
    dut = await drive(GlbPsumBank(p));
  });
  afterAll(() => dut.close());

  test.each([1, 2, 3, 10])('%i passes, of one word up to all that fit', (passes) => {
    for (const words of new Set([1, 2, 3, psumBankWords - 1, psumBankWords])) {
      for (const latency of [1, 3, 9]) {
        const tiles = words > 20 ? 2 : 5;
        const { reads, writes } = perform(dut, { words, passes, tiles }, { latency, capacity: latency + 1 });
        expect(reads).toBe(words * (passes - 1) * tiles);
        expect(writes).toBe(reads);
      }
    }
  });

  test('random layers with random stalls everywhere', () => {
    const random = Random.stream(psumBankWords, 'layers');
    const stall = (): number => [0, 0.2, 0.5, 0.9][random.integer(0, 3)]!;
    for (let round = 0; round < (full ? 300 : 40); round++) {
      const passes = random.integer(1, 4);
      const words = random.integer(1, Math.min(40, psumBankWords));
      perform(
        dut,
        { words, passes, tiles: random.integer(1, 4) },
        {
          capacity: random.integer(1, 12),
          latency: random.integer(1, 6),
          stalls: { toArray: stall(), fromArray: stall(), final: stall() },
          seed: round,
        },
      );
    }
  });

  test('reads and writes a word a cycle', () => {
    const words = Math.min(psumBankWords, 100);
    const layer = { words, passes: 5, tiles: 4 };
    const { cycles } = perform(dut, layer);
    // Where a pass is shorter than the way round, the way round counts.
    const perPass = Math.max(words, 4);
    expect(cycles).toBeLessThanOrEqual(perPass * layer.passes * layer.tiles + 10);
  });

  test('at the head of a chain it gives zeros for ever and takes nothing; at its end it takes and gives nothing', () => {
    start(dut, { words: 3, passes: 1 }, true, false);
    dut.ports.toArray.ready.poke(true);
    dut.ports.fromArray.valid.poke(true);
    dut.ports.final.ready.poke(true);
    for (let cycle = 0; cycle < 50; cycle++) {
      expect(dut.ports.toArray.valid.peek()).toBe(true);
      expect(dut.ports.toArray.data.peek()).toEqual([0, 0]);
      expect([dut.ports.fromArray.ready.peek(), dut.ports.final.valid.peek()]).toEqual([false, false]);
      dut.step();
    }
    start(dut, { words: 3, passes: 1 }, false, true);
    for (let cycle = 0; cycle < 50; cycle++) {
      dut.ports.fromArray.data.poke([cycle, cycle - 99]);
      dut.ports.final.ready.poke(cycle % 3 === 0);
      expect(dut.ports.toArray.valid.peek()).toBe(false);
      expect([dut.ports.fromArray.ready.peek(), dut.ports.final.valid.peek()]).toEqual([cycle % 3 === 0, true]);
      expect(dut.ports.final.data.peek()).toEqual([cycle, cycle - 99]);
      dut.step();
    }
    dut.ports.fromArray.valid.poke(false);
  });

  test('a start in the midst of things begins anew', () => {
    for (let cycles = 1; cycles < 40; cycles++) {
      start(dut, { words: 3, passes: 3 });
      dut.ports.toArray.ready.poke(true);
      dut.ports.fromArray.valid.poke(true);
      dut.ports.fromArray.data.poke([99, 99]);
      dut.ports.final.ready.poke(true);
      dut.step(cycles);
      perform(dut, { words: 4, passes: 2, tiles: 2 });
    }
  });

  test('is clean Verilog', () => {
    const design = emitVerilog(GlbPsumBank(p));
    expect(verilatorLint(design)).toBe('');
    expect(icarusComplaints(design)).toBe('');
    expect(yosysComplaints(design)).toBe('');
  });
});
