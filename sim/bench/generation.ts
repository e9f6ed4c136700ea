/** What describing and emitting the PE, and an array of cells, costs: cold, and with what the sources say cached. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../gen/source/package-root.ts';
import { formatTable } from '../cli/table.ts';
import type { Bench } from './bench.ts';

const RUNS = 5;
/** CPU seconds beyond Node's own start that the PE may take, cached. */
const PE_WANTED = 0.3;
/** CPU seconds that the array may take as a whole process, cached; gateware-ts takes 0.25, Migen 0.55, Amaranth 1.45. */
const ARRAY_WANTED = 0.3;
const CELLS = 192;

/** Each case is a process of its own; the median of their CPU times, side by side in one run. */
export const generation: Bench = {
  name: 'generation',
  describes: `describing and emitting the PE, and ${CELLS} cells: CPU time of whole processes beside Node's own start`,
  run(progress) {
    const cache = mkdtempSync(join(tmpdir(), 'saccade-bench-'));
    try {
      const root = packageRoot();
      const emit = `import { emitVerilog } from '${root}/out/dist/gen/index.js'; import { Pe } from '${root}/out/dist/hw/pe/pe.js'; emitVerilog(Pe());`;
      const measure = (label: string, code: string, fresh: boolean): number => {
        const times: number[] = [];
        for (let run = 0; run < RUNS; run++) {
          progress.advance(label, run, RUNS);
          if (fresh) rmSync(cache, { recursive: true, force: true });
          times.push(cpuSeconds(code, cache));
        }
        return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
      };
      const array = `import { emitVerilog } from '${root}/out/dist/gen/index.js'; import { arrayOf } from '${root}/out/dist/sim/bench/cell-array.js'; emitVerilog(arrayOf(${CELLS}));`;
      const start = measure('Node alone', '', false);
      const cold = measure('names parsed', emit, true);
      const warm = measure('names cached', emit, false);
      measure('cells, parsed', array, false);
      const cells = measure('cells, cached', array, false);
      const rows = { nodeAlone: start, namesParsed: cold, namesCached: warm, cellsCached: cells };
      const text = formatTable([
        ['process', 'CPU s', 'beyond Node'],
        ['Node alone', start.toFixed(2), ''],
        ['PE, parsed', cold.toFixed(2), (cold - start).toFixed(2)],
        ['PE, cached', warm.toFixed(2), (warm - start).toFixed(2)],
        [`${CELLS} cells, cached`, cells.toFixed(2), (cells - start).toFixed(2)],
      ]);
      return Promise.resolve({
        text: `${text}\n\nwanted: at most ${PE_WANTED.toFixed(2)} s beyond Node for the PE, ${ARRAY_WANTED.toFixed(2)} s in all for the cells`,
        data: rows,
        passed: warm - start <= PE_WANTED && cells <= ARRAY_WANTED,
      });
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  },
};

function cpuSeconds(code: string, cache: string): number {
  const script = `${code}\nconst { user, system } = process.cpuUsage(); console.log((user + system) / 1e6);`;
  const output = execFileSync(process.execPath, ['--enable-source-maps', '--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, SACCADE_CACHE: cache },
  });
  return Number(output);
}
