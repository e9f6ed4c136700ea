import type { Bandwidth, EncodingChoice, Engine, EngineChoice, OrderChoice } from '../cli/options.ts';
import type { NetworkTensors } from './network-tensors.ts';

/** What `saccade network` was asked to do. Files are paths as the user typed them. */
export interface NetworkOptions extends NetworkTensors {
  /** A network file, or the name of a network that comes with Saccade. */
  readonly network: string;
  /** Name of a preset or path of a config file; undefined: the default hardware. */
  readonly config: string | undefined;
  readonly engine: EngineChoice;
  readonly encoding: EncodingChoice;
  readonly order: OrderChoice;
  /** Between the chip and off-chip memory; undefined: unlimited. */
  readonly bandwidth: Bandwidth | undefined;
  /** JSON file of energies per access; undefined: those of the Eyeriss papers. */
  readonly energy: string | undefined;
  /** Names of the layers to run; undefined: all. */
  readonly layers: readonly string[] | undefined;
  /** Processes that run layers at the same time. */
  readonly jobs: number;
  /** Folder for what is finished, from which an interrupted run goes on. */
  readonly resume: string | undefined;
  /** .npy file for the outputs of the last entry. */
  readonly oacts: string | undefined;
  /** .npy file for the raw psums of the last layer, which leave the chip in a second run. */
  readonly psums: string | undefined;
  /** File for a waveform of the only layer that runs. */
  readonly trace: string | undefined;
  /** JSON file for the report. */
  readonly report: string | undefined;
  /** Folder for a page about all layers, with pictures. */
  readonly page: string | undefined;
  /** The report goes to stdout as JSON, and nothing else does. */
  readonly json: boolean;
  /** No table and no progress. */
  readonly quiet: boolean;
}

/** A request that the hardware runs. */
export type SimulatedNetworkOptions = NetworkOptions & { readonly engine: Engine };
