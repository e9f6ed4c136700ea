/** A pipeline register in a stream. */
import { unpack } from '../language/functions.ts';
import { generator, instance, module } from '../language/module.ts';
import { In, Out } from '../language/ports.ts';
import { reg } from '../language/state.ts';
import { Bits, Bool, type DataType, Stream, widthOf } from '../language/types.ts';
import type { StreamSource } from '../language/values.ts';
import { when } from '../language/when.ts';
import { packPayload } from './pack-payload.ts';
import { replaceData } from './replace-data.ts';

/** One word; `valid` and data are registered, `ready` passes through. One word in each cycle. */
export const Stage = generator(function Stage({ width }: { width: number }) {
  const ports = { enq: In(Stream(Bits(width))), deq: Out(Stream(Bits(width))) };
  return module(`Stage_${width}`, ports, ({ enq, deq }) => {
    const full = reg(Bool, { reset: false });
    const word = reg(Bits(width));

    enq.ready.set(full.not().or(deq.ready));
    deq.valid.set(full);
    deq.data.set(word);
    when(enq.ready, () => full.set(enq.valid));
    when(enq.fire, () => word.set(enq.data));
  });
});

/** `source` one cycle later, through a pipeline register. */
export function stage<T extends DataType>(
  type: T,
  source: StreamSource<T>,
  options: { readonly name?: string } = {},
): StreamSource<T> {
  const register = instance(Stage({ width: widthOf(type) }), options);
  register.enq.valid.set(source.valid);
  register.enq.data.set(packPayload(source.data));
  source.ready.set(register.enq.ready);
  return replaceData<T>(register.deq, unpack(type, register.deq.data));
}
