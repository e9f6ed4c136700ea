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

/** Segments of values, the same number for each row, and the walk over them. */
interface Walk {
  readonly dense: boolean;
  readonly columns: number;
  readonly windowSegments: number;
  readonly stepSegments: number;
  readonly windows: number;
  readonly rows: readonly (readonly number[])[][];
}

/** An iact for the weights, as [value, column]. */
type Iact = readonly [value: number, column: number];

/** The iacts of each window of a walk, from the values themselves. */
function expectedIacts({ dense, columns, windowSegments, stepSegments, windows, rows }: Walk): Iact[][] {
  return rows.flatMap((segments) =>
    Array.from({ length: windows }, (_, window) => {
      const values = segments.slice(window * stepSegments, window * stepSegments + windowSegments).flat();
      const iacts = values.slice(0, columns).map((value, column): Iact => [value & 255, column]);
      return dense ? iacts : iacts.filter(([value]) => value !== 0);
    }),
  );
}

function wordsOf({ dense, rows }: Walk): Uint32Array {
  const segments = rows.flat();
  if (dense) return linkWords(segments.flat(), 8, 3);
  const parts = segments.flatMap((values) => {
    const entries = entriesOf(values);
    return [entries.length, ...entries.map(({ count, data }) => entry(count, data))];
  });
  return linkWords(parts, 12, 2);
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

  function start({ dense, columns, windowSegments, stepSegments, windows, rows }: Walk): void {
    sim.poke('walk_dense', Number(dense));
    sim.poke('walk_columns', columns);
    sim.poke('walk_segmentLength', rows[0]![0]!.length);
    sim.poke('walk_windowSegments', windowSegments);
    sim.poke('walk_stepSegments', stepSegments);
    sim.poke('walk_windows', windows);
    sim.poke('walk_rows', rows.length);
    sim.poke('walk_segments', rows.flat().length);
    sim.poke('start', 1);
    sim.step();
    sim.poke('start', 0);
  }

  function walk(what: Walk, stall = 0, seed = 1): void {
    const ready = Random.stream(seed, 'ready');
    const windows: Iact[][] = [];
    const window: Iact[] = [];
    let waiting: ReturnType<typeof jobOffered>;
    const look = (): void => {
      const offered = jobOffered();
      expect(offered, 'a job that waits stays').toEqual(waiting ?? offered);
      const taken = sim.peek('job_ready') === 1;
      waiting = taken ? undefined : offered;
      if (offered === undefined || !taken) return;
      if (offered.iact !== undefined) window.push(offered.iact);
      if (offered.last) windows.push(window.splice(0));
    };
    const drive = (): void => sim.poke('job_ready', Number(ready.fraction() >= stall));
    start(what);
    expect(sim.peek('done')).toBe(0);
    sim.poke('enable', 1);
    drive();
    const watch = watched(sim, look, drive);
    const words = [...wordsOf(what)].map((data) => ({ data }));
    exchange(watch, sim.design, { send: { words }, stall, seed });
    for (let cycle = 0; cycle < 1000 && sim.peek('done') === 0; cycle++) watch.step();
    expect(sim.peek('done')).toBe(1);
    watch.step(3);
    expect(windows).toEqual(expectedIacts(what));
    expect(window).toEqual([]);
  }

  /** The job on offer; where it only ends a window, it has no iact, and whatever else it says doesn't matter. */
  function jobOffered(): { iact: Iact | undefined; last: boolean } | undefined {
    if (sim.peek('job_valid') === 0) return undefined;
    const last = sim.peek('job_last') === 1;
    if (sim.peek('job_empty') === 1) return { iact: undefined, last };
    return { iact: [Number(sim.peek('job_value')), Number(sim.peek('job_column'))], last };
  }

  const both = [false, true].map((dense) => ({ dense }));

  /** Rows of random segments, as many as the walk needs. */
  function random(shape: Omit<Walk, 'rows'> & { length: number; rows: number; density: number; seed: number }): Walk {
    const { length, density, rows, seed, ...rest } = shape;
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
        density: [0, 0.1, 0.3, 0.6, 1][random32.integer(0, 4)]!,
        seed: round,
      };
      walk(random(shape), [0, 0.3, 0.7][round % 3], round + 1);
    }
  });

  test.each(both)('loads ahead what fits, and nothing more; walks when enabled, dense: $dense', ({ dense }) => {
    const length = 3;
    const shape = { dense, columns: length, length, windowSegments: 1, stepSegments: 1, windows: 20, rows: 1 };
    const what = random({ ...shape, density: 1, seed: 5 });
    const words = packBeats(
      sim.design,
      'words',
      [...wordsOf(what)].map((data) => ({ data })),
    );
    start(what);
    sim.poke('enable', 0);
    const ahead = sim.run({ send: { words }, stall: { job: 1 }, maxCycles: 100 });
    sim.abandon();
    // Segments of three entries, and their lengths before them: three to a word if dense, otherwise two.
    const segments = Math.min(sizes.iactDataDepth / length, sizes.iactAddressDepth);
    const entries = Math.floor(segments * length);
    const lengths = dense ? 0 : Math.min(Math.floor(segments) + 1, sizes.iactAddressDepth);
    expect(ahead.moved['words']).toBe(Math.floor((entries + lengths) / (dense ? 3 : 2)));
    sim.reset();
    walk(what);
  });
});
