import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { eyerissV2Pe } from '../../../hw/pe/parameters.ts';
import { WeightSpads } from '../../../hw/pe/weight-spads.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { exchange } from '../../../sim/driver/exchange.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { entriesOf, entry, linkWords } from './link-words.ts';
import { watched } from './watched.ts';

/** An iact for a column; without a column, only the end of a window. */
interface Iact {
  readonly value: number;
  readonly column?: number;
  readonly last: boolean;
}

/** A word that leaves, as text. */
function leaving(value: number, word: number | undefined, first: boolean, last: boolean): string {
  const what = word === undefined ? 'no word' : `${value} by ${word.toString(16)}${first ? ', first' : ''}`;
  return last ? `${what}, last` : what;
}

/** Stored words of each column: of two entries, or of two values with counts of zero. */
function storedWords(columns: readonly (readonly number[])[], dense: boolean): number[][] {
  return columns.map((column) => {
    const entries = dense ? column.map((data) => ({ count: 0, data })) : entriesOf(column);
    return [
      ...linkWords(
        entries.map(({ count, data }) => entry(count, data)),
        12,
        2,
      ),
    ];
  });
}

/** What goes over the link for them. */
function sentWords(columns: readonly (readonly number[])[], dense: boolean): number[] {
  if (dense)
    return [
      ...linkWords(
        columns.flatMap((column) => (column.length % 2 ? [...column, 0] : [...column])),
        8,
        3,
      ),
    ];
  let end = 0;
  const stored = storedWords(columns, false);
  const ends = stored.map((words) => (end += words.length));
  return [...linkWords(ends, 8, 3), ...stored.flat()];
}

