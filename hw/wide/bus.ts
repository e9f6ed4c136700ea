/**
 * Many links as vectors, one for each of their signals: what crosses the border of a row of clusters. So a row has few ports, however
 * many clusters it has.
 */
import {
  Bits,
  type BitsType,
  type BitsVal,
  Bool,
  type BoolType,
  type BoolVal,
  Bundle,
  Flip,
  type StreamSink,
  type StreamSource,
  type Var,
  Vec,
} from '../../gen/index.ts';
import { IactLink } from '../noc/links.ts';
import type { ChipParameters } from '../parameters.ts';

/** So many streams, of words of `width` bits. */
export function StreamBus(count: number, width: number) {
  return Bundle({ valid: Vec(count, Bool), data: Vec(count, Bits(width)), ready: Flip(Vec(count, Bool)) });
}

/** So many iact links. */
export function IactBus(p: ChipParameters, count: number) {
  const { data, enable } = IactLink(p).fields;
  return Bundle({ data: Vec(count, data), enable: Vec(count, enable), ready: Flip(Vec(count, enable)) });
}

/** The streams that come in on a bus. */
export function streamsFrom(bus: {
  readonly valid: readonly BoolVal[];
  readonly data: readonly BitsVal[];
  readonly ready: readonly Var<BoolType>[];
}): StreamSource<BitsType>[] {
  return bus.valid.map((valid, at) => withFire({ valid, data: bus.data[at]!, ready: bus.ready[at]! }));
}

/** The streams that go out on a bus. */
export function streamsInto(bus: {
  readonly valid: readonly Var<BoolType>[];
  readonly data: readonly Var<BitsType>[];
  readonly ready: readonly BoolVal[];
}): StreamSink<BitsType>[] {
  return bus.valid.map((valid, at) => withFire({ valid, data: bus.data[at]!, ready: bus.ready[at]! }));
}

function withFire<S extends { readonly valid: BoolVal; readonly ready: BoolVal }>(stream: S): S & { fire: BoolVal } {
  return {
    ...stream,
    // Made where it is asked for, as it is a gate.
    get fire() {
      return stream.valid.and(stream.ready);
    },
  };
}

/** The links of a bus, in whichever direction it goes. */
export function iactLinks<V, R>(bus: {
  readonly data: readonly V[];
  readonly enable: readonly V[];
  readonly ready: readonly R[];
}): { readonly data: V; readonly enable: V; readonly ready: R }[] {
  return bus.data.map((data, at) => ({ data, enable: bus.enable[at]!, ready: bus.ready[at]! }));
}
