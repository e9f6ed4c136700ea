/** Designs side by side in Verilator and in Icarus Verilog. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WRONG_OPTIMISATIONS } from '../../sim/verilator/build.ts';
import { cached } from '../../sim/verilator/cache.ts';
import { findToolchain } from '../../sim/verilator/find.ts';
import { runTool } from '../../sim/verilator/run-tool.ts';
import { outcomesOf, testbenchFiles } from './testbench-files.ts';
import { CYCLES, type Outcome, type Trial } from './trial.ts';

/** Designs that Icarus Verilog is given at once. */
const GROUP = 10;

/** Seconds that it may take: in a few designs the glitches of deep logic multiply beyond all bounds. */
const secondsFor = (designs: number): number => 5 + designs;

/** Undefined for a design that takes too long. */
export async function runIcarus(trials: readonly Trial[]): Promise<(Outcome | undefined)[]> {
  const outcomes: (Outcome | undefined)[] = [];
  for (let first = 0; first < trials.length; first += GROUP) {
    const group = trials.slice(first, first + GROUP);
    const together = await inIcarus(group);
    if (together !== undefined) outcomes.push(...together);
    else for (const trial of group) outcomes.push((await inIcarus([trial]))?.[0]);
  }
  return outcomes;
}

async function inIcarus(trials: readonly Trial[]): Promise<Outcome[] | undefined> {
  return inFolder(trials, async (folder, sources) => {
    const clock = ['module Run;', '  reg clock = 0;', '  Benches benches (.clock(clock));', '  integer cycle;'];
    const loop = `  initial for (cycle = 0; cycle < ${CYCLES}; cycle = cycle + 1) begin #1 clock = 1; #1 clock = 0; end`;
    await writeFile(join(folder, 'Run.v'), `${[...clock, loop, 'endmodule'].join('\n')}\n`);
    await run('iverilog', ['-g2005', '-s', 'Run', '-o', 'run', ...sources, 'Run.v'], folder);
    return runWithin(secondsFor(trials.length), 'vvp', ['run'], folder);
  });
}

/** What has no value yet is random. */
export async function runVerilator(trials: readonly Trial[]): Promise<Outcome[]> {
  const { verilator, compiler } = findToolchain();
  const outcomes = await inFolder(trials, async (folder, sources) => {
    const flags = ['--cc', '-O3', ...WRONG_OPTIMISATIONS, '-Wno-lint', '-Wno-fatal', '--output-split', '0'];
    await run(
      verilator.path,
      [
        ...flags,
        '--x-assign',
        'unique',
        '--prefix',
        'Vbenches',
        '--top-module',
        'Benches',
        '--Mdir',
        'model',
        ...sources,
      ],
      folder,
    );
    const makefile = await readFile(join(folder, 'model', 'Vbenches.mk'), 'utf8');
    const include = join(/^VERILATOR_ROOT = (.+)$/m.exec(makefile)![1]!.trim(), 'include');
    const classes = await readFile(join(folder, 'model', 'Vbenches_classes.mk'), 'utf8');
    const units = ['VM_CLASSES_FAST', 'VM_CLASSES_SLOW', 'VM_SUPPORT_FAST', 'VM_SUPPORT_SLOW'].flatMap((list) =>
      wordsIn(classes, list),
    );
    await writeFile(join(folder, 'main.cpp'), mainText(units));
    const options = ['-std=gnu++17', '-w', '-O0', '-DVM_COVERAGE=0', '-DVM_SC=0', '-DVM_TRACE=0', '-pthread'];
    const includes = [`-I${include}`, `-I${join(include, 'vltstd')}`];
    const runtime = await cached(
      `runtime-of-random-designs-${verilator.version.replace(/\W+/g, '-')}`,
      async (work) => {
        for (const name of ['verilated', 'verilated_threads'])
          await run(
            compiler.path,
            [...options, ...includes, '-c', join(include, `${name}.cpp`), '-o', `${name}.o`],
            work,
          );
      },
    );
    const objects = ['verilated', 'verilated_threads'].map((name) => join(runtime, `${name}.o`));
    await run(compiler.path, [...options, ...includes, '-Imodel', 'main.cpp', ...objects, '-o', 'simulation'], folder);
    return run(join(folder, 'simulation'), [], folder);
  });
  return outcomes!;
}

/** The words that a makefile adds to a variable, one a continued line. */
function wordsIn(makefile: string, variable: string): string[] {
  const block = new RegExp(`^${variable} \\+= \\\\\\n((?:\\t.*\\n)*)`, 'm').exec(makefile)?.[1] ?? '';
  return block.split(/[\s\\]+/).filter((word) => word !== '');
}

function mainText(units: readonly string[]): string {
  return [
    ...units.map((unit) => `#include "${unit}.cpp"`),
    'int main() {',
    '  VerilatedContext context;',
    '  context.randReset(2);',
    '  context.randSeed(7);',
    '  Vbenches top{&context};',
    `  for (int cycle = 0; cycle < ${CYCLES}; cycle++) {`,
    '    top.clock = 0;',
    '    top.eval();',
    '    top.clock = 1;',
    '    top.eval();',
    '  }',
    '}',
    '',
  ].join('\n');
}

async function inFolder(
  trials: readonly Trial[],
  simulate: (folder: string, sources: string[]) => Promise<string | undefined>,
): Promise<Outcome[] | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'saccade-random-'));
  try {
    const files = testbenchFiles(trials);
    for (const { path, text } of files) await writeFile(join(folder, path), text);
    const sources = files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
    const printed = await simulate(folder, sources);
    return printed === undefined ? undefined : outcomesOf(trials, printed);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(path: string, args: string[], folder: string): Promise<string> {
  const { ok, log } = await runTool(path, args, folder);
  if (!ok) throw new Error(`${path} failed:\n${log.slice(0, 4000)}`);
  return log;
}

/** What a program prints; undefined where it takes longer. */
async function runWithin(seconds: number, path: string, args: string[], folder: string): Promise<string | undefined> {
  const options = { cwd: folder, maxBuffer: 1 << 28, timeout: 1000 * seconds, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    execFile(path, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (error.killed === true) resolve(undefined);
      else reject(new Error(`${path} failed:\n${(stdout + stderr).slice(0, 4000)}`));
    });
  });
}
