import type { Bandwidth, EncodingChoice, Engine } from '../cli/options.ts';

/** What `saccade network` was asked to do. Files are paths as the user typed them. */
export interface NetworkOptions {
  /** A network file, or the name of a network that comes with Saccade. */
  readonly network: string;
  /** Name of a preset or path of a config file; undefined: the default hardware. */
  readonly config: string | undefined;
  readonly engine: Engine;
  readonly encoding: EncodingChoice;
  /** Between the chip and off-chip memory; undefined: unlimited. */
  readonly bandwidth: Bandwidth | undefined;
  /** Of the synthetic tensors. */
  readonly seed: number;
  /** Weights of the densities of the pruned network. */
  readonly sparse: boolean;
  /** Names of the layers to run; undefined: all. */
  readonly layers: readonly string[] | undefined;
  /** Processes that run layers at the same time. */
  readonly jobs: number;
  /** Folder for what is finished, from which an interrupted run goes on. */
  readonly resume: string | undefined;
  /** .npy file for the outputs of the last entry. */
  readonly oacts: string | undefined;
  /** JSON file for the report. */
  readonly report: string | undefined;
  /** The report goes to stdout as JSON, and nothing else does. */
  readonly json: boolean;
  /** No table and no progress. */
  readonly quiet: boolean;
}