describe('WeightSpads', () => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(WeightSpads(eyerissV2Pe)));
    sim.reset();
  });
  afterAll(() => sim.close());

  function start(columns: readonly (readonly number[])[], dense: boolean): void {
    sim.poke('dense', Number(dense));
    sim.poke('columns', columns.length);
    sim.poke('filters', columns[0]!.length);
    sim.poke('blocked', 0);
    sim.poke('start', 1);
    sim.step();
    sim.poke('start', 0);
    expect(sim.peek('loaded')).toBe(0);
  }

  function load(columns: readonly (readonly number[])[], dense: boolean, stall: number, seed: number): void {
    start(columns, dense);
    const words = sentWords(columns, dense).map((data) => ({ data }));
    exchange(sim, sim.design, { send: { words }, stall, seed });
    sim.step();
    expect(sim.peek('loaded')).toBe(1);
  }

  /**
   * The words that come out for the iacts, with the psum side blocking with the probability `stall`, while the rest of the
   * tile's words come.
   */
  function read(iacts: readonly Iact[], stall: number, seed: number, words: readonly number[] = []): string[] {
    const random = Random.stream(seed, 'blocked');
    const seen: string[] = [];
    let windowsRead = 0;
    let reads = 0;
    let lastAnnounced = false;
    const look = (): void => {
      const word = sim.peek('job_empty') === 1 ? undefined : Number(sim.peek('word'));
      const last = sim.peek('job_last') === 1;
      if (sim.peek('valid') === 1) {
        expect(last, 'windowRead comes one cycle before').toBe(lastAnnounced);
        seen.push(leaving(Number(sim.peek('job_value')), word, sim.peek('job_first') === 1, last));
      }
      lastAnnounced = sim.peek('windowRead') === 1;
      windowsRead += Number(lastAnnounced);
      reads += Number(sim.peek('reads'));
      const moves = lastAnnounced || sim.peek('reads') === 1;
      expect(moves && sim.peek('blocked') === 1, 'nothing is read while blocked').toBe(false);
    };
    const drive = (): void => sim.poke('blocked', Number(random.fraction() < stall));
    const beats = iacts.map(({ value, column, last }) => ({
      value,
      column: column ?? random.integer(0, 15),
      last: Number(last),
      empty: Number(column === undefined),
    }));
    const watch = watched(sim, look, drive);
    exchange(watch, sim.design, { send: { iact: beats, words: words.map((data) => ({ data })) }, stall, seed });
    // Nothing is left in the pipeline when no column has been there for a while.
    for (let cycle = 0, quiet = 0; quiet < 6 && cycle < 2000; cycle++) {
      watch.step();
      quiet = sim.peek('starves') === 1 ? quiet + 1 : 0;
    }
    expect(windowsRead).toBe(iacts.filter(({ last }) => last).length);
    expect(reads).toBe(seen.filter((text) => !text.startsWith('no word')).length);
    return seen;
  }

  function expected(columns: readonly (readonly number[])[], dense: boolean, iacts: readonly Iact[]): string[] {
    const stored = storedWords(columns, dense);
    return iacts.flatMap(({ value, column, last }) => {
      const words = column === undefined ? [] : stored[column]!;
      if (words.length === 0) return last ? [leaving(value, undefined, false, true)] : [];
      return words.map((word, index) => leaving(value, word, index === 0, last && index === words.length - 1));
    });
  }

  function check(columns: readonly (readonly number[])[], dense: boolean, iacts: readonly Iact[]): void {
    for (const [stall, seed] of [
      [0, 1],
      [0.3, 2],
      [0.6, 3],
    ] as const) {
      load(columns, dense, stall, seed);
      expect(read(iacts, stall, seed)).toEqual(expected(columns, dense, iacts));
      // Once more, with the iacts coming as soon as the columns' addresses are there, over the words of another tile.
      load(randomColumns(12, 16, 1), true, 0, 1);
      const words = sentWords(columns, dense);
      const addresses = dense ? 0 : Math.ceil(columns.length / 3);
      start(columns, dense);
      exchange(sim, sim.design, { send: { words: words.slice(0, addresses).map((data) => ({ data })) }, stall, seed });
      expect(sim.peek('addressed')).toBe(1);
      expect(read(iacts, stall, seed, words.slice(addresses))).toEqual(expected(columns, dense, iacts));
      expect(sim.peek('loaded')).toBe(1);
    }
  }

  const random = Random.stream(5, 'weights');

  function randomColumns(count: number, filters: number, density: number): number[][] {
    const value = (): number => (random.fraction() < density ? random.integer(1, 255) - 128 || 1 : 0);
    return Array.from({ length: count }, () => Array.from({ length: filters }, value));
  }

  /** Windows of iacts, each for some of the columns in order. */
  function windows(count: number, columns: number, density: number): Iact[] {
    return Array.from({ length: count }).flatMap((): Iact[] => {
      const some = Array.from({ length: columns }, (_, column) => column).filter(() => random.fraction() < density);
      const iacts = some.map((column, at) => ({ value: random.integer(1, 255), column, last: at === some.length - 1 }));
      return iacts.length > 0 ? iacts : [{ value: 0, last: true }];
    });
  }

  test('empty columns, first, last and in a row, vanish without a trace, but not the end of a window', () => {
    const columns = [
      [0, 0, 0],
      [1, 2, 3],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [4, 0, 5],
      [0, 0, 0],
    ];
    const whole = columns.map((_, column) => ({ value: 10 + column, column, last: column === 6 }));
    const emptyOnly = [2, 3, 4].map((column) => ({ value: 20 + column, column, last: column === 4 }));
    check(columns, false, [...whole, ...emptyOnly, { value: 0, last: true }, ...whole]);
  });

  test('a tile without a single weight', () => {
    check(randomColumns(16, 4, 0), false, windows(6, 16, 0.8));
  });

  test.each([1, 2, 3, 15, 16, 31, 32])('%i filters, compressed', (filters) => {
    const count = Math.min(16, Math.floor(96 / Math.ceil(filters / 2)));
    for (const density of [0.2, 1]) {
      for (const some of [count, count - 1, count - 2]) {
        check(randomColumns(some, filters, density), false, windows(5, some, 0.7));
      }
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 15, 16, 31, 32])('%i filters, uncompressed', (filters) => {
    const most = Math.min(16, Math.floor(96 / Math.ceil(filters / 2)));
    for (const count of [1, 2, 3, most]) {
      const everyColumn = Array.from({ length: 3 }).flatMap(() => windows(1, count, 1));
      check(randomColumns(count, filters, 0.7), true, everyColumn);
    }
  });

  test('all 96 words', () => {
    check(randomColumns(12, 16, 1), false, windows(4, 12, 1));
    check(randomColumns(12, 16, 1), true, windows(4, 12, 1));
    check(randomColumns(6, 32, 1), false, windows(4, 6, 1));
  });

  test('reads a word in every cycle, without a gap between columns', () => {
    const columns = randomColumns(12, 16, 1);
    load(columns, false, 0, 1);
    const beats = windows(3, 12, 1).map(({ value, column, last }) => ({
      value,
      column: column!,
      last: Number(last),
      empty: 0,
    }));
    const reads: boolean[] = [];
    const watch = watched(sim, () => reads.push(sim.peek('reads') === 1));
    exchange(watch, sim.design, { send: { iact: beats } });
    watch.step(40);
    const [start, end] = [reads.indexOf(true), reads.lastIndexOf(true)];
    expect(end - start + 1).toBe(3 * 96);
    expect(reads.filter(Boolean).length).toBe(3 * 96);
  });

  test('an iact with an empty column costs nothing while words of others are read', () => {
    const columns = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ];
    load(columns, false, 0, 1);
    const beats = [0, 1, 2, 3].map((column) => ({ value: 1, column, last: Number(column === 3), empty: 0 }));
    const reads: boolean[] = [];
    const watch = watched(sim, () => reads.push(sim.peek('reads') === 1));
    exchange(watch, sim.design, { send: { iact: beats } });
    watch.step(20);
    expect(reads.lastIndexOf(true) - reads.indexOf(true) + 1).toBe(8);
  });
});
