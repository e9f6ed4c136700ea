/**
 * The chip as plain processes and queues, without clocks: takes exactly the words that the hardware takes, and gives the words that
 * it gives. It follows the block diagram, not the layer: what it does comes from the command alone.
 */
import type { WeightPort } from '../../../hw/noc/router-ports.ts';
import { psumDestinations, psumSources, psumsReach } from '../../../hw/noc/routing.ts';
import { type ChipParameters, clusterCount } from '../../../hw/parameters.ts';
import { WEIGHT_HEADER } from '../../../hw/pe-cluster/weight-packet.ts';
import { type LayerCommandValue, unpackCommand } from '../../../sim/chip/command-words.ts';
import { bankProcesses } from './iact-bank.ts';
import { iactReach, type ModeOf, neighbour, weightReach } from './mesh-routes.ts';
import { OutputUnit, type OutputWordValue } from './output-unit.ts';
import { type Pair, type PeCounts, peProcess } from './pe.ts';
import { Activity, give, type Process, Queue, runToRest, take } from './process.ts';

export interface FunctionalRun {
  /** Output words of each cluster. */
  readonly words: readonly (readonly OutputWordValue[])[];
  /** Products of two non-zeros. */
  readonly macs: number;
}

export interface FunctionalInput {
  readonly commandWords: Uint32Array;
  readonly iact: readonly Uint32Array[];
  readonly weight: readonly Uint32Array[];
}

/**
 * @param random from 0 to below 1: processes then take turns at random
 * @throws Error when the chip stops before all outputs have left, or when something is left in it
 */
export function runFunctionalChip(p: ChipParameters, input: FunctionalInput, random?: () => number): FunctionalRun {
  return new FunctionalChip(p, input, random).run();
}

class FunctionalChip {
  readonly #p: ChipParameters;
  readonly #command: LayerCommandValue;
  readonly #activity = new Activity();
  readonly #random: (() => number) | undefined;
  readonly #processes: Process[] = [];
  /** What must be empty in the end, by name. */
  readonly #queues = new Map<string, Queue<unknown>>();
  readonly #lanesLeft = new Map<string, () => number>();
  readonly #peCounts: PeCounts[] = [];
  readonly #units = new Map<number, OutputUnit>();

  constructor(p: ChipParameters, { commandWords, iact, weight }: FunctionalInput, random?: () => number) {
    this.#p = p;
    this.#random = random;
    this.#command = unpackCommand(p, commandWords);
    this.#buildPes();
    this.#buildIacts(iact);
    this.#buildWeights(weight);
    this.#buildPsums();
  }

  run(): FunctionalRun {
    runToRest(this.#processes, this.#activity, this.#random);
    const stuck: string[] = [];
    for (const [name, left] of this.#lanesLeft) if (left() > 0) stuck.push(`${name} has ${left()} words left`);
    for (const [name, queue] of this.#queues) if (queue.length > 0) stuck.push(`${name} holds ${queue.length}`);
    for (const [cluster, unit] of this.#units) if (!unit.finished) stuck.push(`output unit ${cluster} waits`);
    this.#peCounts.forEach(({ between }, pe) => {
      if (!between) stuck.push(`PE ${pe} is within a tile`);
    });
    if (stuck.length > 0) throw new Error(`the model stopped: ${stuck.slice(0, 12).join('; ')}`);
    return {
      words: this.#command.clusters.map((_, cluster) => this.#units.get(cluster)?.words ?? []),
      macs: this.#peCounts.reduce((sum, { macs }) => sum + macs, 0),
    };
  }

  /** One queue by name, made where it is first asked for. */
  #queue<T>(name: string, capacity = 2): Queue<T> {
    let queue = this.#queues.get(name) as Queue<T> | undefined;
    if (queue === undefined) {
      queue = new Queue<T>(this.#activity, capacity);
      this.#queues.set(name, queue);
    }
    return queue;
  }

  #iactOfPe(cluster: number, pe: number): Queue<number> {
    return this.#queue(`iact queue ${cluster}.${pe}`, this.#p.iactQueueDepth);
  }

  #weightOfPe(cluster: number, pe: number): Queue<number> {
    return this.#queue(`weight queue ${cluster}.${pe}`);
  }

  /** Psums into the row's PE of a column from below; those into row -1 leave the column at its top. */
  #psumsInto(cluster: number, row: number, column: number): Queue<Pair> {
    // What enters a column may be zeros that nobody asks for any more.
    const name = `psums into ${cluster}.${row}.${column}`;
    if (row < this.#p.peRows - 1) return this.#queue(name);
    return this.#entries.get(name) ?? this.#entry(name);
  }

