/** Clusters that wait for each other, put together of the parts of the model, and run. */
import { twoTilesFit } from '../../hw/output/parameter-table.ts';
import type { ClusterRole } from '../mapper/loops.ts';
import { filterTileOf, filtersOfTile, groupOf, pieceOf, unitOf } from '../mapper/loops.ts';
import { outputSegmentLength } from '../chip/output-plan.ts';
import { chainOf, iactSharers, weightSharers } from './cluster-groups.ts';
import { OUTPUT_LATENCY, REQUANTISATION_WORDS, windowsInFlight } from './hardware-rules.ts';
import type { ArrayPlan } from './array-plan.ts';
import type { IactBlock } from './iact-block.ts';
import type { IactModel } from './iact-model.ts';
import { blocksOfSlot, iactSource } from './iact-source.ts';
import { weightLane } from './lane-share.ts';
import { OutputModel } from './output-model.ts';
import { PacketPlan } from './packet-plan.ts';
import { PeModel } from './pe-model.ts';
import type { PeActivityCounts, PeShape } from './pe-shape.ts';
import { PsumColumn } from './psum-model.ts';
import type { Turn } from './turn-sample.ts';
import { WeightRowModel } from './weight-model.ts';

/** What happened up to a moment: of the whole group, PE cycles and words. */
export interface ArrayCounts extends PeActivityCounts {
  iactInjected: number;
  iactBankWrites: number;
  iactBankReads: number;
  iactIn: number;
  weightIn: number;
  psumBankWrites: number;
  psumBankReads: number;
  psumTop: number;
  outputWords: number;
  outputWindows: number;
}

/** How a group of clusters went through the turns. */
export interface ArrayRun {
  /** For each turn, when the last PE had read its tile to the end, and what had happened till then. */
  readonly ends: readonly number[];
  readonly counts: readonly ArrayCounts[];
  /** When the last output word was taken, and everything that happened. */
  readonly end: number;
  readonly total: ArrayCounts;
  readonly pes: number;
}

/** A model in which nothing happens for so many cycles is wrong. */
const LONGEST_STILL = 10_000;

/** Runs the clusters of `roles`, all that wait for each other, from the start of the layer to its last output. */
export function runArray(plan: ArrayPlan, roles: readonly ClusterRole[]): ArrayRun {
  const array = new ArrayModel(plan, roles);
  return array.run();
}

class ArrayModel {
  private readonly pes: PeModel[] = [];
  private readonly columns: PsumColumn[] = [];
  private readonly outputs: { model: OutputModel; columns: PsumColumn[] }[] = [];
  private readonly iacts: IactModel[] = [];
  private readonly weights: WeightRowModel[] = [];
  private readonly activity: PeActivityCounts = {
    compute: 0,
    load: 0,
    waitPsum: 0,
    waitIact: 0,
    windowEnd: 0,
    drain: 0,
  };
  private readonly plan: ArrayPlan;

  constructor(plan: ArrayPlan, roles: readonly ClusterRole[]) {
    this.plan = plan;
    const { chip, loops } = plan.layer;
    const streams = this.iactStreams(roles);
    const ofCluster = new Map<ClusterRole, PeModel[][]>();
    for (const role of roles) {
      const rows: PeModel[][] = [];
      for (let row = 0; row < chip.peRows; row++) {
        const blocks = streams.get(`${iactSharers(loops, role)} ${row % chip.iactBanks}`)!;
        rows.push(
          Array.from({ length: chip.peColumns }, (_, column) => {
            const tiles = this.tilesOf(role, row, column);
            return new PeModel(this.shape(), blocks[blocks.length === 1 ? 0 : column]!, tiles, this.activity);
          }),
        );
      }
      ofCluster.set(role, rows);
      this.pes.push(...rows.flat());
    }
    this.connectPsums(roles, ofCluster);
    const outputsOf = this.connectOutputs(roles);
    for (const [name, clusters] of grouped(roles, (role) => iactSharers(loops, role))) {
      for (let router = 0; router < loops.peRows; router++) {
        const slots = streams.get(`${name} ${router}`)!;
        const takers = slots.map((_, slot) =>
          clusters.flatMap((role) =>
            ofCluster
              .get(role)!
              .filter((__, row) => row % chip.iactBanks === router)
              .flatMap((row) => (slots.length === 1 ? row : [row[slot]!])),
          ),
        );
        this.iacts.push(iactSource(plan, clusters[0]!, router, takers, slots));
      }
    }
    for (const clusters of grouped(roles, (role) => weightSharers(loops, role)).values()) {
      for (let row = 0; row < chip.peRows; row++) {
        const rows = clusters.map((role) => ofCluster.get(role)![row]!);
        const own = loops.filterColumns > 1;
        const takers = own
          ? Array.from({ length: chip.peColumns }, (_, column) => rows.map((pes) => pes[column]!))
          : [rows.flat()];
        this.connectWeights(
          clusters,
          row,
          takers,
          row === 0 ? clusters.flatMap((role) => outputsOf.get(role) ?? []) : [],
        );
      }
    }
  }

