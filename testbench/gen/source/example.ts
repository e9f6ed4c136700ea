/* oxlint-disable typescript/no-unnecessary-type-assertion -- that names are found behind assertions is what is tested */
import type * as Hdl from '../../../gen/index.ts';

/**
 * A design with a name from every kind of place, described with the embedded HDL that it is given: so one file can be run from
 * its source and as compiled.
 */
export function describeExample({
  emitVerilog,
  In,
  keep,
  module,
  mux,
  Out,
  reg,
  Stream,
  UInt,
  wire,
}: typeof Hdl): Hdl.VerilogDesign {
  const byte = UInt(8);

  function counter(): { value: Hdl.UIntVal<8>; wraps: Hdl.BoolVal } {
    const value = reg(byte, { reset: 0 });
    const wraps = value.eq(255);
    value.set(value.add(1));
    return { value, wraps };
  }

  const ports = { a: In(byte), b: In(byte), s: In(Stream(byte)), y: Out(byte), z: Out(byte) };
  const Example = module('Example', ports, ({ a, b, s, y, z }) => {
    const total = a.add(b);
    const fire = s.fire;
    const left = counter();
    const right = counter();
    const cast = a.xor(b) as Hdl.UIntVal<8>;
    const sure = a.and(b)!;
    const checked = a.or(b) satisfies Hdl.UIntVal<8>;
    const chosen = ports.a.direction === 'input' ? a.sub(b) : b;
    const record = { one: reg(byte), 'two-three': wire(byte), inner: { deep: reg(byte) } };
    const list = [wire(byte), wire(byte)];
    const many = [1, 2, 3].map(() => reg(byte));
    const [first, second] = [reg(byte), reg(byte)];
    for (let step = 0; step < 2; step++) {
      const looped = reg(byte);
      looped.set(many[step]!);
      keep(looped);
    }
    keep([record.one, many]);
    const begin = reg(byte);
    begin.set(list[0]!);
    const unnamed = (value: Hdl.UIntVal<8>): Hdl.UIntVal<8> => mux(fire, value.add(1), value);
    s.ready.set(left.wraps.or(right.wraps));
    record.one.set(total);
    record['two-three'].set(cast.add(sure));
    record.inner.deep.set(unnamed(checked));
    list[0]!.set(chosen);
    list[1]!.set(s.data);
    many.forEach((each, index) => each.set(index));
    first!.set(record['two-three']);
    second!.set(first!.add(a.mul(b).trunc(8)).named('explicit'));
    y.set(list[1]!.add(record.inner.deep).add(left.value));
    z.set(right.value.add(second!).add(begin).xor(total));
  });
  return emitVerilog(Example);
}
