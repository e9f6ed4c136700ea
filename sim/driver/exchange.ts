import type { Simulator } from '../simulation/simulator.ts';
import type { Beat, Field } from '../simulation/beats.ts';
import { checkFields, fieldsOf, formatBeat } from '../simulation/beats.ts';
import type { SimulatedDesign, VerilogStream } from '../simulation/design.ts';
import { streamOf } from '../simulation/design.ts';
import { streamSeed, xorshift } from '../simulation/random.ts';

export interface Exchange {
  /** Beats for input streams, by stream. */
  send?: Record<string, readonly Beat[]>;
  /** Number of beats to collect from output streams. */
  expect?: Record<string, number>;
  /** Probability, 0 to below 1, that the testbench leaves a stream alone for a cycle; 0 when omitted. */
  stall?: number;
  seed?: number;
  /** 10,000 when omitted. */
  maxCycles?: number;
}

/**
 * Sends and collects beats at once, cycle by cycle, on any simulator. Every stream takes or leaves cycles at random as
 * `stall` says; a beat once offered stays until it is taken. For long runs Simulation.run is far quicker.
 * @returns the collected beats by output stream, with field names as keys
 * @throws Error when the exchange takes more than `maxCycles`, saying which stream waits for what, and when the design
 *   withdraws or changes a beat that was not taken yet
 */
export function exchange(sim: Simulator, design: SimulatedDesign, what: Exchange): Record<string, Beat[]> {
  const { stall = 0, seed = 1, maxCycles = 10_000 } = what;
  if (!(stall >= 0 && stall < 1)) throw new RangeError(`stall is ${stall}; it is from 0 to below 1`);
  const random = (stream: VerilogStream): (() => boolean) => {
    const next = xorshift(streamSeed(seed, design.streams.indexOf(stream)));
    return () => next() / 2 ** 32 >= stall;
  };
  const senders = Object.entries(what.send ?? {}).map(([name, beats]) => {
    const stream = directed(design, name, 'input');
    return new Sender(sim, stream, fieldsOf(design, stream), beats, random(stream));
  });
  const receivers = Object.entries(what.expect ?? {}).map(([name, beats]) => {
    const stream = directed(design, name, 'output');
    return new Receiver(sim, stream, fieldsOf(design, stream), beats, random(stream));
  });
  const lanes = [...senders, ...receivers];
  try {
    for (let cycle = 0; lanes.some(({ left }) => left > 0); cycle++) {
      if (cycle === maxCycles) throw new Error(stuckMessage(design, maxCycles, lanes));
      for (const lane of lanes) lane.drive();
      // All streams are looked at before the clock edge that completes the handshakes.
      for (const lane of lanes) lane.look(cycle);
      sim.step();
    }
  } finally {
    for (const lane of lanes) lane.release();
  }
  return Object.fromEntries(receivers.map(({ stream, beats }) => [stream.name, beats]));
}

function directed(design: SimulatedDesign, name: string, direction: 'input' | 'output'): VerilogStream {
  const stream = streamOf(design, name);
  if (stream.direction === direction) return stream;
  throw new Error(
    `stream "${name}" of design "${design.top}" is an ${stream.direction} stream, no ${direction} stream`,
  );
}

function stuckMessage(design: SimulatedDesign, cycles: number, lanes: readonly (Sender | Receiver)[]): string {
  const waiting = lanes.filter(({ left }) => left > 0).map((lane) => `  ${lane.describe()}`);
  return [`design "${design.top}" did not finish in ${cycles} cycles. Beats count from 0:`, ...waiting].join('\n');
}

class Sender {
  readonly #sim: Simulator;
  readonly #stream: VerilogStream;
  readonly #fields: Field[];
  readonly #beats: readonly Beat[];
  readonly #acts: () => boolean;
  #next = 0;
  #offered = false;

  constructor(sim: Simulator, stream: VerilogStream, fields: Field[], beats: readonly Beat[], acts: () => boolean) {
    beats.forEach((beat, index) => checkFields(stream, fields, beat, index));
    this.#sim = sim;
    this.#stream = stream;
    this.#fields = fields;
    this.#beats = beats;
    this.#acts = acts;
  }

  get left(): number {
    return this.#beats.length - this.#next;
  }

  drive(): void {
    const beat = this.#beats[this.#next];
    const acts = this.#acts();
    this.#offered ||= beat !== undefined && acts;
    this.#sim.poke(this.#stream.valid, Number(this.#offered));
    if (!this.#offered || beat === undefined) return;
    for (const { name, port } of this.#fields) this.#sim.poke(port.name, beat[name]!);
  }

  look(): void {
    if (!this.#offered || Number(this.#sim.peek(this.#stream.ready)) === 0) return;
    this.#offered = false;
    this.#next++;
  }

  release(): void {
    this.#sim.poke(this.#stream.valid, 0);
  }

  describe(): string {
    const state = this.#offered ? 'offered, the design is not ready' : 'held back by the testbench';
    return `input "${this.#stream.name}": beat ${this.#next} of ${this.#beats.length} is ${state}`;
  }
}

class Receiver {
  readonly stream: VerilogStream;
  readonly beats: Beat[] = [];
  readonly #sim: Simulator;
  readonly #fields: Field[];
  readonly #expected: number;
  readonly #acts: () => boolean;
  #ready = false;
  /** Offered in the last cycle, and not taken. */
  #waiting: Beat | undefined;

  constructor(sim: Simulator, stream: VerilogStream, fields: Field[], expected: number, acts: () => boolean) {
    this.stream = stream;
    this.#sim = sim;
    this.#fields = fields;
    this.#expected = expected;
    this.#acts = acts;
  }

  get left(): number {
    return this.#expected - this.beats.length;
  }

  drive(): void {
    const acts = this.#acts();
    this.#ready = this.left > 0 && acts;
    this.#sim.poke(this.stream.ready, Number(this.#ready));
  }

  look(cycle: number): void {
    const offered = this.#offer();
    const where = `output stream "${this.stream.name}", beat ${this.beats.length}, cycle ${cycle}`;
    if (this.#waiting !== undefined) {
      const before = formatBeat(this.#waiting);
      if (offered === undefined) throw new Error(`${where}: valid fell before ready came; ${before} was offered`);
      const now = formatBeat(offered);
      if (now !== before) throw new Error(`${where}: the payload changed while it waited: ${before} became ${now}`);
    }
    if (offered !== undefined && this.#ready) this.beats.push(offered);
    this.#waiting = this.#ready ? undefined : offered;
  }

  release(): void {
    this.#sim.poke(this.stream.ready, 0);
  }

  describe(): string {
    const state = this.#waiting ? 'offered, the testbench is not ready' : 'awaited, the design offers none';
    return `output "${this.stream.name}": beat ${this.beats.length} of ${this.#expected} is ${state}`;
  }

  #offer(): Beat | undefined {
    if (Number(this.#sim.peek(this.stream.valid)) === 0) return undefined;
    return Object.fromEntries(this.#fields.map(({ name, port }) => [name, this.#sim.peek(port.name)]));
  }
}
