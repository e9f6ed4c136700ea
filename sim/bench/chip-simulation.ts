/** What it takes to build the simulator of the whole chip, and how fast it is. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eyerissV2Chip } from '../../hw/parameters.ts';
import { type OpenChip, openChip } from '../chip/run-on-chip.ts';
import { formatTable } from '../cli/table.ts';
import { parseLayer } from '../layer/read-layer.ts';
import { synthesiseOperands } from '../tensor/synthetic.ts';
import type { Bench } from './bench.ts';

const wantedBuildSeconds = 180;
const wantedCyclesPerSecond = 40_000;
const repetitions = 3;

/** A pointwise layer, which keeps all PEs busy, and a depthwise one, which keeps the iact network busy. */
const layers = [
  { name: 'pointwise, 256→256, 16×16', m: 256, c: 256, h: 16, w: 16, r: 1, s: 1 },
  { name: 'depthwise, 256, 32×32', g: 256, m: 1, c: 1, h: 32, w: 32, r: 3, s: 3, pad: [1, 1, 1, 1] },
];

/** Seconds of processor time, so that it matters less what else the machine does. */
export const chipSimulation: Bench = {
  name: 'chip',
  describes:
    'the 192-PE chip in Verilator: processor time of a build from nothing, and cycles per second of processor time',
  async run(progress) {
    const cache = mkdtempSync(join(tmpdir(), 'saccade-bench-'));
    const before = process.env['SACCADE_CACHE'];
    process.env['SACCADE_CACHE'] = cache;
    try {
      const started = processorSeconds();
      const chip = await openChip(eyerissV2Chip, { checks: false, onBuild: (step) => progress.stage(step) });
      const buildSeconds = processorSeconds() - started;
      let results;
      try {
        results = layers.map((_, index) => measured(chip, index, progress));
      } finally {
        chip.close();
      }
      const least = Math.min(...results.map(({ cyclesPerSecond }) => cyclesPerSecond));
      const rows = results.map((each) => [each.layer, String(each.cycles), each.cyclesPerSecond.toFixed(0)]);
      return {
        text: [
          `build: ${buildSeconds.toFixed(0)} s of processor time (wanted: at most ${wantedBuildSeconds})`,
          '',
          formatTable([['layer', 'cycles', 'cycles per CPU second'], ...rows]),
          '',
          `(wanted: at least ${wantedCyclesPerSecond})`,
        ].join('\n'),
        data: { buildSeconds, layers: results },
        passed: buildSeconds <= wantedBuildSeconds && least >= wantedCyclesPerSecond,
      };
    } finally {
      if (before === undefined) delete process.env['SACCADE_CACHE'];
      else process.env['SACCADE_CACHE'] = before;
      rmSync(cache, { recursive: true, force: true });
    }
  },
};

/** Runs a layer several times: the best counts, as what else the machine does can only slow it down. */
function measured(chip: OpenChip, index: number, progress: Parameters<Bench['run']>[0]) {
  const description = layers[index]!;
  const layer = parseLayer({ ...description, output: { relu: true, shift: 9 } }, description.name);
  const operands = synthesiseOperands(layer, { seed: 1, iactDensity: 0.6, weightDensity: 0.5 });
  let [best, cycles] = [0, 0];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    progress.advance('runs', index * repetitions + repetition, layers.length * repetitions);
    const run = chip.run(layer, operands);
    ({ cycles } = run);
    best = Math.max(best, run.simulatedCycles / run.simulationCpuSeconds);
  }
  return { layer: layer.name, cycles, cyclesPerSecond: best };
}

/** Processor time of this process and of those that it started and waited for (proc_pid_stat(5), in ticks of 10 ms). */
function processorSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) / 100;
}
