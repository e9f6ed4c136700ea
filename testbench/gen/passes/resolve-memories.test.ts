import { expect, test } from 'vitest';
import {
  Bits,
  Bool,
  emitVerilog,
  In,
  mem,
  module,
  Out,
  printCheckedModule,
  printModuleIr,
  UInt,
  when,
} from '../../../gen/index.ts';

const ports = {
  c: In(Bool),
  at: In(UInt(2)),
  from: In(UInt(2)),
  data: In(Bits(4)),
  mask: In(Bits(2)),
  y: Out(Bits(4)),
};

/** The lines of a printed module that tell of its memories. */
function aboutMemories(text: string): string[] {
  return text.split('\n').filter((line) => /word|register/.test(line) && !/^ +(output|input)/.test(line));
}

test('a registered read is a register that takes a word; one that sees writes gets them past the memory', () => {
  const Plain = module('Plain', ports, ({ c, at, from, data, y }) => {
    const words = mem(Bits(4), 4);
    when(c, () => words.write(at, data)).otherwise(() => words.write(from, 0));
    words.write(3, 5);
    const word = words.readSync(from, { enable: c });
    const fresh = words.readSync(from, { underWrite: 'new' });
    y.set(word.xor(fresh));
  });
  expect(aboutMemories(printModuleIr(Plain.checked.ir))).toMatchInlineSnapshot(`
    [
      "  register register0: Bits(4)",
      "  register register1: Bits(4)",
      "    register0 reads from: UInt(2) under write old",
      "    register1 reads from: UInt(2) under write new",
      "    register0 := memory0[from]: Bits(4)",
      "  register1 := memory0[from]: Bits(4)",
      "  y := xor(register0, register1): Bits(4)",
    ]
  `);
  expect(printCheckedModule(Plain.checked)).toMatchInlineSnapshot(`
    "module Plain clocked
      input c: Bool
      input at: UInt(2)
      input from: UInt(2)
      input data: Bits(4)
      input mask: Bits(2)
      output y: Bits(4) = xor(word, fresh): Bits(4)
      register word: Bits(4)
      register fresh: Bits(4)
      at clock: word
        when c: Bool
          word := words[from]: Bits(4)
      at clock: fresh
        fresh := mux(eq(3, from), 5, mux(eq(mux(c, at, from), from), mux(c, data, 0), words[from])): Bits(4)
      memory words: 4 x Bits(4)
        word reads from: UInt(2) under write old
        fresh reads from: UInt(2) under write new
        when c: Bool
          words[at: UInt(2)] := data: Bits(4)
        otherwise
          words[from: UInt(2)] := 0: Bits(4)
        words[3: UInt(2)] := 5: Bits(4)
    "
  `);
});

test('a mask lets through what it covers, and later writes count over earlier ones', () => {
  const Masked = module('Masked', ports, ({ c, at, from, data, mask, y }) => {
    const words = mem(Bits(4), 4, { maskWidth: 2 });
    words.write(at, data, { mask });
    when(c, () => words.write(0, 9, { mask: 1 }));
    y.set(words.readSync(from, { underWrite: 'new' }));
  });
  expect(emitVerilog(Masked).files[0]!.text).toMatchInlineSnapshot(`
    "module Masked (
      input wire clock,
      input wire c,
      input wire [1:0] at,
      input wire [1:0] from,
      input wire [3:0] data,
      input wire [1:0] mask,
      output wire [3:0] y
    );

      reg [3:0] words [0:3];
      reg [3:0] register;

      wire register_eq = at == from;
      wire [3:0] register_word = words[from];

      assign y = register;

      always @(posedge clock) begin
        if (mask[0]) words[at][1:0] <= data[1:0];
        if (mask[1]) words[at][3:2] <= data[3:2];
        if (c) words[2'd0][1:0] <= 2'd1;
      end

      always @(posedge clock) register <= {(register_eq && mask[1]) ? data[3:2] : register_word[3:2], (c && 2'd0 == from) ? 2'd1 : (register_eq && mask[0]) ? data[1:0] : register_word[1:0]};
    endmodule
    "
  `);
});
