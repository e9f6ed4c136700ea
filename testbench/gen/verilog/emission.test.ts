import { describe, expect, test } from 'vitest';
import { emitVerilog, In, instance, module, Out, reg, UInt } from '../../../gen/index.ts';
import type { VerilogDesign } from '../../../gen/index.ts';
import { Adder, Adders, examples, Fifo, MacPipe, Unread } from '../examples.ts';
import { positionOf } from '../refusal.ts';

function fileOf(design: VerilogDesign, path: string): string {
  return design.files.find((file) => file.path === path)!.text;
}

describe('readable text', () => {
  test('a FIFO', () => {
    expect(emitVerilog(Fifo({ width: 8, depth: 5 })).files[0]!.text).toMatchInlineSnapshot(`
      "module Fifo_8x5 (
        input wire clock,
        input wire reset,
        input wire enq_valid,
        output wire enq_ready,
        input wire [7:0] enq_data,
        output wire deq_valid,
        input wire deq_ready,
        output wire [7:0] deq_data,
        output wire [2:0] level
      );

        reg [7:0] ram [0:4];
        reg [2:0] head;
        reg [2:0] tail;
        reg [2:0] count;

        wire push = enq_valid && enq_ready;
        wire pop = deq_valid && deq_ready;

        assign enq_ready = count != 3'd5;
        assign deq_valid = count != 3'd0;
        assign deq_data = ram[tail];
        assign level = count;

        always @(posedge clock) begin
          if (push) ram[head] <= enq_data;
        end

        always @(posedge clock) begin
          if (reset) head <= 3'd0;
          else if (push) head <= (head == 3'd4) ? 3'd0 : head + 3'd1;
        end

        always @(posedge clock) begin
          if (reset) tail <= 3'd0;
          else if (pop) tail <= (tail == 3'd4) ? 3'd0 : tail + 3'd1;
        end

        always @(posedge clock) begin
          if (reset) count <= 3'd0;
          else if (push && !pop) count <= count + 3'd1;
          else if (pop && !push) count <= count - 3'd1;
        end
      endmodule
      "
    `);
  });

  test('a MAC pipe', () => {
    expect(emitVerilog(MacPipe({ width: 8, accWidth: 20 })).files[0]!.text).toMatchInlineSnapshot(`
      "module MacPipe_8_20 (
        input wire clock,
        input wire reset,
        input wire signed [7:0] a,
        input wire signed [7:0] b,
        input wire op_valid,
        output wire op_ready,
        input wire op_data,
        input wire clear,
        output wire sum_valid,
        input wire sum_ready,
        output wire signed [19:0] sum_data
      );

        reg valid1;
        reg valid2;
        reg signed [15:0] product;
        reg signed [19:0] acc;

        wire free2 = !valid2 || sum_ready;
        wire free1 = !valid1 || free2;

        assign op_ready = free1;
        assign sum_valid = valid2;
        assign sum_data = acc;

        always @(posedge clock) begin
          if (reset) valid1 <= 1'd0;
          else if (free1) valid1 <= op_valid;
        end

        always @(posedge clock) begin
          if (reset) valid2 <= 1'd0;
          else if (free2) valid2 <= valid1;
        end

        always @(posedge clock) begin
          if (free1) product <= $signed({{8{a[7]}}, a}) * $signed({{8{b[7]}}, b});
        end

        always @(posedge clock) begin
          if (reset) acc <= 20'sd0;
          else if (clear) acc <= 20'sd0;
          else if (valid1 && free2) acc <= acc + $signed({{4{product[15]}}, product});
        end

        wire unused = &{1'd0, op_data};
      endmodule
      "
    `);
  });

  test('instances', () => {
    expect(fileOf(emitVerilog(Adders), 'Adders.v')).toMatchInlineSnapshot(`
      "module Adders (
        input wire [7:0] a,
        input wire [7:0] b,
        output wire [8:0] total,
        output wire [4:0] low,
        output wire [4:0] twice
      );

        wire [8:0] wide_sum;
        wire [4:0] nibbles_sum;
        wire [4:0] pair_sum;

        wire [3:0] nibbles_x = a[3:0];
        wire [3:0] nibbles_y = b[3:0];
        wire [3:0] pair_x = a[3:0];

        Adder_8 wide (
          .x(a),
          .y(b),
          .sum(wide_sum)
        );

        Adder_4 nibbles (
          .x(nibbles_x),
          .y(nibbles_y),
          .sum(nibbles_sum)
        );

        AdderPair pair (
          .x(pair_x),
          .sum(pair_sum)
        );

        assign total = wide_sum;
        assign low = nibbles_sum;
        assign twice = pair_sum;
      endmodule
      "
    `);
  });

  test('what nothing reads is gathered in one wire', () => {
    expect(fileOf(emitVerilog(Unread), 'Unread.v')).toMatchInlineSnapshot(`
      "module Unread (
        input wire clock,
        input wire reset,
        input wire [7:0] a,
        input wire [7:0] b,
        input wire c,
        output wire [1:0] y
      );

        reg [7:0] log [0:7];
        reg [2:0] idle;

        wire [8:0] adder_sum;

        wire [7:0] copy = b;

        Adder_8 adder (
          .x(a),
          .y(a),
          .sum(adder_sum)
        );

        assign y = {a[7], copy[4]};

        always @(posedge clock) log[a[2:0]] <= a;

        always @(posedge clock) begin
          if (reset) idle <= 3'd1;
          else idle <= idle + 3'd1;
        end

        wire unused = &{1'd0, c, adder_sum, copy[7:5], copy[3:0], log[3'd0]};
      endmodule
      "
    `);
  });
});

