/** What the tests of streams send, and how. */
import * as fc from 'fast-check';
import { connect, type DataType, In, module, Out, Stream, type StreamSource, UInt } from '../../../gen/index.ts';
import { full } from '../../full.ts';

export const word = UInt(8);
export type Word = typeof word;

/** Beats to send. */
export const words = fc.array(fc.nat(255), { maxLength: 40 });
/** How often, and when, a test leaves its streams alone. */
export const stalls = fc.record({ stall: fc.constantFrom(0, 0.3, 0.7), seed: fc.nat(1 << 30) });
export const runs = { numRuns: full ? 1000 : 60 };

/** One stream in, one out, and what is between; with `stage` behind it, gates have a clock to be tested by. */
export function between<T extends DataType, R extends DataType>(
  name: string,
  from: T,
  to: R,
  make: (source: StreamSource<T>) => StreamSource<R>,
) {
  return module(name, { enq: In(Stream(from)), deq: Out(Stream(to)) }, ({ enq, deq }) =>
    connect(deq, make(enq) as never),
  );
}
