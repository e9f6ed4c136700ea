import { captureSite } from '../source/capture-site.ts';
import type { ClockDomain } from '../ir/clock-domain.ts';
import type { Site } from '../source/site.ts';
import { portDomain } from './clock-domain.ts';
import type { DataType, DirectedBundleType, DirectedVecType, FlipType, HardwareType, StreamType } from './types.ts';
import type { StreamSink, StreamSource, Val, Var } from './values.ts';

export interface Port<D extends 'input' | 'output' = 'input' | 'output', T extends HardwareType = HardwareType> {
  readonly direction: D;
  readonly type: T;
  readonly domain?: ClockDomain;
  readonly site: Site;
}

export interface PortOptions {
  /**
   * The clock domain that its signals keep time with; `async` for none, so that only a synchroniser may read them. By default
   * that is the module's default domain, or, where nothing in the module keeps time, whatever it is connected to.
   */
  readonly domain?: ClockDomain | 'async';
}

export type Ports = { readonly [name: string]: Port };

/** An input port; of a stream: data come in, `ready` goes out. */
export function In<const T extends HardwareType>(type: T, options: PortOptions = {}): Port<'input', T> {
  return { direction: 'input', type, ...domainOf(options), site: captureSite() };
}

/** An output port; of a stream: data go out, `ready` comes in. */
export function Out<const T extends HardwareType>(type: T, options: PortOptions = {}): Port<'output', T> {
  return { direction: 'output', type, ...domainOf(options), site: captureSite() };
}

function domainOf({ domain }: PortOptions): Pick<Port, 'domain'> {
  return domain === undefined ? {} : { domain: portDomain(domain) };
}

/** What comes in: data to read, streams to take from; what is flipped goes out. */
export type Readable<T> = T extends FlipType<infer I> ? PlainDrivable<I> : PlainReadable<T>;
/** What goes out: data to drive, streams to give to; what is flipped comes in. */
export type Drivable<T> = T extends FlipType<infer I> ? PlainReadable<I> : PlainDrivable<T>;

// Flips are looked at first and alone: types that recurse at once into each other have no end for `any`.
type PlainReadable<T> =
  T extends StreamType<infer D>
    ? StreamSource<D>
    : T extends DataType
      ? Val<T>
      : T extends DirectedBundleType<infer F>
        ? { readonly [K in keyof F]: Readable<F[K]> }
        : T extends DirectedVecType<infer E>
          ? readonly Readable<E>[]
          : never;
type PlainDrivable<T> =
  T extends StreamType<infer D>
    ? StreamSink<D>
    : T extends DataType
      ? Var<T>
      : T extends DirectedBundleType<infer F>
        ? { readonly [K in keyof F]: Drivable<F[K]> }
        : T extends DirectedVecType<infer E>
          ? readonly Drivable<E>[]
          : never;

/** The ports as the module's own body sees them. A port that a module has in some cases only is optional here, too. */
export type Inside<P extends Ports> = {
  readonly [K in keyof P]: NonNullable<P[K]> extends Port<'input', infer T>
    ? Readable<T>
    : NonNullable<P[K]> extends Port<'output', infer T>
      ? Drivable<T>
      : never;
};

/** The ports of an instance as its parent sees them. */
export type Outside<P extends Ports> = {
  readonly [K in keyof P]: NonNullable<P[K]> extends Port<'input', infer T>
    ? Drivable<T>
    : NonNullable<P[K]> extends Port<'output', infer T>
      ? Readable<T>
      : never;
};
