/** From a psum to an 8-bit output, in integers only. */
import {
  Bits,
  type BitsVal,
  Bool,
  type BoolVal,
  Bundle,
  In,
  Out,
  SInt,
  UInt,
  Vec,
  any,
  cat,
  generator,
  lit,
  module,
  mux,
  reg,
  repeat,
  when,
} from '../../gen/index.ts';
import { chipSuffix, type ChipParameters } from '../parameters.ts';

/** What an output channel is requantised with: acc = psum + bias, scaled by multiplier / 2^shift. */
export const ChannelParameters = Bundle({ bias: SInt(32), multiplier: UInt(31), shift: UInt(5) });

/** What all channels of a layer have in common: the output for zero, and the least and greatest output, `low` <= `high`. */
export const OutputRange = Bundle({ zeroPoint: SInt(9), low: SInt(9), high: SInt(9) });

/** Cycles from psum to output. */
export const REQUANTISER_STAGES = 3;

const ACC_BITS = 33;
const MULTIPLIER_BITS = ChannelParameters.fields.multiplier.width;
const GREATEST_SHIFT = 31;
/** Where both factors are of this many bits or more, the output is `low` or `high` whatever the shift is. */
const NARROW_BITS = 20;
const PRODUCT_BITS = ACC_BITS + NARROW_BITS;
/** The quotient before the zero point is added: what does not fit is clamped, as a zero point has 9 bits. */
const QUOTIENT_BITS = 10;

/**
 * One lane: `clamp(zeroPoint + floor((psum + bias) · multiplier / 2^shift + 1/2), low, high)`, exact for any psum, bias, multiplier
 * and shift. A psum a cycle, in three stages: sum; product; shift, zero point and clamp. Stage k takes what the one before it holds
 * in the cycles of `load[k]`; stage 0 takes the inputs.
 *
 * The product of 33 by 31 bits is never made. The least shift that the greatest product can meet is 31, so that an accumulator and
 * a multiplier that both exceed 2^20 give at least 2^9, which is clamped. In every other case one of them fits 20 bits, the
 * accumulator's sign aside. The bits below the sign are multiplied unsigned, 32 by 20; what the sign stands for is the multiplier
 * at its place, which is subtracted: extending the sign through the array would cost a seventh of it. Behind it the shifter keeps
 * the 11 bits that an output can come from, and of all bits above them only whether they repeat the sign.
 */
export const Requantiser = generator(function Requantiser(p: ChipParameters) {
  const ports = {
    load: In(Vec(REQUANTISER_STAGES, Bool)),
    psum: In(SInt(p.pe.psumBits)),
    channel: In(ChannelParameters),
    range: In(OutputRange),
    /** The output of the last stage, in 8 bits of whatever sign the range has. */
    value: Out(Bits(8)),
  };
  return module(`Requantiser${chipSuffix(p, 'pe.psumBits')}`, ports, ({ load, psum, channel, range, value }) => {
    // Stage 0: the accumulator.
    const acc = reg(SInt(ACC_BITS));
    const multiplier = reg(UInt(MULTIPLIER_BITS));
    const accShift = reg(UInt(5));
    when(load[0]!, () => {
      acc.set(psum.extend(32).addFull(channel.bias));
      multiplier.set(channel.multiplier);
      accShift.set(channel.shift);
    });

    // Stage 1: the wide factor by the narrow one.
    const factorBits = ACC_BITS - 1;
    const accSign = acc.bit(factorBits);
    const accBits = acc.bits(factorBits - 1, 0).asUInt();
    const accIsNarrow = differs(acc.bits(factorBits - 1, NARROW_BITS), accSign).not();
    const multiplierIsNarrow = multiplier
      .bits(MULTIPLIER_BITS - 1, NARROW_BITS)
      .orReduce()
      .not();
    const wide = mux(accIsNarrow, multiplier.extend(factorBits), accBits);
    const narrow = mux(accIsNarrow, accBits.trunc(NARROW_BITS), multiplier.trunc(NARROW_BITS));
    const atSign = mux(accIsNarrow, wide, narrow.shl(factorBits - NARROW_BITS));
    const signPart = mux(accSign, atSign, lit(UInt(factorBits), 0)).shl(NARROW_BITS);
    const product = reg(SInt(PRODUCT_BITS));
    const productShift = reg(UInt(5));
    const bothWide = reg(Bool);
    const productSign = reg(Bool);
    when(load[1]!, () => {
      product.set(wide.mul(narrow).extend(PRODUCT_BITS).sub(signPart.extend(PRODUCT_BITS)).asSInt());
      productShift.set(accShift);
      bothWide.set(any(accIsNarrow, multiplierIsNarrow).not());
      productSign.set(accSign);
    });

    // Stage 2: the quotient, rounded down, and below it the bit that rounds it; where it exceeds all limits its sign alone counts.
    const sign = mux(bothWide, productSign, product.bit(PRODUCT_BITS - 1));
    const shifted = shiftedDown(cat(product, lit(Bool, false)), productShift.asBits(), sign);
    const quotient = shifted.field.bits(QUOTIENT_BITS, 1).asSInt();
    const sumBits = QUOTIENT_BITS + 1;
    const rounding = shifted.field.bit(0).asUInt().extend(sumBits).asSInt();
    const output = quotient.extend(sumBits).add(range.zeroPoint.extend(sumBits)).add(rounding);
    const [low, high] = [range.low.extend(sumBits), range.high.extend(sumBits)];
    const clamped = reg(Bits(8));
    when(load[2]!, () => {
      const beyond = mux(sign, range.low, range.high).bits(7, 0);
      const within = mux(output.lt(low), range.low, mux(output.gt(high), range.high, output.trunc(9))).bits(7, 0);
      clamped.set(mux(shifted.exceeds.or(bothWide), beyond, within));
    });
    value.set(clamped);
  });
});

/**
 * `value >> amount`, of which the lowest `QUOTIENT_BITS + 1` bits are kept, and whether any of those above differs from the sign. Each
 * stage drops what no later one can shift into the result.
 */
function shiftedDown(value: BitsVal, amount: BitsVal, sign: BoolVal): { field: BitsVal; exceeds: BoolVal } {
  const widest = QUOTIENT_BITS + 1 + GREATEST_SHIFT;
  let field: BitsVal = value.bits(widest - 1, 0);
  let exceeds = differs(value.bits(value.width - 1, widest), sign);
  for (let stage = amount.width - 1; stage >= 0; stage--) {
    const step = 2 ** stage;
    const kept = field.width - step;
    const shifts = amount.bit(stage);
    exceeds = exceeds.or(shifts.not().and(differs(field.bits(field.width - 1, kept), sign)));
    field = mux(shifts, field.bits(field.width - 1, step), field.bits(kept - 1, 0));
  }
  return { field, exceeds: exceeds.or(field.bit(field.width - 1).ne(sign)) };
}

/** Whether some bit is not the sign. */
function differs(bits: BitsVal, sign: BoolVal): BoolVal {
  return bits.width === 1 ? bits.bit(0).ne(sign) : bits.xor(repeat(sign, bits.width)).orReduce();
}
