/**
 * Drives and watches the ready/valid streams of a design for a whole run: cycle for cycle what the C++ of
 * sim/verilator/templates/engine.h does.
 */
import type { BulkEngine, LaneWork } from '../simulation/bulk-run.ts';
import type { Pin } from './pins.ts';

/** What the engine needs of a simulation. */
export interface EngineHost {
  /** Where ports of one bit are, as 0 and 1. */
  readonly bits: Int32Array;
  /** Evaluates what is combinational. */
  settle(): void;
  /** The clock edge. */
  edge(): void;
  /** Clock cycles so far. */
  cycles(): number;
}

/** What the engine needs of a port that is counted or waited for. */
export interface EnginePort {
  /** Position among the host's bits; undefined for a port that is low at every edge, or has more than a bit. */
  readonly bit: number | undefined;
  /** Its value as an unsigned number, of a port of up to 32 bits. */
  read(this: void): number;
}

export interface StreamPins {
  readonly input: boolean;
  /** Positions among the host's bits. */
  readonly valid: number;
  readonly ready: number;
  /** All of a beat. */
  readonly payload: Pin;
  /** The bits that exist, word by word. */
  readonly mask: Uint32Array;
}

const outcomes = { done: 0, more: 1, hang: 2, timeout: 3, fault: 4 } as const;
const faults = { none: 0, retracted: 1, unstable: 2, extra: 3 } as const;
const untils = { none: 0, leaving: 1, coming: 2, reached: 3 } as const;
const NEVER_READY = 256;

/** One stream during a run. `words` holds the beats one after another: to send, or as far as received. */
class Lane {
  words = new Uint32Array(0);
  beats = 0;
  done = 0;
  /** The cycle of the last handshake, counted from 1; 0 before the first. */
  lastBeat = 0;
  stall = 0;
  bytes = 0;
  scramble = false;
  /** A beat is offered (by us or by the design) and was not taken in an earlier cycle. */
  waiting = false;
  /** The beat at the pins: what we drive, or what the design offered. */
  beat: Uint32Array;
  /** Of an output stream, in the present cycle. */
  ready = false;
  valid = false;
  readonly pins: StreamPins;
  readonly size: number;
  private readonly bits: Int32Array;
  private random = 1;

  constructor(pins: StreamPins, bits: Int32Array) {
    this.pins = pins;
    this.bits = bits;
    this.size = pins.mask.length;
    this.beat = new Uint32Array(this.size);
  }

  begin({ beats, stall, seed, scramble, bytes }: LaneWork): void {
    this.beats = beats;
    this.done = this.lastBeat = 0;
    this.stall = stall;
    this.bytes = bytes;
    this.scramble = scramble;
    this.random = seed === 0 ? 0x9e37_79b9 | 0 : seed | 0;
    this.waiting = this.ready = this.valid = false;
    this.beat.fill(0);
  }

  get open(): boolean {
    return this.done < this.beats;
  }

  stalls(): boolean {
    return this.stall !== 0 && this.word() >>> 24 < this.stall;
  }

  /** Random bits while not valid, to catch designs that look at the payload regardless. */
  writeRandom(): void {
    const { pins, size, beat } = this;
    for (let word = 0; word < size; word++) beat[word] = this.word() & pins.mask[word]!;
    pins.payload.write(beat, 0);
  }

  offer(): void {
    const { pins, size, beat, words } = this;
    const start = this.done * size;
    this.waiting = true;
    this.bits[pins.valid] = 1;
    for (let word = 0; word < size; word++) beat[word] = words[start + word]!;
    pins.payload.write(beat, 0);
  }

  withhold(): void {
    if (this.bits[this.pins.valid] === 0 && !this.scramble) return;
    this.bits[this.pins.valid] = 0;
    this.writeRandom();
  }

  permit(allowed: boolean): void {
    this.ready = allowed;
    this.bits[this.pins.ready] = allowed ? 1 : 0;
  }

  keep(): void {
    const { size, beat } = this;
    const start = this.done * size;
    if (start + size > this.words.length) {
      const larger = new Uint32Array(Math.max(64, 2 * (start + size)));
      larger.set(this.words);
      this.words = larger;
    }
    for (let word = 0; word < size; word++) this.words[start + word] = beat[word]!;
  }

  /** 32 random bits, as an int32. */
  private word(): number {
    let state = this.random;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.random = state;
    return state;
  }
}

