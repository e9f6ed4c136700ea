import { describe, expect, test } from 'vitest';
import {
  assert,
  Bits,
  Bool,
  cover,
  ghost,
  In,
  mem,
  module,
  Out,
  past,
  printCheckedModule,
  reg,
  UInt,
  when,
  emitVerilog,
} from '../../../gen/index.ts';
import type { Module } from '../../../gen/index.ts';

function checksIn(text: string): string[] {
  return text.split('\n').flatMap((line) => (/^ {2}(assert|assume|cover) /.test(line) ? [line.trim()] : []));
}

const Ports = { a: In(UInt(4)), go: In(Bool), stop: In(Bool), y: Out(UInt(4)) };

describe('a flat list', () => {
  test('with the conditions of every branch, and those before it turned round', () => {
    const made = module('Branches', Ports, ({ a, go, stop, y }) => {
      const count = reg(UInt(4), { reset: 0 });
      y.set(count);
      when(go, () => count.set(a))
        .elseWhen(stop, () => {
          assert(count.ne(1), 'second');
          when(a.eq(2), () => cover(count.eq(2), 'inner'));
        })
        .otherwise(() => assert(count.ne(3), 'last'));
      assert(count.ne(4), 'ever');
    });
    expect(checksIn(printCheckedModule(made.checked))).toEqual([
      'assert second at clock: or(not(and(not(go), stop)), ne(count, 1)): Bool',
      'cover inner at clock: and(and(and(not(go), stop), eq(a, 2)), eq(count, 2)): Bool',
      'assert last at clock: or(not(and(not(go), not(stop))), ne(count, 3)): Bool',
      'assert ever at clock: ne(count, 4): Bool',
    ]);
    expect(made.checked.checks.map(({ check, label, message }) => ({ check, label, message }))).toContainEqual({
      check: 'cover',
      label: 'inner',
      message: undefined,
    });
  });

  test('what looks back through ghost wires and conditions waits too, for the longest past', () => {
    const made = module('Looks', Ports, ({ a, go, stop, y }) => {
      const count = reg(UInt(4), { reset: 0 });
      count.set(a);
      y.set(count);
      const before = ghost(() => {
        const before = reg(Bool, { reset: false });
        before.set(past(go));
        return before;
      });
      when(past(stop, 3), () => assert(past(go).or(before), 'longest'));
      assert(before.or(go), 'own register');
    });
    expect(checksIn(printCheckedModule(made.checked))).toEqual([
      'assert longest at clock: or(not(stop_past3), or(not(past3_known), or(go_past, before_before))): Bool',
      'assert own_register at clock: or(before_before, go): Bool',
    ]);
  });
});

describe('layers', () => {
  test('the RTL has no ghost in it, and the ghosts have drivers', () => {
    const { checked } = module('Layers', Ports, ({ a, go, stop, y }) => {
      const count = reg(UInt(4), { reset: 0 });
      when(stop, () => count.set(a));
      y.set(count);
      ghost(() => {
        const copies = mem(UInt(4), 16);
        const last = reg(UInt(4), { reset: 3 });
        when(go, () => {
          copies.write(a, count);
          last.set(a);
        });
        assert(copies.read(last).eq(count).or(go), 'copied');
      });
    });
    const ghosts = [...checked.ghost.sequential.flatMap(({ registers }) => registers), ...checked.ghost.writes.keys()];
    expect(ghosts.map(({ ghost: isGhost }) => isGhost)).toEqual([true, true]);
    const rtl = [...checked.sequential.flatMap(({ registers }) => registers), ...checked.combinational.keys()];
    expect(rtl.some(({ ghost: isGhost }) => isGhost)).toBe(false);
    expect(checked.writes.size).toBe(0);
  });

  test('a memory is seen over a wire of the RTL that has its word', () => {
    const made: Module = module('Seen', Ports, ({ a, go, stop, y }) => {
      const ram = mem(Bits(4), 16);
      const word = ram.read(a);
      const next = ram.read(a.add(1)).asUInt().add(1);
      when(go, () => ram.write(a, next.asBits()));
      y.set(word.asUInt());
      const held = reg(Bool, { reset: false });
      held.set(stop);
      assert(word.asUInt().add(1).ne(3), 'word');
      assert(next.ne(3).or(held), 'next');
    });
    const { text } = emitVerilog(made).checkFiles[0]!;
    expect(text).toContain('  .word(word),\n');
    expect(text).toContain('  .next(next)\n');
  });
});
