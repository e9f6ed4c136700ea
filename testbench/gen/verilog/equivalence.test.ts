/**
 * Emitted Verilog against Verilog that a person wrote for the same circuit: Yosys proves that no input tells them apart.
 * Registers go by the same names in both; the rest is written another way.
 */
import { describe, expect, test } from 'vitest';
import { Bits, Bool, emitVerilog, In, mem, module, type Module, Out, UInt, when } from '../../../gen/index.ts';
import { Fifo, MacPipe, SystolicRow, UartReceiver } from '../examples.ts';
import { hasYosys, runTool } from '../tools.ts';

const MaskedBytes = module(
  'MaskedBytes',
  {
    put: In(Bool),
    at: In(UInt(2)),
    mask: In(Bits(2)),
    data: In(Bits(16)),
    from: In(UInt(2)),
    now: Out(Bits(16)),
    later: Out(Bits(16)),
  },
  (io) => {
    const words = mem(Bits(16), 4, { maskWidth: 8 });
    when(io.put, () => words.write(io.at, io.data, { mask: io.mask }));
    io.now.set(words.read(io.from));
    const fetched = words.readSync(io.from, { underWrite: 'new' });
    io.later.set(fetched);
  },
);

const fifo = `
module Reference (
  input clock, input reset,
  input enq_valid, output enq_ready, input [7:0] enq_data,
  output deq_valid, input deq_ready, output [7:0] deq_data,
  output [2:0] level
);
  reg [7:0] ram [0:3];
  reg [1:0] head, tail;
  reg [2:0] count;
  assign enq_ready = count < 4;
  assign deq_valid = |count;
  assign deq_data = ram[tail];
  assign level = count;
  always @(posedge clock) begin
    if (enq_valid & enq_ready) begin
      ram[head] <= enq_data;
      head <= head + 1;
    end
    if (deq_valid & deq_ready) tail <= tail + 1;
    count <= count + (enq_valid & enq_ready) - (deq_valid & deq_ready);
    if (reset) begin
      head <= 0;
      tail <= 0;
      count <= 0;
    end
  end
endmodule`;

const macPipe = `
module Reference (
  input clock, input reset, input signed [7:0] a, input signed [7:0] b,
  input op_valid, output op_ready, input op_data, input clear,
  output sum_valid, input sum_ready, output signed [19:0] sum_data
);
  reg valid1, valid2;
  reg signed [15:0] product;
  reg signed [19:0] acc;
  wire move2 = ~(valid2 & ~sum_ready);
  wire move1 = ~(valid1 & ~move2);
  assign op_ready = move1;
  assign sum_valid = valid2;
  assign sum_data = acc;
  always @(posedge clock) begin
    if (move1) product <= a * b;
    if (move2 & valid1) acc <= acc + product;
    if (clear | reset) acc <= 0;
    valid1 <= reset ? 1'b0 : move1 ? op_valid : valid1;
    valid2 <= reset ? 1'b0 : move2 ? valid1 : valid2;
  end
endmodule`;

const uartReceiver = `
module Reference (input clock, input reset, input line, output [7:0] data, output done, output broken);
  reg [2:0] waited, count;
  reg [7:0] bits;
  reg [1:0] receiver;
  wire bit_over = waited == 5;
  assign data = bits;
  assign {done, broken} = receiver == 3 && bit_over ? {line, ~line} : 2'b00;
  always @(posedge clock) begin
    waited <= bit_over ? 0 : waited + 1;
    if (receiver == 0) begin
      waited <= 0;
      if (~line) receiver <= 1;
    end
    if (receiver == 1 && waited == 2) begin
      waited <= 0;
      receiver <= line ? 0 : 2;
    end
    if (receiver == 2 && bit_over) begin
      bits <= {line, bits} >> 1;
      count <= count + 1;
      if (&count) receiver <= 3;
    end
    if (receiver == 3 && bit_over) receiver <= 0;
    if (reset) {waited, count, receiver} <= 0;
  end
endmodule`;

