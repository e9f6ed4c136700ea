/** Words of a link to single entries. */
import { Bits, Bool, In, Out, Stream, UInt, cat, generator, lit, module, mux, reg, when } from '../../gen/index.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/**
 * Takes a word apart, low end first: into two entries of count and data, or, with `plain`, into three values with a count of
 * zero. `drop` with an entry says that what is left of its word is padding.
 */
export const Unpacker = generator(function Unpacker(p: PeParameters) {
  const widths = widthsOf(p);
  const ports = {
    plain: In(Bool),
    drop: In(Bool),
    word: In(Stream(Bits(widths.word))),
    entry: Out(Stream(Bits(widths.entry))),
  };
  return module(`Unpacker${parameterSuffix(p, 'dataBits')}`, ports, ({ plain, drop, word, entry }) => {
    const index = reg(UInt(2), { reset: 0 });
    const values = [0, 1, 2].map((value) => word.data.bits((value + 1) * p.dataBits - 1, value * p.dataBits));
    const value = mux(index.eq(0), values[0]!, mux(index.eq(1), values[1]!, values[2]!));
    const pair = mux(index.eq(0), word.data.bits(widths.entry - 1, 0), word.data.bits(widths.word - 1, widths.entry));
    const lastOfWord = index.eq(mux(plain, lit(UInt(2), 2), lit(UInt(2), 1))).or(drop);

    entry.valid.set(word.valid);
    entry.data.set(mux(plain, cat(lit(UInt(p.countBits), 0), value), pair));
    word.ready.set(entry.ready.and(lastOfWord));
    when(entry.fire, () => index.set(mux(lastOfWord, 0, index.add(1))));
  });
});
