/** Finds the mapping with the fewest expected cycles. */
import { type ChipParameters, clusterCount, peCount } from '../../hw/parameters.ts';
import { InputError } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { encodingsFor } from '../pe/encodings.ts';
import { masksForMapper, modelCandidates } from '../estimate/model-candidates.ts';
import type { Encoding } from '../pe/mapping.ts';
import {
  filterSizes,
  type Layout,
  layoutIsUseful,
  layouts,
  pieceChoices,
  type TileShape,
  tileShapes,
  workLayers,
} from './candidates.ts';
import type { Weights } from './column-words.ts';
import { type Cost, type CostConditions, costOf, insideShare, leastCycles, leastWindow } from './cost.ts';
import { explainMapping } from './explain.ts';
import { brokenLimit, limits, packetWords, weightsFault } from './fits.ts';
import { iactRing } from './iact-ring.ts';
import { type Loops, loopsOf } from './loops.ts';
import type { Mapping } from './mapping.ts';
import { balancedOrder, type Loads, loadsOf, spreadOrder } from './order.ts';
import { type FilterTileSample, sampleFilterTiles, tileStatistics } from './tile-statistics.ts';
import { type WorkLayer, workLayer } from './work-layer.ts';

export interface MappingOptions {
  /** To try only one. */
  readonly encoding?: Encoding | undefined;
  /** Bytes a cycle from and to off-chip memory; unlimited unless given. */
  readonly bandwidth?: number | undefined;
  /** Share of non-zeros in each channel of the iacts, [g·c], as far as known: tiles are put together by them. */
  readonly channelDensities?: Float64Array | undefined;
  /** Whether channels and filters may be cut into tiles in another order than they have in memory; they may unless this is false. */
  readonly balance?: boolean | undefined;
  /** Whether the performance model has the last word among the best candidates; it does, unless this is false. */
  readonly modelled?: boolean | undefined;
  /** Choices that are not the mapper's. */
  readonly fixed?: Partial<Mapping> | undefined;
}

/** A mapping that has been looked at. */
export interface Candidate {
  readonly loops: Loops;
  readonly cost: Cost;
}

/** How often a limit stood in the way, and the sentence about the first time. */
export interface Rejection {
  readonly limit: string;
  readonly times: number;
  readonly first: string;
}

/** How a search went. */
export interface SearchRecord {
  /** Mappings whose cost was worked out. */
  readonly considered: number;
  /** Sizes of weight tiles there are, and those that could not have beaten the best. */
  readonly sizes: number;
  readonly hopeless: number;
  readonly rejections: readonly Rejection[];
  /** The best of each size of weight tile that was tried, the best first. */
  readonly ranking: readonly Candidate[];
}

export interface ChosenMapping {
  readonly mapping: Mapping;
  readonly loops: Loops;
  readonly cost: Cost;
  readonly considered: number;
  /** Lines for people: what was tried, what was chosen, why. */
  readonly explain: readonly string[];
}

/** What bytes cost beside cycles: it decides between mappings that are about as fast. */
const CYCLES_PER_BYTE = 0.002;

/**
 * Candidates that the performance model looks at, and how many of a kind; by how much they may be worse than the best; and to what share
 * of its cycles one has to get to take its place. Where the layer is so large that the model has to sample it, chance needs
 * a distance.
 */
const MODELLED = { most: 12, ofKind: 3, within: 1.15, share: 0.99, sampledShare: 0.96 };

/** A size of weight tile of a work layer, and what is known before it has a place on the chip. */
interface SizedTile {
  readonly work: WorkLayer;
  readonly encoding: Encoding;
  readonly filters: number;
  readonly shape: TileShape;
  readonly sample: FilterTileSample;
  /** Cycles of the best mapping there could be. */
  readonly least: number;
}

/**
 * The mapping for a layer on a chip. Weights are judged by their actual size (J19 section V-B), iacts by the share that is not zero.
 * The same arguments give the same mapping.
 *
 * @param weights [g·m, c, r, s]; of weights that nobody has all of, a tile larger than those looked at may not fit
 * @throws InputError when there is none, naming the limit in the way; when the PEs don't read the encoding
 */
