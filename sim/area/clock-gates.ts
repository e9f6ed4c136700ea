/** Clock gates, as every synthesis for silicon makes them and Yosys' own cells don't. */

/** Flip-flops with one enable, from which on a gate is cheaper than a multiplexer in front of each. */
const LEAST_BITS = 4;

/** NAND2 equivalents of a gate: a latch (3) and an AND (1.5). */
export const CLOCK_GATE_NAND2 = 4.5;

/** A clock gate in the mapped design, counted and never looked into. */
export const clockGateCell = 'saccade_clock_gate';

/** The cell as a black box. */
export const clockGateModule = `(* blackbox *)
module ${clockGateCell} (input clock, input enable, output gated);
endmodule
`;

/** Rules for Yosys' techmap: registers with an enable become registers behind a clock gate. A reset opens the gate too. */
export const clockGateRules = `(* techmap_celltype = "$dffe" *)
module gated_dffe (CLK, EN, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  input CLK, EN;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  wire _TECHMAP_FAIL_ = WIDTH < ${LEAST_BITS} || !CLK_POLARITY;
  wire gated;
  ${clockGateCell} gate (.clock(CLK), .enable(EN_POLARITY ? EN : ~EN), .gated(gated));
  \\$dff #(.WIDTH(WIDTH), .CLK_POLARITY(1'b1)) register (.CLK(gated), .D(D), .Q(Q));
endmodule

(* techmap_celltype = "$sdffe" *)
module gated_sdffe (CLK, EN, SRST, D, Q);
  parameter WIDTH = 1;
  parameter CLK_POLARITY = 1;
  parameter EN_POLARITY = 1;
  parameter SRST_POLARITY = 1;
  parameter SRST_VALUE = 0;
  input CLK, EN, SRST;
  input [WIDTH-1:0] D;
  output [WIDTH-1:0] Q;
  wire _TECHMAP_FAIL_ = WIDTH < ${LEAST_BITS} || !CLK_POLARITY;
  wire opens = (EN_POLARITY ? EN : ~EN) | (SRST_POLARITY ? SRST : ~SRST);
  wire gated;
  ${clockGateCell} gate (.clock(CLK), .enable(opens), .gated(gated));
  \\$sdff #(.WIDTH(WIDTH), .CLK_POLARITY(1'b1), .SRST_POLARITY(SRST_POLARITY), .SRST_VALUE(SRST_VALUE)) register
    (.CLK(gated), .SRST(SRST), .D(D), .Q(Q));
endmodule
`;
