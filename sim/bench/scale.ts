/** How elaboration and emission grow with the number of instances. */
import { emitVerilog } from '../../gen/index.ts';
import { formatTable } from '../cli/table.ts';
import type { Bench } from './bench.ts';
import { arrayOf } from './cell-array.ts';

const RUNS = 5;
const SIZES = [192, 768] as const;
/** Linear growth would be 4. */
const WANTED = 4.5;
/** Of all Verilog: Clash comes to 4,908 bytes, gateware-ts to 65,271, Amaranth to 825,547. */
const BYTES_WANTED = 10_000;

/** Both sizes in turn, in one process after a warm-up; the ratio of the medians. */
export const scale: Bench = {
  name: 'scale',
  describes: `describing and emitting ${SIZES.join(' and ')} identical cells: CPU time, how it grows, and bytes of Verilog`,
  run(progress) {
    const times: Record<number, number[]> = {};
    const bytes = SIZES.map((size) =>
      emitVerilog(arrayOf(size)).files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    );
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
      ['cells', 'CPU s', 'Verilog bytes'],
      ...SIZES.map((size, index) => [String(size), [few, many][index]!.toFixed(3), String(bytes[index])]),
    ]);
    return Promise.resolve({
      text: `${table}\n\nratio: ${ratio.toFixed(2)} (wanted: at most ${WANTED}, linear would be 4; at most ${BYTES_WANTED} bytes)`,
      data: { cells: SIZES, seconds: [few, many], ratio, bytes },
      passed: ratio <= WANTED && bytes.every((each) => each <= BYTES_WANTED),
    });
  },
};
