/** Streams of which a signal chooses one. */
import { muxTree } from '../language/aggregate.ts';
import type { Tree } from '../language/tree.ts';
import type { Signal } from '../language/signal.ts';
import { wire } from '../language/state.ts';
import { Bool, type DataType } from '../language/types.ts';
import type { BoolVal, EnumVal, StreamSource, UIntVal } from '../language/values.ts';
import { anyOf } from './any-of.ts';
import type { ArrayOf } from './array-of.ts';
import { asValue } from './as-value.ts';
import { makeSource } from './make-source.ts';
import { requireCount } from './require-count.ts';

/**
 * The one of the sources that `select` chooses: of an array, by position; of a record, by the member of an enum. The others
 * wait; beyond the last position, all do. Gates alone: no latency, and `valid` and data follow `select`. Where that changes while
 * a beat waits, the beat is taken back, as by `haltWhen`.
 */
export function muxStream<T extends DataType>(select: UIntVal, sources: readonly StreamSource<T>[]): StreamSource<T>;
export function muxStream<M extends string, T extends DataType>(
  select: EnumVal<M>,
  sources: { readonly [K in M]: StreamSource<T> },
): StreamSource<T>;
export function muxStream(
  select: UIntVal | EnumVal,
  sources: readonly StreamSource<DataType>[] | Readonly<Record<string, StreamSource<DataType>>>,
): StreamSource<DataType> {
  const each = Object.values(sources);
  requireCount('muxStream() of', each.length, 1);
  const chosen = Object.keys(sources).map((key) => isChosen(select, key));
  const ready = wire(Bool);
  each.forEach((source, index) => source.ready.set(ready.and(chosen[index]!)));
  const valid = anyOf(each.map((source, index) => source.valid.and(chosen[index]!)));
  const data = each
    .slice(0, -1)
    .reduceRight<Tree>(
      (rest, source, index) => muxTree(chosen[index] as unknown as Signal, source.data as Tree, rest),
      each.at(-1)!.data as Tree,
    );
  return makeSource<DataType>(valid, ready, asValue(data));
}

/**
 * `source` as several streams, of which `select` chooses the one that a beat goes to: of an array of so many, by position; for
 * an enum, of a record by its members. Beyond the last position, the source waits. Gates alone: no latency, and the `valid`
 * of a branch follows `select`. One that depends on the data alone keeps to the rules of streams; where another changes while a
 * beat waits, that is taken back, as by `haltWhen`.
 */
export function demuxStream<T extends DataType, const N extends number>(
  select: UIntVal,
  source: StreamSource<T>,
  branches: N,
): ArrayOf<N, StreamSource<T>>;
export function demuxStream<M extends string, T extends DataType>(
  select: EnumVal<M>,
  source: StreamSource<T>,
): { readonly [K in M]: StreamSource<T> };
export function demuxStream(select: UIntVal | EnumVal, source: StreamSource<DataType>, branches?: number): unknown {
  if (branches !== undefined) requireCount('demuxStream() into', branches, 1);
  const keys =
    branches === undefined ? membersOf(select) : Array.from({ length: branches }, (_, index) => String(index));
  const made = keys.map((key) => {
    const ready = wire(Bool);
    const chosen = isChosen(select, key);
    const branch = makeSource<DataType>(source.valid.and(chosen), ready, source.data);
    return { branch, taken: ready.and(chosen) };
  });
  source.ready.set(anyOf(made.map(({ taken }) => taken)));
  const streams = made.map(({ branch }) => branch);
  return branches === undefined ? Object.fromEntries(keys.map((key, index) => [key, streams[index]])) : streams;
}

function isChosen(select: UIntVal | EnumVal, key: string): BoolVal {
  const value = select as unknown as Signal;
  return value.eq(value.type.kind === 'enum' ? key : Number(key)) as unknown as BoolVal;
}

function membersOf(select: UIntVal | EnumVal): string[] {
  return [...((select as unknown as Signal).type.enumeration?.members.keys() ?? [])];
}