export function chooseMapping(
  layer: Layer,
  weights: Weights,
  iactDensity: number,
  chip: ChipParameters,
  options: MappingOptions = {},
): ChosenMapping {
  const search = new Search(layer, weights, iactDensity, chip, options);
  const first = search.run();
  const record = search.record();
  const best = options.modelled === false ? search.settled(first)! : search.fastest(first, record);
  return {
    mapping: best.loops.mapping,
    loops: best.loops,
    cost: best.cost,
    considered: record.considered,
    explain: explainMapping(best, record),
  };
}

class Search {
  private readonly rejections = new Map<string, { times: number; first: string }>();
  private readonly bests: Candidate[] = [];
  private considered = 0;
  private sizes = 0;
  private hopeless = 0;
  /** The candidate that kept most limits, of those that broke one. */
  private nearest = { kept: -1, sentence: '' };
  private readonly conditions: CostConditions;
  private readonly layouts: readonly Layout[];
  private readonly layoutIsFixed: boolean;
  private readonly fixed: Partial<Mapping>;
  private readonly encodings: readonly Encoding[];
  private readonly layer: Layer;
  private readonly weights: Weights;
  private readonly chip: ChipParameters;
  private readonly iactDensity: number;
  /** What channels and filters weigh, by work layer without an order; empty where they stay as they are. */
  private readonly loads = new Map<boolean, Loads>();
  private readonly densities: Float64Array | undefined;
  private readonly balances: boolean;

  constructor(layer: Layer, weights: Weights, iactDensity: number, chip: ChipParameters, options: MappingOptions) {
    this.layer = layer;
    this.weights = weights;
    this.chip = chip;
    this.iactDensity = iactDensity;
    this.fixed = options.fixed ?? {};
    this.densities = options.channelDensities;
    this.balances = options.balance !== false && this.fixed.order === undefined;
    const encoding = this.fixed.encoding ?? options.encoding;
    this.encodings = encodingsFor(layer, chip.pe, encoding);
    const inside = insideShare(layer);
    this.conditions = {
      iactDensity: iactDensity * inside,
      iactVariance: inside * varianceOf(options.channelDensities ?? [iactDensity]),
      bandwidth: options.bandwidth,
    };
    this.layouts = layouts(chip, this.fixed);
    const { vertical, horizontal, columns } = this.fixed;
    this.layoutIsFixed = vertical !== undefined || horizontal !== undefined || columns !== undefined;
  }

  run(): Candidate {
    let best: Candidate | undefined;
    for (const tile of this.sizedTiles()) {
      if (best !== undefined && tile.least >= best.cost.cycles) {
        this.hopeless++;
        continue;
      }
      const places = this.bestPlaces(tile, best);
      const candidate = places[0];
      if (candidate === undefined) continue;
      if (best === undefined || score(candidate) < score(best)) {
        const fault = this.weightsFault(candidate);
        if (fault !== undefined) {
          this.reject('weight data', fault, limits.length);
          continue;
        }
        best = candidate;
      }
      this.bests.push(...places);
    }
    if (best !== undefined) return best;
    throw new InputError(
      `layer ${this.layer.name}: this chip has no mapping for it. What comes nearest fails because ${this.nearest.sentence}`,
    );
  }

  /** Of the best candidates, the one that is best by the performance model. */
  fastest(first: Candidate, { ranking }: SearchRecord): Candidate {
    const taken = new Map<string, number>();
    const close = ranking.filter((candidate) => {
      const kind = kindOf(candidate);
      const before = taken.get(kind) ?? 0;
      taken.set(kind, before + 1);
      return before < MODELLED.ofKind && score(candidate) <= MODELLED.within * score(first);
    });
    const candidates = close.slice(0, MODELLED.most);
    if (candidates.length > 1) {
      const masks = masksForMapper(this.layer, this.weights, this.iactDensity, this.densities);
      const balanced = candidates.map((candidate) => this.balanced(candidate));
      const modelled = modelCandidates(this.layer, balanced, this.chip, masks);
      const [ofFirst] = modelled;
      const share = modelled.every(({ complete }) => complete) ? MODELLED.share : MODELLED.sampledShare;
      const faster = candidates
        .map((candidate, index) => ({ candidate, cycles: modelled[index]!.cycles }))
        .filter(({ cycles }) => cycles < share * ofFirst!.cycles)
        .sort((one, other) => one.cycles - other.cycles);
      for (const { candidate } of faster) {
        const settled = this.settled(candidate);
        if (settled !== undefined) return settled;
      }
    }
    return this.settled(first)!;
  }

