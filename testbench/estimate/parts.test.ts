import { describe, expect, test } from 'vitest';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { windowsInFlight } from '../../sim/estimate/hardware-rules.ts';
import type { IactBlock } from '../../sim/estimate/iact-block.ts';
import { BankModel, BypassModel } from '../../sim/estimate/iact-model.ts';
import { PeModel } from '../../sim/estimate/pe-model.ts';
import type { PeShape } from '../../sim/estimate/pe-shape.ts';
import { PsumColumn } from '../../sim/estimate/psum-model.ts';
import { WeightRowModel } from '../../sim/estimate/weight-model.ts';
import type { WeightTile } from '../../sim/estimate/weight-tile.ts';

const shape: PeShape = {
  dense: false,
  macs: 2,
  columns: 2,
  segmentLength: 2,
  windowSegments: 1,
  stepSegments: 1,
  blockSegments: 3,
  windows: 3,
  rows: 1,
  psumWords: 2,
  inFlight: 2,
  iactEntries: 16,
  iactSegments: 9,
  weightWords: 96,
  queueWords: 4,
};

/** Three windows of two iacts each, none of them zero: two words a segment. */
const block: IactBlock = {
  counts: Uint16Array.of(2, 2, 2),
  starts: Uint32Array.of(0, 2, 4),
  positions: Uint16Array.of(0, 1, 0, 1, 0, 1),
  words: 6,
};

/** Columns of three words and of one. */
const tile: WeightTile = {
  words: Uint16Array.of(3, 1),
  cycles: Uint16Array.of(3, 1),
  ends: Uint16Array.of(3, 4),
  total: 4,
  addressWords: 1,
  linkWords: 5,
};

const nothing = () => ({ compute: 0, load: 0, waitPsum: 0, waitIact: 0, windowEnd: 0, drain: 0 });

function onePe(changes: Partial<PeShape> = {}) {
  const counts = nothing();
  const pe = new PeModel({ ...shape, ...changes }, [block], [tile], counts);
  const iacts = new BypassModel({ takers: [[pe]], blocks: [[block]], laneShare: 1, laneTurn: 0 });
  const weights = new WeightRowModel({
    takers: [[pe]],
    packets: [[{ sets: [0], words: tile.linkWords }]],
    outputs: [],
    parameters: [0],
    laneShare: 1,
    laneTurn: 0,
  });
  return { counts, pe, iacts, weights };
}

describe('a PE of the model', () => {
  test('reads the words that its iacts meet, and waits where no psums leave', () => {
    const { counts, pe, iacts, weights } = onePe();
    for (let cycle = 0; cycle < 100; cycle++) {
      pe.step();
      iacts.step(cycle);
      weights.step(cycle);
    }
    // Two windows of 3 + 1 words; the third has no room for its psums.
    expect(counts.compute).toBe(8);
    expect(pe.tilesRead).toBe(0);
    expect(pe.complete).toBe(2);
    expect(counts.waitPsum).toBeGreaterThan(50);
  });

  test('ends its tile when they do', () => {
    const { counts, pe, iacts, weights } = onePe();
    const column = new PsumColumn([pe], 2, 6, [{ first: true, last: true }]);
    let taken = 0;
    for (let cycle = 0; cycle < 100; cycle++) {
      const takes = column.offers;
      if (takes) taken++;
      column.step(takes, cycle);
      pe.step();
      iacts.step(cycle);
      weights.step(cycle);
    }
    expect(counts).toMatchObject({ compute: 12, waitPsum: 0, windowEnd: 0 });
    expect(taken).toBe(6);
    expect(column.turnsLeft).toBe(1);
    expect(pe.tilesRead).toBe(1);
    expect(pe.held).toBe(0);
  });

  test('takes no more weights than it has room for', () => {
    const { pe, weights } = onePe({ weightWords: 2 });
    for (let cycle = 0; cycle < 20; cycle++) {
      pe.step();
      weights.step(cycle);
    }
    // Header, addresses, two words.
    expect(weights.words.local).toBe(4);
    expect(pe.weightReady).toBe(false);
  });
});

test('a link gives a word only when all of its takers have room', () => {
  const { pe } = onePe();
  const other = new PeModel(shape, [block], [tile], nothing());
  const iacts = new BypassModel({ takers: [[pe, other]], blocks: [[block]], laneShare: 1, laneTurn: 0 });
  for (let cycle = 0; cycle < 20; cycle++) {
    pe.step();
    iacts.step(cycle);
  }
  expect(iacts.words.injected).toBe(0);
  for (let cycle = 0; cycle < 20; cycle++) {
    pe.step();
    other.step();
    iacts.step(cycle);
  }
  expect(iacts.words.injected).toBe(6);
});

test('routers that share a lane have a word each in turn', () => {
  const { pe } = onePe();
  const iacts = new BypassModel({ takers: [[pe]], blocks: [[block]], laneShare: 3, laneTurn: 1 });
  for (let cycle = 0; cycle < 10; cycle++) {
    pe.step();
    iacts.step(cycle);
  }
  expect(iacts.words.injected).toBe(3);
});

test('a bank fills a block before it reads it, and again when it is free', () => {
  const pe = new PeModel(shape, [block, block], [tile, tile], nothing());
  const stream = { takers: [[pe]], blocks: [[block, block]], laneShare: 1, laneTurn: 0 };
  const ring = { slotBlocks: 0, rowBlocks: 0, rows: 1 };
  const passes = [0, 1].map((firstBlock) => ({ firstBlock, releases: 1 }));
  const bank = new BankModel(stream, ring, [block, block], passes, 1);
  for (let cycle = 0; cycle < 7; cycle++) {
    pe.step();
    bank.step(cycle);
  }
  // Six words and the length of the block.
  expect(bank.words).toMatchObject({ written: 7, read: 0 });
  for (let cycle = 7; cycle < 10; cycle++) {
    pe.step();
    bank.step(cycle);
  }
  expect(bank.words.written).toBe(7);
  expect(bank.words.read).toBeGreaterThan(0);
});

test('psums of a window take a bank of the SPad, two, or all of them', () => {
  const inFlight = (psumBanks: number) =>
    [1, 8, 9, 16, 17, 32].map((filters) => windowsInFlight(filters, { ...eyerissV2Chip.pe, psumBanks }));
  expect(inFlight(2)).toEqual([2, 2, 2, 2, 1, 1]);
  expect(inFlight(4)).toEqual([4, 4, 2, 2, 1, 1]);
});
