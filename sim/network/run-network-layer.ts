import type { openChip } from '../chip/run-on-chip.ts';
import type { Bandwidth, EncodingChoice, Engine, OrderChoice } from '../cli/options.ts';
import type { Progress } from '../cli/progress.ts';
import type { ChipConfig } from '../config/config.ts';
import type { ChipReport } from '../run/chip-report.ts';
import type { Comparison } from '../run/compare.ts';
import { runChipLayer } from '../run/run-chip-layer.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { GoldenLayer } from './golden-network.ts';

/** On what the layers of a network run, and how. */
export interface LayerSettings {
  readonly config: ChipConfig;
  readonly engine: Engine;
  readonly encoding: EncodingChoice;
  readonly order: OrderChoice;
  readonly bandwidth: Bandwidth | undefined;
  /** JSON file of energies per access; undefined: those of the Eyeriss papers. */
  readonly energy?: string | undefined;
  /** File for a waveform, where one layer runs. */
  readonly trace?: string | undefined;
}

/** What a layer needs to run: nothing of the other layers. It can be sent to another process. */
export interface LayerTask extends Pick<GoldenLayer, 'layer' | 'operands' | 'golden'> {
  /** Let the raw psums leave as well, in a second run, and compare them. */
  readonly checkPsums?: boolean;
}

export interface FinishedTask {
  readonly report: ChipReport;
  readonly comparisons: readonly Comparison[];
  /** As the hardware gave them, [n, g·m, e, f], where they were asked for. */
  readonly psums?: Tensor<Int32Array>;
}

/** Runs layers of one network. */
export interface LayerRunner {
  run(task: LayerTask, progress: Progress): Promise<FinishedTask>;
  /** Also to be called when something failed. */
  close(): void;
}

/** Runs layers in this process, one after the other on one chip, which is opened for the first. */
export function runnerHere(settings: LayerSettings, open: typeof openChip): LayerRunner {
  const { config, engine, encoding, order, bandwidth, energy, trace } = settings;
  const options = {
    engine,
    encoding,
    order,
    bandwidth,
    energy,
    trace,
    explain: false,
    json: true,
    psums: undefined,
    oacts: undefined,
  };
  let opened: ReturnType<typeof openChip> | undefined;
  return {
    async run({ checkPsums = false, ...task }, progress) {
      const job = { ...task, options: { ...options, checkPsums }, progress };
      const { report, comparisons, psums } = await runChipLayer(job, config, async (chip, how) => {
        opened ??= open(chip, how);
        // It stays open for the next layer.
        return { ...(await opened), close() {} };
      });
      // On a chip, every report is a chip's.
      return { report: report as ChipReport, comparisons, ...(psums === undefined ? {} : { psums }) };
    },
    close() {
      // What could not be opened needs no closing, and has been reported.
      opened?.then((chip) => chip.close()).catch(() => undefined);
      opened = undefined;
    },
  };
}
