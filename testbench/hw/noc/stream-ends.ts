/** What stands at the ends of ready/valid links in tests. `T` is the data of a beat. */
import type { Random } from '../../../sim/tensor/random.ts';

/** A stream as a test drives it, and as it listens to it. */
export interface StreamInput<T> {
  readonly valid: { poke(value: boolean): void };
  readonly data: { poke(value: T): void };
  readonly ready: { peek(): boolean };
}
export interface StreamOutput<T> {
  readonly valid: { peek(): boolean };
  readonly data: { peek(): T };
  readonly ready: { poke(value: boolean): void };
}

/** Sends beats in order. What is offered stays until it is taken. */
export class StreamSender<T> {
  readonly beats: readonly T[];
  readonly #stream: StreamInput<T>;
  readonly #random: Random;
  readonly #stall: number;
  #next = 0;
  #offers = false;

  /** @param stall probability that it leaves a cycle out */
  constructor(stream: StreamInput<T>, beats: readonly T[], random: Random, stall: number) {
    this.#stream = stream;
    this.beats = beats;
    this.#random = random;
    this.#stall = stall;
  }

  get done(): boolean {
    return this.#next === this.beats.length;
  }

  drive(): void {
    this.#offers ||= !this.done && this.#random.fraction() >= this.#stall;
    this.#stream.valid.poke(this.#offers);
    if (this.#offers) this.#stream.data.poke(this.beats[this.#next]!);
  }

  /** Goes on to the next beat if the one of this cycle is taken. */
  take(): void {
    if (!this.#offers || !this.#stream.ready.peek()) return;
    this.#next++;
    this.#offers = false;
  }
}

/** Takes beats, whenever it is ready. */
export class StreamReceiver<T> {
  readonly received: T[] = [];
  readonly #stream: StreamOutput<T>;
  readonly #random: Random;
  readonly #stall: number;
  #ready = false;

  /** @param stall probability that it is not ready in a cycle */
  constructor(stream: StreamOutput<T>, random: Random, stall: number) {
    this.#stream = stream;
    this.#random = random;
    this.#stall = stall;
  }

  /** Beats so far. */
  get count(): number {
    return this.received.length;
  }

  drive(): void {
    this.#ready = this.#random.fraction() >= this.#stall;
    this.#stream.ready.poke(this.#ready);
  }

  take(): void {
    if (this.#ready && this.#stream.valid.peek()) this.received.push(this.#stream.data.peek());
  }
}
