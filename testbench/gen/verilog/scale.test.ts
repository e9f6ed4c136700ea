import { expect, test } from 'vitest';
import {
  Bool,
  emitVerilog,
  generator,
  In,
  instance,
  mem,
  module,
  Out,
  reg,
  SInt,
  UInt,
  Vec,
  when,
} from '../../../gen/index.ts';

const byte = UInt(8);
const Cell = generator(function Cell() {
  const ports = {
    data: In(byte),
    write: In(Bool),
    address: In(UInt(5)),
    factor: In(SInt(8)),
    clear: In(Bool),
    sum: Out(SInt(20)),
  };
  return module('Cell', ports, ({ data, write, address, factor, clear, sum }) => {
    const words = mem(byte, 32);
    const total = reg(SInt(20), { reset: 0 });
    when(write, () => words.write(address, data));
    const product = words.read(address).asSInt().mul(factor);
    when(clear, () => total.set(0)).otherwise(() => total.set(total.add(product.extend(20))));
    sum.set(total);
  });
});

function arrayOf(cells: number) {
  const ports = {
    data: In(byte),
    write: In(Vec(cells, Bool)),
    address: In(UInt(5)),
    factor: In(SInt(8)),
    clear: In(Bool),
    sums: Out(Vec(cells, SInt(20))),
  };
  return module(`Array_${cells}`, ports, (io) => {
    for (let index = 0; index < cells; index++) {
      const cell = instance(Cell());
      cell.data.set(io.data);
      cell.write.set(io.write[index]!);
      cell.address.set(io.address);
      cell.factor.set(io.factor.add(1));
      cell.clear.set(io.clear);
      io.sums[index]!.set(cell.sum);
    }
  });
}

/** Milliseconds for elaboration and emission, the best of three. */
function timeOf(cells: number): number {
  const times = [1, 2, 3].map(() => {
    const start = performance.now();
    emitVerilog(arrayOf(cells));
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('four times the instances take about four times as long', () => {
  timeOf(16);
  const [few, many] = [timeOf(192), timeOf(768)];
  // Quadratic would be 16; a busy machine blurs the rest.
  expect(many / few).toBeLessThan(9);
});

test('thousands of registers of one name, and a chain of logic through all of them, are no matter of minutes', () => {
  const start = performance.now();
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
  expect(performance.now() - start).toBeLessThan(10_000);
});
