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

/** Columns of weights, and the iacts of the windows that meet them. */
interface Tile {
  readonly columns: readonly (readonly number[])[];
  readonly iacts: readonly Iact[];
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

test('ready depends on registers alone', () => {
  const { ir, paths } = WeightSpads(eyerissV2Pe).checked;
  const port = (name: string) => ir.ports.find(({ path }) => path.join('_') === name)!;
  const sources = paths.get(port('words_ready'))!;
  expect(ir.ports.filter((each) => sources.has(each)).map(({ path }) => path.join('_'))).toEqual(['dense']);
});

describe('WeightSpads', () => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(WeightSpads(eyerissV2Pe)));
    sim.reset();
  });
  afterAll(() => sim.close());

  function start({ columns }: Tile, dense: boolean): void {
    sim.poke('dense', Number(dense));
    sim.poke('columns', columns.length);
    sim.poke('filters', columns[0]!.length);
    sim.poke('blocked', 0);
    expect(sim.peek('holds')).toBe(0);
    sim.poke('start', 1);
    sim.step();
    sim.poke('start', 0);
  }

  const wordBeats = (tiles: readonly Tile[], dense: boolean) =>
    tiles.flatMap(({ columns }) => sentWords(columns, dense)).map((data) => ({ data }));

  /** The last window of each tile is marked as such. */
  function iactBeats(tiles: readonly Tile[]) {
    return tiles.flatMap(({ iacts }) => {
      const windows = iacts.filter(({ last }) => last).length;
      let window = 1;
      return iacts.map(({ value, column, last }) => {
        const lastWindow = Number(window === windows);
        if (last) window++;
        const anywhere = column ?? random.integer(0, 15);
        return { value, column: anywhere, last: Number(last), lastWindow, empty: Number(column === undefined) };
      });
    });
  }

  /** The word or the end of a window that leaves in this cycle. */
  function jobLeaving(): string | undefined {
    const [valid, last] = [sim.peek('valid') === 1, sim.peek('last') === 1];
    if (!valid && !last) return undefined;
    const word = valid ? Number(sim.peek('word')) : undefined;
    return leaving(Number(sim.peek('job_value')), word, sim.peek('job_first') === 1, last);
  }

  interface Pace {
    readonly stall?: number;
    readonly seed?: number;
    /** Iacts come only when no more words go in. */
    readonly wordsFirst?: boolean;
  }

  /**
   * The words that come out for the tiles' iacts, with the psum side blocking with the probability `stall`; in which cycles
   * words are read; and how many words went in before the first iact came.
   */
  function run(tiles: readonly Tile[], dense: boolean, { stall = 0, seed = 1, wordsFirst = false }: Pace = {}) {
    const blocks = Random.stream(seed, 'blocked');
    const seen: string[] = [];
    const reads: boolean[] = [];
    let windowsRead = 0;
    let lastAnnounced = false;
    const look = (): void => {
      expect(sim.peek('last') === 1, 'windowRead comes one cycle before').toBe(lastAnnounced);
      const job = jobLeaving();
      if (job !== undefined) seen.push(job);
      lastAnnounced = sim.peek('windowRead') === 1;
      windowsRead += Number(lastAnnounced);
      reads.push(sim.peek('reads') === 1);
      const moves = lastAnnounced || reads.at(-1)!;
      expect(moves && sim.peek('blocked') === 1, 'nothing is read while blocked').toBe(false);
    };
    const drive = (): void => sim.poke('blocked', Number(blocks.fraction() < stall));
    const watch = watched(sim, look, drive);
    start(tiles[0]!, dense);
    const words = wordBeats(tiles, dense);
    const most = wordsFirst ? words.length : 0;
    let ahead = 0;
    for (; ahead < most; ahead++) {
      // In between, an uncompressed word may be stored of values left over.
      if (sim.peek('words_ready') === 0) watch.step();
      if (sim.peek('words_ready') === 0) break;
      exchange(watch, sim.design, { send: { words: words.slice(ahead, ahead + 1) } });
    }
    exchange(watch, sim.design, { send: { iact: iactBeats(tiles), words: words.slice(ahead) }, stall, seed });
    for (let cycle = 0; sim.peek('holds') === 1 && cycle < 2000; cycle++) watch.step();
    expect(sim.peek('holds')).toBe(0);
    watch.step(3);
    expect(windowsRead).toBe(tiles.flatMap(({ iacts }) => iacts.filter(({ last }) => last)).length);
    expect(reads.filter(Boolean).length).toBe(seen.filter((text) => !text.startsWith('no word')).length);
    return { seen, reads, ahead };
  }

  function expected({ columns, iacts }: Tile, dense: boolean): string[] {
    const stored = storedWords(columns, dense);
    return iacts.flatMap(({ value, column, last }) => {
      const words = column === undefined ? [] : stored[column]!;
      if (words.length === 0) return last ? [leaving(value, undefined, false, true)] : [];
      return words.map((word, index) => leaving(value, word, index === 0, last && index === words.length - 1));
    });
  }

  function checkTiles(tiles: readonly Tile[], dense: boolean): void {
    const all = tiles.flatMap((tile) => expected(tile, dense));
    for (const [stall, seed] of [
      [0, 1],
      [0.3, 2],
      [0.6, 3],
    ] as const) {
      expect(run(tiles, dense, { stall, seed }).seen).toEqual(all);
    }
    expect(run(tiles, dense, { wordsFirst: true }).seen).toEqual(all);
  }

  /** The tile alone, and three times in a row. */
  function check(columns: Tile['columns'], dense: boolean, iacts: readonly Iact[]): void {
    const tile = { columns, iacts };
    checkTiles([tile], dense);
    checkTiles([tile, tile, tile], dense);
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

  test.each([false, true])('tiles of any size in a row: empty, small, and all 96 words, dense: %s', (dense) => {
    for (const [count, filters] of [
      [12, 16],
      [16, 12],
      [6, 32],
      [2, 2],
      [16, 1],
      [1, 5],
    ] as const) {
      const tiles = Array.from({ length: 12 }, () => {
        const density = [0, 0.05, 0.3, 1, 1][random.integer(0, 4)]!;
        const columns = randomColumns(count, filters, density);
        return { columns, iacts: windows(random.integer(1, 4), count, dense ? 1 : [0, 0.3, 1][random.integer(0, 2)]!) };
      });
      checkTiles(tiles, dense);
    }
  });

  test('loads one tile ahead, as far as there is room', () => {
    const tile = (count: number): Tile => ({ columns: randomColumns(count, 16, 1), iacts: windows(2, count, 1) });
    // Words of addresses and of weights.
    const small = tile(5);
    expect(run([small, small, small], false, { wordsFirst: true }).ahead).toBe(2 * (2 + 40));
    expect(run([small, small, small], true, { wordsFirst: true }).ahead).toBe(2 * 27);
    const most = tile(12);
    expect(run([most, most], false, { wordsFirst: true }).ahead).toBe(4 + 96 + 4);
    expect(run([most, most], true, { wordsFirst: true }).ahead).toBe(64);
    const half = tile(7);
    expect(run([half, half], false, { wordsFirst: true }).ahead).toBe(3 + 56 + 3 + 40);
    const none: Tile = { columns: randomColumns(5, 16, 0), iacts: windows(2, 5, 1) };
    expect(run([none, none, none], false, { wordsFirst: true }).ahead).toBe(2 * 2);
  });

  test('in the last window of a full tile, the words of the next take the place of those that are read', () => {
    const columns = randomColumns(12, 16, 1);
    const tiles = Array.from({ length: 6 }, () => ({ columns, iacts: windows(2, 12, 1) }));
    const { reads } = run(tiles, false);
    const [first, last] = [reads.indexOf(true), reads.lastIndexOf(true)];
    // The addresses are there, and the words come one behind the other: only the column at hand is waited for.
    expect(last - first + 1).toBeLessThanOrEqual(6 * 2 * 96 + 5 * 16);
  });

  test.each([false, true])('small tiles are read without a gap between columns or tiles, dense: %s', (dense) => {
    const tiles = Array.from({ length: 8 }, () => ({ columns: randomColumns(6, 16, 1), iacts: windows(3, 6, 1) }));
    const { reads } = run(tiles, dense, { wordsFirst: true });
    expect(reads.lastIndexOf(true) - reads.indexOf(true) + 1).toBe(8 * 3 * 48);
  });

  test('a word is looked at only when it is taken: valid may wait for ready', () => {
    for (const dense of [false, true]) {
      const columns = randomColumns(3, 9, 0.8);
      const tiles = Array.from({ length: 4 }, () => ({ columns, iacts: windows(2, 3, 1) }));
      const words = wordBeats(tiles, dense);
      const seen: string[] = [];
      const look = (): void => {
        const job = jobLeaving();
        if (job !== undefined) seen.push(job);
      };
      let next = 0;
      const drive = (): void => {
        if (sim.peek('words_valid') === 1) next++;
        const valid = sim.peek('words_ready') === 1 && next < words.length;
        sim.poke('words_valid', Number(valid));
        sim.poke('words_data', valid ? words[next]!.data : random.integer(0, 0xffffff));
      };
      start(tiles[0]!, dense);
      const watch = watched(sim, look, drive);
      exchange(watch, sim.design, { send: { iact: iactBeats(tiles) } });
      for (let cycle = 0; sim.peek('holds') === 1 && cycle < 100; cycle++) watch.step();
      watch.step(2);
      expect(seen).toEqual(tiles.flatMap((tile) => expected(tile, dense)));
      sim.poke('words_valid', 0);
    }
  });

  test('an iact with an empty column costs nothing while words of others are read', () => {
    const columns = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0, 0, 0],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ];
    const iacts = [0, 1, 2, 3].map((column) => ({ value: 1, column, last: column === 3 }));
    const { reads } = run([{ columns, iacts }], false, { wordsFirst: true });
    expect(reads.lastIndexOf(true) - reads.indexOf(true) + 1).toBe(8);
  });
});
