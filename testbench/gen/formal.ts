/** Proofs of a module's checks by `yosys-smtbmc` with the solver z3, from its one clock domain and from reset on. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emitVerilog, type Module, type VerilogDesign } from '../../gen/index.ts';
import { siteText } from '../../gen/source/site.ts';
import { readTrace } from './formal-trace.ts';

/** What the proofs need and is not installed: tests that skip name it. */
export const missingSolvers = ['yosys', 'yosys-smtbmc', 'z3'].filter(
  (command) => spawnSync(command, ['-h']).error !== undefined,
);

export interface ProofOptions {
  /** Cycles that are looked at, from the reset on; of an induction, those that the step may build on. */
  readonly depth: number;
}

/** A check that does not hold: the message has the cycles that lead there, with the values of the module's signals. */
export class CounterexampleError extends Error {
  override readonly name = 'CounterexampleError';
  /** Labels of the checks that fail. */
  readonly labels: readonly string[];

  constructor(message: string, labels: readonly string[]) {
    super(message);
    this.labels = labels;
  }
}

/**
 * Shows that no check fails in the first cycles.
 *
 * @throws CounterexampleError where one can
 */
export function boundedCheck(module: Pick<Module, 'checked'>, { depth }: ProofOptions): void {
  withModel(module, (prove) => prove('in the cycles from reset', ['-t', String(depth + 1)]));
}

/**
 * Shows that no check ever fails: none does in the first cycles, and after `depth` cycles without a failure comes another.
 *
 * @throws CounterexampleError where one can fail, or where the step does not follow: then the cycles shown need not be
 *   reachable, and an assertion more may rule them out
 */
export function proveByInduction(module: Pick<Module, 'checked'>, { depth }: ProofOptions): void {
  withModel(module, (prove) => {
    prove('in the cycles from reset', ['-t', String(depth + 1)]);
    prove('in the induction step, whose first state need not be reachable', ['-i', '-t', String(depth)]);
  });
}

/**
 * Finds a way to every `cover` within so many cycles.
 *
 * @throws Error where there is none
 */
export function reachCovers(module: Pick<Module, 'checked'>, { depth }: ProofOptions): void {
  withModel(module, (prove) => prove('by any cover', ['-c', '-t', String(depth + 1)]));
}

type Prove = (where: string, args: readonly string[]) => void;

const TOP = 'harness';

/** Seconds that the solver may think about one question. */
const LONGEST_PROOF = 240;

function withModel(module: Pick<Module, 'checked'>, use: (prove: Prove) => void): void {
  const design = emitVerilog(module, { checks: 'inline' });
  const folder = mkdtempSync(join(tmpdir(), 'saccade-formal-'));
  try {
    const sources = [...design.files, ...design.checkFiles, { path: `${TOP}.v`, text: harnessOf(design) }];
    for (const { path, text } of sources) writeFileSync(join(folder, path), text);
    const read = `read_verilog -formal -sv ${sources.map(({ path }) => path).join(' ')}`;
    const script = `${read}; prep -top ${TOP} -nordff; async2sync; dffunmap; write_smt2 -wires model.smt2`;
    const yosys = spawnSync('yosys', ['-q', '-p', script], { cwd: folder, encoding: 'utf8' });
    if (yosys.status !== 0) throw new Error(`yosys ended with ${yosys.status}: ${yosys.stdout}${yosys.stderr}`);
    use((where, args) => {
      const options = ['-s', 'z3', '--timeout', String(LONGEST_PROOF), ...args, '--dump-vcd', 'trace.vcd'];
      const run = spawnSync('yosys-smtbmc', [...options, 'model.smt2'], { cwd: folder, encoding: 'utf8' });
      if (run.status !== 0) throw failureOf(design, where, `${run.stdout}${run.stderr}`, join(folder, 'trace.vcd'));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Around the design: it starts in reset. */
function harnessOf({ top, ports, clocks }: VerilogDesign): string {
  const [clock, ...others] = clocks;
  if (clock === undefined || others.length > 0)
    throw new Error(`${top} has ${clocks.length} clock domains; proofs are made in one`);
  const outside = ports.map(({ direction, width, name }) =>
    direction === 'input' ? `input wire [${width - 1}:0] ${name}` : `output wire [${width - 1}:0] ${name}`,
  );
  const { reset } = clock;
  const starts =
    reset === undefined
      ? []
      : [
          '  reg first = 1;',
          `  always @(posedge ${clock.name}) first <= 0;`,
          `  always @* if (first) assume (${reset.active === 'high' ? '' : '!'}${reset.name});`,
        ];
  return [
    `module ${TOP} (${outside.join(', ')});`,
    ...starts,
    `  ${top} design (${ports.map(({ name }) => `.${name}(${name})`).join(', ')});`,
    'endmodule',
    '',
  ].join('\n');
}

function failureOf(design: VerilogDesign, where: string, log: string, trace: string): Error {
  const failed = [...log.matchAll(/Assert failed in (\S+): (\S+)/g)].map(([, path, label]) => ({
    path: path!,
    label: label!,
  }));
  const unreached = [...log.matchAll(/Unreached cover statement at (\S+?)\.?$/gm)].map(([, label]) => label!);
  if (failed.length === 0) {
    const what = unreached.length === 0 ? log.trim() : `not reached: ${unreached.join(', ')}`;
    return new Error(`${design.top} is not proved ${where}: ${what}`);
  }
  const checks = design.checkFiles.flatMap((file) => file.checks.map((check) => ({ ...check, module: file.module })));
  const lines = failed.map(({ path, label }) => {
    const check = checks.find((each) => each.label === label);
    const message = check?.message === undefined ? '' : `: ${check.message}`;
    return `"${label}" of module ${check?.module ?? path} fails ${where}${message}${check === undefined ? '' : `\n  at ${siteText(check.site)}`}`;
  });
  const table = readTrace(readFileSync(trace, 'utf8'), `${TOP}.design`);
  return new CounterexampleError(
    [...lines, table].join('\n'),
    failed.map(({ label }) => label),
  );
}
