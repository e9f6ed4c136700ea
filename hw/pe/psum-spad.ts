/** The psum SPad: accumulates windows, and drains them upwards with the psums from below added (J19 section IV-B). */
import {
  Bool,
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
    /** After reset: the psums are clear. */
    ready: Out(Bool),
    /** A window's last psums leave. */
    released: Out(Bool),
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
    io.ready.set(clearing.not());

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
    io.released.set(releases);

    for (let lane = 0; lane < 2; lane++) {
      const product = io.products[lane]!;
      const productBank = mux(wide, product.row.bit(widths.row - 1), macBank);
      const drainAddress = drainAddressOf(lane);
      const addend = product.value.extend(p.psumBits);
      banks.forEach((bank, index) => {
        const mine = (choice: typeof macBank | typeof productBank) => (index === 1 ? choice : choice.not());
        const accumulates = product.enable.and(mine(productBank));
        const clears = clearing.or(drained.fire.and(mine(beatBank)));
        bank.address[lane]!.set(mux(accumulates, product.row.trunc(bankAddress.width), drainAddress));
        bank.write[lane]!.set(any(accumulates, clears));
        bank.data[lane]!.set(mux(accumulates, bank.read[lane]!.add(addend), 0));
      });
      const own = mux(beatBank, banks[1]!.read[lane]!, banks[0]!.read[lane]!);
      drained.data[lane]!.set(mux(io.accumulate, own.add(io.psumIn.data[lane]!), own));
    }

    function drainAddressOf(lane: number) {
      return drainBeat.shl(1).trunc(bankAddress.width).or(lit(bankAddress, lane));
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
