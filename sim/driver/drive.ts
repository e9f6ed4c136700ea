/**
 * Drives a module from a test, typed by its ports: `dut.ports.level.peek()`, `dut.ports.clear.poke(true)`, and streams by `exchange`.
 *
 *     const dut = await drive(Fifo({ width: 8, depth: 4 }));
 *     const { deq } = dut.exchange({ send: { enq: [1, 2, 3] }, expect: { deq: 3 }, stall: 0.5 });
 */
import {
  type DataType,
  type DirectedBundleType,
  type DirectedVecType,
  type FlipType,
  type HardwareType,
  isData,
  type Module,
  payloadPath,
  type Port,
  type Ports,
  type StreamType,
} from '../../gen/index.ts';
import { BuiltinSimulation } from '../builtin/simulation.ts';
import type { Simulation } from '../simulation/simulator.ts';
import { exchange } from './exchange.ts';
import { assemble, fieldsToPayload, flatten, type HostDrive, type HostValue, payloadToFields } from './host-value.ts';
import { openSimulation, type SimulationOptions } from './open-simulation.ts';

/** A port that the test reads. */
export interface OutputHandle<T extends DataType> {
  peek(): HostValue<T>;
}

/** A port that the test sets; it stays until it is set again. */
export interface InputHandle<T extends DataType> extends OutputHandle<T> {
  /** @throws RangeError when the value does not fit the port */
  poke(value: HostDrive<T>): void;
}

/** Handshake and payload of a stream by hand; for whole sequences there is `exchange`. */
export type StreamInputHandle<T extends DataType> = {
  readonly valid: InputHandle<Bool>;
  readonly ready: OutputHandle<Bool>;
  readonly data: InputHandle<T>;
};
export type StreamOutputHandle<T extends DataType> = {
  readonly valid: OutputHandle<Bool>;
  readonly ready: InputHandle<Bool>;
  readonly data: OutputHandle<T>;
};

type Bool = Extract<DataType, { kind: 'bool' }>;
type Handle<P extends Port> =
  P extends Port<'input', infer T> ? InHandle<T> : P extends Port<'output', infer T> ? OutHandle<T> : never;
type InHandle<T> = T extends FlipType<infer F> ? PlainOutHandle<F> : PlainInHandle<T>;
type OutHandle<T> = T extends FlipType<infer F> ? PlainInHandle<F> : PlainOutHandle<T>;
type PlainInHandle<T> =
  T extends StreamType<infer D>
    ? StreamInputHandle<D>
    : T extends DataType
      ? InputHandle<T>
      : T extends DirectedBundleType<infer F>
        ? { readonly [K in keyof F]: InHandle<F[K]> }
        : T extends DirectedVecType<infer E>
          ? readonly InHandle<E>[]
          : never;
type PlainOutHandle<T> =
  T extends StreamType<infer D>
    ? StreamOutputHandle<D>
    : T extends DataType
      ? OutputHandle<T>
      : T extends DirectedBundleType<infer F>
        ? { readonly [K in keyof F]: OutHandle<F[K]> }
        : T extends DirectedVecType<infer E>
          ? readonly OutHandle<E>[]
          : never;

/** The names of the streams that go one way. */
type StreamsOf<P extends Ports, D extends 'input' | 'output'> = {
  [K in keyof P]: P[K] extends Port<D, StreamType> ? K : never;
}[keyof P];
type PayloadOf<P extends Port> = P extends Port<'input' | 'output', StreamType<infer T>> ? T : never;

export interface TypedExchange<P extends Ports, Expected extends StreamsOf<P, 'output'>> {
  readonly send?: { readonly [K in StreamsOf<P, 'input'>]?: readonly HostDrive<PayloadOf<P[K]>>[] };
  /** How many beats to collect. */
  readonly expect?: { readonly [K in Expected]: number };
  /** Probability, 0 to below 1, that the test leaves a stream alone for a cycle. */
  readonly stall?: number;
  readonly seed?: number;
  readonly maxCycles?: number;
}

