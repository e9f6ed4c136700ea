/** Runs designs in every engine, and says where they differ. */
import type { Module } from '../../gen/index.ts';
import { hasIcarus } from '../gen/tools.ts';
import type { Design } from './design.ts';
import { runBuiltin } from './run-builtin.ts';
import { runReference } from './run-reference.ts';
import { runIcarus, runVerilator } from './run-verilog.ts';
import { WARM_UP } from './random-design.ts';
import { type Outcome, type Trial, trialOf, trialOfModule } from './trial.ts';

export interface Disagreement {
  readonly seed: number;
  readonly design: Design;
  /** Cycle, port and the value in each engine; or why there is none. */
  readonly text: string;
}

export type Engines = 'all' | 'builtin and Icarus' | 'builtin and Verilator';

/** Designs with the seeds of their inputs; `onSlow` is told of those that are too slow to compare in Icarus Verilog. */
export async function disagreements(
  designs: readonly { readonly seed: number; readonly design: Design }[],
  engines: Engines = 'all',
  onSlow: (seed: number) => void = () => {},
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  const runs: (OwnRun & (typeof designs)[number])[] = [];
  for (const { seed, design } of designs) {
    try {
      runs.push({ seed, design, ...runHere(trialOf(design, seed)) });
    } catch (error) {
      found.push({ seed, design, text: `it can't be run: ${String((error as Error).stack)}` });
    }
  }
  const texts = await differences(runs, engines, (index) => onSlow(runs[index]!.seed));
  runs.forEach(({ seed, design }, index) => {
    const text = texts[index];
    if (text !== undefined) found.push({ seed, design, text });
  });
  return found;
}

/** For each module where the engines differ on it; undefined where they agree. */
export async function moduleDifferences(tops: readonly Module[], seed: number): Promise<(string | undefined)[]> {
  return differences(
    tops.map((top) => runHere(trialOfModule(top, seed))),
    'all',
    () => {},
  );
}

/** A design, and what came of it in the engines that are part of this program. */
interface OwnRun {
  readonly trial: Trial;
  readonly builtin: Outcome;
  readonly reference: Outcome;
}

function runHere(trial: Trial): OwnRun {
  return { trial, builtin: runBuiltin(trial), reference: runReference(trial) };
}

async function differences(
  runs: readonly OwnRun[],
  engines: Engines,
  onSlow: (index: number) => void,
): Promise<(string | undefined)[]> {
  if (runs.length === 0) return [];
  const trials = runs.map(({ trial }) => trial);
  const [verilator, icarus] = await Promise.all([
    engines === 'builtin and Icarus' ? undefined : runVerilator(trials),
    engines === 'builtin and Verilator' || !hasIcarus ? undefined : runIcarus(trials),
  ]);
  icarus?.forEach((outcome, index) => {
    if (outcome === undefined) onSlow(index);
  });
  return runs.map(({ trial, builtin, reference }, index) =>
    firstDifference(trial, { builtin, reference, Verilator: verilator?.[index], Icarus: icarus?.[index] }),
  );
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
    // The reference ends early.
    const running = engines.filter(({ outcome }) => outcome.length > cycle);
    if (running.every(({ outcome }) => outcome[cycle] === first[cycle])) continue;
    const values = running.map(({ outcome }) => outcome[cycle]!.split(' '));
    const at = outputs.findIndex((_, index) => values.some((own) => own[index] !== values[0]![index]));
    const told = running.map(({ name }, index) => `${values[index]![at]} in ${name}`).join(', ');
    return `cycle ${cycle}: ${outputs[at]!.name} is ${told}`;
  }
  return undefined;
}
