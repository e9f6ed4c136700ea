import { pack } from '../language/functions.ts';
import type { Signal } from '../language/signal.ts';
import type { BitsVal } from '../language/values.ts';

/** A payload as bits, on its way into a buffer of the library's. */
export function packPayload(data: object): BitsVal {
  const bits = pack(data);
  (bits as unknown as Signal).expression.anonymous = true;
  return bits;
}
