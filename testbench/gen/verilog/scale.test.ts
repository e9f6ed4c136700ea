import { expect, test } from 'vitest';
import {
  Bool,
  emitVerilog,
  generator,
  In,
  instance,
  module,
  Out,
  reg,
  UInt,
  type UIntVal,
  Vec,
  wire,
} from '../../../gen/index.ts';

const byte = UInt(8);

const Cell = generator(function Cell() {
  return module('Cell', { data: In(byte), sum: Out(byte) }, ({ data, sum }) => {
    const total = reg(byte, { reset: 0 });
    total.set(total.add(data));
    sum.set(total);
  });
});

test('a module of hundreds of instances is one file more than a module of one', () => {
  const arrayOf = (cells: number) =>
    module(`Array_${cells}`, { data: In(byte), sums: Out(Vec(cells, byte)) }, ({ data, sums }) => {
      for (let index = 0; index < cells; index++) {
        const cell = instance(Cell());
        cell.data.set(data);
        sums[index]!.set(cell.sum);
      }
    });
  const { files, modules } = emitVerilog(arrayOf(768));
  expect(files.map(({ path }) => path)).toEqual(['Cell.v', 'Array_768.v']);
  expect(modules[1]!.instances).toHaveLength(768);
  expect(new Set(modules[1]!.instances.map(({ name }) => name)).size).toBe(768);
});

// How long such modules take is for `npm run bench scale` to say; what is quadratic runs into the test's time limit.
test('thousands of registers of one name, with a chain of logic through all of them', () => {
  const design = emitVerilog(
    module('Long', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
      let value = a;
      for (let step = 0; step < 4000; step++) {
        const delayed = reg(byte);
        delayed.set(value);
        value = delayed;
      }
      y.set(value);
    }),
  );
  expect(design.files[0]!.text).toContain('reg [7:0] delayed_3999;');
});

test('a chain of logic far deeper than the stack is cut into wires', () => {
  const design = emitVerilog(
    module('Deep', { a: In(byte), b: In(byte), y: Out(byte) }, ({ a, b, y }) => {
      y.set(Array.from({ length: 20_000 }, () => b).reduce((sum, next) => sum.sub(next), a));
    }),
  );
  const text = design.files[0]!.text;
  expect(text.match(/wire \[7:0\] deep_/g)!.length).toBeGreaterThan(30);
  expect(text.split(' - b').length - 1).toBe(20_000);
});

test('so are wires that read each other, and a choice among thousands', () => {
  const wires = module('Wires', { a: In(byte), y: Out(byte) }, ({ a, y }) => {
    let value: UIntVal = a;
    for (let step = 0; step < 5000; step++) {
      const link = wire(byte);
      link.set(value.add(1));
      value = link;
    }
    y.set(value);
  });
  expect(emitVerilog(wires).files[0]!.text).toContain("wire [7:0] link_4999 = link_4998 + 8'd1;");
  const choice = module('Choice', { a: In(Vec(4096, Bool)), index: In(UInt(12)), y: Out(Bool) }, ({ a, index, y }) =>
    y.set(a.at(index)),
  );
  expect(emitVerilog(choice).files[0]!.text).toContain("(index == 12'd4094) ? a[4094]");
});
