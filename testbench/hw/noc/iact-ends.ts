/** What stands at the ends of iact links in tests: banks that send, and the queues of PEs that receive. */
import type { Random } from '../../../sim/tensor/random.ts';

interface Input {
  poke(value: number): void;
}
interface Output {
  peek(): number | bigint;
}

/** A link as a test drives it, and as it listens to it. */
export interface IactSource {
  readonly data: Input;
  readonly enable: Input;
  readonly ready: Output;
}
export interface IactSink {
  readonly data: Output;
  readonly enable: Output;
  readonly ready: Input;
}

/** A word for some slots, a bit to each. */
export interface IactWord {
  readonly slots: number;
  readonly data: number;
}

interface SenderOptions {
  /** Probability that it leaves a cycle out. */
  readonly stall: number;
  readonly late: boolean;
}

/**
 * Sends sequences of words, each in order, mixed at random as their slots are ready. A word is enabled for all of its slots at once,
 * or, with `late`, a cycle after all of them were ready, as a bank does that reads its SRAM in between.
 */
export class IactSender {
  readonly words: readonly IactWord[];
  readonly #link: IactSource;
  readonly #left: IactWord[][];
  readonly #random: Random;
  readonly #options: SenderOptions;
  #onItsWay: IactWord | undefined;

  constructor(link: IactSource, sequences: readonly (readonly IactWord[])[], random: Random, options: SenderOptions) {
    this.#link = link;
    this.words = sequences.flat();
    this.#left = sequences.map((words) => words.toReversed());
    this.#random = random;
    this.#options = options;
  }

  get done(): boolean {
    return this.#left.every(({ length }) => length === 0) && this.#onItsWay === undefined;
  }

  /** Sets the link for this cycle; what the receivers say is set before. */
  drive(): void {
    const ready = Number(this.#link.ready.peek());
    const sequences = this.#left.filter((words) => words.length > 0 && (words.at(-1)!.slots & ~ready) === 0);
    const idle = sequences.length === 0 || this.#random.fraction() < this.#options.stall;
    const chosen = idle ? undefined : sequences[this.#random.integer(0, sequences.length - 1)]!.pop();
    const sent = this.#options.late ? this.#onItsWay : chosen;
    if (this.#options.late) this.#onItsWay = chosen;
    this.#link.enable.poke(sent?.slots ?? 0);
    // What is not enabled is anything at all.
    this.#link.data.poke(sent?.data ?? this.#random.integer(0, 2 ** 24 - 1));
  }
}

/** Words that the queue of a slot holds. */
const DEPTH = 4;

/** A queue for each slot, which empties now and then. A slot is ready while its queue has room for two words. */
export class IactReceiver {
  readonly received: number[][];
  readonly #waiting: number[];
  readonly #link: IactSink;
  readonly #random: Random;
  readonly #stall: number;

  /** @param stall probability that a queue gives no word in a cycle */
  constructor(link: IactSink, slots: number, random: Random, stall: number) {
    this.#link = link;
    this.#random = random;
    this.#stall = stall;
    this.received = Array.from({ length: slots }, () => []);
    this.#waiting = Array.from({ length: slots }, () => 0);
  }

  /** Words so far, counted for each slot. */
  get count(): number {
    return this.received.reduce((sum, words) => sum + words.length, 0);
  }

  /** Says which slots are ready in this cycle. */
  drive(): void {
    const room = DEPTH - 2;
    this.#link.ready.poke(this.#waiting.reduce((mask, count, slot) => mask | (Number(count <= room) << slot), 0));
  }

  /** Takes what is enabled in this cycle. */
  take(): void {
    const enable = Number(this.#link.enable.peek());
    for (let slot = 0; slot < this.received.length; slot++) {
      if ((enable >> slot) & 1) {
        this.received[slot]!.push(Number(this.#link.data.peek()));
        this.#waiting[slot]!++;
        if (this.#waiting[slot]! > DEPTH) throw new Error(`slot ${slot}: a word comes that has no room`);
      }
      if (this.#waiting[slot]! > 0 && this.#random.fraction() >= this.#stall) this.#waiting[slot]!--;
    }
  }
}

/** Some words for random slots. The data tell where each word came from and which it is. */
export function randomWords(
  random: Random,
  { count, source, slots }: { count: number; source: number; slots: number },
): IactWord[] {
  return Array.from({ length: count }, (_, index) => ({
    slots: random.integer(1, 2 ** slots - 1),
    data: (source << 16) | index,
  }));
}

/** What the slots of a receiver must get of some words. */
export function wordsBySlot(words: readonly IactWord[], slots: number): number[][] {
  return Array.from({ length: slots }, (_, slot) =>
    words.filter((word) => (word.slots >> slot) & 1).map(({ data }) => data),
  );
}
