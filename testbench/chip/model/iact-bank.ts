/** An iact bank of the functional model: a ring of blocks that is filled, walked over and released as the command says. */
import { type ChipParameters, chipWidths } from '../../../hw/parameters.ts';
import type { LayerCommandValue } from '../../../sim/chip/command-words.ts';
import { type Activity, give, type Process, type Queue, take, until } from './process.ts';

type BankCommand = LayerCommandValue['iactBank'];

/** For each slot the PEs that listen to it, wherever they are. */
export type SlotListeners = readonly (readonly Queue<number>[])[];

/** The processes of a bank: one that fills, and one for each slot that walks. */
export function bankProcesses(
  p: ChipParameters,
  command: BankCommand,
  words: Queue<number>,
  listeners: SlotListeners,
  activity: Activity,
): Process[] {
  const everybody = listeners.flat();
  if (command.bypass) return [bypass(words, everybody)];
  const ring = new Ring(p, command, listeners.length, activity);
  const slots = command.ownSlots ? listeners : [everybody];
  return [ring.fill(words), ...slots.map((queues, slot) => ring.walk(slot, queues))];
}

function* bypass(words: Queue<number>, listeners: readonly Queue<number>[]): Process {
  for (;;) yield* give(listeners, yield* take(words));
}

class Ring {
  readonly #p: ChipParameters;
  readonly #command: BankCommand;
  readonly #memory: Uint32Array;
  /** Blocks that fit the ring. */
  readonly #ringBlocks: number;
  readonly #dataMask: number;
  readonly #activity: Activity;
  #filled = 0;
  #released = 0;
  /** Of each slot, the passes that it has entered. */
  readonly #entered: number[];

  constructor(p: ChipParameters, command: BankCommand, slots: number, activity: Activity) {
    const { blockWords } = command;
    this.#p = p;
    this.#command = command;
    this.#ringBlocks = this.#wordsOf(command.ringWords) / blockWords;
    if (this.#ringBlocks > Math.floor(p.iactBankWords / blockWords) || !Number.isInteger(this.#ringBlocks))
      throw new Error(`${this.#ringBlocks} blocks of ${blockWords} words do not fit the bank`);
    this.#memory = new Uint32Array(p.iactBankWords);
    this.#dataMask = 2 ** p.pe.dataBits - 1;
    this.#activity = activity;
    this.#entered = Array.from({ length: command.ownSlots ? slots : 1 }, () => 0);
  }

  /** What a place says: words, modulo four laps of the bank. */
  #wordsOf(place: number): number {
    const address = 2 ** chipWidths(this.#p).iactAddress;
    if (place % address >= this.#p.iactBankWords) throw new Error(`${place} is no place in the bank`);
    return Math.floor(place / address) * this.#p.iactBankWords + (place % address);
  }

  /** The blocks in so many words. */
  #blocksOf(words: number): number {
    return words / this.#command.blockWords;
  }

  /** Blocks from outside, as long as there is room for them. */
  *fill(words: Queue<number>): Process {
    const { segments, dense, segmentWords, blockWords } = this.#command;
    const at = (word: number): number => word % this.#p.iactBankWords;
    for (;;) {
      yield* until(() => words.length > 0 && this.#filled - this.#released < this.#ringBlocks);
      const start = this.#filled * blockWords;
      let length = 0;
      for (let segment = 0; segment < segments; segment++) {
        let more = 1;
        for (let index = 0; index < more; index++) {
          const word = yield* take(words);
          if (index === 0) more = dense ? segmentWords : ((word & this.#dataMask) >> 1) + 1;
          if (++length >= blockWords) throw new Error(`block ${this.#filled} has more than ${blockWords - 1} words`);
          this.#memory[at(start + length)] = word;
        }
      }
      this.#memory[at(start)] = length;
      this.#filled++;
    }
  }

  /** One slot's walk. */
  *walk(slot: number, listeners: readonly Queue<number>[]): Process {
    const { rows, passes, replays, chunks, ...c } = this.#command;
    const w = (place: number): number => this.#wordsOf(place);
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (let replay = 0; replay < replays; replay++) {
        for (let pass = 0; pass < passes; pass++) {
          yield* this.#enter(slot);
          for (let row = 0; row < rows; row++) {
            const steps = row * w(c.rowWords) + pass * w(c.passWords) + chunk * w(c.chunkWords);
            const words = w(c.slotWords[slot]!) + steps;
            yield* until(() => this.#leadOf(words) > 0);
            yield* this.#send(words, listeners);
          }
        }
      }
    }
    this.#leave(slot);
  }

  *#send(words: number, listeners: readonly Queue<number>[]): Process {
    const block = this.#filled - this.#blocksOf(this.#leadOf(words));
    if (!Number.isInteger(block)) throw new Error(`a block is looked for at word ${words}, where none starts`);
    const at = (word: number): number => (block * this.#command.blockWords + word) % this.#p.iactBankWords;
    for (let index = 1; index <= this.#memory[at(0)]!; index++) {
      if (block < this.#released) throw new Error(`block ${block} is read after its place became free`);
      yield* give(listeners, this.#memory[at(index)]!);
    }
  }

  /** How many words have been filled from those on; negative or zero when they are not there yet. */
  #leadOf(words: number): number {
    const laps = 4 * this.#p.iactBankWords;
    const lead = (((this.#filled * this.#command.blockWords - words) % laps) + laps) % laps;
    return lead < laps / 2 ? lead : lead - laps;
  }

  /** No slot is more than a pass ahead of another. */
  *#enter(slot: number): Process {
    yield* until(() => Math.min(...this.#entered) >= this.#entered[slot]!);
    this.#entered[slot]!++;
    this.#activity.moves++;
    if (this.#entered.every((entered) => entered >= this.#entered[slot]!)) this.#release(this.#entered[slot]! - 2);
  }

  /** After a slot's last pass. */
  #leave(slot: number): void {
    const last = this.#entered[slot]!;
    this.#entered[slot] = Infinity;
    if (this.#entered.every((entered) => entered === Infinity)) this.#release(last - 1);
  }

  /** That pass is over. */
  #release(over: number): void {
    const { passes, replays, passRelease, chunkRelease } = this.#command;
    if (over < 0 || Math.floor(over / passes) % replays !== replays - 1) return;
    this.#released += this.#blocksOf(this.#wordsOf(passRelease));
    if (over % passes === passes - 1) this.#released += this.#blocksOf(this.#wordsOf(chunkRelease));
    this.#activity.moves++;
    if (this.#released > this.#filled)
      throw new Error(`${this.#released} blocks are released, and ${this.#filled} were filled`);
  }
}
