/** Connects streams, and bundles and vectors of them, part by part. */
import { directedTypeOf } from '../language/aggregate.ts';
import type { Plain, Tree } from '../language/tree.ts';
import { currentModule, type ModuleBuilder } from '../language/module-builder.ts';
import { report } from '../language/report.ts';
import { type Operand, Signal } from '../language/signal.ts';
import type { DataType, HardwareType } from '../language/types.ts';
import type {
  AnyVal,
  Channel,
  DataTypeOf,
  Drive,
  EnumVal,
  Settable,
  StreamSink,
  StreamSource,
  Var,
} from '../language/values.ts';
import { captureSite } from '../source/capture-site.ts';
import type { Site } from '../source/site.ts';

/** What goes with a sink: the same parts, seen from the other side. */
export type SourceFor<S> =
  S extends Channel<infer T>
    ? StreamSource<T> | StreamSink<T>
    : S extends StreamSink<infer T>
      ? StreamSource<T>
      : S extends StreamSource<infer T>
        ? StreamSink<T>
        : S extends Settable<never>
          ? Drive<DataTypeOf<S>>
          : S extends AnyVal | EnumVal
            ? Var<DataTypeOf<S>>
            : S extends readonly (infer E)[]
              ? readonly SourceFor<E>[]
              : { readonly [K in keyof S]: SourceFor<S[K]> };

/**
 * Passes a stream on: data and `valid` forwards, `ready` back. Of bundles whose fields run both ways and of vectors, every
 * part is driven by the side that it comes from; `sink` is where what is not flipped goes.
 */
export function connect<T extends DataType>(sink: StreamSink<T>, source: StreamSource<T>): void;
export function connect<S extends object>(sink: S, source: SourceFor<NoInfer<S>>): void;
export function connect(sink: object, source: unknown): void {
  join({ builder: currentModule('connect()'), site: captureSite() }, sink as Tree, source as Tree, [], false);
}

/** Where a connection is made. */
interface Place {
  readonly builder: ModuleBuilder;
  readonly site: Site;
}

function join(place: Place, sink: Tree, source: Plain | Tree, path: readonly string[], flipped: boolean): void {
  if (isSingle(sink) || isSingle(source)) {
    if (isSingle(sink) && isSingle(source)) joinSingles(sink, source, flipped);
    else refuse(place, path, `the ${isSingle(sink) ? 'sink' : 'source'} is a single value, and the other side is not`);
    return;
  }
  const [expected, given] = [partsOf(sink), partsOf(source as Tree)];
  const missing = expected.filter((key) => !given.includes(key));
  const extra = given.filter((key) => !expected.includes(key));
  if (Array.isArray(sink) && Array.isArray(source)) {
    if (sink.length !== source.length)
      refuse(place, path, `the sink has ${sink.length} elements, and the source ${source.length}`);
  } else if (missing.length + extra.length > 0) {
    const lacks = (side: string, fields: readonly string[]): string[] =>
      fields.length === 0 ? [] : [`the ${side} lacks ${fields.join(', ')}`];
    refuse(place, path, [...lacks('source', missing), ...lacks('sink', extra)].join(', and '));
  }
  const type = directedTypeOf(sink) ?? directedTypeOf(source as Tree);
  for (const key of expected) {
    if (missing.includes(key)) continue;
    const [to, from] = [sink, source as Tree].map((tree) => (tree as Readonly<Record<string, Tree>>)[key]!);
    join(place, to!, from!, [...path, key], flipped !== runsBack(type, sink, key));
  }
}

function joinSingles(sink: Signal | Operand, source: Signal | Operand, flipped: boolean): void {
  const [wanted, other] = flipped ? [source, sink] : [sink, source];
  // Where only one side can be driven, there is no question which.
  const [target, value] = !isDrivable(wanted) && isDrivable(other) ? [other, wanted] : [wanted, other];
  (target as Signal).set(value);
}

/** Whether a part runs against the whole. Of a whole that has no type of its own, only the `ready` of a stream does. */
function runsBack(type: HardwareType | undefined, tree: Tree, key: string): boolean {
  if (type?.kind === 'bundle') return isFlipped(type.fields[key]!);
  if (type?.kind === 'vec') return isFlipped(type.element);
  return key === 'ready' && isStream(tree);
}

function isFlipped(type: HardwareType): boolean {
  return type.kind === 'flip' && !isFlipped(type.type);
}

function isSingle(tree: Plain | Tree): tree is Signal | Operand {
  return tree instanceof Signal || typeof tree !== 'object' || tree === null;
}

function isDrivable(value: Signal | Operand): boolean {
  return value instanceof Signal && value.isDrivable;
}

function isStream(tree: Tree): boolean {
  const { valid, ready, data } = tree as { readonly [field: string]: Tree };
  return valid instanceof Signal && ready instanceof Signal && data !== undefined;
}

/** The fields or indices; a stream's `fire` is none, as it follows from the others. */
function partsOf(tree: Tree): readonly string[] {
  return isStream(tree) ? ['valid', 'ready', 'data'] : Object.keys(tree);
}

function refuse({ builder, site }: Place, path: readonly string[], what: string): void {
  report(builder, 'W005', site, {
    message: `connect()${path.length === 0 ? '' : ` of ${path.join('.')}`}: ${what}`,
    related: [],
    fix: 'give both sides the same parts, or connect them one by one',
  });
}
