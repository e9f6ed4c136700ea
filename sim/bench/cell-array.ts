/** The array of multiply-accumulate cells that other hardware languages were measured with. */
import { Bool, generator, In, instances, mem, module, Out, reg, SInt, UInt, Vec, when } from '../../gen/index.ts';

/** A cell of a systolic kind: an 8×8 signed MAC into 20 bits with a register file of 32 words. */
const Cell = generator(function Cell() {
  const ports = {
    data: In(SInt(8)),
    write: In(Bool),
    address: In(UInt(5)),
    factor: In(SInt(8)),
    clear: In(Bool),
    sum: Out(SInt(20)),
  };
  return module('Cell', ports, ({ data, write, address, factor, clear, sum }) => {
    const words = mem(SInt(8), 32);
    const total = reg(SInt(20), { reset: 0 });
    const product = words.read(address).mul(factor);

    when(write, () => words.write(address, data));
    when(clear, () => total.set(0)).otherwise(() => total.set(total.add(product.extend(20))));
    sum.set(total);
  });
});

/** So many cells side by side, with common inputs and outputs of their own. */
export function arrayOf(cells: number) {
  const ports = {
    data: In(SInt(8)),
    write: In(Vec(cells, Bool)),
    address: In(UInt(5)),
    factor: In(SInt(8)),
    clear: In(Bool),
    sums: Out(Vec(cells, SInt(20))),
  };
  return module(`Array_${cells}`, ports, ({ data, write, address, factor, clear, sums }) => {
    instances(Cell(), cells).forEach((cell, index) => {
      cell.data.set(data);
      cell.write.set(write[index]!);
      cell.address.set(address);
      cell.factor.set(factor);
      cell.clear.set(clear);
      sums[index]!.set(cell.sum);
    });
  });
}