describe('modules', () => {
  test('two widths of one generator are two modules, and one below two parents is one', () => {
    const design = emitVerilog(Adders);
    expect(design.files.map(({ path }) => path)).toEqual(['Adder_8.v', 'Adder_4.v', 'AdderPair.v', 'Adders.v']);
    expect(fileOf(design, 'Adder_8.v')).toContain('input wire [7:0] x');
    expect(fileOf(design, 'Adder_4.v')).toContain('input wire [3:0] x');
    expect(design.modules.at(-1)!.instances).toEqual([
      { name: 'wide', module: 'Adder_8' },
      { name: 'nibbles', module: 'Adder_4' },
      { name: 'pair', module: 'AdderPair' },
    ]);
  });

  test('a generator elaborates once for equal parameters, whatever their order', () => {
    expect(Fifo({ width: 8, depth: 5 })).toBe(Fifo({ depth: 5, width: 8 }));
    expect(Fifo({ width: 8, depth: 6 })).not.toBe(Fifo({ width: 8, depth: 5 }));
    expect(Adder({ width: 4 })).toBe(Adder({ width: 4 }));
  });

  test('what the design says about itself', () => {
    const { top, ports, streams, modules } = emitVerilog(Fifo({ width: 8, depth: 5 }));
    expect({ top, ports, streams, modules }).toMatchObject({
      top: 'Fifo_8x5',
      ports: [
        { name: 'clock', direction: 'input', width: 1, signed: false },
        { name: 'reset', direction: 'input', width: 1, signed: false },
        { name: 'enq_valid', direction: 'input', width: 1, signed: false },
        { name: 'enq_ready', direction: 'output', width: 1, signed: false },
        { name: 'enq_data', direction: 'input', width: 8, signed: false },
        { name: 'deq_valid', direction: 'output', width: 1, signed: false },
        { name: 'deq_ready', direction: 'input', width: 1, signed: false },
        { name: 'deq_data', direction: 'output', width: 8, signed: false },
        { name: 'level', direction: 'output', width: 3, signed: false },
      ],
      streams: [
        { name: 'enq', direction: 'input', valid: 'enq_valid', ready: 'enq_ready', payload: ['enq_data'] },
        { name: 'deq', direction: 'output', valid: 'deq_valid', ready: 'deq_ready', payload: ['deq_data'] },
      ],
      modules: [{ name: 'Fifo_8x5', memories: [{ name: 'ram', width: 8, depth: 5 }], instances: [] }],
    });
  });

  test('clock and reset only where something needs them', () => {
    const port = { a: In(UInt(2)), y: Out(UInt(2)) };
    const kept = module('Kept', port, ({ a, y }) => {
      const state = reg(UInt(2));
      state.set(a);
      y.set(state);
    });
    const around = module('Around', port, ({ a, y }) => {
      const inner = instance(kept);
      inner.a.set(a);
      y.set(inner.y);
    });
    const names = (design: VerilogDesign): string[] => design.ports.map(({ name }) => name);
    expect(names(emitVerilog(Adders))).not.toContain('clock');
    expect(names(emitVerilog(around))).toEqual(['clock', 'a', 'y']);
  });
});

test('reset keeps no register from what it is driven with, but those that it clears', () => {
  const { text } = emitVerilog(
    module('Mixed', { a: In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {
      const both = [{}, { reset: 3 }].map((options) => reg(UInt(4), options));
      both[0]!.set(a);
      both[1]!.set(both[0]!);
      y.set(both[1]!);
    }),
  ).files[0]!;
  expect(text.slice(text.indexOf('  always'))).toMatchInlineSnapshot(`
    "  always @(posedge clock) both <= a;

      always @(posedge clock) begin
        if (reset) both_1 <= 4'd3;
        else both_1 <= both;
      end
    endmodule
    "
  `);
});

describe('traces', () => {
  test('each line is followed by its place, where that is asked for', () => {
    const here = new URL(import.meta.url).pathname;
    const design = emitVerilog(
      module('Traced', { a: In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {
        const doubled = a.add(a);
        const state = reg(UInt(4), { reset: 3 });
        state.set(doubled);
        y.set(state);
      }),
      { locations: true },
    );
    const lines = design.files[0]!.text.split('\n');
    const placeOf = (start: string): string | undefined =>
      lines.find((line) => line.trim().startsWith(start))?.split('// ')[1];
    const place = (text: string): string => {
      const { line, column } = positionOf(here, text);
      return `testbench/gen/verilog/emission.test.ts:${line}:${column}`;
    };
    expect(placeOf('input wire [3:0] a,')).toBe(
      place('In(UInt(4)), y: Out(UInt(4)) }, ({ a, y }) => {\n        const doubled'),
    );
    expect(placeOf('wire [3:0] doubled = a + a;')).toBe(place('add(a);\n        const state'));
    expect(placeOf('reg [3:0] state;')).toBe(place('reg(UInt(4), { reset: 3 })'));
    expect(placeOf('else state <= doubled;')).toBe(place('set(doubled);'));
    expect(placeOf('assign y = state;')).toBe(place('set(state);\n      }),\n      { loc'));
    expect(placeOf('endmodule')).toBeUndefined();
  });

  test('without it the text is the same but for the places', () => {
    for (const example of examples) {
      const plain = emitVerilog(example).files.map(({ text }) => text);
      const traced = emitVerilog(example, { locations: true }).files.map(({ text }) =>
        text.replace(/ {2}\/\/ .*$/gm, ''),
      );
      expect(traced).toEqual(plain);
    }
  });
});

test('repetition gives identical bytes', () => {
  for (const example of examples) expect(emitVerilog(example).files).toEqual(emitVerilog(example).files);
});
