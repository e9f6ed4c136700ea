import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import type { Simulation } from '../simulation/simulator.ts';
import { closest } from '../../gen/diagnostics/closest.ts';
import { build } from './build.ts';
import { failedCheck } from './failed-check.ts';
import type { BulkEngine, RunResult, RunSpec } from '../simulation/bulk-run.ts';
import { BulkRun } from '../simulation/bulk-run.ts';
import type { VerilogPort } from '../simulation/design.ts';
import type { VerilogDesign } from './design.ts';
import { wordsOf } from '../simulation/design.ts';
import type { Handle, Library } from './library.ts';
import { loadLibrary } from './library.ts';
import { valueToWord, valueToWords, wordsToValue, wordToValue } from '../simulation/words.ts';

export interface OpenOptions {
  /** Write an FST waveform of all signals to this file; complete once the simulation is closed. Cycle n is at 2n ns. */
  trace?: string;
  /** Of the random bits that state without an initial value starts with. */
  seed?: number;
  /** Look at the design's checks in every cycle; true when omitted. */
  checks?: boolean;
  /** Told what the build is at, when there is something to build. */
  onProgress?: (step: string) => void;
}

interface IndexedPort extends VerilogPort {
  index: number;
}

/** A running Verilator simulation of a design. All methods but open are synchronous. */
export class VerilatorSimulation implements Simulation {
  readonly design: VerilogDesign;
  readonly #library: Library;
  readonly #ports: Map<string, IndexedPort>;
  #handle: Handle | undefined;
  /** An input changed since the outputs were last evaluated. */
  #stale = true;
  #paused: BulkRun | undefined;
  /** Why the design stopped. */
  #stopped: string | undefined;

  private constructor(design: VerilogDesign, library: Library, handle: Handle) {
    this.design = design;
    this.#library = library;
    this.#handle = handle;
    this.#ports = new Map(design.ports.map((port, index) => [port.name, { ...port, index }]));
  }

  /**
   * Builds the design (or takes the build from the cache) and starts a simulation with all inputs 0.
   * @throws InputError, VerilogError as `build`; InputError when the trace cannot be written
   */
  static async open(design: VerilogDesign, options: OpenOptions = {}): Promise<VerilatorSimulation> {
    const { trace, seed = 1, checks = true, onProgress } = options;
    if (trace !== undefined) checkWritable(trace);
    const path = await build(design, { trace: trace !== undefined, checks, ...(onProgress && { onProgress }) });
    const library = loadLibrary(path);
    const handle = library.create(trace === undefined ? null : resolve(trace), seed | 1);
    if (handle === null) throw new InputError(`cannot write the trace ${trace}`);
    return new VerilatorSimulation(design, library, handle);
  }

  /** Clock cycles since the start, those of reset and of runs included. */
  get cycles(): number {
    return this.#library.cycles(this.#open());
  }

  /**
   * Sets an input. It is seen by the next clock edge, and by outputs that depend on it without one at the next peek.
   * @throws RangeError when the value does not fit; Error for a port that doesn't exist or is no input
   */
  poke(name: string, value: number | bigint): void {
    const handle = this.#idle();
    const port = this.#port(name);
    if (port.direction !== 'input') throw new Error(`port "${name}" of ${this.#name()} is an output; peek reads it`);
    if (name === 'clock') throw new Error(`the clock of ${this.#name()} is driven by step and run, not by poke`);
    this.#set(handle, port, value);
  }

