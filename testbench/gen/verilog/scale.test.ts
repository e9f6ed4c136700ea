import { expect, test } from 'vitest';
import { emitVerilog, generator, In, instance, module, Out, reg, UInt, Vec } from '../../../gen/index.ts';

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
