/**
 * Drives and watches the ready/valid streams of a design for a whole run: cycle for cycle what the C++ of
 * sim/verilator/templates/engine.h does.
 */
import type { BulkEngine } from '../simulation/bulk-run.ts';
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

/** One stream during a run. `words` holds the beats one after another: to send, or as far as received. */
class Lane {
  words = new Uint32Array(0);
  beats = 0;
  done = 0;
  stall = 0;
  /** A beat is offered (by us or by the design) and was not taken in an earlier cycle. */
  waiting = false;
  /** The beat at the pins: what we drive, or what the design offered. */
  beat: Uint32Array;
  /** Of an output stream, in the present cycle. */
  ready = false;
  valid = false;
  readonly pins: StreamPins;
  readonly size: number;
  private random = 1;

  constructor(pins: StreamPins) {
    this.pins = pins;
    this.size = pins.mask.length;
    this.beat = new Uint32Array(this.size);
  }

  begin(): void {
    this.words = new Uint32Array(0);
    this.beats = this.done = this.stall = 0;
    this.waiting = this.ready = this.valid = false;
    this.beat = new Uint32Array(this.size);
    this.random = 1;
  }

  seed(value: number): void {
    this.random = value === 0 ? 0x9e37_79b9 | 0 : value | 0;
  }

  /** 32 random bits, as an int32. */
  word(): number {
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
  private readonly ports: readonly (number | undefined)[];
  private counters: { readonly bit: number | undefined; cycles: number }[] = [];
  private before = new Uint32Array(0);
  private maxCycles = 0;
  private hangCycles = 0;
  private drainCycles = 0;
  /** Beats that are still to move. */
  private open = 0;
  private moved = false;
  private lastMove = 0;
  private elapsed = 0;
  private fault: number = faults.none;
  private faultStream = 0;

  /** @param ports positions among the host's bits; undefined for a port that is low at every edge, or has more than a bit */
  constructor(host: EngineHost, streams: readonly StreamPins[], ports: readonly (number | undefined)[]) {
    this.host = host;
    this.lanes = streams.map((pins) => new Lane(pins));
    this.ports = ports;
  }

  cycles(): number {
    return this.host.cycles();
  }

  begin(maxCycles: number, hangCycles: number, drainCycles: number): void {
    this.maxCycles = maxCycles;
    this.hangCycles = hangCycles;
    this.drainCycles = drainCycles;
    this.open = this.lastMove = this.elapsed = this.faultStream = 0;
    this.fault = faults.none;
    this.counters = [];
    this.before = new Uint32Array(0);
    for (const lane of this.lanes) lane.begin();
  }

  lane(stream: number, words: Uint32Array, beats: number, stall: number, seed: number): number {
    const lane = this.lanes[stream]!;
    const { mask, input } = lane.pins;
    lane.beats = beats;
    lane.stall = stall;
    lane.seed(seed);
    this.open += beats;
    if (!input) {
      lane.words = new Uint32Array(beats * lane.size);
      return -1;
    }
    lane.words = words.slice(0, beats * lane.size);
    const misfit = lane.words.findIndex((each, index) => (each & ~mask[index % lane.size]!) !== 0);
    return misfit < 0 ? -1 : Math.floor(misfit / lane.size);
  }

  count(port: number): void {
    this.counters.push({ bit: this.ports[port], cycles: 0 });
  }

  go(limit: number): number {
    const outcome = this.advance(limit);
    if (outcome !== outcomes.more) this.idle();
    return outcome;
  }

  idle(): void {
    for (const lane of this.lanes) {
      if (lane.pins.input) this.offer(lane, false);
      else this.host.bits[lane.pins.ready] = 0;
    }
  }

  status(out: Float64Array): void {
    let at = 0;
    out[at++] = this.lastMove;
    out[at++] = this.elapsed;
    out[at++] = this.fault;
    out[at++] = this.faultStream;
    for (const { done, waiting } of this.lanes) {
      out[at++] = done;
      out[at++] = Number(waiting);
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
    const { host, lanes, counters } = this;
    for (let left = limit; ; left--) {
      const quiet = this.elapsed - this.lastMove;
      if (this.open === 0 && quiet >= this.drainCycles) return outcomes.done;
      if (this.open !== 0 && quiet >= this.hangCycles) return outcomes.hang;
      if (this.elapsed >= this.maxCycles) return outcomes.timeout;
      if (left === 0) return outcomes.more;
      for (const lane of lanes) this.drive(lane);
      host.settle();
      for (let stream = 0; stream < lanes.length; stream++) {
        const fault = this.check(lanes[stream]!);
        if (fault === faults.none) continue;
        this.fault = fault;
        this.faultStream = stream;
        return outcomes.fault;
      }
      this.moved = false;
      for (const lane of lanes) this.book(lane);
      for (const counter of counters) if (counter.bit !== undefined) counter.cycles += host.bits[counter.bit]!;
      host.edge();
      this.elapsed++;
      if (this.moved) this.lastMove = this.elapsed;
    }
  }

  private offer({ pins: { valid, payload }, beat }: Lane, offered: boolean): void {
    this.host.bits[valid] = offered ? 1 : 0;
    payload.write(beat, 0);
  }

  private drive(lane: Lane): void {
    const { pins, size, beat } = lane;
    const stalled = lane.word() >>> 24 < lane.stall;
    if (!pins.input) {
      lane.ready = !stalled;
      this.host.bits[pins.ready] = stalled ? 0 : 1;
    } else if (!lane.waiting) {
      lane.waiting = !stalled && lane.done < lane.beats;
      const start = lane.done * size;
      // Random bits while not valid, to catch designs that look at the payload regardless.
      for (let word = 0; word < size; word++)
        beat[word] = lane.waiting ? lane.words[start + word]! : lane.word() & pins.mask[word]!;
      this.offer(lane, lane.waiting);
    }
  }

  /** Checks what the design offers against the rules: an offered beat stays, unchanged, until it is taken. */
  private check(lane: Lane): number {
    const { pins, beat } = lane;
    if (pins.input) return faults.none;
    lane.valid = this.host.bits[pins.valid] !== 0;
    if (!lane.valid) return lane.waiting ? faults.retracted : faults.none;
    if (lane.waiting) this.before = beat.slice();
    pins.payload.read(beat, 0);
    if (lane.waiting && this.before.some((each, word) => each !== beat[word])) return faults.unstable;
    // A stream that is never ready isn't looked at in this run; what waits there may be for the next.
    if (lane.done === lane.beats && lane.stall < 256) return faults.extra;
    lane.waiting = !lane.ready;
    return faults.none;
  }

  /** Books the handshake that the coming clock edge completes. */
  private book(lane: Lane): void {
    const { pins, size } = lane;
    if (pins.input) {
      if (!lane.waiting || this.host.bits[pins.ready] === 0) return;
      lane.waiting = false;
    } else {
      if (!lane.valid || !lane.ready) return;
      const start = lane.done * size;
      for (let word = 0; word < size; word++) lane.words[start + word] = lane.beat[word]!;
    }
    lane.done++;
    this.open--;
    this.moved = true;
  }
}