export class StreamEngine implements BulkEngine {
  private readonly host: EngineHost;
  private readonly lanes: readonly Lane[];
  private readonly ports: readonly EnginePort[];
  /** Input streams that have beats left, or are scrambled. */
  private senders: Lane[] = [];
  /** Output streams; of these, those that are ready at random, whatever the bandwidth. */
  private receivers: Lane[] = [];
  private stalled: Lane[] = [];
  /** Streams that share the bandwidth. */
  private metered: Lane[] = [];
  private counters: { readonly bit: number | undefined; cycles: number }[] = [];
  private before = new Uint32Array(0);
  private maxCycles = 0;
  private hangCycles = 0;
  private drainCycles = 0;
  /** Beats that are still to move, where it is known how many. */
  private open = 0;
  private lastMove = 0;
  private elapsed = 0;
  private fault: number = faults.none;
  private faultStream = 0;
  private untilState: number = untils.none;
  private untilPort: (() => number) | undefined;
  private untilValue = 0;
  private reached = 0;
  private rate = 0;
  private burst = 0;
  /** Bytes; below 0 what earlier beats took too much. */
  private budget = 0;
  private first = 0;

  /** @param ports in the order of the design's ports */
  constructor(host: EngineHost, streams: readonly StreamPins[], ports: readonly EnginePort[]) {
    this.host = host;
    this.lanes = streams.map((pins) => new Lane(pins, host.bits));
    this.ports = ports;
  }

  cycles(): number {
    return this.host.cycles();
  }

  begin(maxCycles: number, hangCycles: number, drainCycles: number): void {
    this.maxCycles = maxCycles;
    this.hangCycles = hangCycles;
    this.drainCycles = drainCycles;
    this.open = this.lastMove = this.elapsed = this.faultStream = this.reached = this.first = 0;
    this.rate = this.burst = this.budget = 0;
    this.fault = faults.none;
    this.untilState = untils.none;
    [this.senders, this.receivers, this.stalled, this.metered, this.counters] = [[], [], [], [], []];
    this.before = new Uint32Array(0);
  }

  until(port: number, value: number): void {
    this.untilState = untils.leaving;
    this.untilPort = this.ports[port]!.read;
    this.untilValue = value;
  }

  bandwidth(rate: number, burst: number): void {
    this.rate = rate;
    this.burst = burst;
  }

  lane(stream: number, work: LaneWork): number {
    const lane = this.lanes[stream]!;
    const { mask, input } = lane.pins;
    const { words, beats, stall, scramble, bytes } = work;
    lane.begin(work);
    if (beats !== Infinity) this.open += beats;
    if (bytes !== 0) this.metered.push(lane);
    if (!input) {
      lane.words = new Uint32Array(beats === Infinity ? 0 : beats * lane.size);
      this.receivers.push(lane);
      if (stall !== 0 && bytes === 0) this.stalled.push(lane);
      return -1;
    }
    lane.writeRandom();
    if (beats !== 0 || scramble) this.senders.push(lane);
    lane.words = words.slice(0, beats * lane.size);
    const misfit = lane.words.findIndex((each, index) => (each & ~mask[index % lane.size]!) !== 0);
    return misfit < 0 ? -1 : Math.floor(misfit / lane.size);
  }

  count(port: number): void {
    this.counters.push({ bit: this.ports[port]!.bit, cycles: 0 });
  }

  go(limit: number): number {
    for (const lane of this.receivers) if (lane.stall === 0) lane.permit(true);
    const outcome = this.advance(limit);
    if (outcome !== outcomes.more) this.idle();
    return outcome;
  }

  idle(): void {
    for (const { pins } of this.lanes) this.host.bits[pins.input ? pins.valid : pins.ready] = 0;
  }

  status(out: Float64Array): void {
    let at = 0;
    out[at++] = this.lastMove;
    out[at++] = this.elapsed;
    out[at++] = this.fault;
    out[at++] = this.faultStream;
    out[at++] = this.untilState;
    out[at++] = this.reached;
    for (const { done, waiting, lastBeat } of this.lanes) {
      out[at++] = done;
      out[at++] = Number(waiting);
      out[at++] = lastBeat;
    }
    for (const { cycles } of this.counters) out[at++] = cycles;
  }

  received(stream: number, words: Uint32Array): void {
    const lane = this.lanes[stream]!;
    words.set(lane.words.subarray(0, lane.done * lane.size));
  }

  offered(stream: number, now: Uint32Array, before: Uint32Array): void {
    now.set(this.lanes[stream]!.beat);
    before.set(this.before);
  }