  /** A candidate with balanced tiles if all of them fit the PEs, else as it is; undefined if that does not fit either. */
  settled(candidate: Candidate): Candidate | undefined {
    return [this.balanced(candidate), candidate].find((each) => this.weightsFault(each) === undefined);
  }

  /** Whether each tile fits can be said of weights that are all there. */
  private weightsFault({ loops }: Pick<Candidate, 'loops'>): string | undefined {
    return ArrayBuffer.isView(this.weights) ? weightsFault(loops, this.weights) : undefined;
  }

  record(): SearchRecord {
    return {
      considered: this.considered,
      sizes: this.sizes,
      hopeless: this.hopeless,
      rejections: [...this.rejections].map(([limit, rejection]) => ({ limit, ...rejection })),
      ranking: this.bests.toSorted((a, b) => score(a) - score(b)),
    };
  }

  /** The same mapping with tiles that have about the same to do. */
  private balanced(candidate: Candidate): Candidate {
    const { work, mapping } = candidate.loops;
    const loads = this.loads.get(work.flatten);
    if (work.order === undefined || loads === undefined) return candidate;
    const { order: _, ...rest } = mapping;
    if (mapping.encoding === 'dense') return { ...candidate, loops: this.loopsInOrder(rest) };
    const loops = this.loopsInOrder({ ...mapping, order: balancedOrder(candidate.loops, loads) });
    const sample = sampleFilterTiles(loops.work, this.weights, mapping.filters, mapping.encoding, this.chip.pe);
    const statistics = tileStatistics(loops.work, sample, mapping.channels, mapping.kernelColumns);
    return { loops, cost: costOf(loops, iactRing(loops), statistics, this.conditions) };
  }

  private loopsInOrder(mapping: Mapping): Loops {
    return loopsOf(workLayer(this.layer, mapping.flatten, mapping.bundle, mapping.order), mapping, this.chip);
  }

  /** A bundle is cut as it is; other layers begin with an order that is good for tiles of any size. */
  private ordered(work: WorkLayer): WorkLayer {
    if (!this.balances || work.bundle > 1 || work.order !== undefined) return work;
    const loads = loadsOf(work, this.weights, this.densities);
    this.loads.set(work.flatten, loads);
    return workLayer(this.layer, work.flatten, 1, spreadOrder(work, loads));
  }

  /** All sizes of weight tiles that have a chance to fit, the most promising first. */
  private sizedTiles(): SizedTile[] {
    const tiles: SizedTile[] = [];
    for (const plain of workLayers(this.layer, this.chip, this.fixed)) {
      const work = this.ordered(plain);
      const shapes = tileShapes(work, this.chip, this.fixed);
      for (const filters of filterSizes(work, this.chip, this.fixed)) {
        for (const encoding of this.encodings) this.addTiles(tiles, work, shapes, filters, encoding);
      }
    }
    return tiles.sort((a, b) => a.least - b.least);
  }

  private addTiles(
    tiles: SizedTile[],
    work: WorkLayer,
    shapes: readonly TileShape[],
    filters: number,
    encoding: Encoding,
  ): void {
    const { pe } = this.chip;
    let sample: FilterTileSample | undefined;
    for (const shape of shapes) {
      this.sizes++;
      const words = shape.channels * shape.kernelColumns * Math.ceil(filters / 2);
      if (encoding === 'dense' && words > pe.weightDataDepth) {
        this.rejectTile({ encoding, filters, shape }, words);
        continue;
      }
      sample ??= sampleFilterTiles(work, this.weights, filters, encoding, pe);
      tiles.push({
        work,
        encoding,
        filters,
        shape,
        sample,
        least: this.leastOf(work, encoding, filters, shape, sample),
      });
    }
  }

