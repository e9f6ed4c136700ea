/** What brings iacts to the PEs of a router: a bank of the global buffer, or the outside past it. */
import type { IactRing } from '../mapper/iact-ring.ts';
import type { IactBlock } from './iact-block.ts';
import type { PeModel } from './pe-model.ts';

/** Where the words of a router come from and go to. */
export interface IactStream {
  /** PEs of each slot, in all clusters that share the router's words; one slot where all get the same. */
  readonly takers: readonly (readonly PeModel[])[];
  /** Blocks of each slot in the order in which its PEs read them: turn by turn, `rows` each. */
  readonly blocks: readonly (readonly IactBlock[])[];
  readonly laneShare: number;
  readonly laneTurn: number;
}

/** Anything that gives a word a cycle at most. */
export interface IactModel {
  step(cycle: number): void;
  /** Words into routers; written into the bank and read from it, the first words of blocks included; from outside. */
  readonly words: { injected: number; written: number; read: number; outside: number };
}

function allReady(takers: readonly PeModel[]): boolean {
  for (const pe of takers) if (!pe.iactReady) return false;
  return true;
}

/** Words from outside go straight to the PEs, when all of them have room. */
export class BypassModel implements IactModel {
  readonly words = { injected: 0, written: 0, read: 0, outside: 0 };
  private block = 0;
  private left: number;

  private readonly stream: IactStream;

  constructor(stream: IactStream) {
    this.stream = stream;
    this.left = stream.blocks[0]![0]?.words ?? 0;
  }

  step(cycle: number): void {
    const { stream, words } = this;
    if (this.left === 0) return;
    if (stream.laneShare > 1 && cycle % stream.laneShare !== stream.laneTurn) return;
    const takers = stream.takers[0]!;
    if (!allReady(takers)) return;
    for (const pe of takers) pe.takeIact();
    words.injected++;
    words.outside++;
    if (--this.left === 0) this.left = stream.blocks[0]![++this.block]?.words ?? 0;
  }
}

/** Where a pass stands among those that the bank walks over. */
export interface BankPass {
  /** Number of the first of its blocks, counted over the whole layer as they come from outside. */
  readonly firstBlock: number;
  /** Blocks that are free when it is over. */
  readonly releases: number;
}

/** A bank: blocks come from outside while others are read, slot by slot, a word a cycle. */
export class BankModel implements IactModel {
  readonly words = { injected: 0, written: 0, read: 0, outside: 0 };
  // Filling: the block that comes, and its words that have not; blocks that may come.
  private filled = 0;
  private fillLeft: number;
  private closing = false;
  private limit: number;
  // Reading: for each slot its pass, the row of it that is next, the words left of its block.
  private readonly pass: Int32Array;
  private readonly row: Int32Array;
  private readonly left: Int32Array;
  private openPass = 0;
  private last: number;
  private sends = -1;

  private readonly stream: IactStream;
  private readonly ring: Pick<IactRing, 'slotBlocks' | 'rowBlocks' | 'rows'>;
  private readonly fills: readonly IactBlock[];
  private readonly passes: readonly BankPass[];

  /**
   * @param fills blocks in the order in which they come
   * @param passes one for each turn
   * @param ringBlocks blocks that fit
   */
  constructor(
    stream: IactStream,
    ring: Pick<IactRing, 'slotBlocks' | 'rowBlocks' | 'rows'>,
    fills: readonly IactBlock[],
    passes: readonly BankPass[],
    ringBlocks: number,
  ) {
    this.stream = stream;
    this.ring = ring;
    this.fills = fills;
    this.passes = passes;
    const slots = stream.takers.length;
    this.limit = ringBlocks;
    this.fillLeft = fills[0]?.words ?? 0;
    this.pass = new Int32Array(slots).fill(-1);
    this.row = new Int32Array(slots).fill(ring.rows);
    this.left = new Int32Array(slots);
    this.last = slots - 1;
  }

  step(cycle: number): void {
    const advances = this.advance();
    this.send();
    if (!this.read() && !advances) this.enter();
    this.fill(cycle);
  }

  /** The word that was read in the cycle before. */
  private send(): void {
    if (this.sends < 0) return;
    for (const pe of this.stream.takers[this.sends]!) pe.takeIact();
    this.words.injected++;
    this.sends = -1;
  }

  /** @returns whether a block was begun */
  private read(): boolean {
    const { stream, pass, row, left, ring } = this;
    const slots = stream.takers.length;
    for (let offset = 1; offset <= slots; offset++) {
      const slot = (this.last + offset) % slots;
      const begins = left[slot] === 0;
      if (begins) {
        if (row[slot]! >= ring.rows) continue;
        const number = this.passes[pass[slot]!]!.firstBlock + slot * ring.slotBlocks + row[slot]! * ring.rowBlocks;
        if (number >= this.filled) continue;
        left[slot] = stream.blocks[slot]![pass[slot]! * ring.rows + row[slot]!]!.words;
        row[slot]!++;
      } else {
        if (!allReady(stream.takers[slot]!)) continue;
        left[slot]!--;
        this.sends = slot;
      }
      this.last = slot;
      this.words.read++;
      return begins;
    }
    return false;
  }

  /** When all slots have entered a pass, the one before is over, and the next one opens. */
  private advance(): boolean {
    const { pass, openPass, passes } = this;
    if (openPass >= passes.length) return false;
    for (let slot = 0; slot < pass.length; slot++) if (pass[slot] !== openPass) return false;
    if (openPass > 0) this.limit += passes[openPass - 1]!.releases;
    this.openPass++;
    return true;
  }

  /** A slot that has read all of its pass enters the next one, one slot a cycle. */
  private enter(): void {
    const { pass, row, left, ring, openPass } = this;
    if (openPass >= this.passes.length) return;
    for (let slot = 0; slot < pass.length; slot++) {
      if (pass[slot] === openPass || row[slot]! < ring.rows || left[slot]! > 0) continue;
      pass[slot] = openPass;
      row[slot] = 0;
      return;
    }
  }

  private fill(cycle: number): void {
    const { fills, stream } = this;
    if (this.closing) {
      this.closing = false;
      this.filled++;
      this.words.written++;
      this.fillLeft = fills[this.filled]?.words ?? 0;
      return;
    }
    if (this.filled >= fills.length || this.filled >= this.limit) return;
    if (stream.laneShare > 1 && cycle % stream.laneShare !== stream.laneTurn) return;
    this.words.written++;
    this.words.outside++;
    if (--this.fillLeft === 0) this.closing = true;
  }
}
