import type { openChip } from '../chip/run-on-chip.ts';
import type { Bandwidth, EncodingChoice, Engine } from '../cli/options.ts';
import type { Progress } from '../cli/progress.ts';
import type { ChipConfig } from '../config/config.ts';
import type { ChipReport } from '../run/chip-report.ts';
import type { Comparison } from '../run/compare.ts';
import { runChipLayer } from '../run/run-chip-layer.ts';
import type { GoldenLayer } from './golden-network.ts';

/** On what the layers of a network run, and how. */
export interface LayerSettings {
  readonly config: ChipConfig;
  readonly engine: Engine;
  readonly encoding: EncodingChoice;
  readonly bandwidth: Bandwidth | undefined;
}

/** What a layer needs to run: nothing of the other layers. It can be sent to another process. */
export type LayerTask = Pick<GoldenLayer, 'layer' | 'operands' | 'golden'>;

export interface FinishedTask {
  readonly report: ChipReport;
  readonly comparisons: readonly Comparison[];
}

/** Runs layers of one network. */
export interface LayerRunner {
  run(task: LayerTask, progress: Progress): Promise<FinishedTask>;
  /** Also to be called when something failed. */
  close(): void;
}

/** Runs layers in this process, one after the other on one chip, which is opened for the first. */
export function runnerHere(settings: LayerSettings, open: typeof openChip): LayerRunner {
  const { config, engine, encoding, bandwidth } = settings;
  const options = {
    engine,
    encoding,
    bandwidth,
    energy: undefined,
    trace: undefined,
    explain: false,
    json: true,
    checkPsums: false,
    psums: undefined,
    oacts: undefined,
  };
  let opened: ReturnType<typeof openChip> | undefined;
  return {
    async run(task, progress) {
      const { report, comparisons } = await runChipLayer({ ...task, options, progress }, config, async (chip, how) => {
        opened ??= open(chip, how);
        // It stays open for the next layer.
        return { ...(await opened), close() {} };
      });
      // On a chip, every report is a chip's.
      return { report: report as ChipReport, comparisons };
    },
    close() {
      // What could not be opened needs no closing, and has been reported.
      opened?.then((chip) => chip.close()).catch(() => undefined);
      opened = undefined;
    },
  };
}
