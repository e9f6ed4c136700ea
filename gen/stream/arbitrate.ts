/** Several streams into one. */
import type { Tree } from '../language/tree.ts';
import { assert, ghost, implies } from '../language/checks.ts';
import { unpack } from '../language/functions.ts';
import { generator, instance } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { lit, reg } from '../language/state.ts';
import { typeOfTree } from '../language/type-of.ts';
import {
  Bits,
  bitsFor,
  Bool,
  type BoolType,
  type DataType,
  Stream,
  UInt,
  Vec,
  type VecType,
  widthOf,
} from '../language/types.ts';
import type { BoolVal, StreamSource, UIntVal, Val, Var } from '../language/values.ts';
import { when } from '../language/when.ts';
import { anyOf } from './any-of.ts';
import { domainHere, type LibraryDomain, libraryModule } from './library-module.ts';
import { packPayload } from './pack-payload.ts';
import { assertStream, assumeStream } from './protocol.ts';
import { replaceData } from './replace-data.ts';
import { requireCount } from './require-count.ts';

/**
 * Who goes first of those that wait. `fixed`: the source named first, whatever becomes of the others. `roundRobin`: after each
 * source the next one, so that none waits for more than one turn of every other.
 */
export type ArbiterPolicy = 'fixed' | 'roundRobin';

interface ArbiterParameters extends LibraryDomain {
  readonly sources: number;
  readonly width: number;
  readonly policy: ArbiterPolicy;
  /** Stays with a source until `last` is high with a beat. */
  readonly bursts?: boolean;
}

/** A beat that is offered stays until it is taken, whoever else comes meanwhile. */
export const Arbiter = generator(function Arbiter({
  sources,
  width,
  policy,
  bursts = false,
  ...domain
}: ArbiterParameters) {
  const index = UInt(bitsFor(sources));
  const word = Stream(Bits(width));
  const ports = { enq: In(Vec(sources, word)), deq: Out(word), index: Out(index) };
  const shape = `${sources}x${width}${bursts ? '_bursts' : ''}`;
  const name = `${policy === 'fixed' ? 'FixedArbiter' : 'RoundRobinArbiter'}_${shape}`;
  return libraryModule(name, bursts ? { ...ports, last: In(Bool) } : ports, domain, (io) => {
    const { enq, deq, index: chosen } = io;
    const last = (io as { last?: BoolVal }).last;
    const waiting = enq.map(({ valid }) => valid);
    const locked = reg(Bool, { reset: false });
    const holder = reg(index, { reset: 0 });
    const served = policy === 'roundRobin' ? reg(index, { reset: sources - 1 }) : undefined;
    const next = served === undefined ? firstOf(waiting, index) : firstAfter(served, waiting, index);
    const selected = enq.map((_, source) => chosen.eq(source));

    chosen.set(locked.mux(holder, next));
    deq.valid.set(anyOf(waiting.map((valid, source) => valid.and(selected[source]!))));
    deq.data.set(
      enq
        .slice(0, -1)
        .reduceRight((rest, { data }, source) => selected[source]!.mux(data, rest), enq[sources - 1]!.data),
    );
    enq.forEach(({ ready }, source) => ready.set(selected[source]!.and(deq.ready)));
    when(deq.fire, () => {
      locked.set(last === undefined ? false : last.not());
      served?.set(chosen);
    }).elseWhen(deq.valid, () => locked.set(true));
    when(deq.valid, () => holder.set(chosen));

    for (const source of enq) assumeStream(source);
    assertStream(deq);
    ghost(() => {
      const taken = enq.map(({ fire }) => fire);
      enq.forEach(({ fire, data }, source) => {
        assert(fire.eq(deq.fire.and(chosen.eq(source))), `source_${source}_goes_where_chosen`);
        assert(implies(fire, deq.data.eq(data)), `source_${source}_goes_as_it_came`);
        const others = taken.filter((_, other) => other !== source);
        assert(implies(fire, anyOf(others).not()), `source_${source}_goes_alone`);
        if (served === undefined) {
          const later = implies(locked.not().and(chosen.gt(source)), waiting[source]!.not());
          if (source < sources - 1) assert(later, `source_${source}_before_later_ones`);
        }
      });
      assert(holder.le(sources - 1), 'holder_in_range');
      if (last === undefined)
        assert(implies(locked, anyOf(waiting.map((valid, at) => valid.and(holder.eq(at))))), 'holder_waits');
      assert(implies(anyOf(waiting).and(locked.not()), deq.valid), 'none_waits_in_vain');
      if (served === undefined) return;
      assert(served.le(sources - 1), 'served_in_range');
      const turn = last === undefined ? deq.fire : deq.fire.and(last);
      assertFairness({ waiting, turn, chosen, served, locked, holder });
    });
  });
});

