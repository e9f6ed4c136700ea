/** Hands the words of a weight router to the PEs of its row. */
import {
  all,
  assert,
  Bits,
  Bool,
  cat,
  generator,
  In,
  lit,
  module,
  mux,
  Out,
  reg,
  UInt,
  Vec,
  when,
} from '../../gen/index.ts';
import { WeightLink } from '../noc/links.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';
import { WEIGHT_HEADER, weightHeader } from './weight-packet.ts';

export interface WeightRowOptions {
  /** The output unit hangs on this row: it is one more taker, after the PEs. */
  readonly output: boolean;
}

/**
 * Takes packets apart. The words of a packet go to all takers that its header names in one cycle, when all of them are ready; those
 * of a packet for nobody are dropped. Dealt words go to one PE each, column by column. `ready` depends on state alone, as that of the takers does. A header takes a cycle.
 */
export const WeightRow = generator(function WeightRow(p: ChipParameters, { output }: WeightRowOptions) {
  const link = WeightLink(p);
  const count = p.peColumns + Number(output);
  const ports = { words: In(link), takers: Out(Vec(count, link)) };
  const name = `WeightRow${output ? '_output' : ''}${chipSuffix(p, 'peColumns', 'pe.dataBits')}`;
  return module(name, ports, ({ words, takers }) => {
    const left = reg(UInt(WEIGHT_HEADER.words.width), { reset: 0 });
    // Who takes the next word; where words are dealt, one column.
    const mask = reg(Bits(count));
    const dealt = reg(Bool);
    const inPacket = left.ne(0);

    const free = takers.map((taker, index) => taker.ready.or(mask.bit(index).not()));
    const [first, ...rest] = free;
    words.ready.set(inPacket.not().or(all(first!, ...rest)));
    takers.forEach((taker, index) => {
      const others = free.filter((_, other) => other !== index);
      taker.valid.set(all(words.valid, inPacket, mask.bit(index), ...others));
      taker.data.set(words.data);
    });

    const header = weightHeader(words.data, p.peColumns);
    const columns = p.peColumns;
    const rotated = columns === 1 ? mask.bits(0, 0) : cat(mask.bits(columns - 2, 0), mask.bit(columns - 1));
    const nextColumn = output ? cat(lit(Bool, false), rotated) : rotated;
    const named = output ? cat(header.output, header.columns) : header.columns;
    when(words.fire, () => {
      when(inPacket, () => {
        left.set(left.sub(1));
        when(dealt, () => mask.set(nextColumn));
      }).otherwise(() => {
        left.set(header.words);
        dealt.set(header.dealt);
        mask.set(mux(header.dealt, lit(Bits(count), 1), named));
        if (!output) assert(header.output.not(), 'a packet for the output unit comes where there is none');
      });
    });
  });
});
