/** What describing and emitting the PE costs, cold and with the names of variables cached. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../gen/source/package-root.ts';
import { formatTable } from '../cli/table.ts';
import type { Bench } from './bench.ts';

const RUNS = 5;

/** Each case is a process of its own; the median of their CPU times, side by side in one run. */
export const generation: Bench = {
  name: 'generation',
  describes: "describing and emitting the PE: CPU time of whole processes beside Node's own start",
  run(progress) {
    const cache = mkdtempSync(join(tmpdir(), 'saccade-bench-'));
    try {
      const root = packageRoot();
      const emit = `import { emitVerilog } from '${root}/out/dist/gen/index.js'; import { Pe } from '${root}/out/dist/hw/pe/pe.js'; emitVerilog(Pe());`;
      const measure = (label: string, code: string, fresh: boolean): number => {
        const times: number[] = [];
        for (let run = 0; run < RUNS; run++) {
          progress.advance(label, run, RUNS);
          if (fresh) rmSync(join(cache, 'names'), { recursive: true, force: true });
          times.push(cpuSeconds(code, cache));
        }
        return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
      };
      const start = measure('Node alone', '', false);
      const cold = measure('names parsed', emit, true);
      const warm = measure('names cached', emit, false);
      const rows = { nodeAlone: start, namesParsed: cold, namesCached: warm };
      const text = formatTable([
        ['process', 'CPU s', 'beyond Node'],
        ['Node alone', start.toFixed(2), ''],
        ['names parsed', cold.toFixed(2), (cold - start).toFixed(2)],
        ['names cached', warm.toFixed(2), (warm - start).toFixed(2)],
      ]);
      return Promise.resolve({ text, data: rows, passed: true });
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
