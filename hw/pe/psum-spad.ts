/** The psum SPad: accumulates windows, and drains them upwards with the psums from below added (J19 section IV-B). */
import {
  Bool,
  type BoolVal,
  In,
  Out,
  SInt,
  Stream,
  UInt,
  Vec,
  all,
  bitsFor,
  channel,
  connect,
  generator,
  instance,
  lit,
  module,
  mux,
  reg,
  stage,
  when,
} from '../../gen/index.ts';
import { Product } from './mac-lanes.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { PsumBank } from './psum-bank.ts';

/**
 * Two banks of half the depth. With at most that many filters, windows take turns between the banks: one drains while the next
 * accumulates in the other. With more, a window takes both banks, and the next one waits until they are drained.
 *
 * Draining gives two psums a cycle, and clears them for the next window; after reset, all psums are cleared once.
 */
export const PsumSpad = generator(function PsumSpad(p: PeParameters) {
  const widths = widthsOf(p);
  const half = p.psumDepth / 2;
  const bankAddress = UInt(bitsFor(half));
  const Pair = Vec(2, SInt(p.psumBits));
  const beat = UInt(bitsFor(half));
  const ports = {
    filters: In(UInt(widths.rows)),
    accumulate: In(Bool),
    products: In(Vec(2, Product(p))),
    /** These are a window's last products. */
    windowDone: In(Bool),
    /** The last word of a window is being read: its psums are on their way. */
    windowRead: In(Bool),
    /** No room for another window. */
    blocked: Out(Bool),
    psumIn: In(Stream(Pair)),
    psumOut: Out(Stream(Pair)),
    /** Psums of a window that is read to its end have not left. */
    holds: Out(Bool),
  };
  return module(`PsumSpad${parameterSuffix(p, 'psumDepth', 'dataBits', 'psumBits')}`, ports, (io) => {
    const banks = [0, 1].map(() => instance(PsumBank({ depth: half, width: p.psumBits })));

    // Windows held: read but not drained, and of these the complete ones.
    const held = reg(UInt(2), { reset: 0 });
    const complete = reg(UInt(2), { reset: 0 });
    // The bank that products go to, and the one that drains; a window that takes both banks leaves them as they are.
    const macBank = reg(Bool, { reset: false });
    const drainBank = reg(Bool, { reset: false });
    const drainBeat = reg(beat, { reset: 0 });
    const clearing = reg(Bool, { reset: true });

    const wide = io.filters.gt(half);
    io.blocked.set(clearing.or(mux(wide, held.ne(0), held.eq(2))));

    // Drain.
    const draining = complete.ne(0);
    const drained = channel(Pair);
    drained.valid.set(draining.and(io.accumulate.not().or(io.psumIn.valid)));
    io.psumIn.ready.set(all(draining, io.accumulate, drained.ready));
    const leaving = stage(drained);
    connect(io.psumOut, leaving);
    const lastBeat = drainBeat.eq(io.filters.sub(1).shr(1).trunc(beat.width));
    const releases = drained.fire.and(lastBeat);
    // In the two-bank case the upper bit of the beat is the bank.
    const beatBank = mux(wide, drainBeat.bit(beat.width - 1), drainBank);
    io.holds.set(held.ne(0).or(leaving.valid));

    // A bank either takes products or is emptied: what drains is complete, and the next window waits or goes to the other bank.
    const empties = clearing.or(drained.fire);
    const emptied = banks.map((_, index) => clearing.or(draining.and(isBank(beatBank, index))));
    for (let lane = 0; lane < 2; lane++) {
      const product = io.products[lane]!;
      const productBank = mux(wide, product.row.bit(widths.row - 1), macBank);
      const drainAddress = drainBeat.shl(1).trunc(bankAddress.width).or(lit(bankAddress, lane));
      const addend = product.value.extend(p.psumBits);
      const places = banks.map(({ first, second }) => (lane === 0 ? first : second));
      places.forEach((place, index) => {
        const accumulates = product.enable.and(isBank(productBank, index));
        place.address.set(mux(emptied[index]!, drainAddress, product.row.trunc(bankAddress.width)));
        place.write.set(mux(emptied[index]!, empties, accumulates));
        place.data.set(mux(emptied[index]!, 0, place.read.add(addend)));
      });
      const own = mux(beatBank, places[1]!.read, places[0]!.read);
      drained.data[lane]!.set(mux(io.accumulate, own.add(io.psumIn.data[lane]!), own));
    }

    when(clearing, () => {
      drainBeat.set(drainBeat.add(1));
      when(drainBeat.eq(half / 2 - 1), () => {
        clearing.set(false);
        drainBeat.set(0);
      });
    }).elseWhen(drained.fire, () => drainBeat.set(mux(lastBeat, 0, drainBeat.add(1))));
    when(releases.and(wide.not()), () => drainBank.set(drainBank.not()));
    when(io.windowDone.and(wide.not()), () => macBank.set(macBank.not()));

    const count = (on: typeof releases) => on.asUInt().extend(2);
    held.set(held.add(count(io.windowRead)).sub(count(releases)));
    complete.set(complete.add(count(io.windowDone)).sub(count(releases)));
  });
});

function isBank(choice: BoolVal, index: number): BoolVal {
  return index === 1 ? choice : choice.not();
}
