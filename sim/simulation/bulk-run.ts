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
  /** Number of beats to receive from output streams. */
  expect?: Record<string, number>;
  /**
   * Probability, 0 to 1, that the testbench does nothing with a stream in a cycle: no valid, no ready. One for all
   * streams or one by stream; 0 when omitted. An output stream with 1 is never ready and never looked at, so its
   * beats wait for a later run.
   */
  stall?: number | Record<string, number>;
  /** Of the stalls, and of the random payload while valid is low. */
  seed?: number;
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
  /** Beats that moved, for every stream of the design. */
  moved: Record<string, number>;
  /** Packed beats from every output stream, as far as they came. */
  received: Record<string, Uint32Array>;
  /** High cycles of the counters asked for. */
  counters: Record<string, number>;
}

const OUTCOMES: readonly RunOutcome[] = ['done', 'more', 'hang', 'timeout', 'fault'];
const FAULTS = { retracted: 1, unstable: 2, extra: 3 };
const UNLIMITED = Number.MAX_SAFE_INTEGER;

interface Lane {
  name: string;
  input: boolean;
  beats: number;
  stall: number;
  /** Packed words of a beat. */
  size: number;
}

/** What moves the beats of a run, cycle by cycle. Streams and ports go by their positions in the design. */
export interface BulkEngine {
  /** Clock cycles of the simulation so far. */
  cycles(): number;
  begin(maxCycles: number, hangCycles: number, drainCycles: number): void;
  /**
   * Beats to send, or the number to receive; `stall` of 256.
   * @returns the first beat that has bits above its fields' widths, or -1
   */
  lane(stream: number, words: Uint32Array, beats: number, stall: number, seed: number): number;
  count(port: number): void;
  /** @returns position in OUTCOMES; negative when the design stopped */
  go(limit: number): number;
  /** Cycles, elapsed cycles, kind of fault, its stream; for each stream the beats done and whether one waits; the counters. */
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

  /** Hands the run's beats to the engine. Throws an Error about what is wrong with `spec`. */
  constructor(design: SimulatedDesign, engine: BulkEngine, spec: RunSpec) {
    this.#design = design;
    this.#engine = engine;
    this.#counters = spec.counters ?? [];
    this.#hangCycles = spec.hangCycles ?? 10_000;
    this.#maxCycles = spec.maxCycles ?? UNLIMITED;
    this.#firstCycle = engine.cycles();
    checkNames(design, spec);
    engine.begin(this.#maxCycles, this.#hangCycles, spec.drainCycles ?? 32);
    design.streams.forEach((stream, index) => {
      const { name } = stream;
      const input = stream.direction === 'input';
      const size = beatWords(design, stream);
      const words = spec.send?.[name] ?? 0;
      const beats = input ? beatsIn(name, words, size) : count(spec.expect?.[name] ?? 0, `beats expected of "${name}"`);
      const stall = stallOf(spec, name, beats);
      const packed = typeof words === 'number' ? new Uint32Array(0) : words;
      this.#lanes.push({ name, input, beats, stall, size });
      const misfit = engine.lane(index, packed, beats, stall, streamSeed(spec.seed ?? 1, index));
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
    const status = new Float64Array(4 + 2 * this.#lanes.length + this.#counters.length);
    this.#engine.status(status, this.#counters.length);
    const [cycles = 0, elapsed = 0, fault = 0, faultStream = 0] = status;
    const result: RunResult = { outcome, message: '', cycles, elapsed, moved: {}, received: {}, counters: {} };
    const waiting: boolean[] = [];
    this.#lanes.forEach(({ name, input, size }, index) => {
      const moved = status[4 + 2 * index]!;
      result.moved[name] = moved;
      waiting.push(status[5 + 2 * index] === 1);
      if (input) return;
      const words = new Uint32Array(moved * size);
      this.#engine.received(index, words);
      result.received[name] = words;
    });
    this.#counters.forEach((name, index) => {
      result.counters[name] = status[4 + 2 * this.#lanes.length + index]!;
    });
    if (outcome === 'fault') result.message = this.#faultMessage(fault, faultStream, result);
    if (outcome === 'hang' || outcome === 'timeout') result.message = this.#stuckMessage(result, waiting);
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

  #stuckMessage({ outcome, elapsed, cycles, moved }: RunResult, waiting: boolean[]): string {
    const since = cycles === 0 ? 'no beat moved in the run' : `the last beat moved in cycle ${cycles - 1} of the run`;
    const why =
      outcome === 'hang'
        ? `hangs: none of its streams moved for ${this.#hangCycles} cycles; ${since}`
        : `did not finish in ${this.#maxCycles} cycles; ${since}`;
    const lines = this.#lanes.flatMap(({ name, input, beats }, index) => {
      const done = moved[name]!;
      if (done === beats) return [];
      const side = input
        ? `beat ${done} of ${beats} is ${waiting[index] ? 'offered, the design is not ready' : 'held back by the testbench'}`
        : `beat ${done} of ${beats} is ${waiting[index] ? 'offered, the testbench is not ready' : 'awaited, the design offers none'}`;
      return [`  ${input ? 'input' : 'output'} "${name}": ${side}`];
    });
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
