import type { DataType } from '../language/types.ts';
import type { BoolType } from '../language/types.ts';
import type { BoolVal, StreamSource, Val, Var } from '../language/values.ts';

/** A stream of a handshake and data that were made apart. */
export function makeSource<T extends DataType>(valid: BoolVal, ready: Var<BoolType>, data: Val<T>): StreamSource<T> {
  let fire: BoolVal | undefined;
  return {
    valid,
    ready,
    data,
    // Made on first use, as it is a gate.
    get fire() {
      return (fire ??= valid.and(ready));
    },
  };
}
