/** The queue in front of a PE's iact port: where a link that cannot wait meets a PE that can. */
import {
  assert,
  bitsFor,
  Bits,
  Bool,
  generator,
  In,
  mem,
  module,
  Out,
  reg,
  Stream,
  UInt,
  when,
} from '../../gen/index.ts';
import { chipSuffix, chipWidths, type ChipParameters } from '../parameters.ts';
import { following } from '../pe/circular.ts';

/** Words that may still come after `ready` has fallen: a sender that saw it reads its SRAM for a cycle before it sends. */
const WORDS_ON_THE_WAY = 1;

/**
 * Takes a word whenever it is enabled. `ready` says that there is room for a word now and for those on the way; it depends on state
 * alone. The PE takes words as from any stream.
 */
export const IactPort = generator(function IactPort(p: ChipParameters) {
  const depth = p.iactQueueDepth;
  const word = Bits(chipWidths(p).word);
  const ports = { enable: In(Bool), data: In(word), ready: Out(Bool), words: Out(Stream(word)) };
  return module(
    `IactPort${chipSuffix(p, 'iactQueueDepth', 'pe.dataBits')}`,
    ports,
    ({ enable, data, ready, words }) => {
      const held = mem(word, depth);
      const head = reg(UInt(bitsFor(depth)), { reset: 0 });
      const tail = reg(UInt(bitsFor(depth)), { reset: 0 });
      const count = reg(UInt(bitsFor(depth + 1)), { reset: 0 });

      ready.set(count.lt(depth - WORDS_ON_THE_WAY));
      words.valid.set(count.ne(0));
      words.data.set(held.read(tail));
      when(enable, () => {
        held.write(head, data);
        head.set(following(head, depth));
      });
      when(words.fire, () => tail.set(following(tail, depth)));
      when(enable.and(words.fire.not()), () => count.set(count.add(1))).elseWhen(words.fire.and(enable.not()), () =>
        count.set(count.sub(1)),
      );
      when(enable, () => assert(count.ne(depth), 'a word comes that has no room'));
    },
  );
});
