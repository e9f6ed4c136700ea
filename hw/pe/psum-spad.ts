/** The psum SPad: accumulates windows, and drains them upwards with the psums from below added (J19 section IV-B). */
import {
  Bool,
  type BoolVal,
  In,
  Out,
  SInt,
  type SIntVal,
  Stream,
  UInt,
  type UIntVal,
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
import { Products } from './mac-lanes.ts';
import { type PeParameters, parameterSuffix, widthsOf } from './parameters.ts';
import { PsumBank, SplitPsumBank } from './psum-bank.ts';

/**
 * Banks, of which a window takes as many as its psums need: one, two, four, … While a window drains, those behind it accumulate in
 * the other banks. PEs of a column drain a window together, so the more of them fit, the further one with much to do may be
 * behind the others before these wait for it.
 *
 * Draining gives two psums a cycle, and clears them for the next window; after reset, all psums are cleared once.
 *
 * Only two MACs on compressed weights add to any two psums of a bank at once. All others add to one, or to an even one and the
 * odd one after it: their banks are split in two.
 */
export const PsumSpad = generator(function PsumSpad(p: PeParameters) {
  const widths = widthsOf(p);
  const bankDepth = p.psumDepth / p.psumBanks;
  const beats = p.psumDepth / 2;
  const bankBits = bitsFor(p.psumBanks);
  const bankAddress = UInt(bitsFor(bankDepth));
  const windows = UInt(bankBits + 1);
  const Pair = Vec(2, SInt(p.psumBits));
  const beat = UInt(bitsFor(beats));
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
  const name = `PsumSpad${parameterSuffix(p, 'psumDepth', 'psumBanks', 'dataBits', 'psumBits', 'macs', 'sparse')}`;
  return module(name, ports, (io) => {
    const split = p.macs === 1 || !p.sparse;
    const Bank = split ? SplitPsumBank : PsumBank;
    const numbers = Array.from({ length: p.psumBanks }, (_, bank) => bank);
    const banks = numbers.map((bank) =>
      instance(Bank({ depth: bankDepth, width: p.psumBits }), { name: `bank_${bank}` }),
    );

    // Windows held: read but not drained, and of these the complete ones.
    const held = reg(windows, { reset: 0 });
    const complete = reg(windows, { reset: 0 });
    // The first bank of the window that drains.
    const drainBank = reg(UInt(bankBits), { reset: 0 });
    // After reset it counts up to the last beat, which clears all banks.
    const drainBeat = reg(beat, { reset: beats - bankDepth / 2 });
    const clearing = reg(Bool, { reset: true });

    // Banks of a window, as a power of two: the largest one that is not too many.
    const powers = Array.from({ length: bankBits + 1 }, (_, power) => power);
    const takes = (power: number): BoolVal => io.filters.gt((bankDepth << power) / 2);
    const byPower = <T extends BoolVal | UIntVal>(value: (power: number) => T): T =>
      powers.slice(1).reduce((others, power) => mux(takes(power), value(power), others), value(0));
    io.blocked.set(clearing.or(byPower((power) => held.bit(bankBits - power))));

    // Drain.
    const draining = complete.ne(0);
    const drained = channel(Pair);
    drained.valid.set(draining.and(io.accumulate.not().or(io.psumIn.valid)));
    io.psumIn.ready.set(all(draining, io.accumulate, drained.ready));
    const leaving = stage(drained);
    connect(io.psumOut, leaving);
    const lastBeat = drainBeat.eq(io.filters.sub(1).shr(1).trunc(beat.width));
    const releases = drained.fire.and(lastBeat);
    // Upper bits of beats and rows count banks of the window.
    const beatBank = drainBank.add(drainBeat.shr(beat.width - bankBits));
    io.holds.set(held.ne(0).or(leaving.valid));

    // A bank either takes products or is emptied: what drains is complete, and the windows behind it have other banks.
    const empties = clearing.or(drained.fire);
    const emptied = numbers.map((bank) => clearing.or(draining.and(beatBank.eq(bank))));
    const clears = emptied.map((bank) => bank.and(empties));
    // The window at hand is as far behind the one that drains as there are complete ones.
    const macBank = drainBank.add(byPower((power) => complete.shl(power).trunc(bankBits)));
    const bankOf = (row: UIntVal): UIntVal => macBank.add(row.shr(widths.row - bankBits));
    const onlySum = p.macs === 1 ? sumOf(io.products.first) : null;
    for (let lane = 0; lane < 2; lane++) {
      const product = lane === 0 || p.macs === 1 ? io.products.first : io.products.second;
      const productBank = bankOf(product.row);
      const drainAddress = split
        ? drainBeat.trunc(bankAddress.width - 1)
        : drainBeat.shl(1).trunc(bankAddress.width).or(lit(bankAddress, lane));
      const productAddress = () =>
        split ? product.row.bits(bankAddress.width - 1, 1).asUInt() : product.row.trunc(bankAddress.width);
      const enable = p.macs === 1 ? product.enable.and(isLane(product.row.bit(0), lane)) : product.enable;
      const places = banks.map(({ first, second }) => (lane === 0 ? first : second));
      const reads = places.map(({ read }) => read);
      const sum = onlySum ?? chosen(productBank, reads).add(product.value.extend(p.psumBits));
      places.forEach((place, bank) => {
        const accumulates = enable.and(productBank.eq(bank));
        place.address.set(mux(emptied[bank]!, drainAddress, productAddress()));
        place.write.set(accumulates.or(clears[bank]!));
        place.data.set(mux(emptied[bank]!, 0, sum));
      });
      drained.data[lane]!.set(chosen(beatBank, reads).add(mux(io.accumulate, io.psumIn.data[lane]!, 0)));
    }

    when(clearing.and(drainBeat.eq(beats - 1)), () => clearing.set(false));
    when(empties, () => drainBeat.set(mux(releases, 0, drainBeat.add(1))));
    when(releases, () =>
      drainBank.set(drainBank.add(byPower((power) => lit(UInt(bankBits), (1 << power) % p.psumBanks)))),
    );

    const count = (on: BoolVal) => on.asUInt().extend(windows.width);
    held.set(held.add(count(io.windowRead)).sub(count(releases)));
    complete.set(complete.add(count(io.windowDone)).sub(count(releases)));

    /** The psum of the only product, with it added. */
    function sumOf({ row, value }: typeof io.products.first): SIntVal {
      const reads = banks.map(({ first, second }) => mux(row.bit(0), second.read, first.read));
      return chosen(bankOf(row), reads).add(value.extend(p.psumBits));
    }
  });
});

function isLane(odd: BoolVal, lane: number): BoolVal {
  return lane === 1 ? odd : odd.not();
}

/** The value of the bank that is chosen. */
function chosen(bank: UIntVal, values: readonly SIntVal[]): SIntVal {
  return values.slice(1).reduce((others, value, index) => mux(bank.eq(index + 1), value, others), values[0]!);
}
