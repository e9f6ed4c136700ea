import type { SimulatedDesign } from './design.ts';
import { portOf, streamOf } from './design.ts';
import { beatWords, formatBeat, unpackBeats } from './beats.ts';
import { streamSeed } from './random.ts';

/** What a run shall do. Streams that aren't named send nothing and may deliver nothing. */
export interface RunSpec {
  /** Plain inputs, set before the first cycle. */
  pokes?: Record<string, number | bigint>;
  /** Packed beats (see packBeats) for input streams; for a stream without payload the number of beats. */
  send?: Record<string, Uint32Array | number>;
  /** Number of beats to receive from output streams; Infinity takes as many as come, and waits for none of them. */
  expect?: Record<string, number>;
  /** The run ends no sooner than a port has a value that it did not have before in the run. */
  until?: Until;
  /** Off-chip memory that some streams share; they move as fast as they can when omitted. */
  bandwidth?: Bandwidth;
  /**
   * Probability, 0 to 1, that the testbench does nothing with a stream in a cycle: no valid, no ready. One for all
   * streams or one by stream; 0 when omitted. An output stream with 1 is never ready and never looked at, so its
   * beats wait for a later run.
   */
  stall?: number | Record<string, number>;
  /** Of the stalls, and of the random payload while valid is low. */
  seed?: number;
  /**
   * New random bits in every cycle as the payload of input streams whose valid is low; of the streams that stall, when omitted.
   * Without, the random bits stay the same until the next beat, which costs no time.
   */
  scramble?: boolean;
  /** The run ends with `timeout` after so many cycles. */
  maxCycles?: number;
  /** The run ends with `hang` after so many cycles without a handshake; 10,000 when omitted. */
  hangCycles?: number;
  /** Cycles for which the outputs are watched for surplus beats after the last handshake; 32 when omitted. */
  drainCycles?: number;
  /** 1-bit ports whose high cycles are counted. */
  counters?: string[];
  /** Pause with outcome `more` after so many cycles. */
  limit?: number;
}

/**
 * A port of up to 32 bits (its bits as an unsigned number) and what it shall come to. It is looked at in every cycle, when all has
 * settled. If it has the value when the run starts it has to leave it first, so that a port that says `busy` can be waited for
 * before the design has begun. From then on what it does no longer matters.
 */
export interface Until {
  port: string;
  value: number;
}

/**
 * Memory outside, as a budget of bytes that streams of both directions share.
 *
 * In every cycle the budget grows by `bytesPerCycle`; up to BURST_BYTES stay for later cycles (or the bytes of one cycle, if these
 * are more), and fractions of bytes count. A beat may move while the budget is above 0, and takes its bytes from it, which may
 * bring it below 0: later cycles then have to make up for it first. So in any time no more bytes move than the cycles and
 * BURST_BYTES allow, but for one beat of an input stream and one of each output stream. A beat to the design is paid for in
 * the cycle in which it is first offered, one from the design in the cycle in which it moves.
 *
 * Streams take turns: they are asked in the order of the design's streams, from the first one that went without in the last cycle
 * that had not enough for all. One that has nothing to move takes nothing, and loses nothing by it.
 */
export interface Bandwidth {
  /** 25,600 MB/s at 200 MHz are 128. */
  bytesPerCycle: number;
  /** Bytes that a beat takes, by stream. */
  streams: Record<string, number>;
}

/** What the budget of a bandwidth holds at most: unused cycles help later ones so far. */
export const BURST_BYTES = 256;

/** `fault`: the design broke the rules of ready/valid or offered a beat too many. */
export type RunOutcome = 'done' | 'more' | 'hang' | 'timeout' | 'fault';

export interface RunResult {
  outcome: RunOutcome;
  /** What went wrong, with stream, beat and cycle; empty for `done` and `more`. */
  message: string;
  /** Clock cycles from the start of the run to its last handshake, that one included. */
  cycles: number;
  /** All clock cycles of the run so far. */
  elapsed: number;
  /** Clock cycles from the start of the run to the one in which `until` came true, that one included. */
  reached?: number;
  /** Beats that moved, for every stream of the design. */
  moved: Record<string, number>;
  /** The cycle of the last handshake, counted from 0, for every stream that moved a beat. */
  lastBeat: Record<string, number>;
  /** Packed beats from every output stream, as far as they came. */
  received: Record<string, Uint32Array>;
  /** High cycles of the counters asked for. */
  counters: Record<string, number>;
}

