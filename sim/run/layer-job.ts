import type { Engine, RunOptions } from '../cli/options.ts';
import type { Progress } from '../cli/progress.ts';
import type { Convolution } from '../golden/convolution.ts';
import type { Layer } from '../layer/layer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ChipReport } from './chip-report.ts';
import type { Comparison } from './compare.ts';
import type { Operands } from './operands.ts';
import type { PeReport } from './pe-report.ts';

/** A layer that is to be run. */
export interface LayerJob {
  readonly layer: Layer;
  readonly operands: Operands;
  readonly options: Pick<
    RunOptions,
    'energy' | 'encoding' | 'order' | 'bandwidth' | 'trace' | 'explain' | 'json' | 'checkPsums' | 'psums' | 'oacts'
  > & { readonly engine: Engine };
  readonly progress: Progress;
  /** What the golden model makes of it, where that is known already. */
  readonly golden?: Convolution;
}

/** What came of it. */
export interface LayerResult {
  readonly report: PeReport | ChipReport;
  readonly comparisons: readonly Comparison[];
  /** For people: what was run, what it took, where the cycles went. */
  readonly summary: string;
  /** As the hardware gave them, [n, g·m, e, f]; undefined where it gave none. */
  readonly psums: Tensor<Int32Array> | undefined;
  readonly oacts: Tensor<Int8Array | Uint8Array> | undefined;
}
