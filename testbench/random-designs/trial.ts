/** A design with what is needed to run it: its hardware, its Verilog and its inputs. */
import { emitVerilog, type EmitOptions, type Module, type VerilogDesign, type VerilogPort } from '../../gen/index.ts';
import { describe } from './describe.ts';
import type { Design } from './design.ts';
import { Random } from './random.ts';
import { WARM_UP } from './random-design.ts';

/** Cycles after the warm-up; the outputs of each are compared. */
const COMPARED = 96;
export const CYCLES = WARM_UP + COMPARED;

export interface Trial {
  readonly seed: number;
  readonly top: Module;
  readonly clock: EmitOptions['clock'];
  readonly verilog: VerilogDesign;
  /** Without clocks. */
  readonly inputs: readonly VerilogPort[];
  readonly outputs: readonly VerilogPort[];
  /** For every cycle the bit pattern of every input. */
  readonly stimulus: readonly (readonly bigint[])[];
}

/** @throws ElaborationError where the design is none: then the generator is wrong, or the HDL is */
export function trialOf(design: Design, seed: number): Trial {
  return trialOfModule(describe(design), seed, design.asyncReset);
}

/** The same for a module; its state has a value after a reset, and once `init`, if it has such an input, was high. */
export function trialOfModule(top: Module, seed: number, asyncReset = false): Trial {
  const clock: EmitOptions['clock'] = asyncReset
    ? { name: 'clk', reset: { name: 'rst_n', kind: 'async', active: 'low' } }
    : undefined;
  const verilog = emitVerilog(top, clock && { clock });
  const clocks = new Set(verilog.clocks.map(({ name }) => name));
  const inputs = verilog.ports.filter(({ name, direction }) => direction === 'input' && !clocks.has(name));
  const outputs = verilog.ports.filter(({ direction }) => direction === 'output');
  return { seed, top, clock, verilog, inputs, outputs, stimulus: stimulusOf(verilog, inputs, seed) };
}

/** Reset and `init` during the warm-up, reset now and then later; an input sometimes keeps its value. */
function stimulusOf({ clocks }: VerilogDesign, inputs: readonly VerilogPort[], seed: number): bigint[][] {
  const random = new Random(seed);
  const resets = new Map(clocks.flatMap(({ reset }) => (reset === undefined ? [] : [[reset.name, reset.active]])));
  const held = inputs.map(() => 0n);
  return Array.from({ length: CYCLES }, (_, cycle) =>
    inputs.map(({ name, width }, index) => {
      if (name === 'init') return BigInt(cycle < WARM_UP);
      const active = resets.get(name);
      if (active !== undefined) return BigInt((cycle < WARM_UP || random.chance(2)) === (active === 'high'));
      if (!random.chance(20)) held[index] = random.awkwardBits(width);
      return held[index]!;
    }),
  );
}

/** What an engine found: for every cycle, all outputs in hexadecimal digits, with a space between them. */
export type Outcome = readonly string[];

export function digitsOf({ width }: VerilogPort, bits: bigint): string {
  return BigInt.asUintN(width, bits)
    .toString(16)
    .padStart(Math.ceil(width / 4), '0');
}