  readonly #entries = new Map<string, Queue<Pair>>();

  #entry(name: string): Queue<Pair> {
    const queue = new Queue<Pair>(this.#activity, 2);
    this.#entries.set(name, queue);
    return queue;
  }

  #buildPes(): void {
    const { peRows, peColumns } = this.#p;
    for (let cluster = 0; cluster < clusterCount(this.#p); cluster++) {
      for (let pe = 0; pe < peRows * peColumns; pe++) {
        const row = Math.floor(pe / peColumns);
        const column = pe % peColumns;
        const counts: PeCounts = { macs: 0, tiles: 0, between: true };
        this.#peCounts.push(counts);
        const queues = {
          iact: this.#iactOfPe(cluster, pe),
          weight: this.#weightOfPe(cluster, pe),
          psumIn: this.#psumsInto(cluster, row, column),
          psumOut: this.#psumsInto(cluster, row - 1, column),
        };
        this.#processes.push(peProcess(this.#p.pe, this.#command.pe, queues, counts));
      }
    }
  }

  #buildIacts(lanes: readonly Uint32Array[]): void {
    const p = this.#p;
    const { clusters, peSelect, iactBank } = this.#command;
    const heard = new Set<string>();
    const banks = clusters.flatMap((_, cluster) =>
      Array.from({ length: p.iactBanks }, (_, router) => ({ cluster, router })),
    );
    const isSource = ({ cluster, router }: { cluster: number; router: number }): boolean =>
      clusters[cluster]!.iactSource && clusters[cluster]!.iactRouters[router]!.local !== 'off';
    for (const { cluster, router } of banks.filter(isSource)) {
      const modeOf: ModeOf = (at, source) => clusters[at]!.iactRouters[router]![source];
      const reached = iactReach(p, modeOf, cluster);
      if (!reached.includes(cluster)) throw new Error(`iact router ${cluster}.${router} does not send to its own PEs`);
      for (const to of reached) {
        const key = `${to}.${router}`;
        if (heard.has(key)) throw new Error(`iact router ${key} hears two sources`);
        heard.add(key);
      }
      const listeners = Array.from({ length: p.peColumns }, (_, slot) =>
        reached.flatMap((to) =>
          peSelect.flatMap((select, pe) =>
            select.router === router && select.slot === slot ? [this.#iactOfPe(to, pe)] : [],
          ),
        ),
      );
      const words = this.#queue<number>(`iact bank ${cluster}.${router}`);
      this.#processes.push(...bankProcesses(p, iactBank, words, listeners, this.#activity));
    }
    const { dense, segmentWords } = iactBank;
    const more = (word: number): number => (dense ? segmentWords - 1 : (word & (2 ** p.pe.dataBits - 1)) >> 1);
    this.#deal('iact', lanes, banks, isSource, { more, again: () => false });
  }

