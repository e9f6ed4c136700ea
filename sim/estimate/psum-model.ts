/** A column of PEs, or a chain of columns, whose psums add up; and the bank between passes. */
import type { PeModel } from './pe-model.ts';

/** Cycles until a word that a bank has taken can be given again. */
const BANK_LATENCY = 2;

/** Moves psums a word a cycle from PE to PE, from the bottom to the top, and in all passes but the last through the bank. */
export class PsumColumn {
  /** Turns whose psums have all left the top. */
  turnsLeft = 0;
  /** Windows of its PEs that can drain. */
  windows = 0;
  readonly words = { fromBank: 0, toBank: 0, top: 0 };
  private readonly top: PeModel;
  private wordsOfTurn = 0;
  /** Words that went into the bank and out of it. */
  private taken = 0;
  private readonly takenBefore = new Int32Array(BANK_LATENCY);
  private given = 0;
  /** Words that entered at the bottom, and how many of them of each turn. */
  private entered = 0;
  private enteredTurn = 0;

  private readonly pes: readonly PeModel[];
  private readonly psumWords: number;
  private readonly turnWords: number;
  private readonly kinds: readonly { readonly first: boolean; readonly last: boolean }[];

  /**
   * @param pes from the top of the column to its bottom
   * @param turnWords words of psums of a turn
   * @param kinds for each turn whether it starts from zeros, and whether its psums are complete
   */
  constructor(
    pes: readonly PeModel[],
    psumWords: number,
    turnWords: number,
    kinds: readonly { readonly first: boolean; readonly last: boolean }[],
  ) {
    this.pes = pes;
    this.psumWords = psumWords;
    this.turnWords = turnWords;
    this.kinds = kinds;
    this.top = pes[0]!;
    for (const pe of pes) pe.column = this;
  }

  /** Complete psums stand at the top. */
  get offers(): boolean {
    return this.top.leaving && this.kinds[this.turnsLeft]!.last;
  }

  /** @param taken the output unit takes what stands at the top */
  step(taken: boolean, cycle: number): void {
    const { pes, psumWords } = this;
    if (this.top.leaving) {
      const last = this.kinds[this.turnsLeft]!.last;
      if (taken || !last) {
        this.top.leaving = false;
        this.words.top++;
        if (!last) {
          this.taken++;
          this.words.toBank++;
        }
        if (++this.wordsOfTurn === this.turnWords) {
          this.wordsOfTurn = 0;
          this.turnsLeft++;
        }
      }
    }
    for (let index = 0; this.windows > 0 && index < pes.length; index++) {
      const pe = pes[index]!;
      if (pe.leaving || pe.complete === 0) continue;
      const below = pes[index + 1];
      if (below === undefined) {
        if (!this.enters(cycle)) continue;
      } else {
        if (!below.leaving) continue;
        below.leaving = false;
      }
      pe.leaving = true;
      if (++pe.drained < psumWords) continue;
      pe.drained = 0;
      pe.released = true;
      pe.complete--;
      this.windows--;
    }
    this.takenBefore[cycle % BANK_LATENCY] = this.taken;
  }

  /** Whether the bank, or nothing, gives the next word to the bottom PE. */
  private enters(cycle: number): boolean {
    if (!this.kinds[this.enteredTurn]!.first) {
      if (this.given >= this.takenBefore[cycle % BANK_LATENCY]!) return false;
      this.given++;
      this.words.fromBank++;
    }
    if (++this.entered === this.turnWords) {
      this.entered = 0;
      this.enteredTurn++;
    }
    return true;
  }
}
