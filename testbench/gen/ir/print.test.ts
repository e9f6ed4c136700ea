import { expect, test } from 'vitest';
import {
  Bool,
  Bundle,
  In,
  instance,
  mem,
  module,
  mux,
  Out,
  printCheckedModule,
  printModuleIr,
  reg,
  SInt,
  UInt,
  when,
  wire,
} from '../../../gen/index.ts';

const Child = module('Child', { a: In(UInt(4)), b: Out(UInt(4)) }, ({ a, b }) => b.set(a.not()));

/** A little of everything that the levels hold. */
const Sample = module(
  'Sample',
  { enable: In(Bool), index: In(UInt(2)), value: In(SInt(4)), out: Out(SInt(6)), low: Out(UInt(4)) },
  ({ enable, index, value, out, low }) => {
    const table = mem(SInt(4), 4);
    const state = reg(Bundle({ count: UInt(2), last: SInt(4) }), { reset: 0 });
    const next = wire(UInt(2));
    const child = instance(Child);
    const larger = table.read(index).gt(value);

    next.set(state.count);
    when(enable.and(larger), () => {
      table.write(index, value);
      next.set(state.count.add(1));
    })
      .elseWhen(enable, () => state.last.set(value))
      .otherwise(() => next.set(0));
    state.count.set(next);
    child.a.set(mux(larger, 3, value.asUInt()));
    low.set(child.b);
    out.set(state.last.extend(6));
  },
);

test('the module IR prints what was recorded, in order, before anything has a name', () => {
  expect(printModuleIr(Sample.checked.ir)).toMatchInlineSnapshot(`
    "module Sample
      input enable: Bool
      input index: UInt(2)
      input value: SInt(4)
      output out: SInt(6)
      output low: UInt(4)
      register register0: UInt(2) reset 0
      register register1: SInt(4) reset 0
      wire wire0: UInt(2)
      instance-input instance0.a: UInt(4)
      instance-output instance0.b: UInt(4)
      memory memory0: 4 x SInt(4)
      instance instance0: Child
      wire0 := register0: UInt(2)
      when and(enable, gt(memory0[index], value)): Bool
        memory0[index: UInt(2)] := value: SInt(4)
        wire0 := add(register0, 1): UInt(2)
      elseWhen enable: Bool
        register1 := value: SInt(4)
      otherwise
        wire0 := 0: UInt(2)
      register0 := wire0: UInt(2)
      instance0.a := mux(gt(memory0[index], value), 3, cast(value, UInt(4))): UInt(4)
      low := instance0.b: UInt(4)
      out := extend(register1, SInt(6)): SInt(6)
    "
  `);
});

test('the checked IR prints every signal with its name and its one driver', () => {
  expect(printCheckedModule(Sample.checked)).toMatchInlineSnapshot(`
    "module Sample clocked resettable
      input enable: Bool
      input index: UInt(2)
      input value: SInt(4)
      output out: SInt(6) = extend(state_last, SInt(6)): SInt(6)
      output low: UInt(4) = child_b: UInt(4)
        depends on index, value
      register state_count: UInt(2) reset 0
      register state_last: SInt(4) reset 0
      wire next: UInt(2) = mux(and(enable, gt(table_1[index], value)), add(state_count, 1), mux(enable, state_count, 0)): UInt(2)
      instance-input child_a: UInt(4) = mux(gt(table_1[index], value), 3, cast(value, UInt(4))): UInt(4)
      instance-output child_b: UInt(4)
      at clock: state_count, state_last
        when and(enable, gt(table_1[index], value)): Bool
        elseWhen enable: Bool
          state_last := value: SInt(4)
        state_count := next: UInt(2)
      memory table_1: 4 x SInt(4)
        when and(enable, gt(table_1[index], value)): Bool
          table_1[index: UInt(2)] := value: SInt(4)
      instance child: Child
      larger = gt(table_1[index], value): Bool
    "
  `);
});
