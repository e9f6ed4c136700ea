/** How fast the two simulators run the same layer on the same PE. */
import { eyerissV2Pe } from '../../hw/pe/parameters.ts';
import { formatTable } from '../cli/table.ts';
import { findLayer } from '../layer/library.ts';
import { runOnPe } from '../pe/run-on-pe.ts';
import { synthesiseOperands } from '../tensor/synthetic.ts';
import type { Bench } from './bench.ts';

const engines = ['verilator', 'builtin'] as const;
const repetitions = 3;

/** The best of a few runs of each engine, alternating: what else the machine does disturbs both. */
export const simulation: Bench = {
  name: 'simulation',
  describes: 'cycles per second of the two simulators, on the demo layer of one PE',
  async run(progress) {
    const layer = findLayer('mobilenet-conv4-pw');
    const { iacts, weights } = synthesiseOperands(layer, { seed: 1, iactDensity: 0.728, weightDensity: 0.52 });
    const best = { verilator: 0, builtin: 0 };
    const cycles = { verilator: 0, builtin: 0 };
    for (let repetition = 0; repetition < repetitions; repetition++) {
      for (const [index, engine] of engines.entries()) {
        progress.advance('runs', repetition * engines.length + index, repetitions * engines.length);
        const run = await runOnPe(layer, iacts, weights, eyerissV2Pe, { engine });
        cycles[engine] = run.cycles;
        best[engine] = Math.max(best[engine], run.cycles / run.simulationSeconds);
      }
    }
    const ratio = best.verilator / best.builtin;
    const rows = engines.map((engine) => [engine, String(cycles[engine]), (best[engine] / 1e6).toFixed(2)]);
    return {
      text: `${formatTable([['engine', 'cycles', 'M cycles/s'], ...rows])}\n\nVerilator is ${ratio.toFixed(1)} times as fast (wanted: at most 10)`,
      data: { cycles, cyclesPerSecond: best, ratio },
      passed: cycles.verilator === cycles.builtin && ratio <= 10,
    };
  },
};