/** A module in simulation: a handle for each of its ports, and the clock. */
export interface Driver<P extends Ports> {
  readonly ports: { readonly [K in keyof P]: Handle<P[K]> };
  /**
   * Edges of the clock; one where nothing is said. Of a design with several domains those of the named one, or of several at
   * once (on the built-in simulator only).
   */
  step(cycles?: number, domains?: string | readonly string[]): void;
  /** Holds reset for two cycles. */
  reset(): void;
  /**
   * Sends and collects at once until everything has moved.
   *
   * @throws Error when it takes more than `maxCycles`, or when the design breaks the rules of a stream
   */
  exchange<Expected extends StreamsOf<P, 'output'> = never>(
    what: TypedExchange<P, Expected>,
  ): { readonly [K in Expected]: HostValue<PayloadOf<P[K]>>[] };
  /** The simulation itself, for bulk runs and for what is inside: `simulation.peek('queue.count')` (built-in simulator only). */
  readonly simulation: Simulation;
  close(): void;
}

/**
 * Starts a module in simulation, after reset.
 *
 * @throws InputError as `openSimulation`
 */
export async function drive<P extends Ports>(module: Module<P>, options: SimulationOptions = {}): Promise<Driver<P>> {
  const simulation = await openSimulation(module, options);
  const { design } = simulation;
  const builtin = simulation instanceof BuiltinSimulation ? simulation : undefined;
  const resettable =
    builtin === undefined
      ? design.ports.some(({ name }) => name === 'reset')
      : [...module.checked.domains.values()].some((needs) => needs.resettable);
  const reset = (): void => {
    if (resettable) simulation.reset();
  };
  reset();
  const handles = Object.fromEntries(
    Object.entries(module.ports).map(([name, port]) => [name, handleOf(simulation, port.type, [name])]),
  );
  const payloadOf = (name: string): DataType => (module.ports[name]!.type as StreamType).data;
  return {
    ports: handles as { readonly [K in keyof P]: Handle<P[K]> },
    step(cycles = 1, domains) {
      if (domains === undefined) simulation.step(cycles);
      else if (builtin !== undefined) builtin.step(cycles, domains);
      else
        throw new Error(
          `clock domains of design "${design.top}" can be stepped by name on the built-in simulator only`,
        );
    },
    reset,
    exchange({ send = {}, expect, ...rest }) {
      const beats = Object.entries(send as Record<string, readonly HostDrive<DataType>[]>).map(([name, values]) => [
        name,
        values.map((value) => payloadToFields(payloadOf(name), value)),
      ]);
      const collected = exchange(simulation, design, {
        send: Object.fromEntries(beats) as Record<string, Record<string, number | bigint>[]>,
        expect: { ...expect },
        ...rest,
      });
      return Object.fromEntries(
        Object.entries(collected).map(([name, values]) => [
          name,
          values.map((value) => fieldsToPayload(payloadOf(name), value)),
        ]),
      ) as never;
    },
    simulation,
    close: () => simulation.close(),
  };
}

function handleOf(simulation: Simulation, type: HardwareType, path: readonly string[]): unknown {
  if (isData(type)) return dataHandle(simulation, type, path);
  const part = (inner: HardwareType, key: string): unknown => handleOf(simulation, inner, [...path, key]);
  switch (type.kind) {
    case 'flip':
      return handleOf(simulation, type.type, path);
    case 'bundle':
      return Object.fromEntries(Object.entries(type.fields).map(([name, field]) => [name, part(field, name)]));
    case 'vec':
      return Array.from({ length: type.length }, (_, index) => part(type.element, String(index)));
    case 'stream':
      return {
        valid: part({ kind: 'bool', width: 1 }, 'valid'),
        ready: part({ kind: 'bool', width: 1 }, 'ready'),
        data: dataHandle(simulation, type.data, [...path, ...payloadPath(type.data)]),
      };
  }
}

function dataHandle(simulation: Simulation, type: DataType, path: readonly string[]): InputHandle<DataType> {
  return {
    peek: () => assemble(type, path, (part) => simulation.peek(part.join('_'))),
    poke: (value) => flatten(type, value, path, (part, number) => simulation.poke(part.join('_'), number)),
  };
}
