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
  any,
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
import { Products } from './mac-lanes.ts';
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
    products: In(Products(p)),
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
    // The bank that drains. Windows take turns; where one takes both banks, it says which of them is first.
    const drainBank = reg(Bool, { reset: false });
    // After reset it counts up to the last beat, which clears both banks.
    const drainBeat = reg(beat, { reset: half / 2 });
    const clearing = reg(Bool, { reset: true });

    const wide = io.filters.gt(half);
    io.blocked.set(any(clearing, held.bit(1), held.bit(0).and(wide)));

    // Drain.
    const draining = complete.ne(0);
    const drained = channel(Pair);
    drained.valid.set(draining.and(io.accumulate.not().or(io.psumIn.valid)));
    io.psumIn.ready.set(all(draining, io.accumulate, drained.ready));
    const leaving = stage(drained);
    connect(io.psumOut, leaving);
    const lastBeat = drainBeat.eq(io.filters.sub(1).shr(1).trunc(beat.width));
    const releases = drained.fire.and(lastBeat);
    // The upper bits of beats and rows count only where a window takes two banks; otherwise they are zero.
    const beatBank = drainBeat.bit(beat.width - 1).xor(drainBank);
    io.holds.set(held.ne(0).or(leaving.valid));

    // A bank either takes products or is emptied: what drains is complete, and the next window waits or goes to the other bank.
    const empties = clearing.or(drained.fire);
    const emptied = banks.map((_, index) => clearing.or(draining.and(isBank(beatBank, index))));
    const clears = emptied.map((bank) => bank.and(empties));
    // The window at hand is as far behind the one that drains as there are complete ones.
    const macBank = drainBank.xor(complete.bit(0));
    for (let lane = 0; lane < 2; lane++) {
      const product = lane === 0 ? io.products.first : io.products.second;
      const productBank = product.row.bit(widths.row - 1).xor(macBank);
      const drainAddress = drainBeat.shl(1).trunc(bankAddress.width).or(lit(bankAddress, lane));
      const places = banks.map(({ first, second }) => (lane === 0 ? first : second));
      const sum = mux(productBank, places[1]!.read, places[0]!.read).add(product.value.extend(p.psumBits));
      places.forEach((place, index) => {
        const accumulates = product.enable.and(isBank(productBank, index));
        place.address.set(mux(emptied[index]!, drainAddress, product.row.trunc(bankAddress.width)));
        place.write.set(accumulates.or(clears[index]!));
        place.data.set(mux(emptied[index]!, 0, sum));
      });
      const own = mux(beatBank, places[1]!.read, places[0]!.read);
      drained.data[lane]!.set(own.add(mux(io.accumulate, io.psumIn.data[lane]!, 0)));
    }

    when(clearing.and(drainBeat.eq(half - 1)), () => clearing.set(false));
    when(empties, () => drainBeat.set(mux(releases, 0, drainBeat.add(1))));
    drainBank.set(drainBank.xor(releases));

    const count = (on: typeof releases) => on.asUInt().extend(2);
    held.set(held.add(count(io.windowRead)).sub(count(releases)));
    complete.set(complete.add(count(io.windowDone)).sub(count(releases)));
  });
});

function isBank(choice: BoolVal, index: number): BoolVal {
  return index === 1 ? choice : choice.not();
}
