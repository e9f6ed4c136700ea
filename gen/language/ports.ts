import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';
import type { DataType, HardwareType, StreamType } from './types.ts';
import type { StreamSink, StreamSource, Val, Var } from './values.ts';

export interface Port<D extends 'input' | 'output' = 'input' | 'output', T extends HardwareType = HardwareType> {
  readonly direction: D;
  readonly type: T;
  readonly site: Site;
}

export type Ports = { readonly [name: string]: Port };

/** An input port; of a stream: data come in, `ready` goes out. */
export function In<const T extends HardwareType>(type: T): Port<'input', T> {
  return { direction: 'input', type, site: captureSite() };
}

/** An output port; of a stream: data go out, `ready` comes in. */
export function Out<const T extends HardwareType>(type: T): Port<'output', T> {
  return { direction: 'output', type, site: captureSite() };
}

type Readable<T> = T extends StreamType<infer D> ? StreamSource<D> : T extends DataType ? Val<T> : never;
type Drivable<T> = T extends StreamType<infer D> ? StreamSink<D> : T extends DataType ? Var<T> : never;

/** The ports as the module's own body sees them. */
export type Inside<P extends Ports> = {
  readonly [K in keyof P]: P[K] extends Port<'input', infer T>
    ? Readable<T>
    : P[K] extends Port<'output', infer T>
      ? Drivable<T>
      : never;
};

/** The ports of an instance as its parent sees them. */
export type Outside<P extends Ports> = {
  readonly [K in keyof P]: P[K] extends Port<'input', infer T>
    ? Drivable<T>
    : P[K] extends Port<'output', infer T>
      ? Readable<T>
      : never;
};
