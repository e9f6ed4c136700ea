import { describe, expect, test } from 'vitest';
import {
  Bits,
  Bool,
  emitVerilog,
  In,
  instance,
  module,
  Out,
  reg,
  SInt,
  UInt,
  type VerilogDesign,
  when,
  wire,
} from '../../../gen/index.ts';
import { readable } from '../refusal.ts';
import { hasIcarus, runIcarus } from '../tools.ts';

const byte = UInt(8);

/** The value of an output of a design without state, for one choice of its inputs. */
function evaluate(design: VerilogDesign, inputs: Readonly<Record<string, bigint>>): Record<string, bigint | 'x'> {
  return runIcarus(design, [inputs])[0]!;
}

describe.skipIf(!hasIcarus)('a part as a target drives these bits and no others', () => {
  test('of outputs, wires, registers and inputs of instances; slices of slices', () => {
    const Child = module('PartsChild', { x: In(byte), y: Out(byte) }, ({ x, y }) => y.set(x));
    const design = emitVerilog(
      module('Parts', { a: In(byte), o: Out(byte), w: Out(SInt(8)), i: Out(byte) }, ({ a, o, w, i }) => {
        o.bits(7, 3).bits(4, 1).bits(3, 1).set(a.bits(3, 1));
        o.bits(7, 3).bits(4, 1).bit(0).set(a.bit(0));
        o.bits(7, 3).bit(0).set(false);
        o.bits(3, 0).bits(2, 0).bits(2, 1).set(3);
        o.bits(3, 0).bits(2, 0).bit(0).set(true);
        const middle = wire(SInt(8));
        middle.bits(6, 0).set(a.bits(7, 1));
        middle.bit(7).set(a.bit(0));
        w.set(middle);
        const child = instance(Child);
        child.x.bits(1, 0).set(a.bits(1, 0));
        child.x.bits(7, 2).set(0);
        i.set(child.y);
      }),
    );
    expect(evaluate(design, { a: 0b1010_0111n })).toEqual({ o: 0b0111_0111n, w: 0b1101_0011n, i: 0b11n });
  });

  test('a part of one bit of a signal of one bit is the signal', () => {
    const design = emitVerilog(
      module('OneBit', { a: In(Bool), b: In(UInt(1)), x: Out(Bool), y: Out(UInt(1)), z: Out(SInt(1)) }, (io) => {
        io.x.bit(0).set(io.a);
        io.y.bits(0, 0).set(io.b.bits(0, 0));
        io.z.bit(0).set(io.a);
      }),
    );
    expect(design.files[0]!.text).not.toContain('[0]');
    expect(evaluate(design, { a: 1n, b: 0n })).toEqual({ x: 1n, y: 0n, z: 1n });
  });

  test('a default for the whole, parts under conditions, and the whole again', () => {
    const design = emitVerilog(
      module('Overlap', { a: In(byte), c: In(Bool), d: In(Bool), y: Out(byte) }, ({ a, c, d, y }) => {
        y.set(0xff);
        when(c, () => {
          y.bits(5, 2).set(a.bits(3, 0));
          when(a.bit(0), () => y.bits(3, 3).set(0));
        });
        when(d, () => y.bits(7, 5).set(0)).elseWhen(c.and(a.bit(7)), () => y.set(a));
      }),
    );
    const expected = (a: number, c: boolean, d: boolean): number => {
      let y = 0xff;
      if (c) y = (y & ~0x3c) | ((a & 15) << 2);
      if (c && a % 2 === 1) y &= ~8;
      if (d) y &= 0x1f;
      else if (c && a >= 128) y = a;
      return y;
    };
    const cases = [0, 0x5a, 0xa5, 0xff, 0x87].flatMap((a) =>
      [false, true].flatMap((c) => [false, true].map((d) => ({ a, c, d }))),
    );
    const found = runIcarus(
      design,
      cases.map(({ a, c, d }) => ({ a: BigInt(a), c: BigInt(c), d: BigInt(d) })),
    );
    expect(found).toEqual(cases.map(({ a, c, d }) => ({ y: BigInt(expected(a, c, d)) })));
  });
});

