import type { VerilogPort } from '../../sim/simulation/design.ts';
import type { VerilogDesign } from '../../sim/verilator/design.ts';

/** Small designs in handwritten Verilog, to test the co-simulation with. */

function input(name: string, width = 1, signed = false): VerilogPort {
  return { name, direction: 'input', width, signed };
}

function output(name: string, width = 1, signed = false): VerilogPort {
  return { name, direction: 'output', width, signed };
}

/** Counts clock edges with `enable`; `held` has no reset; `negative` is minus the count. */
export const counter: VerilogDesign = {
  top: 'counter',
  ports: [
    input('clock'),
    input('reset'),
    input('enable'),
    output('count', 8),
    output('negative', 9, true),
    output('odd'),
    output('held', 32),
  ],
  streams: [],
  files: [
    {
      path: 'counter.v',
      text: `module counter(
  input clock, input reset, input enable,
  output reg [7:0] count, output signed [8:0] negative, output odd, output reg [31:0] held
);
  assign negative = -$signed({1'b0, count});
  assign odd = count[0];
  always @(posedge clock) if (reset) count <= 8'd0; else if (enable) count <= count + 8'd1;
  always @(posedge clock) held <= held;
endmodule
`,
    },
  ],
};

/** Sums without a clock, of all the widths that Verilator stores differently; one name has a double underscore. */
export const adder: VerilogDesign = {
  top: 'adder',
  ports: [
    input('a', 16, true),
    input('b', 16, true),
    output('sum', 17, true),
    input('word', 32),
    output('word__inverse', 32),
    input('quad', 40, true),
    output('quad_less', 40, true),
    input('wide', 100, true),
    output('wide_less', 100, true),
  ],
  streams: [],
  files: [
    {
      path: 'adder.v',
      text: `module adder(
  input signed [15:0] a, input signed [15:0] b, output signed [16:0] sum,
  input [31:0] word, output [31:0] word__inverse,
  input signed [39:0] quad, output signed [39:0] quad_less,
  input signed [99:0] wide, output signed [99:0] wide_less
);
  assign sum = a + b;
  assign word__inverse = ~word;
  assign quad_less = quad - 40'd1;
  assign wide_less = wide - 100'd1;
endmodule
`,
    },
  ],
};

interface FifoVariant {
  top: string;
  /** Verilog expressions; `index` counts cycles since reset. */
  ready?: string;
  valid?: string;
  /** Condition under which an accepted beat is stored. */
  store?: string;
  key?: string;
}

/** A FIFO of four beats with a signed 40-bit payload field and an 8-bit one, possibly with a defect. */
export function fifo({ top, ready = '!full', valid = '!empty', store = "1'b1", key = '' }: FifoVariant): VerilogDesign {
  return {
    top,
    ports: [
      input('clock'),
      input('reset'),
      input('enq_valid'),
      output('enq_ready'),
      input('enq_data', 40, true),
      input('enq_tag', 8),
      output('deq_valid'),
      input('deq_ready'),
      output('deq_data', 40, true),
      output('deq_tag', 8),
      output('full'),
    ],
    streams: [
      { name: 'enq', direction: 'input', valid: 'enq_valid', ready: 'enq_ready', payload: ['enq_data', 'enq_tag'] },
      { name: 'deq', direction: 'output', valid: 'deq_valid', ready: 'deq_ready', payload: ['deq_data', 'deq_tag'] },
    ],
    files: [
      {
        path: `${top}.v`,
        text: `module ${top}(
  input clock, input reset,
  input enq_valid, output enq_ready, input signed [39:0] enq_data, input [7:0] enq_tag,
  output deq_valid, input deq_ready, output signed [39:0] deq_data, output [7:0] deq_tag,
  output full
);
  reg [47:0] store [0:3];
  reg [2:0] head, tail;
  reg [7:0] index;
  wire empty = head == tail;
  assign full = head[1:0] == tail[1:0] && head[2] != tail[2];
  assign enq_ready = ${ready};
  assign deq_valid = ${valid};
  assign {deq_data, deq_tag} = store[head[1:0]]${key};
  wire unused = &{1'b0, index};
  always @(posedge clock) begin
    index <= reset ? 8'd0 : index + 8'd1;
    if (reset) begin
      head <= 3'd0;
      tail <= 3'd0;
    end else begin
      if (enq_valid && enq_ready && (${store})) begin
        store[tail[1:0]] <= {enq_data, enq_tag};
        tail <= tail + 3'd1;
      end
      if (deq_valid && deq_ready) head <= head + 3'd1;
    end
  end
endmodule
`,
      },
    ],
  };
}

export const goodFifo = fifo({ top: 'fifo' });

/**
 * Takes a beat of `in` every eighth cycle, and raises `broken` for good when one is withdrawn or changed before. Beats
 * of `go`, which have no payload, pass through to `gone` without a register.
 */
export const watcher: VerilogDesign = {
  top: 'watcher',
  ports: [
    input('clock'),
    input('reset'),
    input('in_valid'),
    output('in_ready'),
    input('in_data', 16),
    input('go_valid'),
    output('go_ready'),
    output('gone_valid'),
    input('gone_ready'),
    output('broken'),
  ],
  streams: [
    { name: 'in', direction: 'input', valid: 'in_valid', ready: 'in_ready', payload: ['in_data'] },
    { name: 'go', direction: 'input', valid: 'go_valid', ready: 'go_ready', payload: [] },
    { name: 'gone', direction: 'output', valid: 'gone_valid', ready: 'gone_ready', payload: [] },
  ],
  files: [
    {
      path: 'watcher.v',
      text: `module watcher(
  input clock, input reset,
  input in_valid, output in_ready, input [15:0] in_data,
  input go_valid, output go_ready, output gone_valid, input gone_ready,
  output reg broken
);
  reg waiting;
  reg [15:0] held;
  reg [2:0] index;
  assign in_ready = index == 3'd7;
  assign gone_valid = go_valid;
  assign go_ready = gone_ready;
  always @(posedge clock) begin
    index <= reset ? 3'd0 : index + 3'd1;
    waiting <= !reset && in_valid && !in_ready;
    held <= in_data;
    broken <= !reset && (broken || waiting && (!in_valid || in_data != held));
  end
endmodule
`,
    },
  ],
};