  private shape(): PeShape {
    const { chip, mapping, ring, walk, tileColumns } = this.plan.layer;
    return {
      dense: mapping.encoding === 'dense',
      macs: chip.pe.macs,
      columns: tileColumns,
      segmentLength: walk.segmentLength,
      windowSegments: walk.windowSteps * walk.segmentsPerStep,
      stepSegments: walk.segmentsPerStep,
      blockSegments: ring.segments,
      windows: mapping.windows,
      rows: mapping.rows,
      psumWords: Math.ceil(mapping.filters / 2),
      inFlight: windowsInFlight(mapping.filters, chip.pe),
      iactEntries: chip.pe.iactDataDepth,
      iactSegments: chip.pe.iactAddressDepth,
      weightWords: chip.pe.weightDataDepth,
      queueWords: chip.iactQueueDepth,
    };
  }

  /** For each router of clusters that share iacts, the blocks of each slot in the order in which its PEs read them. */
  private iactStreams(roles: readonly ClusterRole[]): Map<string, IactBlock[][]> {
    const { loops, ring } = this.plan.layer;
    const streams = new Map<string, IactBlock[][]>();
    for (const [name, [role]] of grouped(roles, (role) => iactSharers(loops, role))) {
      for (let router = 0; router < loops.peRows; router++) {
        const slots = Array.from({ length: ring.slots }, (_, slot) => blocksOfSlot(this.plan, role!, router, slot));
        streams.set(`${name} ${router}`, slots);
      }
    }
    return streams;
  }

  private tilesOf(role: ClusterRole, row: number, column: number) {
    const { loops } = this.plan.layer;
    return this.plan.turns.map(({ chunk, replay, pass }) =>
      this.plan.tiles.tileOf(
        groupOf(loops, role, chunk),
        filterTileOf(loops, role, column, replay),
        unitOf(loops, role, pass, row),
      ),
    );
  }

  private connectWeights(
    clusters: readonly ClusterRole[],
    row: number,
    takers: PeModel[][],
    outputs: OutputModel[],
  ): void {
    const { layer, turns } = this.plan;
    const { loops, mapping, layer: given } = layer;
    const parameterWords = REQUANTISATION_WORDS * mapping.filters * loops.filterColumns;
    const sends = given.output !== undefined && outputs.length > 0;
    const tiles =
      loops.filterColumns > 1
        ? takers.map((_, column) => this.tilesOf(clusters[0]!, row, column))
        : [this.tilesOf(clusters[0]!, row, 0)];
    const packets = new PacketPlan(layer);
    this.weights.push(
      new WeightRowModel({
        takers,
        packets: turns.map((_, turn) => packets.of(tiles.map((ofSet) => ofSet[turn]!))),
        outputs,
        parameters: turns.map((turn, index) => (sends && this.opensTile(turn, index) ? parameterWords : 0)),
        ...weightLane(layer, clusters[0]!, row),
      }),
    );
  }

  /** Whether the filters of the outputs are others from this turn on: see `outputPlan`. */
  private opensTile(turn: Turn, index: number): boolean {
    const { turns, layer } = this.plan;
    const { replays, pieceChunks } = layer.loops;
    if (!turn.last) return false;
    if (replays > 1) return true;
    const before = turns.slice(0, index).findLast(({ last }) => last);
    return before === undefined || Math.floor(before.chunk / pieceChunks) !== Math.floor(turn.chunk / pieceChunks);
  }

  private connectPsums(roles: readonly ClusterRole[], ofCluster: ReadonlyMap<ClusterRole, PeModel[][]>): void {
    const { loops, chip, mapping } = this.plan.layer;
    const { psumWords } = this.shape();
    for (const clusters of grouped(roles, (role) => chainOf(loops, role)).values()) {
      // Psums go southwards: the last of the chain is at the top of the sum.
      const upwards = clusters.toSorted((a, b) => b.chain - a.chain);
      for (let column = 0; column < chip.peColumns; column++) {
        const pes = upwards.flatMap((role) => ofCluster.get(role)!.map((row) => row[column]!));
        this.columns.push(new PsumColumn(pes, psumWords, psumWords * mapping.windows * mapping.rows, this.plan.turns));
      }
    }
  }

