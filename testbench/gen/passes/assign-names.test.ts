import { expect, test } from 'vitest';
import * as hdl from '../../../gen/index.ts';
import { parseSource } from '../../../gen/source/parse-source.ts';
import { describeExample } from '../source/example.ts';

test('names come from the variables of the source', () => {
  const { text } = describeExample(hdl).files[0]!;
  const declared = text.match(/^ {2}(?:reg|wire) .*?(?= =|;)/gm)!.map((line) => line.trim());
  expect(declared).toMatchInlineSnapshot(`
    [
      "reg [7:0] left_value",
      "reg [7:0] right_value",
      "reg [7:0] record_one",
      "reg [7:0] record_inner_deep",
      "reg [7:0] many",
      "reg [7:0] many_1",
      "reg [7:0] many_2",
      "reg [7:0] first",
      "reg [7:0] second",
      "reg [7:0] looped",
      "reg [7:0] looped_1",
      "reg [7:0] begin_1",
      "wire left_wraps",
      "wire right_wraps",
      "wire [7:0] list_1",
      "wire [7:0] total",
      "wire [7:0] cast",
      "wire [7:0] sure",
      "wire [7:0] record_two_three",
      "wire [7:0] chosen",
      "wire [7:0] list_0",
      "wire fire",
      "wire [7:0] checked",
      "wire [15:0] explicit_mul",
      "wire [7:0] explicit",
      "wire unused",
    ]
  `);
});

test('of which calls a variable gives its name', () => {
  const names = (source: string): string[] => {
    const lines = source.split('\n');
    return Object.entries(parseSource('/names.ts', source).names).map(([place, name]) => {
      const [line, column] = place.split(':').map(Number) as [number, number];
      return `${name}: ${/^\w*/.exec(lines[line - 1]!.slice(column - 1))![0]}`;
    });
  };
  expect(names('const a = f(x).g(y);')).toEqual(['a: g']);
  expect(names('const a = s.fire;')).toEqual(['a: fire']);
  expect(names('const a = (f(x) as T)!;')).toEqual(['a: f']);
  expect(names('const a = <T>f(x) satisfies T;')).not.toContain('a: x');
  expect(names('const a = c ? f() : g();')).toEqual(['a: f', 'a: g']);
  expect(names('const a = { b: f(), c: { d: g() }, e, ...h() };')).toEqual(['a_b: f', 'a_c_d: g']);
  expect(names("const a = { 'b-c': f(), [k]: g(), 3: h() };")).toEqual(['a_b-c: f', 'a_3: h']);
  expect(names('const a = [f(), [g()]];')).toEqual(['a_0: f', 'a_1_0: g']);
  expect(names('const [a, , b] = [f(), g(), h()];')).toEqual(['a: f', 'b: h']);
  expect(names('const { a } = f();')).toEqual([]);
  expect(names('class C { a = f(); static b = g(); }')).toEqual(['a: f', 'b: g']);
  expect(names('let a; a = f(); this.b = g(); a += h();')).toEqual(['a: f', 'b: g']);
  expect(names('function f() { return { a: g() }; }')).toEqual(['a: g']);
  expect(names('const f = () => ({ a: g() });')).toEqual(['a: g']);
  expect(names('const a = new C();')).toEqual(['a: new']);
  expect(names('const a = b;\nf(g());')).toEqual([]);
});

test('keywords, ports and what is taken are avoided, and a suffix is local to its name', () => {
  const { In, keep, module, Out, reg, UInt, emitVerilog } = hdl;
  const byte = UInt(8);
  const { text } = emitVerilog(
    module('Taken', { a: In(byte), unused: In(byte), y: Out(byte) }, ({ a, unused, y }) => {
      const signed = reg(byte);
      const clock = reg(byte);
      const make = () => {
        const y = reg(byte);
        y.set(a);
        return y;
      };
      const y_1 = make();
      const value$ = make();
      const bool = reg(byte);
      for (const each of [signed, clock, bool]) keep(each).set(unused);
      y.set(y_1.add(value$));
    }),
  ).files[0]!;
  expect(text.match(/^ {2}(?:reg|wire).*/gm)).toMatchInlineSnapshot(`
    [
      "  reg [7:0] signed_1;",
      "  reg [7:0] clock_1;",
      "  reg [7:0] y_1_y;",
      "  reg [7:0] value__y;",
      "  reg [7:0] bool_1;",
      "  wire unused_1 = &{1'd0, signed_1, clock_1, bool_1};",
    ]
  `);
});