const OUTCOMES: readonly RunOutcome[] = ['done', 'more', 'hang', 'timeout', 'fault'];
const FAULTS = { retracted: 1, unstable: 2, extra: 3 };
const UNLIMITED = Number.MAX_SAFE_INTEGER;
/** How far the port of `until` is: it still has to leave the value; to come to it; it did. 0 where nothing is waited for. */
const UNTIL = { leaving: 1, coming: 2, reached: 3 };
const STATUS_HEAD = 6;
const STATUS_LANE = 3;

interface Lane {
  name: string;
  input: boolean;
  beats: number;
  stall: number;
  /** Packed words of a beat. */
  size: number;
}

/** What a bulk engine has to do with a stream. */
export interface LaneWork {
  /** Beats to send. */
  readonly words: Uint32Array;
  /** How many, or how many to receive: Infinity for as many as come. */
  readonly beats: number;
  /** Of 256. */
  readonly stall: number;
  readonly seed: number;
  readonly scramble: boolean;
  /** Of the bandwidth that a beat takes; 0 where it takes none. */
  readonly bytes: number;
}

/** What moves the beats of a run, cycle by cycle. Streams and ports go by their positions in the design. */
export interface BulkEngine {
  /** Clock cycles of the simulation so far. */
  cycles(): number;
  begin(maxCycles: number, hangCycles: number, drainCycles: number): void;
  until(port: number, value: number): void;
  /** Bytes a cycle, and how many of them the budget holds at most. */
  bandwidth(rate: number, burst: number): void;
  /**
   * Each stream once, in order.
   * @returns the first beat that has bits above its fields' widths, or -1
   */
  lane(stream: number, work: LaneWork): number;
  count(port: number): void;
  /** @returns position in OUTCOMES; negative when the design stopped */
  go(limit: number): number;
  /**
   * Cycles, elapsed cycles, kind of fault, its stream, how far `until` is and the cycles that it took; for each stream the beats
   * done, whether one waits and the cycles to its last handshake; the counters.
   */
  status(out: Float64Array, counters: number): void;
  received(stream: number, words: Uint32Array): void;
  /** The beat at the pins of a stream, and what it was before a fault changed it. */
  offered(stream: number, now: Uint32Array, before: Uint32Array): void;
}

/** One use of a bulk engine, which does the whole run without coming back. */
export class BulkRun {
  readonly #design: SimulatedDesign;
  readonly #engine: BulkEngine;
  readonly #lanes: Lane[] = [];
  readonly #counters: string[];
  readonly #hangCycles: number;
  readonly #maxCycles: number;
  readonly #firstCycle: number;
  readonly #until: Until | undefined;

