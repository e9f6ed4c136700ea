import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { openPe } from '../../sim/pe/run-on-pe.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';
import { full } from '../full.ts';
import { Numbers, times } from './numbers.ts';
import { type Tile, checkTiles, weightWords } from './tile.ts';

const density = fc.oneof(fc.constantFrom(0, 0.05, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }));

/** Any walk that the iact SPads hold: segments shorter than the SPad, windows that fit it, steps up to a whole window. */
const walks = fc.integer({ min: 1, max: 15 }).chain((segmentLength) => {
  const most = Math.min(9, Math.floor(16 / segmentLength));
  return fc.integer({ min: 1, max: most }).chain((windowSegments) =>
    fc.record({
      segmentLength: fc.constant(segmentLength),
      windowSegments: fc.constant(windowSegments),
      stepSegments: fc.integer({ min: 1, max: windowSegments }),
      columns: fc.integer({ min: 1, max: windowSegments * segmentLength }),
      windows: fc.integer({ min: 1, max: 9 }),
      rows: fc.integer({ min: 1, max: 3 }),
    }),
  );
});

const tiles = fc
  .record({
    walk: walks,
    dense: fc.boolean(),
    iactSigned: fc.boolean(),
    accumulate: fc.boolean(),
    filters: fc.oneof(fc.constantFrom(1, 16, 17, 32), fc.integer({ min: 1, max: 32 })),
    iactDensity: density,
    weightDensity: density,
    seed: fc.integer({ min: 0, max: 1_000_000 }),
  })
  .map(({ walk, dense, iactSigned, accumulate, filters, iactDensity, weightDensity, seed }): Tile => {
    const numbers = new Numbers(seed);
    const { segmentLength, windowSegments, stepSegments, columns, windows, rows } = walk;
    const weights = numbers.weights(columns, filters, weightDensity);
    const segments = windowSegments + (windows - 1) * stepSegments;
    const psumIn = accumulate ? { psumIn: numbers.psums(windows * rows, filters) } : {};
    const iacts = times(rows, () => numbers.segments(segments, segmentLength, iactDensity, iactSigned));
    return { dense, iactSigned, weights, rows: iacts, windowSegments, stepSegments, ...psumIn };
  })
  .filter(({ weights, dense = false }) => weightWords({ weights, dense, rows: [[weights.map(() => 1)]] }) <= 96);

describe('the PE of Eyeriss v2', () => {
  let sim: Simulation;

  beforeAll(async () => {
    sim = await openPe(eyerissV2Pe);
  });
  afterAll(() => sim.close());

  test('any commands, with any stalls', () => {
    const commands = fc.record({
      sequence: fc.array(tiles, { minLength: 1, maxLength: 4 }),
      stall: fc.record({
        iact: fc.constantFrom(0, 0.3, 0.8),
        weight: fc.constantFrom(0, 0.5),
        psumIn: fc.constantFrom(0, 0.5, 0.9),
        psumOut: fc.constantFrom(0, 0.5, 0.9),
      }),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
    });
    const property = fc.property(commands, ({ sequence, stall, seed }) => {
      checkTiles(sim, sequence, { stall, seed });
    });
    fc.assert(property, full ? { numRuns: 5000 } : { numRuns: 600, seed: 2 });
  });
});
