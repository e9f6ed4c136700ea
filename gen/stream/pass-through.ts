import type { Tree } from '../language/tree.ts';
import { unpack } from '../language/functions.ts';
import { instance, type InstanceOptions, type Module } from '../language/module.ts';
import type { Port } from '../language/ports.ts';
import { typeOfTree } from '../language/type-of.ts';
import { type BitsType, type DataType, type StreamType, widthOf } from '../language/types.ts';
import type { StreamSource } from '../language/values.ts';
import { packPayload } from './pack-payload.ts';
import { replaceData } from './replace-data.ts';

/** A module of the library's: a stream of bits in, a stream of bits out. */
type Buffer = Module<{ enq: Port<'input', StreamType<BitsType>>; deq: Port<'output', StreamType<BitsType>> }>;

/** `source` through a module that knows nothing of its data but how many bits they are. */
export function passThrough<T extends DataType>(
  source: StreamSource<T>,
  bufferOf: (width: number) => Buffer,
  { name }: Pick<InstanceOptions, 'name'>,
): StreamSource<T> {
  const type = typeOfTree(source.data as Tree) as T;
  const buffer = instance(bufferOf(widthOf(type)), name === undefined ? {} : { name });
  buffer.enq.valid.set(source.valid);
  buffer.enq.data.set(packPayload(source.data));
  source.ready.set(buffer.enq.ready);
  return replaceData<T>(buffer.deq, unpack(type, buffer.deq.data));
}
