import { describe, expect, test } from 'vitest';
import {
  assert,
  assume,
  Bool,
  Bundle,
  cover,
  emitVerilog,
  fell,
  ghost,
  implies,
  In,
  instance,
  mem,
  module,
  Out,
  past,
  pastValid,
  printModuleIr,
  reg,
  rose,
  stable,
  UInt,
  Vec,
  when,
  wire,
} from '../../../gen/index.ts';
import type { BoolVal, Module, UIntVal, Var, Val, BoolType, UIntType } from '../../../gen/index.ts';
import { readable } from '../refusal.ts';

interface Io {
  readonly a: UIntVal<4>;
  readonly go: BoolVal;
  readonly count: Var<UIntType<4>> & Val<UIntType<4>>;
  readonly flag: Var<BoolType>;
}

/** A counter with a register and a flag, and something to check in it. */
function counter(describe: (io: Io) => void): Module {
  const ports = { a: In(UInt(4)), go: In(Bool), y: Out(UInt(4)), busy: Out(Bool) };
  return module('Counter', ports, ({ a, go, y, busy }) => {
    const count = reg(UInt(4), { reset: 0 });
    const flag = reg(Bool, { reset: false });
    when(go, () => count.set(count.add(a)));
    y.set(count);
    flag.set(go);
    describe({ a, go, count, flag });
    busy.set(flag);
  });
}