  private advance(limit: number): number {
    const { host, counters } = this;
    for (let left = limit; ; left--) {
      const over = this.open === 0 && (this.untilState === untils.none || this.untilState === untils.reached);
      const quiet = this.elapsed - Math.max(this.lastMove, this.reached);
      if (over && quiet >= this.drainCycles) return outcomes.done;
      if (!over && quiet >= this.hangCycles) return outcomes.hang;
      if (this.elapsed >= this.maxCycles) return outcomes.timeout;
      if (left === 0) return outcomes.more;
      this.drive();
      host.settle();
      for (const lane of this.receivers) {
        const fault = this.check(lane);
        if (fault === faults.none) continue;
        this.fault = fault;
        this.faultStream = this.lanes.indexOf(lane);
        return outcomes.fault;
      }
      this.book();
      this.look();
      for (const counter of counters) if (counter.bit !== undefined) counter.cycles += host.bits[counter.bit]!;
      host.edge();
      this.elapsed++;
    }
  }

  private drive(): void {
    let finished = false;
    for (const lane of this.senders) {
      if (lane.waiting || (lane.bytes !== 0 && lane.open)) continue;
      if (lane.open && !lane.stalls()) {
        lane.offer();
        continue;
      }
      lane.withhold();
      finished ||= !lane.open && !lane.scramble;
    }
    // What has been sent, and stays as it is, costs no more.
    if (finished) this.senders = this.senders.filter((lane) => lane.open || lane.waiting || lane.scramble);
    for (const lane of this.stalled) lane.permit(!lane.stalls());
    if (this.metered.length > 0) this.meter();
  }

  /**
   * The streams that share the bandwidth take turns, from the first one that went without in an earlier cycle on. A beat may move
   * while any budget is left; what it takes beyond it is missing from later cycles. Beats that the design offers are paid for
   * when they move, see book().
   */
  private meter(): void {
    const { metered } = this;
    this.budget = Math.min(this.budget + this.rate, this.burst);
    let refused: number | undefined;
    for (let index = 0; index < metered.length; index++) {
      const at = (this.first + index) % metered.length;
      const lane = metered[at]!;
      const { input } = lane.pins;
      if (lane.waiting && input) continue;
      if (!lane.open) {
        if (!input) lane.permit(!lane.stalls());
        continue;
      }
      const goes = this.budget > 0;
      const stalls = lane.stalls();
      if (!goes && !stalls) refused ??= at;
      if (!input) {
        lane.permit(goes && !stalls);
      } else if (goes && !stalls) {
        lane.offer();
        this.budget -= lane.bytes;
      } else {
        lane.withhold();
      }
    }
    this.first = refused ?? this.first;
  }

  /** Checks what the design offers against the rules: an offered beat stays, unchanged, until it is taken. */
  private check(lane: Lane): number {
    const { pins, beat } = lane;
    lane.valid = this.host.bits[pins.valid] !== 0;
    if (!lane.valid) return lane.waiting ? faults.retracted : faults.none;
    if (lane.waiting) this.before = beat.slice();
    pins.payload.read(beat, 0);
    if (lane.waiting && this.before.some((each, word) => each !== beat[word])) return faults.unstable;
    // A stream that is never ready isn't looked at in this run; what waits there may be for the next.
    if (!lane.open && lane.stall < NEVER_READY) return faults.extra;
    lane.waiting = !lane.ready;
    return faults.none;
  }

  /** Books the handshakes that the coming clock edge completes. */
  private book(): void {
    for (const lane of this.senders) {
      if (!lane.waiting || this.host.bits[lane.pins.ready] === 0) continue;
      lane.waiting = false;
      this.move(lane);
    }
    for (const lane of this.receivers) {
      if (!lane.valid || !lane.ready) continue;
      lane.keep();
      this.budget -= lane.bytes;
      this.move(lane);
    }
  }

  private move(lane: Lane): void {
    lane.done++;
    if (lane.beats !== Infinity) this.open--;
    lane.lastBeat = this.lastMove = this.elapsed + 1;
  }

  private look(): void {
    if (this.untilState === untils.none || this.untilState === untils.reached) return;
    if (this.untilPort!() !== this.untilValue) {
      this.untilState = untils.coming;
    } else if (this.untilState === untils.coming) {
      this.untilState = untils.reached;
      this.reached = this.elapsed + 1;
    }
  }
}
