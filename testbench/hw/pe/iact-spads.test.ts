import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitVerilog } from '../../../gen/index.ts';
import { IactSpads } from '../../../hw/pe/iact-spads.ts';
import { eyerissV2Pe } from '../../../hw/pe/parameters.ts';
import { Random } from '../../../sim/tensor/random.ts';
import { packBeats } from '../../../sim/simulation/beats.ts';
import { exchange } from '../../../sim/driver/exchange.ts';
import { VerilatorSimulation } from '../../../sim/verilator/simulation.ts';
import { full } from '../../full.ts';
import { entriesOf, entry, linkWords } from './link-words.ts';
import { watched } from './watched.ts';

/** Segments of values, the same number for each row, and the walk over them, in as many tiles of equally many rows. */
interface Walk {
  readonly tiles?: number;
  readonly dense: boolean;
  readonly columns: number;
  readonly windowSegments: number;
  readonly stepSegments: number;
  readonly windows: number;
  readonly rows: readonly (readonly number[])[][];
}

/** An iact for the weights, as [value, column]. */
type Iact = readonly [value: number, column: number];

/** The iacts of a window, and whether it is the last of its tile. */
interface Window {
  readonly iacts: readonly Iact[];
  readonly lastWindow: boolean;
}

function rowsOfTile({ tiles = 1, rows }: Walk): number {
  return rows.length / tiles;
}

/** The windows of a walk, from the values themselves. */
function expectedWindows(walk: Walk): Window[] {
  const { dense, columns, windowSegments, stepSegments, windows, rows } = walk;
  return rows.flatMap((segments, row) =>
    Array.from({ length: windows }, (_, window) => {
      const values = segments.slice(window * stepSegments, window * stepSegments + windowSegments).flat();
      const iacts = values.slice(0, columns).map((value, column): Iact => [value & 255, column]);
      return {
        iacts: dense ? iacts : iacts.filter(([value]) => value !== 0),
        lastWindow: window === windows - 1 && (row + 1) % rowsOfTile(walk) === 0,
      };
    }),
  );
}

/** Each segment from a word of its own on. */
function wordsOf({ dense, rows }: Walk): number[] {
  return rows.flat().flatMap((values) => {
    if (dense) return [...linkWords(values, 8, 3)];
    const entries = entriesOf(values);
    return [...linkWords([entries.length, ...entries.map(({ count, data }) => entry(count, data))], 12, 2)];
  });
}

