/** Runs a layer on one PE, tile after tile. The host cuts, feeds and collects; every addition is the PE's. */
import { Pe, PeActivity } from '../../hw/pe/pe.ts';
import type { PeParameters } from '../../hw/pe/parameters.ts';
import type { Layer } from '../layer/layer.ts';
import { outputShape, psumShape } from '../layer/shape.ts';
import { densityOf } from '../tensor/density.ts';
import { type Tensor, zeros } from '../tensor/tensor.ts';
import type { RunResult, RunSpec } from '../simulation/bulk-run.ts';
import { openSimulation, type SimulationEngine } from '../driver/open-simulation.ts';
import type { Simulation } from '../simulation/simulator.ts';
import { encodingsFor } from './encodings.ts';
import { HardwareFault } from './hardware-fault.ts';
import { iactSegments } from './iact-segments.ts';
import { iactWalkShape, type IactWalkShape, segmentsOfRow } from './iact-walk.ts';
import { choosePeMapping, type Encoding, type PeMapping } from './mapping.ts';
import { concatenate, packIacts, packPairs, packWeights, unpackPairs } from './pack-words.ts';
import { startPe } from './start-pe.ts';
import { type OutputRow, outputRows, type Tile, tilesOf, weightColumns } from './tiles.ts';

export interface PeRunOptions {
  /** By default the one with fewer expected cycles. */
  readonly encoding?: Encoding;
  readonly mapping?: PeMapping;
  /** `verilator` by default. */
  readonly engine?: SimulationEngine;
  readonly trace?: string;
  /** Random stalls on every stream: their probability, 0 to 1, and their seed. */
  readonly stall?: number;
  readonly seed?: number;
  readonly onBuild?: (step: string) => void;
  readonly onTile?: (done: number, total: number) => void;
}

/** High cycles of the PE's activity ports; 0 where it has no such port. */
export interface PeActivityCounts {
  load: number;
  compute: number;
  drain: number;
  waitPsum: number;
  waitIact: number;
  windowEnd: number;
  mac0: number;
  mac1: number;
}

export interface PeRun {
  readonly mapping: PeMapping;
  /** Int32 [n, g·m, e, f]. */
  readonly psums: Tensor<Int32Array>;
  /** For each run of tiles, from its start to the last psum taken. */
  readonly cycles: number;
  readonly tiles: number;
  readonly activity: PeActivityCounts;
  /** Words that moved over each stream. */
  readonly moved: { iact: number; weight: number; psumIn: number; psumOut: number };
  /** Wall time of the simulation alone, without the build. */
  readonly simulationSeconds: number;
}

/**
 * @param iacts [n, g·c, h, w]
 * @param weights [g·m, c, r, s]
 * @throws HardwareFault when the PE breaks the rules of a stream or hangs; InputError when no tile of the layer fits it, or
 *   when a tool is missing
 */
export async function runOnPe(
  layer: Layer,
  iacts: Tensor<Int8Array | Uint8Array>,
  weights: Tensor<Int8Array>,
  pe: PeParameters,
  options: PeRunOptions = {},
): Promise<PeRun> {
  const densities = { iacts: densityOf(iacts.data), weights: densityOf(weights.data) };
  if (options.mapping !== undefined) encodingsFor(layer, pe, options.mapping.encoding);
  const mapping = options.mapping ?? choosePeMapping(layer, weights.data, densities, pe, options.encoding);
  const simulation = await openPe(pe, options);
  try {
    return new PeLayerRun(layer, iacts, weights, pe, mapping, simulation, options).run();
  } finally {
    simulation.close();
  }
}

/** A PE in simulation, after reset. */
export async function openPe(
  pe: PeParameters,
  { engine = 'verilator', trace, onBuild }: Pick<PeRunOptions, 'engine' | 'trace' | 'onBuild'> = {},
): Promise<Simulation> {
  const simulation = await openSimulation(Pe(pe), {
    engine,
    ...(trace === undefined ? {} : { trace }),
    ...(onBuild === undefined ? {} : { onProgress: onBuild }),
  });
  simulation.reset();
  return simulation;
}

/** Words of iacts in a run: with more, fewer tiles go in one. */
const MOST_WORDS = 2 ** 21;