describe('parts of registers', () => {
  test('keep the other bits, and are selected in the clocked block', () => {
    const design = emitVerilog(
      module('PartRegister', { a: In(Bits(4)), high: In(Bool), y: Out(byte) }, ({ a, high, y }) => {
        const state = reg(byte, { reset: 0 });
        when(high, () => state.bits(7, 4).set(a)).otherwise(() => state.bits(3, 0).set(a));
        y.set(state);
      }),
    );
    expect(design.files[0]!.text).toContain(`else if (high) state[7:4] <= a;
    else state[3:0] <= a;`);
  });
});

describe('what is refused', () => {
  const two = (describeIt: (y: ReturnType<typeof wire<typeof byte>>, c: never) => void) => () =>
    module('Twice', { c: In(Bool), y: Out(byte) }, ({ c, y }) => {
      const target = wire(byte);
      describeIt(target, c as never);
      y.set(target);
    });

  test('D001 names the bits that both drive', () => {
    expect(
      readable(
        two((target) => {
          target.bits(7, 2).set(0);
          target.bits(4, 0).set(0);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D001: target[4:2] has two drivers: this one always overrides the earlier
        at parts.test.ts «set»
        |           target.bits(4, 0).set(0);
        |                             ^
        called from parts.test.ts «describeIt»
        the earlier driver is at parts.test.ts «set»
        |           target.bits(7, 2).set(0);
        |                             ^
        the signal is declared at parts.test.ts «wire»
        |       const target = wire(byte);
        |                      ^
        fix: remove one of them, or put this one into a when()"
    `);
  });

  test('D001: the whole after a part', () => {
    expect(
      readable(
        two((target) => {
          target.bits(3, 0).set(0);
          target.set(0);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D001: target[3:0] has two drivers: this one always overrides the earlier
        at parts.test.ts «set»
        |           target.set(0);
        |                  ^
        called from parts.test.ts «describeIt»
        the earlier driver is at parts.test.ts «set»
        |           target.bits(3, 0).set(0);
        |                             ^
        the signal is declared at parts.test.ts «wire»
        |       const target = wire(byte);
        |                      ^
        fix: remove one of them, or put this one into a when()"
    `);
  });

  test('a part after the whole replaces its bits: D001 as well, under no condition', () => {
    expect(
      readable(
        two((target) => {
          target.set(0);
          target.bit(3).set(true);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D001: target[3] has two drivers: this one always overrides the earlier
        at parts.test.ts «set»
        |           target.bit(3).set(true);
        |                         ^
        called from parts.test.ts «describeIt»
        the earlier driver is at parts.test.ts «set»
        |           target.set(0);
        |                  ^
        the signal is declared at parts.test.ts «wire»
        |       const target = wire(byte);
        |                      ^
        fix: remove one of them, or put this one into a when()"
    `);
  });

  test('D003 names the bits that nothing drives, each run on its own', () => {
    expect(
      readable(
        two((target, c) => {
          target.bits(6, 5).set(0);
          when(c, () => target.bit(0).set(true));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D003: target[7] is driven by nothing, while other bits of it are
        at parts.test.ts «set»
        |           target.bits(6, 5).set(0);
        |                             ^
        called from parts.test.ts «describeIt»
        the signal is declared at parts.test.ts «wire»
        |       const target = wire(byte);
        |                      ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()

      error D003: target[4:1] is driven by nothing, while other bits of it are
        at parts.test.ts «set»
        |           target.bits(6, 5).set(0);
        |                             ^
        called from parts.test.ts «describeIt»
        the signal is declared at parts.test.ts «wire»
        |       const target = wire(byte);
        |                      ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()

      error D003: target[0] is not driven in every case, and would have to remember its value
        at parts.test.ts «when»
        |           when(c, () => target.bit(0).set(true));
        |           ^
        called from parts.test.ts «describeIt»
        the signal is declared at parts.test.ts «wire»
        |       const target = wire(byte);
        |                      ^
        fix: set a default before the when(), or add otherwise(); if it is to remember, make it a reg()"
    `);
  });

  test('D004: bits of an input, of the output of an instance, and of a sum', () => {
    const Child = module('Given', { y: Out(byte) }, ({ y }) => y.set(1));
    expect(
      readable(() =>
        module('Foreign', { a: In(byte) }, ({ a }) => {
          (a.bits(3, 0) as unknown as { set(value: number): void }).set(0);
          (instance(Child).y.bit(3) as unknown as { set(value: boolean): void }).set(true);
          (a.add(1).bit(0) as unknown as { set(value: boolean): void }).set(true);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error D004: set() on a part of an input port, which is driven from elsewhere
        at parts.test.ts «set»
        |           (a.bits(3, 0) as unknown as { set(value: number): void }).set(0);
        |                                                                     ^
        it is made at parts.test.ts «In»
        |         module('Foreign', { a: In(byte) }, ({ a }) => {
        |                                ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it

      error D004: set() on a part of an instance's output, which is driven from elsewhere
        at parts.test.ts «set»
        |           (instance(Child).y.bit(3) as unknown as { set(value: boolean): void }).set(true);
        |                                                                                  ^
        it is made at parts.test.ts «»
        |           (instance(Child).y.bit(3) as unknown as { set(value: boolean): void }).set(true);
        |           ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it

      error D004: set() on the result of an operator, which already has its value
        at parts.test.ts «set»
        |           (a.add(1).bit(0) as unknown as { set(value: boolean): void }).set(true);
        |                                                                         ^
        it is made at parts.test.ts «bit»
        |           (a.add(1).bit(0) as unknown as { set(value: boolean): void }).set(true);
        |                     ^
        fix: drive a wire, a register, an output port of this module or an input of an instance in it"
    `);
  });

  test('W002, W003 and W004 of parts', () => {
    expect(
      readable(() =>
        module('Misfit', { a: In(byte), y: Out(byte), n: In(UInt(4)) }, ({ a, y, n }) => {
          y.bits(3, 0).set(n as never);
          y.bits(5, 4).set(4);
          y.bits(7, 6).set(a.bits(7, 5));
          y.bits(8, 6).set(0);
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error W002: UInt(4) is driven into Bits(4)
        at parts.test.ts «set»
        |           y.bits(3, 0).set(n as never);
        |                        ^
        the target is declared at parts.test.ts «Out»
        |         module('Misfit', { a: In(byte), y: Out(byte), n: In(UInt(4)) }, ({ a, y, n }) => {
        |                                            ^
        the value is made at parts.test.ts «In»
        |         module('Misfit', { a: In(byte), y: Out(byte), n: In(UInt(4)) }, ({ a, y, n }) => {
        |                                                          ^
        fix: say how it is to fit: x.asBits(); or change one of the declarations

      error W003: set(): 4 does not fit Bits(2), which holds 0 to 3
        at parts.test.ts «set»
        |           y.bits(5, 4).set(4);
        |                        ^
        fix: give a value in that range, or widen the signal

      error W002: Bits(3) is driven into Bits(2)
        at parts.test.ts «set»
        |           y.bits(7, 6).set(a.bits(7, 5));
        |                        ^
        the target is declared at parts.test.ts «Out»
        |         module('Misfit', { a: In(byte), y: Out(byte), n: In(UInt(4)) }, ({ a, y, n }) => {
        |                                            ^
        the value is made at parts.test.ts «bits»
        |           y.bits(7, 6).set(a.bits(7, 5));
        |                              ^
        fix: say how it is to fit: x.trunc(2), which drops the upper bits; or change one of the declarations

      error W004: bits 8 down to 6 don't lie within UInt(8)
        at parts.test.ts «bits»
        |           y.bits(8, 6).set(0);
        |             ^
        fix: use bits from 7 down to 0"
    `);
  });

  test('L001 says that loops are judged by whole signals', () => {
    expect(
      readable(
        two((target) => {
          target.bits(3, 0).set(3);
          target.bits(7, 4).set(target.bits(3, 0));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error L001: combinational loop: target <- target
        at parts.test.ts «set»
        |           target.bits(7, 4).set(target.bits(3, 0));
        |                             ^
        called from parts.test.ts «describeIt»
        target is driven at parts.test.ts «set»
        |           target.bits(7, 4).set(target.bits(3, 0));
        |                             ^
        fix: put a register into the loop; loops are judged by whole signals: if no bit depends on itself, make the parts signals of their own"
    `);
  });
});