  #buildWeights(lanes: readonly Uint32Array[]): void {
    const p = this.#p;
    const { clusters } = this.#command;
    const routers = clusters.flatMap((_, cluster) =>
      Array.from({ length: p.peRows }, (_, router) => ({ cluster, router })),
    );
    const isSource = ({ cluster, router }: { cluster: number; router: number }): boolean =>
      clusters[cluster]!.weightRouters[router]!.local !== 'off';
    for (const { cluster, router } of routers) {
      this.#processes.push(this.#weightRow(cluster, router));
      if (!isSource({ cluster, router })) continue;
      const modeOf: ModeOf<WeightPort> = (at, source) => clusters[at]!.weightRouters[router]![source];
      const rows = weightReach(p, modeOf, cluster).map((to) => this.#queue<number>(`weight row ${to}.${router}`));
      this.#processes.push(forward(this.#queue(`weight bank ${cluster}.${router}`), rows));
    }
    const { words, output } = WEIGHT_HEADER;
    this.#deal('weight', lanes, routers, isSource, {
      more: (word) => (word >>> words.from) & (2 ** words.width - 1),
      again: (word) => ((word >>> output.from) & 1) === 1,
    });
  }

  /** Takes packets apart for the PEs of a row. */
  *#weightRow(cluster: number, row: number): Process {
    const { peColumns } = this.#p;
    const words = this.#queue<number>(`weight row ${cluster}.${row}`);
    const { columns, words: length, output, dealt } = WEIGHT_HEADER;
    for (;;) {
      const header = yield* take(words);
      const takers: Queue<number>[] = [];
      for (let column = 0; column < peColumns; column++)
        if (((header >>> (columns.from + column)) & 1) === 1)
          takers.push(this.#weightOfPe(cluster, row * peColumns + column));
      if (((header >>> output.from) & 1) === 1) {
        if (row > 0 || !this.#units.has(cluster))
          throw new Error(`parameters come to row ${row} of cluster ${cluster}`);
        takers.push(this.#queue(`parameters ${cluster}`));
      }
      const isDealt = ((header >>> dealt.from) & 1) === 1;
      const count = (header >>> length.from) & (2 ** length.width - 1);
      for (let word = 0; word < count; word++)
        yield* give(isDealt ? [takers[word % peColumns]!] : takers, yield* take(words));
    }
  }

  /** Hands the words of lanes to the routers that share them. */
  #deal(
    kind: 'iact' | 'weight',
    lanes: readonly Uint32Array[],
    routers: readonly { cluster: number; router: number }[],
    isActive: (router: { cluster: number; router: number }) => boolean,
    packet: { more: (word: number) => number; again: (word: number) => boolean },
  ): void {
    const perLane = routers.length / lanes.length;
    lanes.forEach((words, lane) => {
      const sharers = routers
        .slice(lane * perLane, (lane + 1) * perLane)
        .filter(isActive)
        .map(({ cluster, router }) => this.#queue<number>(`${kind} bank ${cluster}.${router}`));
      let next = 0;
      this.#lanesLeft.set(`${kind} lane ${lane}`, () => words.length - next);
      this.#processes.push(
        (function* deal(): Process {
          for (let turn = 0; next < words.length;) {
            const first = words[next]!;
            const more = perLane === 1 ? 0 : packet.more(first);
            for (let index = 0; index <= more; index++) yield* give([sharers[turn]!], words[next++]!);
            if (perLane === 1 || !packet.again(first)) turn = (turn + 1) % sharers.length;
          }
        })(),
      );
    });
  }

  #buildPsums(): void {
    const { clusters, output } = this.#command;
    clusters.forEach(({ chainLast, psumRouter }, cluster) => {
      const finals: Queue<Pair>[] = [];
      for (let column = 0; column < this.#p.peColumns; column++) {
        const name = (port: string): string => `psums ${port} ${cluster}.${column}`;
        const below = neighbour(this.#p, cluster, 'south');
        const sources = {
          bank: this.#entry(name('from bank')),
          pe: this.#psumsInto(cluster, -1, column),
          north: this.#queue<Pair>(name('from north')),
        };
        const destinations = {
          bank: this.#queue<Pair>(name('into bank')),
          pe: this.#psumsInto(cluster, this.#p.peRows - 1, column),
          south: below === undefined ? undefined : this.#queue<Pair>(`psums from north ${below}.${column}`),
        };
        for (const source of psumSources)
          for (const destination of psumDestinations) {
            const to = destinations[destination];
            if (psumsReach(psumRouter[source], source, destination) && to !== undefined)
              this.#processes.push(forward(sources[source], [to]));
          }
        finals.push(this.#queue(name('to output unit')));
        this.#psumBank(cluster, sources.bank, destinations.bank, finals[column]!);
      }
      if (!chainLast) return;
      const unit = new OutputUnit(this.#p, output, this.#activity);
      this.#units.set(cluster, unit);
      this.#processes.push(...unit.processes(this.#queue(`parameters ${cluster}`), finals));
    });
  }

  #psumBank(cluster: number, toArray: Queue<Pair>, fromArray: Queue<Pair>, final: Queue<Pair>): void {
    const { lastWord, passes } = this.#command.psumBank;
    const words = lastWord + 1;
    const { chainFirst, chainLast } = this.#command.clusters[cluster]!;
    const held = this.#queue<Pair>(`psum bank ${cluster}.${this.#queues.size}`, this.#p.psumBankWords);
    const read = function* read(): Process {
      for (let pass = 0; ; pass = (pass + 1) % passes)
        for (let word = 0; word < words; word++) yield* give([toArray], pass === 0 ? [0, 0] : yield* take(held));
    };
    const write = function* write(): Process {
      for (let pass = 0; ; pass = (pass + 1) % passes)
        for (let word = 0; word < words; word++)
          yield* give([pass === passes - 1 ? final : held], yield* take(fromArray));
    };
    if (chainFirst) this.#processes.push(read());
    if (chainLast) this.#processes.push(write());
  }
}

/** Passes words on to all the queues. */
function* forward<T>(from: Queue<T>, to: readonly Queue<T>[]): Process {
  for (;;) yield* give(to, yield* take(from));
}