  /** Hands the run's beats to the engine. Throws an Error about what is wrong with `spec`. */
  constructor(design: SimulatedDesign, engine: BulkEngine, spec: RunSpec) {
    this.#design = design;
    this.#engine = engine;
    this.#counters = spec.counters ?? [];
    this.#hangCycles = spec.hangCycles ?? 10_000;
    this.#maxCycles = spec.maxCycles ?? UNLIMITED;
    this.#firstCycle = engine.cycles();
    this.#until = spec.until;
    checkNames(design, spec);
    const { bytesPerCycle, streams: shares } = checkedBandwidth(design, spec.bandwidth);
    engine.begin(this.#maxCycles, this.#hangCycles, spec.drainCycles ?? 32);
    if (spec.until !== undefined) engine.until(untilPort(design, spec.until), spec.until.value);
    engine.bandwidth(bytesPerCycle, Math.max(BURST_BYTES, bytesPerCycle));
    design.streams.forEach((stream, index) => {
      const { name } = stream;
      const input = stream.direction === 'input';
      const size = beatWords(design, stream);
      const words = spec.send?.[name] ?? 0;
      const beats = input ? beatsIn(name, words, size) : beatsExpected(name, spec.expect?.[name] ?? 0);
      const stall = stallOf(spec, name, beats);
      const packed = typeof words === 'number' ? new Uint32Array(0) : words;
      this.#lanes.push({ name, input, beats, stall, size });
      const misfit = engine.lane(index, {
        words: packed,
        beats,
        stall,
        seed: streamSeed(spec.seed ?? 1, index),
        scramble: spec.scramble ?? stall > 0,
        bytes: shares[name] ?? 0,
      });
      if (misfit >= 0) {
        const [beat] = unpackBeats(design, name, packed.subarray(misfit * size, (misfit + 1) * size));
        throw new RangeError(`beat ${misfit} for stream "${name}" does not fit its ports: ${formatBeat(beat!)}`);
      }
    });
    for (const name of this.#counters) engine.count(counterPort(design, name));
  }

  /** Runs for at most `limit` cycles. Undefined when the design stopped. */
  go(limit: number = UNLIMITED): RunResult | undefined {
    const code = this.#engine.go(count(limit, 'limit'));
    return code < 0 ? undefined : this.#result(OUTCOMES[code]!);
  }

  #result(outcome: RunOutcome): RunResult {
    const lanes = STATUS_LANE * this.#lanes.length;
    const status = new Float64Array(STATUS_HEAD + lanes + this.#counters.length);
    this.#engine.status(status, this.#counters.length);
    const [cycles = 0, elapsed = 0, fault = 0, faultStream = 0, until = 0, reached = 0] = status;
    const result: RunResult = {
      outcome,
      message: '',
      cycles,
      elapsed,
      ...(until === UNTIL.reached ? { reached } : {}),
      moved: {},
      lastBeat: {},
      received: {},
      counters: {},
    };
    const waiting: boolean[] = [];
    this.#lanes.forEach(({ name, input, size }, index) => {
      const at = STATUS_HEAD + STATUS_LANE * index;
      const [moved = 0, waits = 0, last = 0] = status.subarray(at, at + STATUS_LANE);
      result.moved[name] = moved;
      if (moved > 0) result.lastBeat[name] = last - 1;
      waiting.push(waits === 1);
      if (input) return;
      const words = new Uint32Array(moved * size);
      this.#engine.received(index, words);
      result.received[name] = words;
    });
    this.#counters.forEach((name, index) => {
      result.counters[name] = status[STATUS_HEAD + lanes + index]!;
    });
    if (outcome === 'fault') result.message = this.#faultMessage(fault, faultStream, result);
    if (outcome === 'hang' || outcome === 'timeout') result.message = this.#stuckMessage(result, waiting, until);
    return result;
  }

  #faultMessage(fault: number, index: number, { elapsed, moved }: RunResult): string {
    const { name, beats, size } = this.#lanes[index]!;
    const now = new Uint32Array(size);
    const before = new Uint32Array(size);
    this.#engine.offered(index, now, before);
    const text = (words: Uint32Array): string =>
      size === 0 ? 'a beat without payload' : formatBeat(unpackBeats(this.#design, name, words)[0]!);
    const where = `in cycle ${elapsed} of the run, cycle ${this.#firstCycle + elapsed} of the simulation (counted from 0)`;
    const stream = `design "${this.#design.top}", output stream "${name}", beat ${moved[name]}`;
    if (fault === FAULTS.retracted) {
      return `${stream}: valid fell before ready came, ${where}; ${text(now)} was offered and must stay until it is taken`;
    }
    if (fault === FAULTS.unstable) {
      return `${stream}: the payload changed while it waited for ready, ${where}: ${text(before)} became ${text(now)}`;
    }
    return `${stream}: a beat too many, ${where}: ${beats} expected, then the design offers ${text(now)}`;
  }

  #stuckMessage({ outcome, elapsed, cycles, moved }: RunResult, waiting: boolean[], until: number): string {
    const since = cycles === 0 ? 'no beat moved in the run' : `the last beat moved in cycle ${cycles - 1} of the run`;
    const why =
      outcome === 'hang'
        ? `hangs: none of its streams moved for ${this.#hangCycles} cycles; ${since}`
        : `did not finish in ${this.#maxCycles} cycles; ${since}`;
    const lines = this.#lanes.flatMap(({ name, input, beats }, index) => {
      const done = moved[name]!;
      if (done === beats || (beats === Infinity && !waiting[index])) return [];
      const total = beats === Infinity ? 'as many as come' : beats;
      const side = input
        ? `beat ${done} of ${total} is ${waiting[index] ? 'offered, the design is not ready' : 'held back by the testbench'}`
        : `beat ${done} of ${total} is ${waiting[index] ? 'offered, the testbench is not ready' : 'awaited, the design offers none'}`;
      return [`  ${input ? 'input' : 'output'} "${name}": ${side}`];
    });
    if (this.#until !== undefined && until !== UNTIL.reached) {
      const { port, value } = this.#until;
      const had = until === UNTIL.leaving ? `has been ${value} all along` : 'has not come to it';
      lines.push(`  port "${port}": ${value} is awaited; it ${had}`);
    }
    if (lines.length === 0) lines.push('  all beats have moved; the drain cycles had not passed');
    return [`design "${this.#design.top}" ${why}, which has lasted ${elapsed}. Beats count from 0:`, ...lines].join(
      '\n',
    );
  }
}

