import { wire } from '../language/state.ts';
import { type DataType, Stream, type StreamType } from '../language/types.ts';
import type { Channel } from '../language/values.ts';

/** The wires of a stream, for where one is made or changed inside a module; goes wherever a source or a sink is asked for. */
export function channel<const T extends DataType>(type: T): Channel<T> {
  return wire<StreamType<T>>(Stream(type));
}
