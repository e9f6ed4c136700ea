/** Tiles for a PE as plain numbers, and what comes of them by plain arithmetic. */
import { expect } from 'vitest';
import { SInt, Vec } from '../../gen/index.ts';
import { type PeParameters, eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { PeActivity } from '../../hw/pe/pe.ts';
import { fieldsToPayload, payloadToFields } from '../../sim/driver/host-value.ts';
import { packIacts, packWeights } from '../../sim/pe/pack-words.ts';
import { type PeCommandFields, startPe } from '../../sim/pe/start-pe.ts';
import { type Beat, packBeats, unpackBeats } from '../../sim/simulation/beats.ts';
import type { RunSpec } from '../../sim/simulation/bulk-run.ts';
import type { Simulation } from '../../sim/simulation/simulator.ts';

/** One tile for a PE, with all that belongs to it. */
export interface Tile {
  readonly dense?: boolean;
  readonly iactSigned?: boolean;
  /** For each column of the weights, a value for each filter. */
  readonly weights: readonly (readonly number[])[];
  /** For each row of windows its segments, all of one length. */
  readonly rows: readonly (readonly (readonly number[])[])[];
  readonly windowSegments?: number;
  readonly stepSegments?: number;
  /** Psums from below: for each window an even number of them, the last one unused where the filters are odd. */
  readonly psumIn?: readonly (readonly number[])[];
}

const activityNames = ['load', 'compute', 'drain', 'waitPsum', 'waitIact', 'windowEnd', 'mac0', 'mac1'] as const;
export type Activity = Record<(typeof activityNames)[number], number>;
export const activityPorts = activityNames.map((name) => `activity_${name}`);

/** Those of a PE, which may lack some. */
export function activityPortsOf(pe: PeParameters): string[] {
  return Object.keys(PeActivity(pe).fields).map((name) => `activity_${name}`);
}

/** Windows of one row. */
export function windowsOf({ rows, windowSegments = 1, stepSegments = 1 }: Tile): number {
  return Math.floor((rows[0]!.length - windowSegments) / stepSegments) + 1;
}

/** The iacts of each window that have a column of weights. */
export function windowIacts(tile: Tile): number[][] {
  const { weights, rows, windowSegments = 1, stepSegments = 1 } = tile;
  return rows.flatMap((segments) =>
    Array.from({ length: windowsOf(tile) }, (_, window) => {
      const start = window * stepSegments;
      return segments
        .slice(start, start + windowSegments)
        .flat()
        .slice(0, weights.length);
    }),
  );
}

/** A sum in a psum of `bits` bits. */
export function wrap(sum: number, bits: number): number {
  const unused = 32 - bits;
  return (sum << unused) >> unused;
}

/** Matrix by vector for each window. */
export function expectedPsums(tile: Tile, psumBits = 20): number[][] {
  return windowIacts(tile).map((iacts, window) =>
    tile.weights[0]!.map((_, filter) => {
      const sum = iacts.reduce((total, iact, column) => total + iact * tile.weights[column]![filter]!, 0);
      return wrap(sum + (tile.psumIn?.[window]![filter] ?? 0), psumBits);
    }),
  );
}

/** Products of two non-zeros. */
export function effectualMacs(tile: Tile): number {
  let macs = 0;
  for (const iacts of windowIacts(tile)) {
    iacts.forEach((iact, column) => {
      if (iact !== 0) macs += tile.weights[column]!.filter((weight) => weight !== 0).length;
    });
  }
  return macs;
}

/**
 * Weight words that the PE must read: those of the columns of all iacts, or of all non-zero iacts. With one MAC, the weights
 * in them.
 */
export function weightWords(tile: Tile, longestRun = 15, macs: 1 | 2 = 2): number {
  const wordsOfColumn = tile.weights.map((column) => {
    if (tile.dense) return Math.ceil(column.length / macs);
    let entries = 0;
    let zeros = 0;
    for (const weight of column) {
      if (weight === 0) {
        zeros++;
        continue;
      }
      entries += 1 + Math.floor(zeros / (longestRun + 1));
      zeros = 0;
    }
    return Math.ceil(entries / macs);
  });
  return windowIacts(tile)
    .flatMap((iacts) => iacts.map((iact, column) => (tile.dense || iact !== 0 ? wordsOfColumn[column]! : 0)))
    .reduce((total, words) => total + words, 0);
}

/** The command that the tile asks for. */
export function commandOf(tile: Tile, { sparse }: Pick<PeParameters, 'sparse'> = eyerissV2Pe): PeCommandFields {
  return {
    ...(sparse ? { dense: Number(tile.dense ?? false) } : {}),
    columns: tile.weights.length,
    segmentLength: tile.rows[0]![0]!.length,
    windowSegments: tile.windowSegments ?? 1,
    stepSegments: tile.stepSegments ?? 1,
    windows: windowsOf(tile),
    rows: tile.rows.length,
    iactSigned: Number(tile.iactSigned ?? false),
    filters: tile.weights[0]!.length,
    accumulate: Number(tile.psumIn !== undefined),
  };
}

/** Two psums side by side, as they move between PEs. */
function pairOf(psumBits: number) {
  return Vec(2, SInt(psumBits));
}

/** Beats of a whole sequence of tiles, by stream; and how many psum pairs come of it. */
export function beatsOf(tiles: readonly Tile[], pe: PeParameters = eyerissV2Pe) {
  const words = (pack: (tile: Tile) => Uint32Array): Beat[] =>
    tiles.flatMap((tile) => [...pack(tile)].map((data) => ({ data })));
  const pairs = (values: readonly number[]): Beat[] =>
    values.flatMap((value, index) =>
      index % 2 === 0 ? [payloadToFields(pairOf(pe.psumBits), [value, values[index + 1]!])] : [],
    );
  return {
    send: {
      weight: words(({ weights, dense = false }) => packWeights(weights, pe, dense)),
      iact: words(({ rows, dense = false }) => packIacts(rows.flat(), pe, dense)),
      psumIn: tiles.flatMap(({ psumIn = [] }) => psumIn.flatMap(pairs)),
    },
    psumOut: tiles.reduce((sum, tile) => sum + windowIacts(tile).length * Math.ceil(tile.weights[0]!.length / 2), 0),
  };
}

/** The psums of each tile and window from the pairs that left the PE. */
export function psumsFrom(
  tiles: readonly Tile[],
  pairs: readonly Beat[],
  { psumBits }: PeParameters = eyerissV2Pe,
): number[][][] {
  let next = 0;
  return tiles.map((tile) => {
    const filters = tile.weights[0]!.length;
    return windowIacts(tile).map(() => {
      const values: number[] = [];
      while (values.length < filters) {
        values.push(...fieldsToPayload(pairOf(psumBits), pairs[next++]!).map(Number));
      }
      return values.slice(0, filters);
    });
  });
}

/** The tiles in groups of the same command, in their order. */
function runsOf(tiles: readonly Tile[]): Tile[][] {
  const runs: Tile[][] = [];
  let command = '';
  for (const tile of tiles) {
    const own = JSON.stringify(commandOf(tile));
    if (own === command) runs.at(-1)!.push(tile);
    else runs.push([tile]);
    command = own;
  }
  return runs;
}

/**
 * Sends the tiles in bulk and compares every psum; gives the activity of it all. Tiles of the same command come in one run,
 * one right after the other; other commands start when the PE is idle.
 */
export function checkTiles(
  sim: Simulation,
  tiles: readonly Tile[],
  { stall = 0, seed = 1 }: Pick<RunSpec, 'stall' | 'seed'> = {},
  pe: PeParameters = eyerissV2Pe,
): Activity {
  const activity = Object.fromEntries(activityNames.map((name) => [name, 0])) as Activity;
  for (const run of runsOf(tiles)) {
    const { send, psumOut } = beatsOf(run, pe);
    const packed = Object.fromEntries(
      Object.entries(send).map(([name, beats]) => [name, packBeats(sim.design, name, beats)]),
    );
    startPe(sim, commandOf(run[0]!, pe));
    const ports = activityPortsOf(pe);
    const spec = { send: packed, expect: { psumOut }, stall, seed, counters: ports, hangCycles: 2000 };
    const result = sim.run(spec);
    if (result.outcome !== 'done') sim.reset();
    expect(result.message).toBe('');
    expect(sim.peek('idle')).toBe(1);
    const psums = psumsFrom(run, unpackBeats(sim.design, 'psumOut', result.received['psumOut']!), pe);
    expect(psums).toEqual(run.map((tile) => expectedPsums(tile, pe.psumBits)));
    for (const name of activityNames) activity[name] += result.counters[`activity_${name}`] ?? 0;
  }
  return activity;
}
