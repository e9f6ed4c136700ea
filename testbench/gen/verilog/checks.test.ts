import { describe, expect, test } from 'vitest';
import {
  assert,
  assume,
  Bool,
  cover,
  emitVerilog,
  ghost,
  In,
  instance,
  mem,
  module,
  Out,
  past,
  reg,
  UInt,
  Vec,
  when,
} from '../../../gen/index.ts';
import type { Module, VerilogDesign } from '../../../gen/index.ts';
import { drive } from '../../../sim/driver/drive.ts';
import { CheckedFifo } from '../checked-fifo.ts';
import { boundedCheck, CounterexampleError, missingSolvers, proveByInduction, reachCovers } from '../formal.ts';
import { hasIcarus, hasYosys, icarusComplaints, runTool, verilatorLint, yosysComplaints } from '../tools.ts';

/** The same hardware with checks and without, where one could get into the way of the other: names, memories, instances. */
function machine(checked: boolean, name = 'Machine'): Module {
  const ports = { a: In(Vec(2, UInt(4))), go: In(Bool), y: Out(UInt(4)), z: Out(UInt(5)) };
  const Child = module('Child', { x: In(UInt(4)), q: Out(UInt(5)) }, ({ x, q }) => {
    const held = reg(UInt(4), { reset: 0 });
    held.set(x);
    q.set(held.extend(5));
    if (checked) assert(past(x).eq(held), 'follows');
  });
  return module(name, ports, ({ a, go, y, z }) => {
    const ram = mem(UInt(4), 16);
    const sum = a[0]!.add(a[1]!);
    if (checked) {
      const limit = ghost(() => {
        const limit = reg(UInt(4), { reset: 9 });
        limit.set(sum);
        return limit;
      });
      assert(limit.le(15).or(go), 'sum');
    }
    const word = ram.read(sum);
    const total = reg(UInt(4), { reset: 0 });
    const child = instance(Child);
    child.x.set(a[1]!);
    // Names that a check takes too, and logic that a check shares.
    const next = total.add(word).xor(sum);
    if (checked) {
      const next = total.sub(1);
      const checks = total.ne(0);
      assert(next.ne(14).or(checks));
      assert(total.add(word).ne(3).or(go.not()), 'shared');
      assert(child.x.eq(a[1]!), 'connected');
      assert(child.q.lt(16), 'small enough');
    }
    when(go, () => {
      ram.write(total, next);
      total.set(next);
      if (checked) cover(past(total, 2).eq(word), 'total');
    });
    y.set(total);
    z.set(child.q);
  });
}

function textsOf(design: VerilogDesign): Record<string, string> {
  return Object.fromEntries(design.files.map(({ path, text }) => [path, text]));
}

const design = emitVerilog(machine(true));

