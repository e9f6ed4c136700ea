/* oxlint-disable typescript/no-unsafe-call -- what is an error has no type */
/**
 * What the type checker must refuse, each with a line that expects the error, and what it must let pass. `tsc` checks this file;
 * nothing runs it.
 */
import {
  Bits,
  Bool,
  Bundle,
  connect,
  In,
  instance,
  lit,
  mem,
  module,
  mux,
  Out,
  reg,
  SInt,
  Stream,
  sum,
  UInt,
  Vec,
  when,
  wire,
} from '../../gen/index.ts';
import type { UIntVal } from '../../gen/index.ts';

const width: number = 8;

export const refused = () =>
  module(
    'Refused',
    {
      a: In(UInt(8)),
      b: In(UInt(4)),
      s: In(SInt(8)),
      raw: In(Bits(8)),
      c: In(Bool),
      y: Out(UInt(4)),
      item: Out(Bundle({ tag: UInt(2), data: UInt(8) })),
      source: In(Stream(UInt(8))),
    },
    (io) => {
      const { a, b, s, raw, c, y, item, source } = io;
      // @ts-expect-error 8 bits into 4
      y.set(a);
      // @ts-expect-error 8 bits and 4
      a.add(b);
      // @ts-expect-error 8 bits and 4
      sum(a, b);
      // @ts-expect-error an input can't be driven
      a.set(0);
      // @ts-expect-error bits have no arithmetic
      raw.add(raw);
      // @ts-expect-error bits have no order
      raw.lt(raw);
      // @ts-expect-error signed and unsigned
      a.add(s);
      // @ts-expect-error signed and unsigned
      s.lt(a);
      // @ts-expect-error a number is no condition
      when(a, () => {});
      // @ts-expect-error a number is no Bool
      c.and(1);
      // @ts-expect-error a Bool is no number
      y.set(true);
      // @ts-expect-error no such port
      void io.missing;
      // @ts-expect-error a field is missing
      item.set({ tag: 1 });
      // @ts-expect-error a field of another width
      item.set({ tag: a, data: a });
      // @ts-expect-error no such field
      void item.other;
      // @ts-expect-error two kinds
      mux(c, a, raw);
      // @ts-expect-error a source is not driven
      source.valid.set(true);
      // @ts-expect-error a source is no sink
      connect(source, source);
      // @ts-expect-error a reset value is plain
      reg(Bool, { reset: 1 });
      // @ts-expect-error a signal is no amount of a constant shift
      a.shl(b);
      // @ts-expect-error and a number none of a dynamic one
      a.shiftLeft(3);
      // @ts-expect-error a write of another width
      mem(UInt(4), 16).write(b, a);
      // @ts-expect-error a text is no literal
      lit(UInt(4), '3');
      const child = instance(accepted());
      // @ts-expect-error an output of an instance is not driven
      child.y.set(0);
      // @ts-expect-error nor an input read of another width
      child.a.set(b);
      // @ts-expect-error an extended value has its new width
      y.set(b.extend(5));
      // @ts-expect-error an element has its type
      y.set(wire(Vec(2, UInt(8)))[0]!);
    },
  );

export const accepted = () =>
  module(
    'Accepted',
    { a: In(UInt(8)), n: In(UInt(width)), c: In(Bool), y: Out(UInt(8)), z: Out(UInt(width)), v: Out(Vec(3, UInt(8))) },
    ({ a, n, c, y, z, v }) => {
      // A width that a generator computes goes with every other; elaboration checks it.
      z.set(a.add(n));
      y.set(n);
      const any: UIntVal = a;
      const narrow: UIntVal<8> = any;
      when(c, () => y.set(narrow.trunc(4).extend(8)));
      v.set([a, n, 3]);
      v[0]!.set(mux(c, a, 7));
      v[1]!.set(c.mux(0, a).bits(3, 0).asUInt().extend(8));
      const state = reg(Bundle({ flag: Bool, list: Vec(2, SInt(3)) }), { reset: { flag: true, list: [1, -1] } });
      state.set({ flag: c, list: state.list });
    },
  );