  private connectOutputs(roles: readonly ClusterRole[]): Map<ClusterRole, OutputModel> {
    const { layer, turns, masks } = this.plan;
    const { loops, chip, mapping, layer: given } = layer;
    const found = new Map<ClusterRole, OutputModel>();
    const zeroPoint = given.output?.zeroPoint ?? 0;
    const windows = mapping.windows * mapping.rows;
    const windowsOfTile: number[] = [];
    const lastTurns: Turn[] = [];
    const firstTurns: number[] = [];
    for (const [index, turn] of turns.entries()) {
      if (!turn.last) continue;
      if (this.opensTile(turn, index)) {
        windowsOfTile.push(0);
        firstTurns.push(lastTurns.length);
      }
      lastTurns.push(turn);
      windowsOfTile[windowsOfTile.length - 1]! += windows;
    }
    const chains = [...grouped(roles, (role) => chainOf(loops, role)).values()];
    for (const [index, clusters] of chains.entries()) {
      const role = clusters.find(({ chain }) => chain === mapping.vertical.chain - 1)!;
      const columns = this.columns.slice(index * chip.peColumns, (index + 1) * chip.peColumns);
      const model = new OutputModel(
        {
          oacts: given.output !== undefined,
          filters: mapping.filters,
          segmentLength: outputSegmentLength(layer),
          dense: mapping.encoding === 'dense',
          windowsOfTile,
          twoTiles: twoTilesFit(chip, mapping.filters, loops.filterColumns > 1),
          ringWords: chip.pe.psumDepth,
          laneShare: Math.max(
            1,
            Math.round((chip.clusterRows * chip.clusterColumns) / mapping.vertical.chain / chip.outputLanes),
          ),
          entriesOf: (column, tile, window, from, to) => {
            // Filters of a tile stay for the windows of several turns.
            const turn = lastTurns[firstTurns[tile]! + Math.floor(window / windows)]!;
            const group = groupOf(loops, role, turn.chunk);
            const filterTile = filterTileOf(loops, role, column, turn.replay);
            const ofTurn = window % windows;
            const row = Math.floor(ofTurn / mapping.windows);
            const piece = pieceOf(loops, role, loops.positionColumns === 1 ? 0 : column, turn.chunk, row);
            const at = ofTurn - row * mapping.windows;
            // What the layer does not have is made of zeros, too, and so is the zero point.
            const nowhere = zeroPoint === 0 ? 0 : 1;
            if (group < 0 || filterTile < 0 || piece === undefined || at >= piece.windows) return nowhere * (to - from);
            const { start, size } = filtersOfTile(loops, filterTile);
            let entries = nowhere * Math.max(0, to - Math.max(from, size));
            for (let filter = from; filter < Math.min(to, size); filter++) {
              const channel = layer.work.outputChannel(group, start + filter);
              if (channel >= 0 && masks.output(channel, piece.n, piece.e, piece.f + at)) entries++;
            }
            return entries;
          },
        },
        columns,
      );
      this.outputs.push({ model, columns });
      found.set(role, model);
    }
    return found;
  }

  run(): ArrayRun {
    const { turns } = this.plan;
    const { pes, outputs, iacts, weights } = this;
    const ends: number[] = [];
    const counts: ArrayCounts[] = [];
    let slowest = 0;
    let cycle = 0;
    let before = '';
    for (; ; cycle++) {
      let running = false;
      for (const { model, columns } of outputs) {
        const taken = model.step(cycle);
        for (let index = 0; index < columns.length; index++) {
          const column = columns[index]!;
          column.step(index === taken, cycle);
          if (column.turnsLeft < turns.length) running = true;
        }
      }
      for (const pe of pes) pe.step();
      for (const source of iacts) source.step(cycle);
      for (const row of weights) row.step(cycle);
      while (ends.length < turns.length && pes[slowest]!.tilesRead > ends.length) {
        if (++slowest < pes.length) continue;
        slowest = 0;
        ends.push(cycle);
        counts.push(this.countsNow());
      }
      if (!running) break;
      if (cycle % LONGEST_STILL === LONGEST_STILL - 1) before = this.mustGoOn(before, ends.length);
    }
    const end = Math.max(...outputs.map(({ model }) => model.lastTaken + OUTPUT_LATENCY + model.pending));
    return { ends, counts, end, total: this.countsNow(), pes: pes.length };
  }

  /** @returns what has been done so far */
  private mustGoOn(before: string, turn: number): string {
    const { compute, windowEnd, iactIn, weightIn, outputWindows } = this.countsNow();
    const now = [compute, windowEnd, iactIn, weightIn, outputWindows].join();
    if (now === before) throw new Error(`the performance model stands still in turn ${turn}`);
    return now;
  }

  private countsNow(): ArrayCounts {
    const sum = <T>(of: readonly T[], value: (each: T) => number): number =>
      of.reduce((total, each) => total + value(each), 0);
    return {
      ...this.activity,
      iactInjected: sum(this.iacts, ({ words }) => words.injected),
      iactBankWrites: sum(this.iacts, ({ words }) => words.written),
      iactBankReads: sum(this.iacts, ({ words }) => words.read),
      iactIn: sum(this.iacts, ({ words }) => words.outside),
      weightIn: sum(this.weights, ({ words }) => words.local),
      psumBankWrites: sum(this.columns, ({ words }) => words.toBank),
      psumBankReads: sum(this.columns, ({ words }) => words.fromBank),
      psumTop: sum(this.columns, ({ words }) => words.top),
      outputWords: sum(this.outputs, ({ model }) => model.words),
      outputWindows: sum(this.outputs, ({ model }) => model.windows),
    };
  }
}

function grouped<T>(items: readonly T[], name: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = name(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
