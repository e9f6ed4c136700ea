/** Several streams in step. */
import { all } from '../language/functions.ts';
import { wire } from '../language/state.ts';
import { Bool, type BundleType, type DataType, type VecType } from '../language/types.ts';
import type { StreamSource } from '../language/values.ts';
import { asValue } from './as-value.ts';
import { makeSource } from './make-source.ts';
import { requireCount } from './require-count.ts';

type AnySource = StreamSource<DataType>;
type DataOf<S> = S extends StreamSource<infer T> ? T : never;

/**
 * A beat of each source as one beat: of a record of streams, the record of their data; of an array, their data in order. It is
 * there as soon as all are, and moves in all of them at once. Gates alone: no latency; the `ready` of a source follows that of
 * the result and the `valid` of the others.
 */
export function join<T extends DataType>(sources: readonly StreamSource<T>[]): StreamSource<VecType<T>>;
export function join<S extends Readonly<Record<string, AnySource>>>(
  sources: S,
): StreamSource<BundleType<{ readonly [K in keyof S]: DataOf<S[K]> }>>;
export function join(sources: readonly AnySource[] | Readonly<Record<string, AnySource>>): AnySource {
  const each = Object.values(sources);
  requireCount('join() of', each.length, 1);
  const ready = wire(Bool);
  const [first, ...rest] = each.map(({ valid }) => valid);
  each.forEach((source, index) => {
    const others = each.flatMap(({ valid }, other) => (other === index ? [] : [valid]));
    source.ready.set(all(ready, ...others));
  });
  const data = Array.isArray(sources)
    ? each.map((source) => source.data)
    : Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, source.data]));
  return makeSource<DataType>(all(first!, ...rest), ready, asValue(data));
}