  /** The settled value of a port: a number up to 32 bits, a bigint above. */
  peek(name: string): number | bigint {
    const handle = this.#open();
    const port = this.#port(name);
    if (this.#stale) {
      this.#check(this.#library.eval(handle));
      this.#stale = false;
    }
    if (port.width <= 32) return wordToValue(port, this.#library.peekWord(handle, port.index));
    const words = new Uint32Array(wordsOf(port.width));
    this.#library.peek(handle, port.index, words);
    return wordsToValue(port, words);
  }

  step(cycles: number = 1): void {
    const handle = this.#clocked();
    if (!Number.isSafeInteger(cycles) || cycles < 0) throw new RangeError(`cannot step ${cycles} cycles`);
    if (cycles === 0) return;
    this.#check(this.#library.step(handle, cycles));
    this.#stale = false;
  }

  /** Holds `reset` high for some clock edges, and leaves it low. */
  reset(cycles: number = 2): void {
    this.poke('reset', 1);
    this.step(cycles);
    this.poke('reset', 0);
  }

  /**
   * Runs the streams of the design as `spec` says. The simulation goes on from where it is and can run again.
   *
   * Outcome `more` (only with `limit`) pauses: go on with resume, or give up with abandon.
   * @throws Error about what is wrong with `spec`, or when the design stops ($stop, $finish, a failed assertion).
   *   What the design does wrong on its streams is no exception but an outcome with a message.
   */
  run(spec: RunSpec = {}): RunResult {
    const handle = this.#clocked();
    const run = new BulkRun(this.design, this.#engineOf(handle), spec);
    for (const [name, value] of Object.entries(spec.pokes ?? {})) this.poke(name, value);
    return this.#go(run, spec.limit);
  }

  /** Goes on with a paused run, for at most `limit` cycles. */
  resume(limit?: number): RunResult {
    this.#open();
    const run = this.#paused;
    if (run === undefined) throw new Error(`${this.#name()} has no paused run to resume`);
    return this.#go(run, limit);
  }

  /** Gives up a paused run: the testbench is no longer valid nor ready on any stream. */
  abandon(): void {
    this.#library.idle(this.#open());
    this.#paused = undefined;
    this.#stale = true;
  }

  /** Ends the simulation and completes its trace. Closing twice is allowed. */
  close(): void {
    if (this.#handle === undefined) return;
    this.#library.destroy(this.#handle);
    this.#handle = undefined;
  }

  #engineOf(handle: Handle): BulkEngine {
    const library = this.#library;
    return {
      cycles: () => library.cycles(handle),
      begin: (...limits) => library.begin(handle, ...limits),
      until: (port, value) => library.until(handle, port, value),
      bandwidth: (rate, burst) => library.bandwidth(handle, rate, burst),
      lane: (stream, { words, beats, stall, seed, scramble, bytes }) =>
        library.lane(handle, stream, words, beats, stall, seed, Number(scramble), bytes),
      count: (port) => library.count(handle, port),
      go: (limit) => library.go(handle, limit),
      status: (out, counters) => library.status(handle, out, counters),
      received: (stream, words) => library.received(handle, stream, words),
      offered: (stream, now, before) => library.offered(handle, stream, now, before),
    };
  }

  #go(run: BulkRun, limit: number | undefined): RunResult {
    this.#paused = undefined;
    const result = run.go(limit);
    if (result === undefined) this.#fail();
    if (result.outcome === 'more') this.#paused = run;
    this.#stale = true;
    return result;
  }

  #set(handle: Handle, port: IndexedPort, value: number | bigint): void {
    if (port.width <= 32) {
      this.#library.pokeWord(handle, port.index, valueToWord(port, value));
    } else {
      const words = new Uint32Array(wordsOf(port.width));
      valueToWords(port, value, words);
      this.#library.poke(handle, port.index, words);
    }
    this.#stale = true;
  }

  #port(name: string): IndexedPort {
    const port = this.#ports.get(name);
    if (port !== undefined) return port;
    const near = closest(name, this.#ports.keys());
    const hint = near === undefined ? `it has: ${[...this.#ports.keys()].join(', ')}` : `did you mean "${near}"?`;
    throw new Error(`${this.#name()} has no port "${name}"; ${hint}`);
  }

  #name(): string {
    return `design "${this.design.top}"`;
  }

  #open(): Handle {
    if (this.#handle === undefined) throw new Error(`the simulation of ${this.#name()} is closed`);
    if (this.#stopped !== undefined) throw new Error(this.#stopped);
    return this.#handle;
  }

  #idle(): Handle {
    const handle = this.#open();
    if (this.#paused === undefined) return handle;
    throw new Error(`a run of ${this.#name()} is paused: resume or abandon it first`);
  }

  #clocked(): Handle {
    const handle = this.#idle();
    if (this.#ports.has('clock')) return handle;
    throw new Error(`${this.#name()} has no port "clock", so it has no cycles: use poke and peek`);
  }

  #check(code: number): void {
    if (code < 0) this.#fail();
  }

  #fail(): never {
    const handle = this.#open();
    const cycle = this.#library.cycles(handle);
    const failure = this.#library.failure(handle);
    const why = failedCheck(this.design, failure) ?? failure;
    this.#stopped = `the simulation of ${this.#name()} stopped in cycle ${cycle}: ${why}`;
    throw new Error(this.#stopped);
  }
}

/** A trace that cannot be written is told before minutes are spent on a build. */
function checkWritable(path: string): void {
  const directory = dirname(resolve(path));
  try {
    accessSync(directory, constants.W_OK);
    if (!statSync(directory).isDirectory()) throw new Error('not a directory');
  } catch {
    throw new InputError(`cannot write the trace ${path}: ${directory} is no directory that can be written`);
  }
}
