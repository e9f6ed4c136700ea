/** Whether all engines agree on many designs. */
import { disagreements } from './compare.ts';
import { randomDesign } from './random-design.ts';
import { report } from './report.ts';

export interface Agreement {
  /** What is to be told of designs that they do not agree on. */
  readonly reports: readonly string[];
  /** Seeds of designs that are too slow to compare in Icarus Verilog. */
  readonly slow: readonly number[];
}

/** One build in Verilator. */
const BATCH = 100;
/** Beyond these, what is wrong is wrong often. */
const REPORTED = 3;

/** The designs of `count` seeds from `first` on. */
export async function agreementOn(first: number, count: number): Promise<Agreement> {
  const reports: string[] = [];
  const slow: number[] = [];
  for (let done = 0; done < count; done += BATCH) {
    const designs = Array.from({ length: Math.min(BATCH, count - done) }, (_, index) => {
      const seed = first + done + index;
      return { seed, design: randomDesign(seed) };
    });
    const found = await disagreements(designs, 'all', (seed) => slow.push(seed));
    for (const each of found)
      reports.push(reports.length < REPORTED ? await report(each) : `seed ${each.seed}: ${each.text}`);
  }
  return { reports, slow };
}
