/** How elaboration and emission grow with the number of instances. */
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
} from '../../gen/index.ts';
import { formatTable } from '../cli/table.ts';
import type { Bench } from './bench.ts';

const RUNS = 5;
const SIZES = [192, 768] as const;
/** Linear growth would be 4. */
const WANTED = 4.5;

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

function arrayOf(cells: number) {
  const ports = {
    data: In(SInt(8)),
    write: In(Vec(cells, Bool)),
    address: In(UInt(5)),
    factor: In(SInt(8)),
    clear: In(Bool),
    sums: Out(Vec(cells, SInt(20))),
  };
  return module(`Array_${cells}`, ports, ({ data, write, address, factor, clear, sums }) => {
    for (let index = 0; index < cells; index++) {
      const cell = instance(Cell());
      cell.data.set(data);
      cell.write.set(write[index]!);
      cell.address.set(address);
      cell.factor.set(factor);
      cell.clear.set(clear);
      sums[index]!.set(cell.sum);
    }
  });
}

/** Both sizes in turn, in one process after a warm-up; the ratio of the medians. */
export const scale: Bench = {
  name: 'scale',
  describes: `describing and emitting ${SIZES.join(' and ')} identical cells: CPU time, and how it grows`,
  run(progress) {
    const times: Record<number, number[]> = {};
    emitVerilog(arrayOf(SIZES[0]));
    for (let run = 0; run < RUNS; run++) {
      progress.advance('arrays', run, RUNS);
      for (const size of SIZES) {
        const before = process.cpuUsage();
        emitVerilog(arrayOf(size));
        const { user, system } = process.cpuUsage(before);
        (times[size] ??= []).push((user + system) / 1e6);
      }
    }
    const [few, many] = SIZES.map((size) => times[size]!.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!) as [
      number,
      number,
    ];
    const ratio = many / few;
    const table = formatTable([
      ['cells', 'CPU s'],
      ...SIZES.map((size, index) => [String(size), [few, many][index]!.toFixed(3)]),
    ]);
    return Promise.resolve({
      text: `${table}\n\nratio: ${ratio.toFixed(2)} (wanted: at most ${WANTED}, linear would be 4)`,
      data: { cells: SIZES, seconds: [few, many], ratio },
      passed: ratio <= WANTED,
    });
  },
};