describe.each([
  { iactAddressDepth: 9, iactDataDepth: 16 },
  { iactAddressDepth: 5, iactDataDepth: 12 },
])('IactSpads of $iactAddressDepth segments and $iactDataDepth entries', (sizes) => {
  let sim: VerilatorSimulation;

  beforeAll(async () => {
    sim = await VerilatorSimulation.open(emitVerilog(IactSpads({ ...eyerissV2Pe, ...sizes })));
    sim.reset();
  });
  afterAll(() => sim.close());

  function start(what: Walk): void {
    const { dense, columns, windowSegments, stepSegments, windows, rows } = what;
    sim.poke('walk_dense', Number(dense));
    sim.poke('walk_columns', columns);
    sim.poke('walk_segmentLength', rows[0]![0]!.length);
    sim.poke('walk_windowSegments', windowSegments);
    sim.poke('walk_stepSegments', stepSegments);
    sim.poke('walk_windows', windows);
    sim.poke('walk_rows', rowsOfTile(what));
    sim.poke('start', 1);
    sim.step();
    sim.poke('start', 0);
  }

  function walk(what: Walk, stall = 0, seed = 1): void {
    const ready = Random.stream(seed, 'ready');
    const windows: Window[] = [];
    const iacts: Iact[] = [];
    let waiting: ReturnType<typeof jobOffered>;
    const look = (): void => {
      const offered = jobOffered();
      expect(offered, 'a job that waits stays').toEqual(waiting ?? offered);
      const taken = sim.peek('job_ready') === 1;
      waiting = taken ? undefined : offered;
      if (offered === undefined || !taken) return;
      if (offered.iact !== undefined) iacts.push(offered.iact);
      if (offered.last) windows.push({ iacts: iacts.splice(0), lastWindow: offered.lastWindow });
      expect(sim.peek('holds')).toBe(1);
    };
    const drive = (): void => sim.poke('job_ready', Number(ready.fraction() >= stall));
    start(what);
    expect(sim.peek('holds')).toBe(0);
    drive();
    const watch = watched(sim, look, drive);
    const words = wordsOf(what).map((data) => ({ data }));
    exchange(watch, sim.design, { send: { words }, stall, seed });
    for (let cycle = 0; cycle < 1000 && sim.peek('holds') === 1; cycle++) watch.step();
    expect(sim.peek('holds')).toBe(0);
    watch.step(3);
    expect(windows).toEqual(expectedWindows(what));
    expect(iacts).toEqual([]);
  }

  /** The job on offer; where it only ends a window, it has no iact, and whatever else it says doesn't matter. */
  function jobOffered(): { iact: Iact | undefined; last: boolean; lastWindow: boolean } | undefined {
    if (sim.peek('job_valid') === 0) return undefined;
    const [last, lastWindow] = [sim.peek('job_last') === 1, sim.peek('job_lastWindow') === 1];
    if (sim.peek('job_empty') === 1) return { iact: undefined, last, lastWindow };
    return { iact: [Number(sim.peek('job_value')), Number(sim.peek('job_column'))], last, lastWindow };
  }

  const both = [false, true].map((dense) => ({ dense }));

  /** Rows of random segments, as many for each tile as the walk needs. */
  function random(shape: Omit<Walk, 'rows'> & { length: number; rows: number; density: number; seed: number }): Walk {
    const { length, density, seed, ...rest } = shape;
    const rows = shape.rows * (shape.tiles ?? 1);
    const numbers = Random.stream(seed, 'iacts');
    const count = shape.windowSegments + (shape.windows - 1) * shape.stepSegments;
    const value = (): number => (numbers.fraction() < density ? numbers.integer(1, 255) : 0);
    const segment = (): number[] => Array.from({ length }, value);
    return { ...rest, rows: Array.from({ length: rows }, () => Array.from({ length: count }, segment)) };
  }

  test.each(both)('windows that overlap, that touch, and a single one, dense: $dense', ({ dense }) => {
    const shape = { dense, columns: 9, length: 3, windowSegments: 3, rows: 2, density: 0.6, seed: 3 };
    walk(random({ ...shape, stepSegments: 1, windows: 7 }));
    walk(random({ ...shape, stepSegments: 2, windows: 4 }));
    walk(random({ ...shape, stepSegments: 3, windows: 4 }));
    walk(random({ ...shape, stepSegments: 1, windows: 1 }));
  });

  test.each(both)('a window whose last segment counts in part, or not at all, dense: $dense', ({ dense }) => {
    for (const columns of [1, 3, 4, 5, 8, 9, 10, 11, 12]) {
      const shape = {
        dense,
        columns,
        length: 4,
        windowSegments: 3,
        stepSegments: 1,
        windows: 5,
        rows: 2,
        seed: columns,
      };
      for (const density of [0.5, 1]) walk(random({ ...shape, density }));
    }
  });

  test('empty segments: first, last, consecutive and all', () => {
    const shape = { dense: false, columns: 8, windowSegments: 4, stepSegments: 1, windows: 3 };
    const [none, some, more] = [
      [0, 0],
      [0, 5],
      [6, 7],
    ];
    walk({ ...shape, rows: [[none, some, more, none, none, none]] });
    walk({ ...shape, rows: [[none, none, none, more, some, none]] });
    walk({ ...shape, rows: [[some, none, none, none, none, more]] });
    const empty = Array.from({ length: 6 }, () => none);
    walk({ ...shape, rows: [empty, empty, empty] });
  });

  test.each(both)('the SPads filled to the last entry, dense: $dense', ({ dense }) => {
    const length = sizes.iactDataDepth / 2;
    const shape = { dense, columns: 2 * length, length, windowSegments: 2, windows: 5, rows: 3, density: 1, seed: 1 };
    walk(random({ ...shape, stepSegments: 1 }));
    walk(random({ ...shape, stepSegments: 2 }));
    const single = { ...shape, length: 1, windowSegments: sizes.iactAddressDepth, columns: sizes.iactAddressDepth };
    walk(random({ ...single, stepSegments: 1, windows: 20 }));
    const longest = { ...shape, length: sizes.iactDataDepth - 1, windowSegments: 1, columns: sizes.iactDataDepth - 1 };
    walk(random({ ...longest, stepSegments: 1, windows: 20 }));
  });

  test('the longest run of zeros in a segment', () => {
    const segment = [...Array.from({ length: sizes.iactDataDepth - 2 }, () => 0), 255];
    const shape = { dense: false, windowSegments: 1, stepSegments: 1, windows: 3 };
    walk({ ...shape, columns: segment.length, rows: [[segment, segment, segment]] });
    walk({ ...shape, columns: segment.length - 1, rows: [[segment, segment, segment]] });
  });

  test('random walks, one after the other, with random stalls', () => {
    const random32 = Random.stream(11, 'walks');
    for (let round = 0; round < (full ? 1500 : 150); round++) {
      const length = random32.integer(1, sizes.iactDataDepth - 1);
      const most = Math.min(sizes.iactAddressDepth, Math.floor(sizes.iactDataDepth / length));
      const windowSegments = random32.integer(1, most);
      const shape = {
        dense: random32.fraction() < 0.3,
        columns: random32.integer(1, windowSegments * length),
        length,
        windowSegments,
        stepSegments: random32.integer(1, windowSegments),
        windows: random32.integer(1, 12),
        rows: random32.integer(1, 4),
        tiles: random32.integer(1, 3),
        density: [0, 0.1, 0.3, 0.6, 1][random32.integer(0, 4)]!,
        seed: round,
      };
      walk(random(shape), [0, 0.3, 0.7][round % 3], round + 1);
    }
  });

  test.each(both)('tile follows tile without a gap, dense: $dense', ({ dense }) => {
    const shape = { dense, columns: 4, length: 2, windowSegments: 2, stepSegments: 1, rows: 2, density: 1 };
    const what = random({ ...shape, windows: 6, tiles: 4, seed: 8 });
    start(what);
    sim.poke('job_ready', 1);
    const jobs: boolean[] = [];
    const watch = watched(sim, () => jobs.push(sim.peek('job_valid') === 1));
    exchange(watch, sim.design, { send: { words: wordsOf(what).map((data) => ({ data })) } });
    watch.step(60);
    // Four iacts a window, of which two are new: they come faster than they are walked over.
    expect(jobs.lastIndexOf(true) - jobs.indexOf(true) + 1).toBe(4 * 12 * 4);
    expect(sim.peek('holds')).toBe(0);
  });

  test('a segment takes as many cycles as it has entries', () => {
    const what = random({
      dense: false,
      columns: 5,
      length: 5,
      windowSegments: 1,
      stepSegments: 1,
      windows: 20,
      rows: 1,
      density: 1,
      seed: 9,
    });
    start(what);
    sim.poke('job_ready', 1);
    const started = sim.cycles;
    exchange(sim, sim.design, { send: { words: wordsOf(what).map((data) => ({ data })) } });
    expect(sim.cycles - started).toBe(20 * 5);
    sim.step(10);
    expect(sim.peek('holds')).toBe(0);
  });

  test.each(both)('loads ahead what fits, and nothing more, dense: $dense', ({ dense }) => {
    const length = 3;
    const shape = { dense, columns: length, length, windowSegments: 1, stepSegments: 1, windows: 20, rows: 1 };
    const what = random({ ...shape, density: 1, seed: 5 });
    const words = packBeats(
      sim.design,
      'words',
      wordsOf(what).map((data) => ({ data })),
    );
    start(what);
    const ahead = sim.run({ send: { words }, stall: { job: 1 }, maxCycles: 100 });
    sim.abandon();
    // Segments of three entries are a word if uncompressed, and otherwise two, of which the first brings one entry.
    const whole = Math.floor(sizes.iactDataDepth / length);
    const more = sizes.iactDataDepth % length > 0 ? 1 : 0;
    expect(ahead.moved['words']).toBe(dense ? whole : 2 * whole + more);
    sim.reset();
    walk(what);
  });
});