function checkNames(design: SimulatedDesign, spec: RunSpec): void {
  const stalls = typeof spec.stall === 'object' ? Object.keys(spec.stall) : [];
  for (const name of stalls) streamOf(design, name);
  for (const [names, direction] of [
    [spec.send, 'input'],
    [spec.expect, 'output'],
  ] as const) {
    for (const name of Object.keys(names ?? {})) {
      if (streamOf(design, name).direction !== direction) {
        const verb = direction === 'input' ? 'be sent to' : 'be expected of';
        throw new Error(
          `no beats can ${verb} stream "${name}" of design "${design.top}": it is no ${direction} stream`,
        );
      }
    }
  }
}

function untilPort(design: SimulatedDesign, { port: name, value }: Until): number {
  const port = portOf(design, name);
  if (port.width > 32) throw new Error(`port "${name}" has ${port.width} bits; a run can wait for up to 32`);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** port.width)
    throw new RangeError(`port "${name}" has ${port.width} bits, and never comes to ${value}`);
  return design.ports.indexOf(port);
}

function checkedBandwidth(design: SimulatedDesign, bandwidth: Bandwidth | undefined): Bandwidth {
  if (bandwidth === undefined) return { bytesPerCycle: 0, streams: {} };
  const { bytesPerCycle, streams } = bandwidth;
  if (!(bytesPerCycle > 0 && bytesPerCycle < Infinity))
    throw new RangeError(
      `a bandwidth of ${bytesPerCycle} bytes a cycle: it is a number above 0; leave it out for no limit`,
    );
  for (const [name, bytes] of Object.entries(streams)) {
    streamOf(design, name);
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > 2 ** 20)
      throw new RangeError(
        `a beat of stream "${name}" takes ${bytes} bytes of the bandwidth; it is a whole number from 1`,
      );
  }
  return bandwidth;
}

function beatsExpected(name: string, beats: number): number {
  return beats === Infinity ? beats : count(beats, `beats expected of "${name}"`);
}

function beatsIn(name: string, words: Uint32Array | number, size: number): number {
  if (typeof words === 'number') {
    if (size > 0 && words > 0)
      throw new Error(`stream "${name}" has a payload: its beats are needed, not their number`);
    return count(words, `beats for "${name}"`);
  }
  if (size === 0 || words.length % size !== 0) {
    throw new Error(`${words.length} words are no whole number of beats for stream "${name}", of ${size} words each`);
  }
  return words.length / size;
}

/** Of 256. */
function stallOf(spec: RunSpec, name: string, beats: number): number {
  const stall = (typeof spec.stall === 'object' ? spec.stall[name] : spec.stall) ?? 0;
  if (!(stall >= 0 && stall <= 1)) throw new RangeError(`stall of stream "${name}" is ${stall}; it is from 0 to 1`);
  if (stall < 1) return Math.min(255, Math.round(stall * 256));
  if (beats > 0) throw new RangeError(`stream "${name}" has ${beats} beats to move and a stall of 1: they never would`);
  return 256;
}

function counterPort(design: SimulatedDesign, name: string): number {
  const port = portOf(design, name);
  if (port.width !== 1) throw new Error(`port "${name}" has ${port.width} bits; only 1-bit ports can be counted`);
  return design.ports.indexOf(port);
}

function count(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${what}: ${value} is no count`);
  return value;
}
