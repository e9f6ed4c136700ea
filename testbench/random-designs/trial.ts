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
  readonly design: Design;
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
  const top = describe(design);
  const clock: EmitOptions['clock'] = design.asyncReset
    ? { name: 'clk', reset: { name: 'rst_n', kind: 'async', active: 'low' } }
    : undefined;
  const verilog = emitVerilog(top, clock && { clock });
  const clocks = new Set(verilog.clocks.map(({ name }) => name));
  const inputs = verilog.ports.filter(({ name, direction }) => direction === 'input' && !clocks.has(name));
  const outputs = verilog.ports.filter(({ direction }) => direction === 'output');
  return { design, seed, top, clock, verilog, inputs, outputs, stimulus: stimulusOf(verilog, inputs, seed) };
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

/** What an engine found: for every cycle, all outputs side by side in hexadecimal digits, the first on top. */
export type Outcome = readonly string[];

export function outputWidth({ outputs }: Pick<Trial, 'outputs'>): number {
  return outputs.reduce((sum, { width }) => sum + width, 0);
}
