/** Runs designs in every engine, and says where they differ. */
import { hasIcarus } from '../gen/tools.ts';
import type { Design } from './design.ts';
import { runBuiltin } from './run-builtin.ts';
import { runIcarus, runVerilator } from './run-verilog.ts';
import { WARM_UP } from './random-design.ts';
import { type Outcome, type Trial, trialOf } from './trial.ts';

export interface Disagreement {
  readonly seed: number;
  readonly design: Design;
  /** Cycle, port and the value in each engine; or why there is none. */
  readonly text: string;
}

export type Engines = 'all' | 'builtin and Icarus' | 'builtin and Verilator';

/** Designs with the seeds of their inputs. */
export async function disagreements(
  designs: readonly { readonly seed: number; readonly design: Design }[],
  engines: Engines = 'all',
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  const trials: Trial[] = [];
  const own: Outcome[] = [];
  for (const { seed, design } of designs) {
    try {
      const trial = trialOf(design, seed);
      own.push(runBuiltin(trial));
      trials.push(trial);
    } catch (error) {
      found.push({ seed, design, text: `it can't be run: ${String((error as Error).stack)}` });
    }
  }
  if (trials.length === 0) return found;
  const [verilator, icarus] = await Promise.all([
    engines === 'builtin and Icarus' ? undefined : runVerilator(trials),
    engines === 'builtin and Verilator' || !hasIcarus ? undefined : runIcarus(trials),
  ]);
  trials.forEach((trial, index) => {
    const { seed, design } = trial;
    const outcomes = { builtin: own[index], Verilator: verilator?.[index], Icarus: icarus?.[index] };
    const text = firstDifference(trial, outcomes);
    if (text !== undefined) found.push({ seed, design, text });
  });
  return found;
}

function firstDifference(
  { outputs }: Trial,
  outcomes: Readonly<Record<string, Outcome | undefined>>,
): string | undefined {
  const engines = Object.entries(outcomes).flatMap(([name, outcome]) =>
    outcome === undefined ? [] : [{ name, outcome }],
  );
  const first = engines[0]!.outcome;
  for (let cycle = WARM_UP; cycle < first.length; cycle++) {
    if (engines.every(({ outcome }) => outcome[cycle] === first[cycle])) continue;
    let low = outputs.reduce((sum, { width }) => sum + width, 0);
    for (const { name, width } of outputs) {
      const high = low;
      low -= width;
      const values = engines.map(({ outcome }) => digitsOf(outcome[cycle]!, high, low));
      if (values.every((value) => value === values[0])) continue;
      const told = engines.map((engine, index) => `${values[index]} in ${engine.name}`).join(', ');
      return `cycle ${cycle}: ${name} is ${told}`;
    }
  }
  return undefined;
}

/** Bits `high - 1` down to `low` of hexadecimal digits, of which some may be x. */
function digitsOf(digits: string, high: number, low: number): string {
  const bits = [...digits].map((digit) =>
    /[xz]/i.test(digit) ? 'xxxx' : parseInt(digit, 16).toString(2).padStart(4, '0'),
  );
  const all = bits.join('');
  const own = all.slice(all.length - high, all.length - low);
  return own.includes('x') ? `'b${own}` : `'h${BigInt(`0b${own}`).toString(16)}`;
}