const systolicRow = `
module Stage (
  input clock, input reset, input signed [7:0] weight, input load, input signed [7:0] x,
  input signed [19:0] left, output signed [19:0] right, output busy
);
  reg signed [7:0] kept;
  reg signed [19:0] sum;
  assign right = sum;
  assign busy = |kept;
  always @(posedge clock) begin
    if (load) kept <= weight;
    sum <= left + kept * x;
    if (reset) {kept, sum} <= 0;
  end
endmodule

module Reference (
  input clock, input reset, input [23:0] weights, input load, input signed [7:0] x, input [2:0] shift,
  output [59:0] sums, output signed [19:0] last, output [2:0] busy, output [59:0] back
);
  genvar n;
  generate
    for (n = 0; n < 3; n = n + 1) begin : row
      wire [19:0] before;
      if (n == 0) assign before = 0;
      else assign before = sums[20*n-20 +: 20];
      Stage element (clock, reset, weights[8*n +: 8], load, x, before, sums[20*n +: 20], busy[n]);
    end
    for (n = 0; n < 3; n = n + 1) begin : reverse
      Stage element_1 (
        clock, reset, weights[16-8*n +: 8], load && shift == n, x << shift, sums[20*n +: 20], back[20*n +: 20],
      );
    end
  endgenerate
  assign last = sums[59:40];
endmodule`;

const maskedBytes = `
module Reference (
  input clock, input put, input [1:0] at, input [1:0] mask, input [15:0] data, input [1:0] from,
  output [15:0] now, output [15:0] later
);
  reg [15:0] words [0:3];
  reg [15:0] fetched;
  wire [15:0] bits = {{8{mask[1]}}, {8{mask[0]}}} & {16{put}};
  wire [15:0] stored = words[at] & ~bits | data & bits;
  assign now = words[from];
  assign later = fetched;
  always @(posedge clock) begin
    words[at] <= stored;
    fetched <= at == from ? stored : words[from];
  end
endmodule`;

/** What Yosys says where it cannot prove that the two are the same; nothing where it can. */
function differences(dut: Module, reference: string): string {
  const design = emitVerilog(dut);
  const sources = design.files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
  const flat = (files: string, top: string, name: string): string =>
    `read_verilog ${files}; prep -flatten -top ${top}; memory_map; opt -full; wreduce; opt_clean; rename ${top} ${name}; design -stash ${name}`;
  const script = [
    flat(sources.join(' '), design.top, 'gate'),
    flat('Reference.v', 'Reference', 'gold'),
    'design -copy-from gold -as gold gold; design -copy-from gate -as gate gate',
    'equiv_make gold gate equiv; hierarchy -top equiv; opt_merge; equiv_simple; equiv_induct; equiv_status -assert',
  ];
  const files = [...design.files, { path: 'Reference.v', text: `${reference}\n`, sites: [] }];
  return runTool({ files }, 'yosys', () => ['-q', '-p', script.join('; ')]);
}

describe.skipIf(!hasYosys)('what is emitted is what a person would have written', () => {
  test.each([
    ['a queue', Fifo({ width: 8, depth: 4 }), fifo],
    ['a pipeline that multiplies', MacPipe({ width: 8, accWidth: 20 }), macPipe],
    ['a state machine', UartReceiver({ clocksPerBit: 6 }), uartReceiver],
    ['arrays of instances', SystolicRow({ cells: 3 }), systolicRow],
    ['a memory with a mask', MaskedBytes, maskedBytes],
  ] satisfies [string, Module, string][])('%s', (_, dut, reference) => {
    expect(differences(dut, reference)).toBe('');
  });

  test.each([
    ['a queue', Fifo({ width: 8, depth: 4 }), fifo.replace('count < 4', 'count < 3')],
    ['a pipeline that multiplies', MacPipe({ width: 8, accWidth: 20 }), macPipe.replace('clear | reset', 'reset')],
    ['a state machine', UartReceiver({ clocksPerBit: 6 }), uartReceiver.replace('waited == 2', 'waited == 3')],
    ['arrays of instances', SystolicRow({ cells: 3 }), systolicRow.replace('16-8*n', '8*n')],
    ['a memory with a mask', MaskedBytes, maskedBytes.replace('at == from ? stored :', '')],
  ] satisfies [string, Module, string][])('and not of another circuit: %s', (_, dut, other) => {
    expect(differences(dut, other)).toMatch(/Found \d+ unproven \$equiv cells/);
  });
});
