/** Fills the iact SPads from the link. */
import {
  Bits,
  Bool,
  In,
  Out,
  Stream,
  UInt,
  bitsFor,
  connect,
  generator,
  instance,
  module,
  mux,
  reg,
  when,
} from '../../gen/index.ts';
import { advanceBy, following } from './circular.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { Unpacker } from './unpacker.ts';

/**
 * Takes segments from the link and writes their entries and end addresses. Compressed, a segment comes as its length and then
 * its entries; uncompressed, as `segmentLength` values with nothing before them. It stalls where the SPads are full.
 */
export const IactLoader = generator(function IactLoader(p: PeParameters) {
  const widths = widthsOf(p);
  const ports = {
    start: In(Bool),
    dense: In(Bool),
    segmentLength: In(UInt(widths.iactAddress)),
    segments: In(UInt(widths.segmentCount)),
    words: In(Stream(Bits(widths.word))),
    /** Room in the data and address SPads. */
    dataFree: In(Bool),
    addressFree: In(Bool),
    /** An entry to write, and where. */
    writeData: Out(Bool),
    dataAddress: Out(UInt(widths.iactAddress)),
    entry: Out(Bits(widths.entry)),
    /** A segment opens: its end address, and where to write it. */
    openSegment: Out(Bool),
    segmentAddress: Out(UInt(bitsFor(p.iactAddressDepth))),
    segmentEnd: Out(UInt(widths.iactAddress)),
    /** A segment is complete. */
    closeSegment: Out(Bool),
  };
  return module(
    `IactLoader${parameterSuffix(p, 'iactAddressDepth', 'iactDataDepth', 'dataBits', 'loopBits')}`,
    ports,
    (io) => {
      const segmentsLeft = reg(UInt(widths.segmentCount), { reset: 0 });
      const entriesLeft = reg(UInt(widths.iactAddress), { reset: 0 });
      const nextData = reg(UInt(widths.iactAddress), { reset: 0 });
      const nextSegment = reg(UInt(bitsFor(p.iactAddressDepth)), { reset: 0 });

      const unpacker = instance(Unpacker(p));
      const between = entriesLeft.eq(0);
      const atLength = between.and(io.dense.not());
      const length = unpacker.entry.data.bits(widths.iactAddress - 1, 0).asUInt();
      const remaining = mux(between, io.segmentLength, entriesLeft);
      const opens = between;
      const room = mux(atLength, io.addressFree, io.dataFree.and(between.not().or(io.addressFree)));
      const take = unpacker.entry.valid.and(unpacker.entry.ready);
      const closes = mux(atLength, length.eq(0), remaining.eq(1));
      const takeData = take.and(atLength.not());

      unpacker.plain.set(io.dense);
      unpacker.drop.set(closes.and(segmentsLeft.eq(1)));
      connect(unpacker.word, io.words);
      unpacker.entry.ready.set(segmentsLeft.ne(0).and(room));

      io.writeData.set(takeData);
      io.dataAddress.set(nextData);
      io.entry.set(unpacker.entry.data);
      io.openSegment.set(take.and(opens));
      io.segmentAddress.set(nextSegment);
      io.segmentEnd.set(advanceBy(nextData, length, p.iactDataDepth));
      io.closeSegment.set(take.and(closes));

      when(io.start, () => {
        segmentsLeft.set(io.segments);
        nextData.set(0);
        nextSegment.set(0);
      }).elseWhen(take, () => {
        entriesLeft.set(mux(atLength, length, remaining.sub(1)));
        when(opens, () => nextSegment.set(following(nextSegment, p.iactAddressDepth)));
        when(takeData, () => nextData.set(following(nextData, p.iactDataDepth)));
        when(closes, () => segmentsLeft.set(segmentsLeft.sub(1)));
      });
    },
  );
});
