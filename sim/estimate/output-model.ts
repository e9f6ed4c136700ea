/** The output unit of a cluster: takes complete psums window by window, and gives words. */
import { VALUES_OF_WORD } from './hardware-rules.ts';
import type { PsumColumn } from './psum-model.ts';

export interface OutputShape {
  /** Outputs are made, which takes parameters; otherwise psums leave as they are. */
  readonly oacts: boolean;
  /** Filters of a window, and outputs of a segment. */
  readonly filters: number;
  readonly segmentLength: number;
  readonly dense: boolean;
  /** Windows of a column for each set of filters. */
  readonly windowsOfTile: readonly number[];
  /** Parameters of two tiles have room. */
  readonly twoTiles: boolean;
  /** Words that the encoder has room for. */
  readonly ringWords: number;
  /** Output units that share a lane. */
  readonly laneShare: number;
  /** Non-zeros of the next segment of a window: of its number among the unit's windows. */
  readonly entriesOf: (column: number, tile: number, window: number, from: number, to: number) => number;
}

/** Counts what the pipeline of `hw/output` takes and gives; `lastTaken` and `lastWords` say when and what was last. */
export class OutputModel {
  parameterRoom = true;
  lastTaken = 0;
  /** Words that wait, and all. */
  private waiting = 0;
  words = 0;
  private loaded = 0;
  private closed = 0;
  private readonly tile: Int32Array;
  private readonly window: Int32Array;
  private current = -1;
  private last: number;
  private pair = 0;
  private busyUntil = 0;
  private ofWindow = 0;
  /** Windows that were taken. */
  windows = 0;

  private readonly shape: OutputShape;
  private readonly columns: readonly PsumColumn[];

  constructor(shape: OutputShape, columns: readonly PsumColumn[]) {
    this.shape = shape;
    this.columns = columns;
    this.tile = new Int32Array(columns.length);
    this.window = new Int32Array(columns.length);
    this.last = columns.length - 1;
    if (!shape.oacts) this.loaded = shape.windowsOfTile.length;
  }

  parametersLoaded(): void {
    this.loaded++;
    this.parameterRoom = this.hasRoom();
  }

  private hasRoom(): boolean {
    return this.loaded < this.shape.windowsOfTile.length && this.loaded - this.closed < (this.shape.twoTiles ? 2 : 1);
  }

  /** Words that have not left yet. */
  get pending(): number {
    return this.waiting;
  }

  /** The column whose psums are taken in this cycle; -1 for none. */
  step(cycle: number): number {
    const { shape } = this;
    if (this.waiting > 0 && (shape.laneShare === 1 || cycle % shape.laneShare === 0)) this.waiting--;
    if (cycle < this.busyUntil || this.waiting >= shape.ringWords) return -1;
    let column = this.current;
    if (column < 0) {
      for (let offset = 1; offset <= this.columns.length && column < 0; offset++) {
        const next = (this.last + offset) % this.columns.length;
        if (this.columns[next]!.offers && this.tile[next]! < this.loaded) column = next;
      }
      if (column < 0) return -1;
    } else if (!this.columns[column]!.offers) return -1;
    this.take(column, cycle);
    return column;
  }

  private take(column: number, cycle: number): void {
    const { shape } = this;
    this.lastTaken = cycle;
    this.current = column;
    this.last = column;
    const from = 2 * this.pair;
    const to = Math.min(from + 2, shape.filters);
    this.pair++;
    // Psums leave one to a word; outputs are encoded while the next are on their way.
    if (shape.oacts) this.busyUntil = cycle + this.encode(column, from, to);
    else {
      this.busyUntil = cycle + (to - from);
      this.words += to - from;
    }
    if (to < shape.filters) return;
    this.pair = 0;
    this.current = -1;
    this.windows++;
    this.waiting += this.ofWindow;
    this.ofWindow = 0;
    if (++this.window[column]! < shape.windowsOfTile[this.tile[column]!]!) return;
    this.window[column] = 0;
    this.tile[column]!++;
    this.closed = Math.min(...this.tile);
    this.parameterRoom = this.hasRoom();
  }

  /** @returns cycles that a pair of outputs takes: of two segments they take turns, and a full segment leaves no cycle for its length */
  private encode(column: number, from: number, to: number): number {
    const { shape } = this;
    if (shape.dense) return this.fillWords(from, to);
    let cycles = 0;
    for (let filter = from; filter < to;) {
      const start = Math.floor(filter / shape.segmentLength) * shape.segmentLength;
      const end = start + shape.segmentLength;
      cycles++;
      if (end <= to) {
        const entries = shape.entriesOf(column, this.tile[column]!, this.window[column]!, start, end);
        const words = (entries >> 1) + 1;
        cycles += Math.max(0, words - Math.ceil(shape.segmentLength / 2));
        this.words += words;
        this.ofWindow += words;
      }
      filter = end;
    }
    return cycles;
  }

  /** @returns cycles that a pair of uncompressed outputs takes: two, where one of them completes a word and the other begins one */
  private fillWords(from: number, to: number): number {
    const { segmentLength } = this.shape;
    let cycles = 0;
    for (let filter = from; filter < to;) {
      const start = Math.floor(filter / segmentLength) * segmentLength;
      const wordEnd = Math.min(start + segmentLength, filter + VALUES_OF_WORD - ((filter - start) % VALUES_OF_WORD));
      cycles++;
      if (wordEnd <= to) {
        this.words++;
        this.ofWindow++;
      }
      filter = wordEnd;
    }
    return cycles;
  }
}