class PeLayerRun {
  private readonly psums: Tensor<Int32Array>;
  private readonly activity: PeActivityCounts = {
    load: 0,
    compute: 0,
    drain: 0,
    waitPsum: 0,
    waitIact: 0,
    windowEnd: 0,
    mac0: 0,
    mac1: 0,
  };
  private readonly moved = { iact: 0, weight: 0, psumIn: 0, psumOut: 0 };
  private readonly e: number;
  private readonly f: number;
  private cycles = 0;
  private readonly layer: Layer;
  private readonly iacts: Tensor<Int8Array | Uint8Array>;
  private readonly weights: Tensor<Int8Array>;
  private readonly pe: PeParameters;
  private readonly mapping: PeMapping;
  private readonly simulation: Simulation;
  private readonly options: PeRunOptions;

  constructor(
    layer: Layer,
    iacts: Tensor<Int8Array | Uint8Array>,
    weights: Tensor<Int8Array>,
    pe: PeParameters,
    mapping: PeMapping,
    simulation: Simulation,
    options: PeRunOptions,
  ) {
    this.layer = layer;
    this.iacts = iacts;
    this.weights = weights;
    this.pe = pe;
    this.mapping = mapping;
    this.simulation = simulation;
    this.options = options;
    this.psums = zeros('int32', psumShape(layer));
    ({ e: this.e, f: this.f } = outputShape(layer));
  }

  run(): PeRun {
    const started = performance.now();
    const tiles = tilesOf(this.layer, this.mapping);
    let done = 0;
    for (const group of independentTiles(tiles)) {
      const batches = this.packBatches(group[0]!);
      const atOnce = Math.max(1, Math.floor(MOST_WORDS / Math.max(...batches.map(({ words }) => words.length))));
      for (let first = 0; first < group.length; first += atOnce) {
        const some = group.slice(first, first + atOnce);
        done += some.length;
        const weights = this.packWeights(some);
        for (const batch of batches) this.runTiles(some, batch, weights, done === tiles.length);
        this.options.onTile?.(done, tiles.length);
      }
    }
    const { mapping, psums, cycles, activity, moved } = this;
    return {
      mapping,
      psums,
      cycles,
      tiles: tiles.length,
      activity,
      moved,
      simulationSeconds: (performance.now() - started) / 1000,
    };
  }

  /** The rows of a tile, in as many runs as the PE's counters ask for. */
  private packBatches(tile: Tile): IactBatch[] {
    const { layer, pe, f } = this;
    const most = 2 ** pe.loopBits - 1;
    const walk = iactWalkShape(pe, tile.channels.size, tile.kernelColumns.size, layer.stride[1]);
    const rows = outputRows(layer, this.e, tile.kernelRow);
    const batches: IactBatch[] = [];
    for (let start = 0; start < rows.length; start += most) {
      const part = rows.slice(start, start + most);
      // A row of more windows than the counter holds is walked in parts, as if it were several.
      for (let column = 0; column < f; column += most) {
        const windows = Math.min(most, f - column);
        const shifted = {
          ...layer,
          pad: [layer.pad[0], layer.pad[1] - column * layer.stride[1], layer.pad[2], layer.pad[3]] as const,
        };
        const segments = iactSegments(shifted, this.iacts.data, tile, part, windows, walk);
        batches.push({
          walk,
          rows: part,
          column,
          windows,
          segments: segments.length,
          words: packIacts(segments, pe, this.mapping.encoding === 'dense'),
        });
      }
    }
    return batches;
  }

  private packWeights(tiles: readonly Tile[]): Uint32Array {
    const dense = this.mapping.encoding === 'dense';
    return concatenate(
      tiles.map((tile) => packWeights(weightColumns(this.layer, this.weights.data, tile), this.pe, dense)),
    );
  }

