/** Runs a psum bank cycle by cycle, between an array that adds to psums and an output unit. */
import { isDeepStrictEqual } from 'node:util';
import type { GlbPsumBank } from '../../../hw/glb/psum-bank.ts';
import type { Driver } from '../../../sim/driver/drive.ts';
import { Random } from '../../../sim/tensor/random.ts';

type Pair = readonly number[];
export type PsumBankDriver = Driver<ReturnType<typeof GlbPsumBank>['ports']>;

export interface Layer {
  readonly words: number;
  readonly passes: number;
  readonly tiles: number;
}

/** How the array and the output unit behave: words in the array, cycles that each spends there, and shares of idle cycles. */
export interface Surroundings {
  readonly capacity?: number;
  readonly latency?: number;
  readonly stalls?: { readonly toArray?: number; readonly fromArray?: number; readonly final?: number };
  readonly seed?: number;
}

/** What the array adds to a word in a pass; the second psum goes down, the first up. */
function added(tile: number, pass: number, word: number): Pair {
  const amount = 1 + ((tile * 7 + pass * 31 + word * 3) % 97);
  return [amount, -5 * amount];
}

/** Tells the bank its command, and starts it. */
export function start(
  dut: PsumBankDriver,
  { words, passes }: Pick<Layer, 'words' | 'passes'>,
  first = true,
  last = true,
): void {
  dut.ports.command.poke({ lastWord: words - 1, passes });
  dut.ports.first.poke(first);
  dut.ports.last.poke(last);
  dut.ports.start.poke(true);
  dut.step();
  dut.ports.start.poke(false);
}

/**
 * Runs tiles through the bank and an array that adds to every word; gives what it took.
 *
 * @throws Error when a psum is wrong, or one that waits does not stay
 */
export function perform(dut: PsumBankDriver, layer: Layer, surroundings: Surroundings = {}) {
  const { capacity = 8, latency = 1, stalls = {}, seed = 1 } = surroundings;
  const { words, passes, tiles } = layer;
  const { toArray, fromArray, final, events } = dut.ports;
  const chance = (name: keyof typeof stalls): (() => boolean) => {
    const random = Random.stream(seed, name);
    return () => random.fraction() >= (stalls[name] ?? 0);
  };
  const [takes, gives, takesFinal] = [chance('toArray'), chance('fromArray'), chance('final')];
  const inside: { value: Pair; since: number }[] = [];
  const finals: Pair[] = [];
  const counts = { reads: 0, writes: 0 };
  let entered = 0;
  let offered = false;
  let waiting: Pair | undefined;
  let cycle = 0;
  start(dut, layer);
  const limit = 1000 + 50 * words * passes * tiles;
  for (; finals.length < words * tiles; cycle++) {
    if (cycle === limit) throw new Error(`stuck: ${entered} words entered the array, ${finals.length} left`);
    const ready = inside.length < capacity && takes();
    toArray.ready.poke(ready);
    const oldest = inside[0];
    offered ||= oldest !== undefined && cycle >= oldest.since + latency && gives();
    fromArray.valid.poke(offered);
    if (offered) fromArray.data.poke([...oldest!.value]);
    const readyFinal = takesFinal();
    final.ready.poke(readyFinal);

    counts.reads += Number(events.peek().reads);
    counts.writes += Number(events.peek().writes);
    if (final.valid.peek() && readyFinal) finals.push(final.data.peek().map(Number));
    const left = offered && fromArray.ready.peek();
    const valid = toArray.valid.peek();
    const value = valid ? toArray.data.peek().map(Number) : undefined;
    if (waiting !== undefined && !isDeepStrictEqual(value, waiting)) throw new Error('a word that waits does not stay');
    waiting = valid && !ready ? value : undefined;
    if (left) {
      inside.shift();
      offered = false;
    }
    if (valid && ready) {
      const pass = Math.floor(entered / words) % passes;
      const tile = Math.floor(entered / (words * passes));
      if (pass === 0 && value!.some((psum) => psum !== 0)) throw new Error('a first pass starts from zeros');
      const more = added(tile, pass, entered % words);
      inside.push({ value: value!.map((psum, at) => psum + more[at]!), since: cycle });
      entered++;
    }
    dut.step();
  }
  fromArray.valid.poke(false);
  const sums = Array.from({ length: words * tiles }, (_, index) => {
    const all = Array.from({ length: passes }, (__, pass) => added(Math.floor(index / words), pass, index % words));
    return [0, 1].map((at) => all.reduce((sum, pair) => sum + pair[at]!, 0));
  });
  if (!isDeepStrictEqual(finals, sums)) throw new Error('the psums of the last pass are wrong');
  return { cycles: cycle, ...counts };
}