interface Turns {
  readonly waiting: readonly BoolVal[];
  readonly turn: BoolVal;
  readonly chosen: UIntVal;
  readonly served: UIntVal;
  readonly locked: BoolVal;
  readonly holder: UIntVal;
}

/** While a source waits, each of the others has one turn at most. */
function assertFairness({ waiting, turn, chosen, served, locked, holder }: Turns): void {
  const sources = waiting.length;
  waiting.forEach((waits, source) => {
    const passed = reg(UInt(bitsFor(sources + 1)), { reset: 0 });
    when(turn, () => passed.set(passed.add(1)));
    when(waits.not().or(turn.and(chosen.eq(source))), () => passed.set(0));
    assert(passed.le(sources - 1), `source_${source}_waits_one_round`);
    // So many turns more, and the round comes from a position to this source.
    const inReach = (position: UIntVal, more: number): BoolVal =>
      anyOf(
        waiting.map((_, at) => {
          const ahead = (source - at - 1 + sources) % sources;
          const most = sources - 1 - ahead - more;
          return most < 0 ? position.eq(at).and(false) : position.eq(at).and(passed.le(most));
        }),
      );
    assert(implies(waits.and(locked.not()), inReach(served, 0)), `source_${source}_comes_nearer`);
    // Whoever was chosen before this one came may still go first.
    assert(
      implies(waits.and(locked).and(holder.ne(source)), inReach(holder, 1)),
      `source_${source}_is_after_the_holder`,
    );
  });
}

/** The first of the conditions that holds; where none does, the last. */
function firstOf(conditions: readonly BoolVal[], index: { kind: 'uint'; width: number }): UIntVal {
  const last: UIntVal = lit(index, conditions.length - 1);
  return conditions.slice(0, -1).reduceRight((rest, holds, position) => holds.mux(lit(index, position), rest), last);
}

/** The first of the conditions that holds behind a position, or else from the start. */
function firstAfter(
  position: UIntVal,
  conditions: readonly BoolVal[],
  index: { kind: 'uint'; width: number },
): UIntVal {
  const beyond = conditions.slice(1).map((holds, before) => holds.and(position.le(before)));
  const last = firstOf(conditions, index);
  return beyond.reduceRight((rest, holds, before) => holds.mux(lit(index, before + 1), rest), last);
}

export interface ArbiterOptions<T extends DataType> {
  /** `roundRobin`, unless said otherwise. */
  readonly policy?: ArbiterPolicy;
  /** Stays with a source until it has given a beat for which this holds; by default, for a single beat. */
  readonly until?: (data: Val<T>) => BoolVal;
  readonly name?: string;
}

/** What an arbiter gives, and the position of the source that it is from. */
export interface Arbitrated<T extends DataType> extends StreamSource<T> {
  readonly index: UIntVal;
}

/**
 * Merges streams of one type, a beat at a time: of those that wait, as `policy` says. A beat that is offered stays until it is
 * taken. No latency: `valid` and data pass forwards combinationally, and `ready` back to the source that is chosen. What is
 * remembered is the source that holds the sink and, for `roundRobin`, the last one served; after reset the first is next.
 * `index` of the result tells the source of the beat; to take it along, `mapStream(all, (data) => ({ data, from: all.index }))`.
 */
export function arbitrate<T extends DataType>(
  sources: readonly StreamSource<T>[],
  { policy = 'roundRobin', until, name }: ArbiterOptions<T> = {},
): Arbitrated<T> {
  requireCount('arbitrate() of', sources.length, 1);
  const [first] = sources;
  if (sources.length === 1) return Object.assign(replaceData<T>(first!, first!.data), { index: lit(UInt(1), 0) });
  const type = typeOfTree(sources.map(({ data }) => data) as unknown as Tree) as VecType<T>;
  const width = widthOf(type.element);
  const parameters = {
    sources: sources.length,
    width,
    policy,
    ...(until === undefined ? {} : { bursts: true }),
    ...domainHere(),
  };
  const arbiter = instance(Arbiter(parameters), name === undefined ? {} : { name });
  sources.forEach((source, position) => {
    const own = arbiter.enq[position]!;
    own.valid.set(source.valid);
    own.data.set(packPayload(source.data));
    source.ready.set(own.ready);
  });
  const data = unpack(type.element, arbiter.deq.data);
  if (until !== undefined) (arbiter as unknown as { last: Var<BoolType> }).last.set(until(data));
  return Object.assign(replaceData<T>(arbiter.deq, data), { index: arbiter.index });
}