  /** Independent tiles, one right after the other; each meets all iacts of the batch. */
  private runTiles(tiles: readonly Tile[], batch: IactBatch, weights: Uint32Array, last: boolean): void {
    const { layer, simulation, mapping } = this;
    const { walk } = batch;
    const tile = tiles[0]!;
    if (batch.segments !== batch.rows.length * segmentsOfRow(walk, batch.windows))
      throw new Error('the iacts of a tile are not as many segments as its command says');
    const accumulate = tile.channels.start > 0 || tile.kernelRow > 0 || tile.kernelColumns.start > 0;
    startPe(simulation, {
      ...(this.pe.sparse ? { dense: mapping.encoding === 'dense' ? 1 : 0 } : {}),
      columns: tile.channels.size * tile.kernelColumns.size,
      segmentLength: walk.segmentLength,
      windowSegments: walk.windowSteps * walk.segmentsPerStep,
      stepSegments: walk.segmentsPerStep,
      windows: batch.windows,
      rows: batch.rows.length,
      iactSigned: layer.iactSigned ? 1 : 0,
      filters: tile.filters.size,
      accumulate: accumulate ? 1 : 0,
    });
    const places = tiles.map((each) => this.psumPlaces(each, batch));
    const iact = concatenate(tiles.map(() => batch.words));
    const psumIn = accumulate ? { psumIn: concatenate(places.map((each) => this.gather(each))) } : {};
    const activityNames = Object.keys(PeActivity(this.pe).fields) as (keyof PeActivityCounts)[];
    const result = this.exchange({
      send: { weight: weights, iact, ...psumIn },
      expect: { psumOut: places.reduce((sum, { length }) => sum + length / 2, 0) },
      counters: activityNames.map((name) => `activity_${name}`),
      // Between runs nothing is waited for: a beat too many would show as one in the next run.
      drainCycles: last ? 32 : 0,
      stall: this.options.stall ?? 0,
      seed: this.options.seed ?? 1,
    });
    const psums = unpackPairs(result.received['psumOut']!, this.pe.psumBits);
    places.forEach((each, index) => this.scatter(each, psums.subarray(index * each.length, (index + 1) * each.length)));
    // The start takes a cycle too.
    this.cycles += 1 + result.cycles;
    for (const name of activityNames) this.activity[name] += result.counters[`activity_${name}`]!;
    for (const name of Object.keys(this.moved) as (keyof typeof this.moved)[]) this.moved[name] += result.moved[name]!;
  }

  private exchange(spec: RunSpec): RunResult {
    const result = this.simulation.run(spec);
    if (result.outcome !== 'done')
      throw new HardwareFault(`the PE failed on layer ${this.layer.name}: ${result.message}`);
    if (this.simulation.peek('idle') !== 1)
      throw new HardwareFault(`the PE failed on layer ${this.layer.name}: it is not idle after its last psum`);
    return result;
  }

  /** Where in the psums each half of each beat belongs; -1 for the half beyond an odd number of filters. */
  private psumPlaces({ group, filters }: Tile, { rows, column, windows }: IactBatch): Int32Array {
    const { g, m } = this.layer;
    const { e, f } = this;
    const halves = 2 * Math.ceil(filters.size / 2);
    const places = new Int32Array(rows.length * windows * halves);
    let at = 0;
    for (const row of rows) {
      const origin = ((row.n * g * m + group * m + filters.start) * e + row.e) * f + column;
      for (let window = 0; window < windows; window++) {
        for (let filter = 0; filter < halves; filter++)
          places[at++] = filter < filters.size ? origin + filter * e * f + window : -1;
      }
    }
    return places;
  }

  private gather(places: Int32Array): Uint32Array {
    const mask = 2 ** this.pe.psumBits - 1;
    // Masked by way of unsigned, for psums of 32 bits.
    return packPairs(
      Uint32Array.from(places, (place) => (place < 0 ? 0 : (this.psums.data[place]! & mask) >>> 0)),
      this.pe.psumBits,
    );
  }

  private scatter(places: Int32Array, halves: Uint32Array): void {
    const unused = 32 - this.pe.psumBits;
    places.forEach((place, index) => {
      if (place >= 0) this.psums.data[place] = (halves[index]! << unused) >> unused;
    });
  }
}

/** Iacts of a tile for one run. */
interface IactBatch {
  readonly walk: IactWalkShape;
  readonly rows: readonly OutputRow[];
  /** Output column of the first window. */
  readonly column: number;
  readonly windows: number;
  readonly segments: number;
  readonly words: Uint32Array;
}

/**
 * The tiles in groups that one command covers, and of which none needs psums of another: they have the same iacts and as many
 * filters.
 */
function independentTiles(tiles: readonly Tile[]): Tile[][] {
  const groups: Tile[][] = [];
  for (const tile of tiles) {
    const group = groups.at(-1);
    if (group !== undefined && sameCommand(group[0]!, tile)) group.push(tile);
    else groups.push([tile]);
  }
  return groups;
}

function sameCommand(a: Tile, b: Tile): boolean {
  return (
    a.filters.size === b.filters.size &&
    a.group === b.group &&
    a.channels === b.channels &&
    a.kernelRow === b.kernelRow &&
    a.kernelColumns === b.kernelColumns
  );
}
