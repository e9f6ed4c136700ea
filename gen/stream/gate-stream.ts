/** Streams that are stopped, or some of whose beats are thrown away, under a condition. */
import { wire } from '../language/state.ts';
import { Bool, type DataType } from '../language/types.ts';
import type { BoolVal, StreamSource } from '../language/values.ts';
import { makeSource } from './make-source.ts';

/**
 * `source` while `condition` does not hold; no beat moves while it does. Gates alone: no latency, and `valid` and `ready` both
 * follow `condition`. Where that comes to hold while a beat waits, the beat is taken back, against the rules of streams: a
 * `queue`, a `stage` or a `halfStage` does not mind, other sinks may. A condition that rises only where a beat moves, as a count
 * of beats does, takes none back.
 */
export function haltWhen<T extends DataType>(source: StreamSource<T>, condition: BoolVal): StreamSource<T> {
  const runs = condition.not();
  const ready = wire(Bool);
  source.ready.set(ready.and(runs));
  return makeSource<T>(source.valid.and(runs), ready, source.data);
}

/**
 * `source` without the beats that come while `condition` holds: they are taken at once and go nowhere. Gates alone: no latency,
 * and `valid` and `ready` both follow `condition`. One that depends on the data alone keeps to the rules of streams; where
 * another comes to hold while a beat waits, that is taken back, as by `haltWhen`.
 */
export function throwWhen<T extends DataType>(source: StreamSource<T>, condition: BoolVal): StreamSource<T> {
  return pass(source, condition.not(), condition);
}

/** `source` with only the beats that come while `condition` holds; as `throwWhen` with the opposite. */
export function takeWhen<T extends DataType>(source: StreamSource<T>, condition: BoolVal): StreamSource<T> {
  return pass(source, condition, condition.not());
}

function pass<T extends DataType>(source: StreamSource<T>, takes: BoolVal, throws: BoolVal): StreamSource<T> {
  const ready = wire(Bool);
  source.ready.set(ready.or(throws));
  return makeSource<T>(source.valid.and(takes), ready, source.data);
}
