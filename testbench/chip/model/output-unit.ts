/** The output unit of a cluster in the functional model: psums to outputs, and to output words. */
import { type ChipParameters, chipWidths } from '../../../hw/parameters.ts';
import type { LayerCommandValue } from '../../../sim/chip/command-words.ts';
import { encodeCsc } from '../../../sim/csc/csc.ts';
import type { Pair } from './pe.ts';
import { type Activity, type Process, type Queue, take, until } from './process.ts';

export interface OutputWordValue {
  readonly data: number;
  readonly column: number;
  readonly psum: boolean;
  readonly last: boolean;
}

interface Channel {
  readonly bias: number;
  readonly multiplier: number;
  readonly shift: number;
}

export class OutputUnit {
  readonly words: OutputWordValue[] = [];
  readonly #p: ChipParameters;
  readonly #command: LayerCommandValue['output'];
  readonly #activity: Activity;
  /** Parameters of each tile, in the order in which they come. */
  readonly #tables: Channel[][] = [];
  /** Of each column, the tiles that are done. */
  readonly #done: number[];

  constructor(p: ChipParameters, command: LayerCommandValue['output'], activity: Activity) {
    this.#p = p;
    this.#command = command;
    this.#activity = activity;
    this.#done = Array.from({ length: p.peColumns }, () => 0);
  }

  get finished(): boolean {
    return this.#done.every((tiles) => tiles === this.#command.tiles);
  }

  processes(parameters: Queue<number>, psums: readonly Queue<Pair>[]): Process[] {
    return [this.#load(parameters), ...psums.map((queue, column) => this.#column(column, queue))];
  }

  /** Takes parameters as long as there is room beside those in use. */
  *#load(parameters: Queue<number>): Process {
    const channels = (this.#command.lastFilter + 1) * (this.#command.ownColumns ? this.#p.peColumns : 1);
    if (channels > this.#p.outputChannels) throw new Error(`${channels} channels are too many`);
    const tables = this.#command.tableHalves ? 2 : 1;
    if (tables * channels > this.#p.outputChannels)
      throw new Error(`${channels} channels are too many for half a table`);
    for (;;) {
      yield* until(() => this.#tables.length - Math.min(...this.#done) < tables);
      const table: Channel[] = [];
      while (table.length < channels) {
        const [low, middle, high] = [yield* take(parameters), yield* take(parameters), yield* take(parameters)];
        table.push({
          bias: low | ((middle & 0xff) << 24),
          multiplier: (middle >>> 8) + (high & 0x7fff) * 2 ** 16,
          shift: (high >>> 16) & 0x1f,
        });
      }
      this.#tables.push(table);
      this.#activity.moves++;
    }
  }

  *#column(column: number, psums: Queue<Pair>): Process {
    const { tiles, windows, oacts, lastFilter } = this.#command;
    const filters = lastFilter + 1;
    for (let tile = 0; tile < tiles; tile++) {
      if (oacts) yield* until(() => this.#tables.length > tile);
      for (let window = 0; window < windows; window++) {
        const values: number[] = [];
        while (values.length < filters) values.push(...(yield* take(psums)));
        this.#emit(column, values.slice(0, filters), this.#tables[tile]);
      }
      this.#done[column]!++;
      this.#activity.moves++;
    }
    // Nothing more is taken: a psum too many stays where it is seen.
  }

  /** All words of a window, at once. */
  #emit(column: number, psums: readonly number[], table: readonly Channel[] | undefined): void {
    const { lastFilter, ownColumns, segmentLength, dense } = this.#command;
    const filters = lastFilter + 1;
    const word = 2 ** chipWidths(this.#p).word;
    const words: { data: number; psum: boolean }[] = [];
    if (this.#command.psums) for (const psum of psums) words.push({ data: (psum + word) % word, psum: true });
    if (this.#command.oacts) {
      const first = ownColumns ? column * filters : 0;
      const oacts = psums.map((psum, filter) => this.#requantise(psum, table![first + filter]!));
      for (let start = 0; start < filters; start += segmentLength) {
        const segment = oacts.slice(start, Math.min(filters, start + segmentLength));
        for (const data of dense ? this.#plain(segment) : this.#compressed(segment)) words.push({ data, psum: false });
      }
    }
    words.forEach((each, index) => this.words.push({ ...each, column, last: index === words.length - 1 }));
  }

  #requantise(psum: number, { bias, multiplier, shift }: Channel): number {
    const { zeroPoint, low, high } = this.#command;
    const twice = 2n * BigInt(psum + bias) * BigInt(multiplier);
    // floor(x / 2^shift + 1/2), from twice x.
    const rounded = (twice + (1n << BigInt(shift))) >> BigInt(shift + 1);
    return Math.min(Math.max(zeroPoint + Number(rounded), low), high);
  }

  #plain(segment: readonly number[]): number[] {
    const { dataBits } = this.#p.pe;
    return packed(
      segment.map((value) => value & (2 ** dataBits - 1)),
      dataBits,
      3,
    );
  }

  #compressed(segment: readonly number[]): number[] {
    const { dataBits, countBits } = this.#p.pe;
    const { data, counts } = encodeCsc([segment], this.#p.pe);
    const entries = data.map((value, index) => (counts[index]! << dataBits) | (value & (2 ** dataBits - 1)));
    return packed([entries.length, ...entries], dataBits + countBits, 2);
  }
}

function packed(values: readonly number[], bits: number, perWord: number): number[] {
  const words: number[] = [];
  values.forEach((value, index) => {
    if (index % perWord === 0) words.push(0);
    words[words.length - 1]! |= value << (bits * (index % perWord));
  });
  return words;
}