describe('the RTL', () => {
  test('has the same bytes with checks and without', () => {
    const bare = emitVerilog(machine(false));
    expect(bare.checkFiles).toEqual([]);
    expect(design.checkFiles.map(({ path, module: of }) => [path, of])).toEqual([
      ['Child_checks.sv', 'Child'],
      ['Machine_checks.sv', 'Machine'],
    ]);
    expect(textsOf(design)).toEqual(textsOf(bare));
  });

  test('has the same bytes where only the line of the check is gone', () => {
    const make = (checked: boolean): Module =>
      module('Line', { a: In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {
        const state = reg(UInt(4), { reset: 0 });
        const wide = state.add(a).add(3);
        if (checked) assert(wide.ne(0), 'wide');
        {
          const wide = state.xor(a);
          state.set(wide);
          y.set(wide.add(wide));
        }
      });
    const [checked, bare] = [emitVerilog(make(true)), emitVerilog(make(false))];
    expect(textsOf(checked)).toEqual(textsOf(bare));
    expect(bare.files[0]!.text).toContain('wire [3:0] wide = state ^ a;');
  });

  test('does not get a clock or a reset for the sake of a ghost', () => {
    const made = module('NoReset', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => {
      const held = reg(Bool);
      held.set(a);
      y.set(held);
      assert(past(a).eq(held), 'follows');
    });
    const { files, checkFiles } = emitVerilog(made);
    expect(files[0]!.text).not.toContain('reset');
    expect(checkFiles[0]!.text).toMatchInlineSnapshot(`
      "module NoReset_checks (
        input wire clock,
        input wire held,
        input wire a
      );

        reg past_known = 1'd0;
        reg a_past;

        always @(posedge clock) past_known <= 1'd1;

        always @(posedge clock) a_past <= a;

        always @(posedge clock) begin
          follows: assert (!past_known || a_past == held);
        end
      endmodule

      bind NoReset NoReset_checks checks (
        .clock(clock),
        .held(held),
        .a(a)
      );
      "
    `);
  });
});

describe('the checks', () => {
  test('stand in a module of their own, bound to signals of the RTL', () => {
    expect(design.checkFiles[1]!.text).toMatchInlineSnapshot(`
      "module Machine_checks (
        input wire clock,
        input wire reset,
        input wire go,
        input wire [3:0] total,
        input wire [3:0] word,
        input wire [3:0] a_1,
        input wire [4:0] child_q,
        input wire [3:0] a_0
      );

        reg [3:0] limit_limit = 4'd9;
        reg past_known = 1'd0;
        reg past2_known = 1'd0;
        reg [3:0] total_past;
        reg [3:0] total_past2;

        wire [3:0] sum = a_0 + a_1;
        wire [3:0] next_1 = total - 4'd1;
        wire checks = total != 4'd0;

        always @(posedge clock) begin
          if (reset) limit_limit <= 4'd9;
          else limit_limit <= sum;
        end

        always @(posedge clock) begin
          if (reset) begin
            past_known <= 1'd0;
            past2_known <= 1'd0;
          end
          else begin
            past2_known <= past_known;
            past_known <= 1'd1;
          end
        end

        always @(posedge clock) begin
          total_past2 <= total_past;
          total_past <= total;
        end

        always @(posedge clock) begin
          if (!reset) begin
            sum_1: assert (1'd1 || go);
            assert_checks_next_1: assert (next_1 != 4'd14 || checks);
            shared: assert ((total + word) != 4'd3 || !go);
            connected: assert (a_1 == a_1);
            small_enough: assert (child_q < 5'd16) else $error("small enough");
            total_1: cover (go && past2_known && total_past2 == word);
          end
        end

        wire unused = &{1'd0, limit_limit};
      endmodule

      bind Machine Machine_checks checks_1 (
        .clock(clock),
        .reset(reset),
        .go(go),
        .total(total),
        .word(word),
        .a_1(a[7:4]),
        .child_q(child_q),
        .a_0(a[3:0])
      );
      "
    `);
  });

  test('are found by their lines', () => {
    for (const { text, checks } of design.checkFiles) {
      const lines = text.split('\n');
      for (const { label, check, line } of checks) expect(lines[line - 1]).toContain(` ${label}: ${check} (`);
    }
  });

  test('the module and its instance get names that are free', () => {
    const Taken = module('Outer_checks', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => y.set(a));
    const made = module('Outer', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => {
      const checks = reg(Bool, { reset: false });
      const child = instance(Taken);
      child.a.set(checks);
      checks.set(a);
      y.set(child.y);
      assert(checks.or(child.y.not()), 'same');
    });
    const [file] = emitVerilog(made).checkFiles;
    expect(file!.path).toBe('Outer_checks_1.sv');
    expect(file!.text).toContain('bind Outer Outer_checks_1 checks_1 (');
  });

  test('follow the style of the clock and the reset', () => {
    const { checkFiles } = emitVerilog(machine(true), {
      clock: { name: 'clk', edge: 'falling', reset: { kind: 'async', active: 'low' } },
    });
    expect(checkFiles[0]!.text).toContain(
      'always @(negedge clk or negedge reset_n) begin\n    if (!reset_n) past_known',
    );
    expect(checkFiles[0]!.text).toContain('always @(negedge clk) begin\n    if (reset_n) begin\n      follows: assert');
  });

  test('two modules of one name that differ in their checks are two', () => {
    const one = (text: string) =>
      module('Same', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => {
        const held = reg(Bool, { reset: false });
        held.set(a);
        y.set(held);
        assert(held.or(a), text);
      });
    const two = module('Two', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => {
      const [left, right] = [instance(one('left')), instance(one('right'))];
      left.a.set(a);
      right.a.set(left.y);
      y.set(right.y);
    });
    expect(() => emitVerilog(two)).toThrow('two different modules are called Same');
  });

  describe.each([design, emitVerilog(CheckedFifo({ bug: 'none' }))])('of $top', (each) => {
    test('Verilator has nothing to say, of the RTL alone neither', () => {
      const files = [...each.files, ...each.checkFiles];
      const sources = files.map(({ path }) => path);
      const args = ['--lint-only', '-Wall', '--assert', '--top-module', each.top, ...sources];
      expect(
        runTool({ files }, 'verilator', () => args)
          .replace(/^- .*$/gm, '')
          .trim(),
      ).toBe('');
      expect(verilatorLint(each)).toBe('');
    });

    test.skipIf(!hasIcarus || !hasYosys)('Icarus and Yosys have nothing to say of the RTL', () => {
      expect(icarusComplaints(each)).toBe('');
      expect(yosysComplaints(each)).toBe('');
    });
  });

  test('inline, assumptions inside of an instance are asserted', () => {
    const Inner = module('Inner', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => {
      const held = reg(Bool, { reset: false });
      held.set(a);
      y.set(held);
      assume(a.or(held), 'a sentence');
    });
    const outer = module('Outer', { a: In(Bool), y: Out(Bool) }, ({ a, y }) => {
      const inner = instance(Inner);
      inner.a.set(a);
      y.set(inner.y);
      assume(a.or(inner.y), 'outside');
    });
    const { files, checkFiles } = emitVerilog(outer, { checks: 'inline' });
    expect(checkFiles[0]!.text).toContain('a_sentence: assert (a || held);');
    expect(checkFiles[1]!.text).toContain('outside: assume (a || inner_y);');
    expect(checkFiles.map(({ text }) => text).join('')).not.toContain('bind');
    expect(files[1]!.text).toContain('  Outer_checks checks (\n    .clock(clock),\n');
  });
});

describe.each(['builtin', 'verilator'] as const)('in simulation on %s', (engine) => {
  test('a design that keeps its word runs, stalls and all', async () => {
    const fifo = await drive(CheckedFifo({ bug: 'none' }), { engine });
    const values = Array.from({ length: 40 }, (_, index) => index % 16);
    fifo.ports.pick.poke(1);
    expect(fifo.exchange({ send: { enq: values }, expect: { deq: 40 }, stall: 0.4 }).deq).toEqual(values);
    fifo.close();
  });

  test('a check that fails ends the run with its name, message, cycle and line', async () => {
    const fifo = await drive(CheckedFifo({ bug: 'overflow' }), { engine });
    const exchange = (): unknown => fifo.exchange({ send: { enq: [1, 2, 3, 4, 5, 6, 7] }, maxCycles: 20 });
    expect(exchange).toThrow(
      /^the simulation of design "CheckedFifo_overflow" stopped in cycle 7: assertion "no_more_words_than_there_is_room_for" of module CheckedFifo_overflow does not hold at the edge: no more words than there is room for\n {2}at \S*checked-fifo\.ts:\d+:\d+$/,
    );
    fifo.close();
  });

  test('nothing is judged in reset, and no past before there is one', async () => {
    const made = module('Past', { a: In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {
      const one = reg(UInt(4), { reset: 7 });
      const two = reg(UInt(4), { reset: 5 });
      one.set(a);
      two.set(one);
      y.set(two);
      assert(one.eq(past(a)), 'one');
      assert(two.eq(past(a, 2)), 'two');
    });
    const past2 = await drive(made, { engine });
    for (let value = 0; value < 12; value++) {
      past2.ports.a.poke(value);
      if (value === 6) past2.reset();
      past2.step();
    }
    expect(past2.ports.y.peek()).toBe(10);
    past2.close();
  });
});

describe.skipIf(missingSolvers.length > 0)(
  `in proofs${missingSolvers.map((each) => `; not installed: ${each}`).join('')}`,
  () => {
    test('the FIFO is right for ever, and can be full', () => {
      const fifo = CheckedFifo({ bug: 'none' });
      boundedCheck(fifo, { depth: 6 });
      proveByInduction(fifo, { depth: 2 });
      reachCovers(fifo, { depth: 6 });
      expect(() => reachCovers(fifo, { depth: 3 })).toThrow('not reached: full');
    });

    test.each([
      ['overflow', 'no_more_words_than_there_is_room_for'],
      ['reorder', 'the_watched_word_stays_as_it_came'],
      ['drop', 'pointers_agree'],
      ['withdraw', 'deq_valid_stays'],
    ] as const)('its version with the bug "%s" fails, with the cycles that lead there', (bug, label) => {
      const fails = (): void => boundedCheck(CheckedFifo({ bug }), { depth: 8 });
      expect(fails).toThrow(CounterexampleError);
      expect(fails).toThrow(`"${label}" of module CheckedFifo_${bug} fails in the cycles from reset`);
      expect(fails).toThrow(/\n {2}reset +1 {3}0/);
    });

    test('an assertion that is true but builds on nothing does not follow', () => {
      const made = module('Weak', { go: In(Bool), y: Out(UInt(4)) }, ({ go, y }) => {
        const even = reg(UInt(4), { reset: 0 });
        when(go, () => even.set(even.add(2)));
        y.set(even);
        assert(even.ne(7), 'never seven');
      });
      boundedCheck(made, { depth: 10 });
      expect(() => proveByInduction(made, { depth: 2 })).toThrow(
        '"never_seven" of module Weak fails in the induction step',
      );
    });
  },
);
