/** Fills the iact SPads from the link. */
import {
  Bits,
  Bool,
  In,
  Out,
  Stream,
  UInt,
  bitsFor,
  cat,
  generator,
  lit,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { advanceBy, following } from './circular.ts';
import { fieldsIf } from './fields-if.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';

/**
 * Takes segments from the link, each of which begins a word, and writes their entries and end addresses, an entry a cycle.
 * Compressed, the first entry's place holds the number of entries: it is read together with the entry beside it.
 * Uncompressed, `segmentLength` values come three to a word. Where the PE reads nothing else, there are no end addresses. It stalls where the SPads are full; `ready` depends on
 * registers alone, but the entries of a word are written from the link: a word waits there until its last entry is.
 */
export const IactLoader = generator(function IactLoader(p: PeParameters) {
  const widths = widthsOf(p);
  const ports = {
    ...fieldsIf(p.sparse, { dense: In(Bool) }),
    segmentLength: In(UInt(widths.iactAddress)),
    words: In(Stream(Bits(widths.word))),
    /** Room in the data and address SPads. */
    dataFree: In(Bool),
    ...fieldsIf(p.sparse, { addressFree: In(Bool) }),
    /** An entry to write, and where. */
    writeData: Out(Bool),
    dataAddress: Out(UInt(widths.iactAddress)),
    entry: Out(Bits(widths.stored)),
    ...fieldsIf(p.sparse, {
      /** A segment opens: its end address, and where to write it. */
      openSegment: Out(Bool),
      segmentAddress: Out(UInt(bitsFor(p.iactAddressDepth))),
      segmentEnd: Out(UInt(widths.iactAddress)),
      /** A segment is complete: the next one's end address goes to the next place. */
      closeSegment: Out(Bool),
    }),
    /** A segment is open of which some entries have not come. */
    midSegment: Out(Bool),
  };
  return module(
    `IactLoader${parameterSuffix(p, 'iactAddressDepth', 'iactDataDepth', 'dataBits', 'sparse')}`,
    ports,
    ({ words, ...io }) => {
      const entriesLeft = reg(UInt(widths.iactAddress), { reset: 0 });
      const place = reg(UInt(2), { reset: 0 });
      const nextData = reg(UInt(widths.iactAddress), { reset: 0 });

      // The entry at hand, and how many are left of its segment with it.
      const opens = entriesLeft.eq(0);
      const lastLeft = entriesLeft.eq(1);
      const length = p.sparse
        ? mux(io.dense, io.segmentLength, words.data.bits(widths.iactAddress - 1, 0).asUInt())
        : io.segmentLength;
      const remaining = mux(opens, length, entriesLeft);
      const values = [0, 1, 2].map((index) => words.data.bits((index + 1) * p.dataBits - 1, index * p.dataBits));
      const value = mux(place.eq(0), values[0]!, mux(place.eq(1), values[1]!, values[2]!));

      const upper = opens.or(place.eq(1));
      const third = () => place.eq(2).or(opens.and(io.segmentLength.eq(1)));
      const room = p.sparse ? io.dataFree.and(opens.not().or(io.addressFree)) : io.dataFree;
      const closes = remaining.le(1);
      const wordEnds = lastLeft.or(p.sparse ? mux(io.dense, third(), upper) : third());
      const take = words.valid.and(room);
      const writeData = take.and(remaining.ne(0));

      words.ready.set(room.and(wordEnds));
      io.writeData.set(writeData);
      io.dataAddress.set(nextData);
      io.midSegment.set(opens.not());

      when(take, () => {
        entriesLeft.set(mux(closes, 0, remaining.sub(1)));
        place.set(mux(wordEnds, 0, place.add(1)));
        when(remaining.ne(0), () => nextData.set(following(nextData, p.iactDataDepth)));
      });

      if (!p.sparse) {
        io.entry.set(value);
        return;
      }
      const pair = mux(upper, words.data.bits(widths.word - 1, widths.entry), words.data.bits(widths.entry - 1, 0));
      const nextSegment = reg(UInt(bitsFor(p.iactAddressDepth)), { reset: 0 });
      io.entry.set(mux(io.dense, cat(lit(UInt(p.countBits), 0), value), pair));
      io.openSegment.set(take.and(opens));
      io.segmentAddress.set(nextSegment);
      io.segmentEnd.set(advanceBy(nextData, length, p.iactDataDepth));
      io.closeSegment.set(take.and(closes));
      when(take, () => {
        when(closes, () => nextSegment.set(following(nextSegment, p.iactAddressDepth)));
      });
    },
  );
});
