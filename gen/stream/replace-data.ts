import type { DataType } from '../language/types.ts';
import type { StreamSource, Val } from '../language/values.ts';

/** The handshake of one stream with other data. */
export function replaceData<T extends DataType>(
  stream: Pick<StreamSource<T>, 'valid' | 'ready' | 'fire'>,
  data: Val<T>,
): StreamSource<T> {
  return {
    valid: stream.valid,
    ready: stream.ready,
    data,
    // Asked for only when used, as it makes a gate.
    get fire() {
      return stream.fire;
    },
  };
}
