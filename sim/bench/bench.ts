import type { Progress } from '../cli/progress.ts';

/** Something that is measured. */
export interface Bench {
  readonly name: string;
  /** One line for the list of benches. */
  readonly describes: string;
  run(progress: Progress): Promise<BenchResult>;
}

export interface BenchResult {
  /** For people. */
  readonly text: string;
  /** For scripts: `--json`. */
  readonly data: unknown;
  /** Whether what was wanted was reached; true where nothing is wanted. */
  readonly passed: boolean;
}
