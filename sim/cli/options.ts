/** What `saccade run` was asked to do. Files are paths as the user typed them. */
export interface RunOptions {
  /** A layer file, or the name of a layer that comes with Saccade. */
  readonly layer: string;
  /** Name of a preset or path of a config file; undefined: the default hardware. */
  readonly config: string | undefined;
  readonly engine: EngineChoice;
  readonly encoding: EncodingChoice;
  readonly order: OrderChoice;
  /** .npy file to read; undefined: a synthetic tensor. */
  readonly iacts: string | undefined;
  /** .npy file to read; undefined: a synthetic tensor. */
  readonly weights: string | undefined;
  /** .npy file to read; undefined: no bias. */
  readonly bias: string | undefined;
  /** Between the chip and off-chip memory; undefined: unlimited. */
  readonly bandwidth: Bandwidth | undefined;
  /** JSON file of energies per access; undefined: those of the Eyeriss papers. */
  readonly energy: string | undefined;
  /** Of the synthetic tensors. */
  readonly seed: number;
  /** Share of non-zeros in synthetic iacts, 0 to 1. */
  readonly iactDensity: number;
  /** Share of non-zeros in synthetic weights, 0 to 1. */
  readonly weightDensity: number;
  /** .npy file for the raw psums. */
  readonly psums: string | undefined;
  /** Compare the raw psums too, where the layer has outputs. */
  readonly checkPsums: boolean;
  /** .npy file for the quantised outputs. */
  readonly oacts: string | undefined;
  /** JSON file for the report. */
  readonly report: string | undefined;
  /** File for a waveform: FST of verilator, VCD of builtin. */
  readonly trace: string | undefined;
  /** Tell how the mapping was chosen. */
  readonly explain: boolean;
  /** The report goes to stdout as JSON, and nothing else does. */
  readonly json: boolean;
  /** No summary and no progress. */
  readonly quiet: boolean;
}

/** How fast memory is, per cycle or per second of the hardware's clock. */
export type Bandwidth = { readonly bytesPerCycle: number } | { readonly megabytesPerSecond: number };

/** What `saccade generate` was asked to do. */
export interface GenerateOptions {
  /** Name of a preset or path of a config file; undefined: the default hardware. */
  readonly config: string | undefined;
  /** Folder for the Verilog. */
  readonly out: string;
  /** Print the config as JSON instead of generating anything. */
  readonly printConfig: boolean;
  /** Say in comments which source line each Verilog line comes from. */
  readonly locations: boolean;
}

/** Does a command's work and returns its exit code. */
export type Implementation<Options> = (options: Options) => Promise<number>;

/** What can run the hardware. */
export const engines = ['verilator', 'builtin'] as const;
export type Engine = (typeof engines)[number];

/** What can say how a layer runs: on the hardware, or by the performance model, which computes no data. */
export const engineChoices = [...engines, 'estimate'] as const;
export type EngineChoice = (typeof engineChoices)[number];

/** How values travel to the hardware and lie in it; `auto`: as fewer cycles are expected. */
export const encodingChoices = ['auto', 'csc', 'dense'] as const;
export type EncodingChoice = (typeof encodingChoices)[number];

/** In which order channels and filters are cut into tiles: so that tiles have about the same to do, or as they lie in memory. */
export const orderChoices = ['balanced', 'given'] as const;
export type OrderChoice = (typeof orderChoices)[number];

/** The defaults of `saccade run`: MobileNet 0.5/128's CONV4 PW, with the densities of its pruned weights and its iacts. */
export const runDefaults = {
  layer: 'mobilenet-conv4-pw',
  seed: 1,
  iactDensity: 0.728,
  weightDensity: 0.52,
} as const;