function checksOf(describe: (io: Io) => void): string[] {
  const [file] = emitVerilog(counter(describe)).checkFiles;
  return (file?.text.split('\n') ?? [])
    .filter((line) => /: (assert|assume|cover) \(/.test(line))
    .map((line) => line.trim());
}

describe('what a check says', () => {
  test('kinds, labels and messages', () => {
    expect(
      checksOf(({ a, go, count }) => {
        assert(count.le(9), 'count_in_range');
        assert(count.ne(15), 'the count is "never" 100% full');
        assume(a.lt(3), 'steps are small');
        cover(count.eq(9), 'ends');
        const low = count.lt(9);
        assert(low);
        assert(count.gt(0).or(go.not()));
        assert(count.gt(0), '42 is the answer');
      }),
    ).toEqual([
      "count_in_range: assert (count <= 4'd9);",
      'the_count_is_never_100_full: assert (count != 4\'d15) else $error("the count is \\"never\\" 100%% full");',
      'steps_are_small: assume (a < 4\'d3) else $error("steps are small");',
      "ends: cover (count == 4'd9);",
      'assert_low: assert (low);',
      "assert_count_go: assert (count > 4'd0 || !go);",
      '_42_is_the_answer: assert (count > 4\'d0) else $error("42 is the answer");',
    ]);
  });

  test('labels that are taken get a number, and other checks do not rename one', () => {
    const labels = (more: boolean): string[] =>
      checksOf(({ count, go }) => {
        if (more) assert(go, 'first of all');
        for (let limit = 9; limit < 12; limit++) assert(count.le(limit), 'in range');
        assert(count.le(9), 'count');
        assert(count.le(9), 'module');
      }).map((line) => line.split(':')[0]!);
    expect(labels(false)).toEqual(['in_range', 'in_range_1', 'in_range_2', 'count_1', 'module_1']);
    expect(labels(true)).toEqual(['first_of_all', ...labels(false)]);
  });

  test('under when() it counts only there', () => {
    expect(
      checksOf(({ go, count, a }) => {
        when(go, () => {
          assert(count.le(9), 'going');
          when(a.eq(0), () => cover(count.eq(3), 'inner'));
        })
          .elseWhen(a.eq(1), () => assume(count.ne(1), 'second'))
          .otherwise(() => assert(count.ne(2), 'neither'));
      }),
    ).toEqual([
      "going: assert (!go || count <= 4'd9);",
      "inner: cover (go && a == 4'd0 && count == 4'd3);",
      "second: assume (!(second_not && second_eq) || count != 4'd1);",
      "neither: assert (!(second_not && !second_eq) || count != 4'd2);",
    ]);
  });

  test('implies, stable, rose, fell and the past wait for a past', () => {
    expect(
      checksOf(({ go, count, a }) => {
        assert(implies(go, a.ne(0)), 'implied');
        assert(stable(count).or(past(go)), 'still');
        cover(rose(go), 'up');
        cover(fell(go), 'down');
        assert(past(count, 3).le(9), 'older');
        assert(past(past(count)).le(9), 'twice');
        assert(implies(pastValid(2), go), 'asked');
      }),
    ).toEqual([
      "implied: assert (!go || a != 4'd0);",
      'still: assert (!past_known || count_past == count || go_past);',
      'up: cover (past_known && go && !go_past);',
      'down: cover (past_known && !go && go_past);',
      "older: assert (!past3_known || count_past3 <= 4'd9);",
      "twice: assert (!past2_known || count_past_past <= 4'd9);",
      'asked: assert (!past2_known || go);',
    ]);
  });

  test('past() of an aggregate is one of the same shape, and is made outside of any condition', () => {
    const Item = Bundle({ tag: UInt(2), list: Vec(2, Bool) });
    const made = module('Aggregate', { item: In(Item), go: In(Bool), y: Out(Bool) }, ({ item, go, y }) => {
      const state = reg(Bool, { reset: false });
      y.set(state);
      when(go, () => {
        const before = past(item);
        assert(before.tag.eq(item.tag).and(before.list[1]!.eq(item.list[0]!)), 'shifted');
      }).elseWhen(item.tag.eq(0), () => state.set(true));
      assert(stable(item).or(state), 'stays');
    });
    const { text } = emitVerilog(made).checkFiles[0]!;
    expect(text).toContain('    item_list_0_past <= item_list_0;\n    item_tag_past <= item_tag;\n  end\n');
    expect(text).toContain('  .item_list_0(item_list[0]),\n  .item_tag(item_tag),\n');
    expect(text.match(/reg .*_past;/g)).toEqual([
      'reg [1:0] item_tag_past;',
      'reg item_list_0_past;',
      'reg item_list_1_past;',
    ]);
  });
});

test('the printed IR shows checks and ghosts', () => {
  const text = printModuleIr(
    counter(({ go, count }) => {
      const seen = ghost(() => reg(Bool, { reset: false }));
      when(go, () => seen.set(true));
      assert(count.le(9), 'in range');
      cover(seen);
    }).checked.ir,
  );
  expect(text).toContain('  ghost register register2: Bool reset 0\n');
  expect(text).toContain('  assert in_range: le(register0, 9): Bool\n  cover register2: Bool\n');
});

describe('refused', () => {
  test('RTL that reads a ghost, or a past', () => {
    expect(
      readable(() =>
        counter(({ count, go, flag }) => {
          const shadow = ghost(() => reg(UInt(4), { reset: 0 }));
          shadow.set(count);
          when(shadow.eq(3), () => flag.set(true));
          when(go, () => count.set(past(count)));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error A001: count is part of the RTL, and reads count_past, which exists only for checks
        at checks.test.ts «set»
        |           when(go, () => count.set(past(count)));
        |                                ^
        called from checks.test.ts «when»
        called from checks.test.ts «describe»
        count_past is made at checks.test.ts «past»
        |           when(go, () => count.set(past(count)));
        |                                    ^
        fix: make count_past outside of ghost() and past(), or move what reads it into ghost()

      error A001: flag is part of the RTL, and reads shadow, which exists only for checks
        at checks.test.ts «when»
        |           when(shadow.eq(3), () => flag.set(true));
        |           ^
        called from checks.test.ts «describe»
        shadow is made at checks.test.ts «reg»
        |           const shadow = ghost(() => reg(UInt(4), { reset: 0 }));
        |                                      ^
        fix: make shadow outside of ghost() and past(), or move what reads it into ghost()"
    `);
  });

  test('RTL inside of ghost()', () => {
    const Child = module('Child', { x: In(Bool), z: Out(Bool) }, ({ x, z }) => z.set(x));
    expect(
      readable(() =>
        counter(({ go, flag, count }) => {
          const ram = mem(UInt(4), 16);
          ram.write(count, count);
          ghost(() => {
            flag.set(go);
            instance(Child).x.set(go);
            ram.readSync(count);
          });
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error A002: an instance of Child is made inside of ghost(), and would be hardware
        at checks.test.ts «instance»
        |             instance(Child).x.set(go);
        |             ^
        called from checks.test.ts «ghost»
        called from checks.test.ts «describe»
        fix: move it out of ghost(), whose contents are no part of the RTL

      error A002: readSync() inside of ghost() adds a read port to a memory of the RTL
        at checks.test.ts «readSync»
        |             ram.readSync(count);
        |                 ^
        called from checks.test.ts «ghost»
        called from checks.test.ts «describe»
        the memory is declared at checks.test.ts «mem»
        |           const ram = mem(UInt(4), 16);
        |                       ^
        fix: move it out of ghost(), whose contents are no part of the RTL

      error A002: a signal or memory of the RTL is driven inside of ghost()
        at checks.test.ts «set»
        |             flag.set(go);
        |                  ^
        called from checks.test.ts «ghost»
        called from checks.test.ts «describe»
        it is declared at checks.test.ts «reg»
        |     const flag = reg(Bool, { reset: false });
        |                  ^
        fix: move it out of ghost(), whose contents are no part of the RTL"
    `);
  });

  test('a check without a clock', () => {
    expect(
      readable(() =>
        module('Plain', { a: In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {
          y.set(a);
          assert(a.ne(0), 'never nothing');
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error A003: assert "never_nothing" is judged at the edges of the default clock domain, and nothing in module Plain needs its clock
        at checks.test.ts «assert»
        |           assert(a.ne(0), 'never nothing');
        |           ^
        the module is described at checks.test.ts «module»
        |         module('Plain', { a: In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {
        |         ^
        fix: put the check into a module that has state, around this one"
    `);
  });

  test('a memory that is read by a check, or by a ghost', () => {
    expect(
      readable(() =>
        counter(({ count, a }) => {
          const ram = mem(UInt(4), 16);
          ram.write(count, a);
          assert(ram.read(a).ne(3), 'no three');
          const copy = ghost(() => wire(UInt(4)));
          copy.set(ram.read(count));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error A004: assert "no_three" reads memory ram, whose words can't be seen from outside of the RTL
        at checks.test.ts «read»
        |           assert(ram.read(a).ne(3), 'no three');
        |                      ^
        called from checks.test.ts «describe»
        ram is declared at checks.test.ts «mem»
        |           const ram = mem(UInt(4), 16);
        |                       ^
        fix: read a word that the RTL reads too and that a variable names: const word = memory.read(address); or keep a copy in ghost()

      error A004: copy, which exists only for checks, reads memory ram, whose words can't be seen from outside of the RTL
        at checks.test.ts «read»
        |           copy.set(ram.read(count));
        |                        ^
        called from checks.test.ts «describe»
        ram is declared at checks.test.ts «mem»
        |           const ram = mem(UInt(4), 16);
        |                       ^
        fix: read a word that the RTL reads too and that a variable names: const word = memory.read(address); or keep a copy in ghost()"
    `);
  });

  test('a past of nothing or of no time, a condition that is no Bool', () => {
    expect(readable(() => counter(({ count }) => past(count, 0)))).toMatchInlineSnapshot(`
      "error A005: past() of 0 cycles
        at checks.test.ts «past»
        |     expect(readable(() => counter(({ count }) => past(count, 0)))).toMatchInlineSnapshot(\`
        |                                                  ^
        called from checks.test.ts «describe»
        fix: give a whole number from 1"
    `);
    expect(readable(() => counter(() => past(undefined as never)))).toMatchInlineSnapshot(`
      "error A005: past() is given undefined
        at checks.test.ts «past»
        |     expect(readable(() => counter(() => past(undefined as never)))).toMatchInlineSnapshot(\`
        |                                         ^
        called from checks.test.ts «describe»
        fix: give a signal, a bundle or a vector"
    `);
    expect(readable(() => counter(() => stable({})))).toMatchInlineSnapshot(`
      "error A005: stable() is given nothing that holds a signal
        at checks.test.ts «stable»
        |     expect(readable(() => counter(() => stable({})))).toMatchInlineSnapshot(\`
        |                                         ^
        called from checks.test.ts «describe»
        fix: give a signal, a bundle or a vector"
    `);
    expect(readable(() => counter(({ count }) => assert(count as never)))).toMatchInlineSnapshot(`
      "error C001: assert() needs a Bool, and is given UInt(4)
        at checks.test.ts «assert»
        |     expect(readable(() => counter(({ count }) => assert(count as never)))).toMatchInlineSnapshot(\`
        |                                                  ^
        called from checks.test.ts «describe»
        the value is made at checks.test.ts «reg»
        |     const count = reg(UInt(4), { reset: 0 });
        |                   ^
        fix: compare it: x.ne(0), or pick a bit: x.bit(0)"
    `);
  });
});