  /** Cycles if all PEs were always at work and nothing but their own pipeline held them up. */
  private leastOf(
    work: WorkLayer,
    encoding: Encoding,
    filters: number,
    { channels, kernelColumns }: TileShape,
    { mean, cyclesPerWord }: FilterTileSample,
  ): number {
    const { chip } = this;
    const units = work.r * Math.ceil(work.s / kernelColumns) * Math.ceil(work.c / channels);
    const tiles = work.g * Math.ceil(work.m / filters) * units;
    const density = encoding === 'dense' ? 1 : this.conditions.iactDensity;
    const iacts = Math.min(work.c, channels) * kernelColumns * density;
    const window = leastWindow(iacts, (mean / units) * cyclesPerWord * density, filters, chip.pe);
    const windows = work.n * work.e * work.f;
    const packet = packetWords({ encoding, filters, channels, kernelColumns }, mean / units);
    return tiles * Math.max((windows * window) / peCount(chip), packet / (clusterCount(chip) * chip.peRows));
  }

  private rejectTile({ filters, shape }: Pick<SizedTile, 'encoding' | 'filters' | 'shape'>, words: number): void {
    const { channels, kernelColumns } = shape;
    const sentence = `tiles of ${filters} filters, ${channels} channels and ${kernelColumns} kernel columns take up to ${words} words: pe.weightDataDepth allows ${this.chip.pe.weightDataDepth}`;
    this.reject('weight data', sentence, 0);
  }

  /** The best ways to run tiles of this size, one of each kind, the best of them first. */
  private bestPlaces(tile: SizedTile, toBeat: Candidate | undefined): Candidate[] {
    const { work, encoding, filters, shape } = tile;
    const statistics = tileStatistics(work, tile.sample, shape.channels, shape.kernelColumns);
    if (statistics.largest > this.chip.pe.weightDataDepth) {
      this.rejectTile(tile, statistics.largest);
      return [];
    }
    const { chip, fixed } = this;
    const { flatten, bundle } = work;
    const enough = toBeat === undefined ? Infinity : toBeat.cost.cycles * MODELLED.within;
    const bests = new Map<string, Candidate>();
    for (const layout of this.layouts) {
      const any: Mapping = {
        encoding,
        flatten,
        bundle,
        ...(work.order === undefined ? {} : { order: work.order }),
        filters,
        ...shape,
        ...layout,
        windows: work.f,
        rows: 1,
        iacts: 'own',
        replay: false,
      };
      const whole = loopsOf(work, any, chip);
      if (!this.layoutIsFixed && !layoutIsUseful(layout, whole)) continue;
      if (leastCycles(whole, statistics, this.conditions) >= enough) continue;
      for (const choice of pieceChoices(whole, fixed)) {
        const loops = loopsOf(work, { ...any, ...choice }, chip);
        const ring = iactRing(loops);
        const limit = brokenLimit(loops, ring);
        if (limit !== undefined) {
          this.reject(limit.name, limit.sentence(loops, ring), limits.indexOf(limit));
          continue;
        }
        this.considered++;
        const candidate = { loops, cost: costOf(loops, ring, statistics, this.conditions) };
        const kind = kindOf(candidate);
        const best = bests.get(kind);
        if (best === undefined || score(candidate) < score(best)) bests.set(kind, candidate);
      }
    }
    return [...bests.values()].sort((a, b) => score(a) - score(b));
  }

  /** @param kept limits that were kept before this one was broken */
  private reject(limit: string, sentence: string, kept: number): void {
    const known = this.rejections.get(limit);
    if (known === undefined) this.rejections.set(limit, { times: 1, first: sentence });
    else known.times++;
    if (kept > this.nearest.kept) this.nearest = { kept, sentence };
  }
}

/** What the cost is wrong about, it is wrong about in all mappings of a kind alike. */
function kindOf({ loops: { mapping } }: Candidate): string {
  return `${mapping.encoding} ${mapping.columns} ${mapping.iacts} ${mapping.rows > 1} ${mapping.flatten}`;
}

/** Of whether an iact is zero, within channels of these densities. */
function varianceOf(densities: ArrayLike<number>): number {
  return Array.from(densities).reduce((sum, density) => sum + density * (1 - density), 0) / densities.length;
}

function score({ cost }: Candidate): number {
  return cost.cycles + CYCLES_PER_BYTE * (cost.bytes.iacts + cost.bytes.weights + cost.bytes.outputs);
}
