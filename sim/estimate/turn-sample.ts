/** Which turns of a layer's loops the model walks through, and how many of the layer each of them stands for. */
import type { Loops } from '../mapper/loops.ts';

export interface Turn {
  readonly chunk: number;
  readonly replay: number;
  readonly pass: number;
  /** Psums start from zeros, and are complete. */
  readonly first: boolean;
  readonly last: boolean;
  /** Turns of the layer that it stands for, itself included. */
  readonly weight: number;
}

/** Numbers of chunks, replays and passes. */
export interface LoopCounts {
  readonly chunks: number;
  readonly replays: number;
  readonly passes: number;
}

/** Turns that are looked at in any case. */
export function fewestTurns(loops: Loops, least: LoopCounts): number {
  const counts = countsOf(loops);
  const fewest = fewestOf(loops, least);
  return names.reduce((product, name) => product * Math.min(counts[name], fewest[name]), 1);
}

const names = ['chunks', 'replays', 'passes'] as const;

function countsOf({ chunks, replays, passes }: Loops): Record<(typeof names)[number], number> {
  return { chunks, replays, passes };
}

function fewestOf({ mapping, passes }: Loops, least: LoopCounts): LoopCounts {
  // The banks hold all passes of a chunk where they replay them or share rows.
  const canBeCut = mapping.iacts === 'bypass' || (mapping.iacts === 'own' && !mapping.replay);
  return canBeCut ? least : { ...least, passes };
}

/**
 * At most about `most` turns, in the order of the loops. Of a loop that is cut, the first turn stands for itself, and so does the last
 * of the passes, whose psums leave; the others are spread evenly, at other places for each `sample`.
 *
 * @param least of each loop, if the layer has as many: fewer don't tell what one more takes
 * @param sample from 0 to below 1
 */
export function sampleTurns(loops: Loops, most: number, least: LoopCounts, sample: number): Turn[] {
  const counts = countsOf(loops);
  const fewest = fewestOf(loops, least);
  while (counts.chunks * counts.replays * counts.passes > most) {
    // Of the loop that is looked at most closely, a little less.
    const cut = names.reduce((one, other) => (counts[other] / fewest[other] > counts[one] / fewest[one] ? other : one));
    if (counts[cut] <= fewest[cut]) break;
    counts[cut] = Math.max(fewest[cut], Math.floor(counts[cut] * 0.9));
  }
  const turns: Turn[] = [];
  for (const [chunkNumber, chunk] of spread(loops.chunks, counts.chunks, 0, sample).entries()) {
    for (const [replayNumber, replay] of spread(
      loops.replays,
      counts.replays,
      0,
      jitter(sample, chunkNumber),
    ).entries()) {
      const place = jitter(sample, chunkNumber * counts.replays + replayNumber + 1);
      const passes = spread(loops.passes, counts.passes, 1, place);
      for (const [index, pass] of passes.entries()) {
        turns.push({
          chunk: chunk.at,
          replay: replay.at,
          pass: pass.at,
          first: index === 0,
          last: index === passes.length - 1,
          weight: chunk.weight * replay.weight * pass.weight,
        });
      }
    }
  }
  return turns;
}

/** Numbers from 0 to below 1 that lie apart for whatever is sampled one after the other (multiples of the golden ratio). */
function jitter(sample: number, index: number): number {
  return (sample + index * 0.618_033_988_75) % 1;
}

/**
 * `count` of `total` numbers from 0 on, and what each stands for.
 *
 * @param special numbers at the end that stand for themselves, as the first one does
 * @param place of the numbers within what they stand for, 0 to below 1
 */
function spread(total: number, count: number, special: 0 | 1, place: number): { at: number; weight: number }[] {
  if (count >= total) return Array.from({ length: total }, (_, at) => ({ at, weight: 1 }));
  const [others, sampled] = [total - 1 - special, count - 1 - special];
  const middle = Array.from({ length: sampled }, (_, index) => ({
    at: 1 + Math.floor(((index + place) * others) / sampled),
    weight: others / sampled,
  }));
  const last = special === 1 ? [{ at: total - 1, weight: 1 }] : [];
  return [{ at: 0, weight: 1 }, ...middle, ...last];
}
