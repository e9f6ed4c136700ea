import type { DataType } from '../language/types.ts';
import type { Drive, StreamSink, StreamSource } from '../language/values.ts';

/** Passes a stream on: data and `valid` forwards, `ready` back. */
export function connect<T extends DataType>(sink: StreamSink<T>, source: StreamSource<T>): void {
  sink.valid.set(source.valid);
  sink.data.set(source.data as Drive<T>);
  source.ready.set(sink.ready);
}
