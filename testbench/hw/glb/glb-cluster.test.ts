import { describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { GlbCluster } from '../../../hw/glb/glb-cluster.ts';
import { placeOf } from '../../../hw/glb/block-place.ts';
import { eyerissV2Chip } from '../../../hw/parameters.ts';
import { drive, type Driver } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { icarusComplaints, verilatorLint, yosysComplaints } from '../../gen/tools.ts';
import { blockOrder, blocksNeeded, ownBlocks, randomBlock } from './iact-walk.ts';

const configs = [
  {},
  { peColumns: 3, iactBanks: 2, iactBankWords: 100, psumBankWords: 16 },
  { peColumns: 1, iactBanks: 1, iactBankWords: 37, psumBankWords: 7 },
].map((sizes) => ({ ...eyerissV2Chip, ...sizes }));
type ClusterDriver = Driver<ReturnType<typeof GlbCluster>['ports']>;

describe.each(configs)('a cluster of $iactBanks iact and $peColumns psum banks', (p) => {
  const blockWords = 7;
  const shape = { dense: false, segments: 2, segmentLength: 4, density: 0.7 };
  const walk = ownBlocks(p.peColumns, { rows: 1, passes: 2, replays: 1, chunks: 2, ringBlocks: p.peColumns + 1 });
  const words = (blocks: number): number => placeOf(blocks * blockWords, p);

  function start(dut: ClusterDriver, iactSource: boolean): void {
    dut.ports.iactCommand.poke({
      blockWords,
      bypass: false,
      dense: false,
      segments: shape.segments,
      segmentWords: 0,
      ownSlots: walk.ownSlots,
      ringWords: words(walk.ringBlocks),
      slotWords: Array.from({ length: p.peColumns }, (_, slot) => words(slot * walk.slotBlocks)),
      rowWords: words(walk.rowBlocks),
      passWords: words(walk.passBlocks),
      chunkWords: words(walk.chunkBlocks),
      passRelease: words(walk.passRelease),
      chunkRelease: words(walk.chunkRelease),
      rows: walk.rows,
      passes: walk.passes,
      replays: walk.replays,
      chunks: walk.chunks,
    });
    dut.ports.psumCommand.poke({ lastWord: 2, passes: 2 });
    dut.ports.iactSource.poke(iactSource);
    dut.ports.chainFirst.poke(true);
    dut.ports.chainLast.poke(true);
    dut.ports.start.poke(true);
    dut.step();
    dut.ports.start.poke(false);
  }

  test('sends the words of each iact bank to its own link', async () => {
    const dut = await drive(GlbCluster(p));
    const random = Random.stream(3, 'blocks');
    const blocks = dut.ports.iactWords.map(() =>
      Array.from({ length: blocksNeeded(walk) }, () => randomBlock(random, shape)),
    );
    const streams = blocks.map((each) => each.flat());
    const next = streams.map(() => 0);
    const got = streams.map(() => Array.from({ length: p.peColumns }, (): number[] => []));
    const events = streams.map(() => ({ reads: 0, writes: 0, sends: 0 }));
    start(dut, true);
    for (let cycle = 0; cycle < 600; cycle++) {
      streams.forEach((stream, bank) => {
        const { valid, data } = dut.ports.iactWords[bank]!;
        valid.poke(next[bank]! < stream.length);
        if (next[bank]! < stream.length) data.poke(stream[next[bank]!]!);
        dut.ports.iactLinks[bank]!.ready.poke(2 ** p.peColumns - 1);
      });
      streams.forEach((stream, bank) => {
        if (next[bank]! < stream.length && dut.ports.iactWords[bank]!.ready.peek()) next[bank]!++;
        const { enable, data } = dut.ports.iactLinks[bank]!;
        got[bank]!.forEach((each, slot) => {
          if ((Number(enable.peek()) & (1 << slot)) !== 0) each.push(Number(data.peek()));
        });
        const now = dut.ports.iactEvents.peek()[bank]!;
        for (const name of ['reads', 'writes', 'sends'] as const) events[bank]![name] += Number(now[name]);
      });
      dut.step();
    }
    blocks.forEach((each, bank) => {
      const expected = got[bank]!.map((_, slot) => blockOrder(walk, slot).flatMap((block) => each[block]!));
      expect(got[bank], `bank ${bank}`).toEqual(expected);
      const sends = expected.flat().length;
      expect(events[bank]).toEqual({
        sends,
        reads: sends + each.length,
        writes: streams[bank]!.length + each.length,
      });
    });
    start(dut, false);
    dut.ports.iactWords.forEach(({ valid }) => valid.poke(true));
    dut.step(5);
    expect(dut.ports.iactWords.map(({ ready }) => ready.peek())).toEqual(streams.map(() => false));
    dut.close();
  });

  test('passes the psums of each column round by themselves', async () => {
    const dut = await drive(GlbCluster(p));
    start(dut, true);
    const inside = dut.ports.psumsToArray.map((): number[][] => []);
    const finals = inside.map((): number[][] => []);
    const events = inside.map(() => ({ reads: 0, writes: 0 }));
    let entered = 0;
    for (let cycle = 0; cycle < 200; cycle++) {
      inside.forEach((held, column) => {
        const { psumsToArray, psumsFromArray, finalPsums } = dut.ports;
        psumsToArray[column]!.ready.poke(held.length < 2 && (cycle + column) % 3 !== 0);
        psumsFromArray[column]!.valid.poke(held.length > 0);
        if (held.length > 0) psumsFromArray[column]!.data.poke(held[0]!);
        finalPsums[column]!.ready.poke(true);
      });
      inside.forEach((held, column) => {
        const { psumsToArray, psumsFromArray, finalPsums, psumEvents } = dut.ports;
        if (finalPsums[column]!.valid.peek()) finals[column]!.push(finalPsums[column]!.data.peek().map(Number));
        const now = psumEvents.peek()[column]!;
        events[column]!.reads += Number(now.reads);
        events[column]!.writes += Number(now.writes);
        const leaves = held.length > 0 && psumsFromArray[column]!.ready.peek();
        const enters = psumsToArray[column]!.valid.peek() && psumsToArray[column]!.ready.peek();
        if (leaves) held.shift();
        if (enters) {
          const [low, high] = psumsToArray[column]!.data.peek().map(Number);
          held.push([low! + 10 + column, high! - 20 - column]);
          entered++;
        }
      });
      dut.step();
    }
    expect(entered).toBeGreaterThan(30 * p.peColumns);
    finals.forEach((each, column) => {
      expect(each.length).toBeGreaterThan(20);
      for (const pair of each) expect(pair).toEqual([20 + 2 * column, -40 - 2 * column]);
      expect(events[column]!.reads).toBeGreaterThan(20);
      expect(events[column]!.writes).toBeGreaterThanOrEqual(events[column]!.reads);
    });
    dut.close();
  });

  test('is clean Verilog', () => {
    const design = emitVerilog(GlbCluster(p));
    expect(verilatorLint(design)).toBe('');
    expect(icarusComplaints(design)).toBe('');
    expect(yosysComplaints(design)).toBe('');
  });
});
