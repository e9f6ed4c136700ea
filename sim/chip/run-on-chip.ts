/** Runs a layer on the chip. The host maps, packs and unpacks; every sum and every output is the chip's. */
import { Chip } from '../../hw/chip.ts';
import { counterWordCount } from '../../hw/control/counters.ts';
import { type ChipParameters, chipWidths, clusterCount } from '../../hw/parameters.ts';
import { openSimulation, type SimulationEngine } from '../driver/open-simulation.ts';
import type { Layer } from '../layer/layer.ts';
import type { Mapping } from '../mapper/mapping.ts';
import { channelDensities } from '../mapper/order.ts';
import { chooseMapping } from '../mapper/search.ts';
import type { Encoding } from '../pe/mapping.ts';
import { HardwareFault } from '../pe/hardware-fault.ts';
import type { RunResult, RunSpec } from '../simulation/bulk-run.ts';
import type { Simulation } from '../simulation/simulator.ts';
import { densityOf } from '../tensor/density.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type ChipCounters, readCounters } from './chip-counters.ts';
import { type ChipProgram, chipProgram, type Operands } from './chip-program.ts';
import { outputStream, sortOutputWords } from './lane-words.ts';
import { COMMAND_WORD_BITS } from './command-words.ts';
import { decodeOutputs } from './output-stream.ts';

export interface ChipRunOptions {
  /** By default the mapper's choice. */
  readonly mapping?: Mapping;
  /** Of the mappings that the mapper may choose from. */
  readonly encoding?: Encoding;
  /** Psums leave as they are, beside the outputs if the layer has any; by default only where it has none. */
  readonly psums?: boolean;
  /** Bytes a cycle between the chip and off-chip memory, in both directions together; unlimited unless given. */
  readonly bandwidth?: number;
  /** Random stalls on every stream: their probability, 0 to below 1, and their seed. */
  readonly stall?: number;
  readonly seed?: number;
  readonly onProgress?: (progress: ChipProgress) => void;
}

export interface OpenChipOptions {
  /** `verilator` by default. */
  readonly engine?: SimulationEngine;
  readonly trace?: string;
  /** Whether the hardware's own assertions are looked at in every cycle, which takes a fifth of the speed; they are, unless this is false. */
  readonly checks?: boolean;
  readonly onBuild?: (step: string) => void;
}

/** How far a layer is. */
export interface ChipProgress {
  readonly cycles: number;
  /** Of the words that go in, those that have. */
  readonly words: number;
  readonly totalWords: number;
}

export interface ChipRun {
  readonly mapping: Mapping;
  /** Why the mapper chose it; empty where it did not. */
  readonly explain: readonly string[];
  readonly program: ChipProgram;
  /** Int32 [n, g·m, e, f], if they left. */
  readonly psums?: Tensor<Int32Array>;
  /** Int8 or uint8 [n, g·m, e, f], if the layer says how they are made. */
  readonly oacts?: Tensor<Int8Array | Uint8Array>;
  /** From the first word of the command to the last output word, both included, as the chip counted them. */
  readonly cycles: number;
  /** The same, as the simulation saw it. */
  readonly engineCycles: number;
  readonly counters: ChipCounters;
  /** Words that moved over all lanes of a kind. */
  readonly moved: { command: number; iact: number; weight: number; output: number; counters: number };
  /** Cycles that were simulated in all, those before and after the layer's own included. */
  readonly simulatedCycles: number;
  /** Wall time and processor time of the simulation alone, without the build. */
  readonly simulationSeconds: number;
  readonly simulationCpuSeconds: number;
}

/** A chip in simulation, after reset, that takes one layer after the other. */
export interface OpenChip {
  readonly simulation: Simulation;
  /**
   * @throws InputError when no mapping of the layer fits the chip; HardwareFault when the chip breaks the
   *   rules of a stream, hangs, or gives what cannot be outputs of the layer
   */
  run(layer: Layer, operands: Operands, options?: ChipRunOptions): ChipRun;
  close(): void;
}

/** @throws InputError when a tool is missing */
export async function openChip(
  chip: ChipParameters,
  { engine = 'verilator', trace, checks, onBuild }: OpenChipOptions = {},
): Promise<OpenChip> {
  const simulation = await openSimulation(Chip(chip), {
    engine,
    ...(checks === undefined ? {} : { checks }),
    ...(trace === undefined ? {} : { trace }),
    ...(onBuild === undefined ? {} : { onProgress: onBuild }),
  });
  simulation.reset();
  return {
    simulation,
    run: (layer, operands, options = {}) => runLayer(simulation, chip, layer, operands, options),
    close: () => simulation.close(),
  };
}

