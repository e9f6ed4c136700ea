/** What random designs have found, as they were reduced. */
import { beforeAll, expect, test } from 'vitest';
import { Bits, Bool, In, lit, mem, module, Out, reg, SInt, UInt, Vec, when } from '../../gen/index.ts';
import type { Module } from '../../gen/index.ts';
import { hasIcarus } from '../gen/tools.ts';
import { moduleDifferences } from './compare.ts';

const found: readonly Module[] = [
  // Two elements of a vector depend on different inputs and on one condition, which belonged to neither.
  module(
    'SharedCondition',
    { level: In(UInt(2)), bits: In(Bits(7)), other: In(UInt(3)), out: Out(Vec(2, SInt(2))) },
    ({ level, bits, other, out }) => {
      out.set([lit(SInt(2), 0), level.bit(1).asSInt().extend(2)]);
      when(level.extend(6).asSInt().eq(3), () => {
        out[0]!.set(other.asSInt().trunc(2));
        out[1]!.set(bits.bits(4, 3).asSInt());
      });
    },
  ),
  // Icarus Verilog took the carry of a sum for a bit of the address.
  module(
    'SumAsAddress',
    { a: In(UInt(3)), b: In(UInt(3)), c: In(Bool), data: In(SInt(12)), now: Out(SInt(12)), later: Out(SInt(12)) },
    ({ a, b, c, data, now, later }) => {
      const words = mem(SInt(12), 8, { initial: [1, 2, 3, 4] });
      words.write(a.sub(b), data);
      now.set(words.read(c.mux(a.add(b), b)));
      later.set(words.readSync(a.mul(b).trunc(3), { underWrite: 'new' }));
    },
  ),
  // Icarus Verilog could not shift by, nor shift, a word of a memory whose address is constant.
  module('WordAsAmount', { a: In(UInt(64)), write: In(UInt(4)), y: Out(UInt(64)) }, ({ a, write, y }) => {
    const amounts = mem(UInt(4), 2, { initial: [3, 5] });
    const signedAmounts = mem(SInt(4), 2, { initial: [3, 5] });
    amounts.write(1, write);
    signedAmounts.write(0, write.asSInt());
    const wide = mem(UInt(64), 2, { initial: [1, 9] });
    wide.write(0, a);
    const shifted = a.shiftLeft(amounts.read(1)).shiftRight(amounts.read(0));
    y.set(shifted.shiftRight(signedAmounts.read(0).asUInt()).xor(wide.read(1).shiftLeft(write)));
  }),
];

/** Nothing gives the register its first value. */
const Forgetful = module('Forgetful', { a: In(Bool), y: Out(UInt(4)) }, ({ a, y }) => {
  const kept = reg(UInt(4));
  when(a, () => kept.set(kept.add(1)));
  y.set(kept);
});

let texts: (string | undefined)[] = [];
beforeAll(async () => void (texts = await moduleDifferences([...found, Forgetful], 1)));

test.each(found.map(({ name }, index) => [name, index] as const))('%s', (_, index) => {
  expect(texts[index]).toBeUndefined();
});

test.skipIf(!hasIcarus)('a disagreement is told with its cycle, its port and all values', () => {
  expect(texts.at(-1)).toMatch(/^cycle 24: y is . in builtin, . in reference, . in Verilator, x in Icarus$/);
});
