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
  readonly #command: BankCommand;
  readonly #memory: Uint32Array;
  /** Numbers of blocks count modulo this. */
  readonly #numbers: number;
  readonly #dataMask: number;
  readonly #activity: Activity;
  #filled = 0;
  #released = 0;
  /** Of each slot, the passes that it has entered. */
  readonly #entered: number[];

  constructor(p: ChipParameters, command: BankCommand, slots: number, activity: Activity) {
    const { ringWords, ringBlocks, blockWords } = command;
    if (ringWords !== ringBlocks * blockWords || ringWords > p.iactBankWords)
      throw new Error(`a ring of ${ringBlocks} blocks of ${blockWords} words is no ${ringWords} words`);
    for (const key of ['slotWords', 'rowWords', 'passWords', 'chunkWords'] as const)
      if (command[key] >= ringWords)
        throw new Error(`${key} is ${command[key]}, beyond the ring of ${ringWords} words`);
    this.#command = command;
    this.#memory = new Uint32Array(ringWords);
    this.#numbers = 2 ** chipWidths(p).iactBlocks;
    this.#dataMask = 2 ** p.pe.dataBits - 1;
    this.#activity = activity;
    this.#entered = Array.from({ length: command.ownSlots ? slots : 1 }, () => 0);
  }

  /** Blocks from outside, as long as there is room for them. */
  *fill(words: Queue<number>): Process {
    const { segments, dense, segmentWords, blockWords, ringBlocks } = this.#command;
    for (;;) {
      yield* until(() => words.length > 0 && this.#filled - this.#released < ringBlocks);
      const start = (this.#filled % ringBlocks) * blockWords;
      let length = 0;
      for (let segment = 0; segment < segments; segment++) {
        let more = 1;
        for (let index = 0; index < more; index++) {
          const word = yield* take(words);
          if (index === 0) more = dense ? segmentWords : ((word & this.#dataMask) >> 1) + 1;
          if (++length >= blockWords) throw new Error(`block ${this.#filled} has more than ${blockWords - 1} words`);
          this.#memory[start + length] = word;
        }
      }
      this.#memory[start] = length;
      this.#filled++;
    }
  }

  /** One slot's walk. */
  *walk(slot: number, listeners: readonly Queue<number>[]): Process {
    const { rows, passes, replays, chunks, ...c } = this.#command;
    for (let chunk = 0; chunk < chunks; chunk++) {
      for (let replay = 0; replay < replays; replay++) {
        for (let pass = 0; pass < passes; pass++) {
          yield* this.#enter(slot);
          for (let row = 0; row < rows; row++) {
            const number = slot * c.slotBlocks + row * c.rowBlocks + pass * c.passBlocks + chunk * c.chunkBlocks;
            const address = slot * c.slotWords + row * c.rowWords + pass * c.passWords + chunk * c.chunkWords;
            yield* until(() => this.#leadOf(number) >= 0);
            yield* this.#send(number, address % c.ringWords, listeners);
          }
        }
      }
    }
    this.#leave(slot);
  }

  *#send(number: number, address: number, listeners: readonly Queue<number>[]): Process {
    const { ringBlocks, blockWords } = this.#command;
    const block = this.#filled - 1 - this.#leadOf(number);
    if (address !== (block % ringBlocks) * blockWords)
      throw new Error(`block ${block} is looked for at word ${address} of the ring`);
    for (let index = 1; index <= this.#memory[address]!; index++) {
      if (block < this.#released) throw new Error(`block ${block} is read after its place became free`);
      yield* give(listeners, this.#memory[address + index]!);
    }
  }

  /** How many blocks have been filled after that one; negative when it is not there yet. */
  #leadOf(number: number): number {
    const lead = (((this.#filled - 1 - number) % this.#numbers) + this.#numbers) % this.#numbers;
    return lead < this.#numbers / 2 ? lead : lead - this.#numbers;
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
    this.#released += passRelease + (over % passes === passes - 1 ? chunkRelease : 0);
    this.#activity.moves++;
    if (this.#released > this.#filled)
      throw new Error(`${this.#released} blocks are released, and ${this.#filled} were filled`);
  }
}
