/** Other data on the way. */
import { type DataType } from '../language/types.ts';
import type { DataTypeOf, StreamSource, Val } from '../language/values.ts';
import { asValue } from './as-value.ts';
import { replaceData } from './replace-data.ts';

/**
 * `source` with what `change` makes of its data: a signal, or a record or an array of signals. Gates alone: no latency, and the
 * handshake is that of the source.
 */
export function mapStream<T extends DataType, V extends object>(
  source: StreamSource<T>,
  change: (data: Val<T>) => V,
): StreamSource<DataTypeOf<V>> {
  return replaceData(source, asValue<DataTypeOf<V>>(change(source.data)));
}