function runLayer(
  simulation: Simulation,
  chip: ChipParameters,
  layer: Layer,
  operands: Operands,
  options: ChipRunOptions,
): ChipRun {
  const chosen =
    options.mapping === undefined
      ? chooseMapping(layer, operands.weights.data, densityOf(operands.iacts.data), chip, {
          encoding: options.encoding,
          bandwidth: options.bandwidth,
          channelDensities: channelDensities(layer, operands.iacts.data),
        })
      : { mapping: options.mapping, explain: [] };
  const oacts = layer.output !== undefined;
  const program = chipProgram(layer, operands, chosen.mapping, chip, { psums: options.psums ?? !oacts, oacts });
  const started = performance.now();
  const startedCpu = process.cpuUsage();
  const result = simulate(simulation, chip, layer, program, options);
  const simulationSeconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  const decoded = decodeOutputs(
    program.chipLayer,
    program.wanted,
    sortOutputWords(chip, simulation.design, result.received),
  );
  const counters = readCounters(result.received['counters']!, clusterCount(chip));
  const words = (prefix: string): number =>
    Object.entries(result.moved).reduce((sum, [name, moved]) => sum + (name.startsWith(`${prefix}_`) ? moved : 0), 0);
  return {
    mapping: chosen.mapping,
    explain: chosen.explain,
    program,
    ...decoded,
    cycles: counters.chip.cycles,
    engineCycles: engineCycles(result),
    counters,
    moved: {
      command: result.moved['command']!,
      iact: words('iact'),
      weight: words('weight'),
      output: words('output'),
      counters: result.moved['counters']!,
    },
    simulatedCycles: result.elapsed,
    simulationSeconds,
    simulationCpuSeconds: (user + system) / 1e6,
  };
}

/** Cycles between two reports of progress. */
const PROGRESS_CYCLES = 20_000;

function simulate(
  simulation: Simulation,
  chip: ChipParameters,
  layer: Layer,
  program: ChipProgram,
  { stall = 0, seed = 1, bandwidth, onProgress }: ChipRunOptions,
): RunResult {
  const send: Record<string, Uint32Array> = { command: program.commandWords };
  program.iact.forEach((words, lane) => (send[`iact_${lane}`] = words));
  program.weight.forEach((words, lane) => (send[`weight_${lane}`] = words));
  const expected: Record<string, number> = { counters: counterWordCount(clusterCount(chip)) };
  // How many words the outputs take, compressed as they are, only the chip knows.
  for (let lane = 0; lane < chip.outputLanes; lane++) expected[outputStream(lane)] = Infinity;
  const totalWords = Object.values(send).reduce((sum, words) => sum + words.length, 0);
  const spec: RunSpec = {
    send,
    expect: expected,
    until: { port: 'busy', value: 0 },
    stall,
    seed,
    ...(bandwidth === undefined ? {} : { bandwidth: { bytesPerCycle: bandwidth, streams: bytesOfWords(chip) } }),
    ...(onProgress === undefined ? {} : { limit: PROGRESS_CYCLES }),
  };
  let result = simulation.run(spec);
  while (result.outcome === 'more') {
    const words = Object.keys(send).reduce((sum, name) => sum + result.moved[name]!, 0);
    onProgress?.({ cycles: result.elapsed, words, totalWords });
    result = simulation.resume(PROGRESS_CYCLES);
  }
  const failed = (what: string): HardwareFault => new HardwareFault(`the chip failed on layer ${layer.name}: ${what}`);
  if (result.outcome !== 'done') throw failed(result.message);
  for (const [name, words] of Object.entries(send)) {
    const moved = result.moved[name]!;
    if (moved !== words.length)
      throw failed(`it took ${moved} words of ${words.length} of stream "${name}", and ended`);
  }
  return result;
}

/** What the words of the chip's lanes take of the bandwidth of off-chip memory. The counters are not kept there. */
function bytesOfWords(chip: ChipParameters): Record<string, number> {
  const word = chipWidths(chip).word / 8;
  const bytes: Record<string, number> = { command: COMMAND_WORD_BITS / 8 };
  for (let lane = 0; lane < chip.iactLanes; lane++) bytes[`iact_${lane}`] = word;
  for (let lane = 0; lane < chip.weightLanes; lane++) bytes[`weight_${lane}`] = word;
  for (let lane = 0; lane < chip.outputLanes; lane++) bytes[outputStream(lane)] = word;
  return bytes;
}

/** Cycles to the last output word. The first word of the command moves in the first cycle of a run, unless it is stalled. */
function engineCycles({ lastBeat }: RunResult): number {
  const outputs = Object.entries(lastBeat).filter(([stream]) => stream.startsWith('output_'));
  return 1 + outputs.reduce((last, [, cycle]) => Math.max(last, cycle), -1);
}
