/** Runs an iact bank cycle by cycle: a source of words, and a queue behind each slot of the link. */
import type { Driver } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { placeOf } from '../../../hw/glb/block-place.ts';
import type { ChipParameters } from '../../../hw/parameters.ts';
import type { GlbIactBank } from '../../../hw/glb/iact-bank.ts';
import { type BlockShape, blockOrder, type Walk } from './iact-walk.ts';

export type BankDriver = Driver<ReturnType<typeof GlbIactBank>['ports']>;

/** A bank, and what it was built as. */
export interface BankUnderTest {
  readonly dut: BankDriver;
  readonly p: ChipParameters;
}

/** Words that wait in front of a PE. */
const QUEUE = 4;

export interface Conditions {
  /** Share of the cycles in which the source has nothing, and, for each slot, in which nobody takes from its queue. */
  readonly sourceStall?: number;
  readonly slotStalls?: readonly number[];
  readonly seed?: number;
  /** Cycles after which to stop, whatever is left; by default, when everything has arrived. */
  readonly cycles?: number;
}

export interface Outcome {
  /** What each slot got. */
  readonly received: readonly (readonly number[])[];
  /** Words that the bank took. */
  readonly taken: number;
  readonly cycles: number;
  readonly events: {
    readonly reads: number;
    readonly writes: number;
    readonly sends: number;
    readonly bypasses: number;
  };
}

export interface Job {
  readonly walk: Walk;
  readonly shape: BlockShape;
  readonly blockWords: number;
  readonly blocks: readonly (readonly number[])[];
}

/** What each slot should get. */
export function expected({ walk, blocks }: Job): number[][] {
  return Array.from({ length: walk.slots }, (_, slot) => blockOrder(walk, slot).flatMap((block) => blocks[block]!));
}

/** Tells the bank its command, and starts it. */
export function start({ dut, p }: BankUnderTest, { walk, shape, blockWords }: Job, bypass = false): void {
  const { slots, ownSlots, rows, passes, replays, chunks } = walk;
  const words = (blocks: number): number => placeOf(blocks * blockWords, p);
  dut.ports.command.poke({
    bypass,
    dense: shape.dense,
    segments: shape.segments,
    segmentWords: shape.dense ? Math.ceil(shape.segmentLength / 3) : 0,
    blockWords,
    ownSlots,
    ringWords: words(walk.ringBlocks),
    slotWords: Array.from({ length: slots }, (_, slot) => words(slot * walk.slotBlocks)),
    rowWords: words(walk.rowBlocks),
    passWords: words(walk.passBlocks),
    chunkWords: words(walk.chunkBlocks),
    passRelease: words(walk.passRelease),
    chunkRelease: words(walk.chunkRelease),
    rows,
    passes,
    replays,
    chunks,
  });
  dut.ports.enabled.poke(true);
  dut.ports.words.valid.poke(true);
  dut.ports.start.poke(true);
  if (dut.ports.words.ready.peek()) throw new Error('a word is taken in the cycle of the start');
  dut.step();
  dut.ports.start.poke(false);
  dut.ports.words.valid.poke(false);
}

/** Sends words and collects what comes for each slot, until as much has come as is expected, or for some cycles. */
export function run(
  { dut }: BankUnderTest,
  words: readonly number[],
  wanted: readonly number[],
  { sourceStall = 0, slotStalls = [], seed = 1, cycles }: Conditions = {},
): Outcome {
  const sim = dut.simulation;
  const source = Random.stream(seed, 'source');
  const takers = wanted.map((_, slot) => Random.stream(seed, `slot ${slot}`));
  const queued = wanted.map(() => 0);
  const received = wanted.map((): number[] => []);
  const events = { reads: 0, writes: 0, sends: 0, bypasses: 0 };
  let next = 0;
  let offered = false;
  let cycle = 0;
  const allMoved = (): boolean =>
    next === words.length && received.every((got, slot) => got.length >= wanted[slot]!) && queued.every((n) => n === 0);
  const isOver = (): boolean => cycles === undefined && allMoved();
  const limit = cycles ?? 1000 + 200 * (words.length + wanted.reduce((sum, count) => sum + count, 0));
  for (; cycle < limit && !isOver(); cycle++) {
    offered ||= next < words.length && source.fraction() >= sourceStall;
    sim.poke('words_valid', Number(offered));
    if (offered) sim.poke('words_data', words[next]!);
    let ready = 0;
    queued.forEach((held, slot) => {
      if (held <= QUEUE - 2) ready |= 1 << slot;
    });
    sim.poke('link_ready', ready);
    const enable = Number(sim.peek('link_enable'));
    if (enable !== 0) {
      const data = Number(sim.peek('link_data'));
      received.forEach((got, slot) => {
        if ((enable & (1 << slot)) === 0) return;
        if (queued[slot] === QUEUE) throw new Error(`cycle ${cycle}: a word is lost at slot ${slot}`);
        got.push(data);
      });
    }
    for (const name of ['reads', 'writes', 'sends', 'bypasses'] as const) {
      events[name] += Number(sim.peek(`events_${name}`));
    }
    if (offered && Number(sim.peek('words_ready')) === 1) {
      offered = false;
      next++;
    }
    takers.forEach((taker, slot) => {
      const takes = queued[slot]! > 0 && taker.fraction() >= (slotStalls[slot] ?? 0);
      queued[slot]! += ((enable >> slot) & 1) - Number(takes);
    });
    dut.step();
  }
  if (!isOver() && cycles === undefined)
    throw new Error(`stuck: ${next} words taken, ${received.map((r) => r.length).join(', ')} received`);
  sim.poke('words_valid', 0);
  return { received, taken: next, cycles: cycle, events };
}

/** A whole layer: everything must arrive in order, and nothing after it; the bank takes no more words then. */
export function perform(bank: BankUnderTest, job: Job, conditions: Conditions = {}): Outcome {
  start(bank, job);
  const wanted = expected(job);
  const words = job.blocks.flat();
  const outcome = run(
    bank,
    words,
    wanted.map(({ length }) => length),
    conditions,
  );
  wanted.forEach((each, slot) => {
    const got = outcome.received[slot]!;
    const wrong = each.findIndex((word, index) => got[index] !== word);
    if (wrong >= 0 || got.length !== each.length)
      throw new Error(
        `slot ${slot}: word ${wrong} of ${each.length} is ${got[wrong]}, not ${each[wrong]} (${got.length} came)`,
      );
  });
  const after = run(
    bank,
    [0, 0, 0],
    wanted.map(() => 0),
    { cycles: 20 },
  );
  if (after.taken > 0 || after.received.some(({ length }) => length > 0)) throw new Error('the bank is not at rest');
  return outcome;
}
