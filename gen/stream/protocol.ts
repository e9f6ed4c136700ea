/** The rules of ready/valid streams, as checks. */
import { implies, recordCheck } from '../language/checks.ts';
import { past, stable } from '../language/past.ts';
import type { Signal } from '../language/signal.ts';
import type { BoolVal } from '../language/values.ts';

/** A stream as far as its rules go, seen from either end. */
interface Handshake {
  readonly valid: BoolVal;
  readonly ready: BoolVal;
  readonly data: object;
}

export interface StreamRules {
  /** Whether data must stay as they are while they wait; they must unless this is false. */
  readonly stable?: boolean;
  /** What to call the stream in labels and messages; by default, its name as a port. */
  readonly name?: string;
}

/**
 * Demands of a stream that this module drives: `valid`, once given, stays until `ready` comes, and the data stay with it.
 * Nothing is demanded across a reset.
 */
export function assertStream(stream: Handshake, rules: StreamRules = {}): void {
  checkStream('assert', stream, rules);
}

/** Takes the same for granted of a stream that this module receives; a simulation checks it. */
export function assumeStream(stream: Handshake, rules: StreamRules = {}): void {
  checkStream('assume', stream, rules);
}

function checkStream(check: 'assert' | 'assume', stream: Handshake, rules: StreamRules): void {
  const { valid, ready, data } = stream;
  const name = rules.name ?? nameOf(valid);
  const waiting = past(valid).and(past(ready).not());
  recordCheck(check, implies(waiting, valid), {
    label: `${name}_valid_stays`,
    message: `${name}: valid falls before ready comes`,
  });
  if (rules.stable === false) return;
  recordCheck(check, implies(waiting, stable(data)), {
    label: `${name}_data_stay`,
    message: `${name}: the data change while they wait for ready`,
  });
}

/** The way to the stream's `valid`, without that itself. */
function nameOf(valid: BoolVal): string {
  const { expression } = valid as unknown as Signal;
  const path = expression.op === 'signal' ? expression.signal.path.slice(0, -1) : [];
  return path.length === 0 ? 'stream' : path.join('_');
}
